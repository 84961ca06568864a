//! One row of the table: two series from the same rounds, their ratio, and the goal for it.

use crate::stats::Summary;

/// The columns after the name.
pub(super) const HEAD: [&str; 6] = ["cwamrc", "against", "value", "ratio", "goal", "reached"];

/// What the ratio should be.
#[derive(Clone, Copy)]
pub(super) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// It is only reported.
    None,
}

/// How the ratio of two series is taken.
#[derive(Clone, Copy)]
pub(super) enum Ratio {
    /// The median of the ratios within each round.
    Rounds,
    /// That of the least values: for ratios close to 1, where most of the difference is noise.
    Least,
}

/// A figure of cwamrc and of what it is compared with.
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) against: String,
    /// Of cwamrc, and of the other one, round by round.
    pub(super) series: [Vec<f64>; 2],
    pub(super) ratio: Ratio,
    pub(super) goal: Goal,
}

impl Figure {
    fn ratio(&self) -> Option<Summary> {
        let [ours, theirs] = &self.series;
        match self.ratio {
            Ratio::Rounds => Summary::ratio(ours, theirs),
            Ratio::Least => {
                let least = |series: &[f64]| Summary::of(series.iter().copied()).map(|all| all.min);
                Summary::of([least(ours)? / least(theirs)?])
            }
        }
    }

    /// The cells of [`HEAD`].
    pub(super) fn cells(&self) -> [String; 6] {
        let ratio = self.ratio();
        let [ours, theirs] = self.series.each_ref().map(|series| show(Summary::of(series.clone())));
        let reached = |holds: fn(f64, f64) -> bool, goal| {
            let holds = ratio.map(|ratio| holds(ratio.median, goal));
            holds.map_or("-", |holds| if holds { "yes" } else { "no" })
        };
        let (goal, reached) = match self.goal {
            Goal::AtMost(most) => (format!("≤ {most}"), reached(|ratio, goal| ratio <= goal, most)),
            Goal::AtLeast(least) => {
                (format!("≥ {least}"), reached(|ratio, goal| ratio >= goal, least))
            }
            Goal::None => ("-".to_owned(), "-"),
        };
        [ours, self.against.clone(), theirs, show(ratio), goal, reached.to_owned()]
    }
}

fn show(summary: Option<Summary>) -> String {
    summary.map_or_else(|| "-".to_owned(), |summary| summary.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(ratio: Ratio, goal: Goal) -> Figure {
        let series = [vec![1.0, 3.0, 2.0], vec![2.0, 4.0, 5.0]];
        Figure { name: String::new(), against: "wamrc".to_owned(), series, ratio, goal }
    }

    #[test]
    fn a_goal_is_compared_with_the_median_of_the_rounds() {
        let cells = figure(Ratio::Rounds, Goal::AtMost(0.5)).cells();
        assert_eq!(cells[3..], ["0.500 (0.400..0.750)", "≤ 0.5", "yes"]);
        let cells = figure(Ratio::Rounds, Goal::AtLeast(0.6)).cells();
        assert_eq!(cells[4..], ["≥ 0.6", "no"]);
    }

    #[test]
    fn the_least_values_may_be_of_different_rounds() {
        let mut figure = figure(Ratio::Least, Goal::None);
        figure.series[1] = vec![8.0, 4.0, 5.0];
        assert_eq!(figure.cells()[3..], ["0.250", "-", "-"]);
    }
}
