//! Medians, ranges and confidence intervals of repeated measurements.

use std::fmt;

use cwamrc_tests::random::Random;
use serde::Serialize;

/// The median and the extremes of a series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// Half of the values are at most this.
    pub(crate) median: f64,
    /// The smallest value.
    pub(crate) min: f64,
    /// The largest value.
    pub(crate) max: f64,
}

impl Summary {
    /// `None` for an empty series.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let median = match values.len() % 2 {
            _ if values.is_empty() => return None,
            1 => values[middle],
            _ => (values[middle - 1] + values[middle]) / 2.0,
        };
        Some(Self { median, min: values[0], max: values[values.len() - 1] })
    }

    /// The ratio of two series taken in the same rounds, round by round.
    pub(crate) fn ratio(numerator: &[f64], denominator: &[f64]) -> Option<Self> {
        Self::of(numerator.iter().zip(denominator).map(|(n, d)| n / d))
    }
}

impl fmt::Display for Summary {
    /// Three significant digits, and the range if it differs from the median as shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.median.abs() {
            m if m >= 100.0 => 0,
            m if m >= 10.0 => 1,
            m if m >= 1.0 => 2,
            _ => 3,
        };
        let show = |value: f64| format!("{value:.digits$}");
        let (median, min, max) = (show(self.median), show(self.min), show(self.max));
        match min == max {
            true => write!(f, "{median}"),
            false => write!(f, "{median} ({min}..{max})"),
        }
    }
}

/// A median with the interval between two order statistics that covers the true median with at
/// least 95 %, if there are enough values; otherwise the interval is the whole range, and covers it
/// with a lower probability. No distribution of the values is assumed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Interval {
    pub(crate) median: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Probability that the interval covers the true median.
    pub(crate) coverage: f64,
}

impl Interval {
    /// `None` for an empty series.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let median = Summary::of(values.iter().copied())?.median;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        // The true median is outside of the k-th value from either end if at most k values are on
        // one side of it, each with probability one half.
        let n = sorted.len();
        let mut term = 0.5_f64.powi(n as i32);
        let (mut outside, mut cut) = (2.0 * term, 0);
        loop {
            term *= (n - cut) as f64 / (cut + 1) as f64;
            let next = outside + 2.0 * term;
            if next > 0.05 || 2 * (cut + 1) >= n {
                break;
            }
            (outside, cut) = (next, cut + 1);
        }
        let (low, high) = (sorted[cut], sorted[n - 1 - cut]);
        Some(Self { median, low, high, coverage: (1.0 - outside).max(0.0) })
    }
}

/// The geometric mean of the ratios of medians over several programs, with a bootstrap interval:
/// the values of each series are drawn again, with replacement, a thousand times, and the interval
/// contains the middle 95 % of the results. It shows the noise of repeating the same programs, and
/// says nothing about other programs.
pub(crate) fn geometric_mean(pairs: &[(Vec<f64>, Vec<f64>)]) -> Option<Interval> {
    const DRAWS: usize = 1000;
    if pairs.is_empty() {
        return None;
    }
    let mean = |draw: &mut dyn FnMut(&[f64]) -> Option<f64>| {
        let mut sum = 0.0;
        for (numerator, denominator) in pairs {
            sum += (draw(numerator)? / draw(denominator)?).ln();
        }
        Some((sum / pairs.len() as f64).exp())
    };
    let median = mean(&mut |values| Some(Summary::of(values.iter().copied())?.median))?;
    // The same draws every time, so the same samples give the same report.
    let mut random = Random::new(0);
    let mut drawn = Vec::with_capacity(DRAWS);
    for _ in 0..DRAWS {
        let mut resample = |values: &[f64]| {
            let again = (0..values.len()).map(|_| values[random.below(values.len())]);
            Some(Summary::of(again)?.median)
        };
        drawn.push(mean(&mut resample)?);
    }
    drawn.sort_by(f64::total_cmp);
    let (low, high) = (drawn[DRAWS / 40], drawn[DRAWS - 1 - DRAWS / 40]);
    Some(Interval { median, low, high, coverage: 0.95 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_of_odd_and_even_series() {
        assert_eq!(Summary::of([3.0, 1.0, 2.0]), Some(Summary { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(Summary::of([4.0, 1.0]), Some(Summary { median: 2.5, min: 1.0, max: 4.0 }));
        assert_eq!(Summary::of([]), None);
    }

    #[test]
    fn ratio_pairs_the_rounds() {
        // The machine is twice as slow in the second round, which does not affect the ratio.
        let ratio = Summary::ratio(&[1.0, 2.0], &[2.0, 4.0]);
        assert_eq!(ratio, Some(Summary { median: 0.5, min: 0.5, max: 0.5 }));
    }

    #[test]
    fn shows_the_range_only_where_there_is_one() {
        let show = |values: &[f64]| Summary::of(values.iter().copied()).unwrap().to_string();
        assert_eq!(show(&[0.5, 0.5]), "0.500");
        assert_eq!(show(&[1.0, 2.0, 3.0]), "2.00 (1.00..3.00)");
    }

    #[test]
    fn intervals_are_those_of_the_binomial_distribution() {
        let series = |n: usize| (1..=n).map(|value| value as f64).collect::<Vec<_>>();
        assert_eq!(Interval::of(&[]), None);
        // Five values: the range misses the median if all are on one side, 2 / 2^5.
        let five = Interval::of(&series(5)).unwrap();
        assert_eq!((five.low, five.median, five.high, five.coverage), (1.0, 3.0, 5.0, 0.9375));
        // Of ten, the second and the ninth: 1 - 2 * (1 + 10) / 2^10.
        let ten = Interval::of(&series(10)).unwrap();
        assert_eq!((ten.low, ten.high, ten.coverage), (2.0, 9.0, 1.0 - 22.0 / 1024.0));
        let one = Interval::of(&[7.0]).unwrap();
        assert_eq!((one.low, one.high, one.coverage), (7.0, 7.0, 0.0));
    }

    #[test]
    fn geometric_mean_of_ratios() {
        let pairs = [(vec![2.0; 3], vec![1.0; 3]), (vec![8.0; 3], vec![1.0; 3])];
        let mean = geometric_mean(&pairs).unwrap();
        assert!((mean.median - 4.0).abs() < 1e-12 && (mean.low - 4.0).abs() < 1e-12);
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[(vec![], vec![1.0])]), None);
        let noisy = [(vec![1.0, 2.0, 3.0, 4.0, 5.0], vec![1.0; 5])];
        let mean = geometric_mean(&noisy).unwrap();
        assert!(mean.low < 2.5 && 3.5 < mean.high && (mean.median - 3.0).abs() < 1e-12);
    }
}
