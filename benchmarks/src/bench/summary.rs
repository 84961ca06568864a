//! Geometric means over the programs, compared with the project's goals.

use super::results::{Figure, ProgramResult, Results, Row};
use crate::stats::{Interval, geometric_mean};

/// A goal for a ratio of two contestants: at most `most`.
pub(crate) struct Goal {
    figure: Figure,
    who: &'static str,
    against: &'static str,
    most: f64,
}

const fn goal(figure: Figure, who: &'static str, against: &'static str, most: f64) -> Goal {
    Goal { figure, who, against, most }
}

/// The goals that this bench measures.
const GOALS: &[Goal] = &[
    goal(Figure::CompileCpu, "cwamrc -O3", "wamrc -O3", 1.0 / 35.0),
    goal(Figure::CompileCpu, "cwamrc -O3", "wamrc -O0", 1.0 / 2.5),
    goal(Figure::CompileCpu, "cwamrc -O0", "wamrc -O0", 1.0 / 5.0),
    goal(Figure::CompileCpu, "cwamrc -O0", "wamrc -O3", 1.0 / 60.0),
    // Level 2 is level 3 without inlining, which wasmtime does not do either.
    goal(Figure::CompileCpu, "cwamrc -O2", "wasmtime speed", 0.85),
    goal(Figure::CompileCpu, "cwamrc -O0", "wasmtime none", 0.5),
    goal(Figure::CompilePeak, "cwamrc -O3", "wamrc -O3", 0.25),
    goal(Figure::RunCpu, "cwamrc -O3", "wamrc -O3", 1.1),
    goal(Figure::RunCpu, "cwamrc -O3", "wasmtime speed", 0.92),
    goal(Figure::RunCpu, "cwamrc -O0", "wamrc -O3", 2.0),
    goal(Figure::RunCpu, "cwamrc -O0", "wamrc -O0", 0.8),
    goal(Figure::FileBytes, "cwamrc -O3", "wamrc -O3", 1.0),
    goal(Figure::Load, "cwamrc -O3", "wamrc -O3", 1.0),
];

/// One goal and the measured ratio.
pub(crate) struct Standing {
    pub(crate) title: String,
    pub(crate) most: f64,
    pub(crate) mean: Interval,
    /// The program with the largest ratio.
    pub(crate) worst: (String, f64),
    /// How many programs went in.
    pub(crate) programs: usize,
}

/// All goals whose contestants took part, with their ratios.
pub(crate) fn standings(results: &Results) -> Vec<Standing> {
    GOALS.iter().filter_map(|goal| standing(results, goal)).collect()
}

fn standing(results: &Results, goal: &Goal) -> Option<Standing> {
    let pairs = pairs(results, goal.figure, goal.who, goal.against);
    let ratios = pairs.iter().filter_map(|(program, numerator, denominator)| {
        let ratio = Interval::of(numerator)?.median / Interval::of(denominator)?.median;
        Some((program.name.clone(), ratio))
    });
    let worst = ratios.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    Some(Standing {
        title: format!("{}: {} to {}", goal.figure.title(), goal.who, goal.against),
        most: goal.most,
        worst,
        programs: pairs.len(),
        mean: geometric_mean(&without_names(pairs))?,
    })
}

/// A contestant's figure relative to that of another one, over all programs that both have.
pub(crate) fn relative(
    results: &Results,
    figure: Figure,
    who: &str,
    against: &str,
) -> Option<Interval> {
    geometric_mean(&without_names(pairs(results, figure, who, against)))
}

type Pair<'a> = (&'a ProgramResult, Vec<f64>, Vec<f64>);

fn pairs<'a>(results: &'a Results, figure: Figure, who: &str, against: &str) -> Vec<Pair<'a>> {
    let values = |row: Option<&Row>| {
        let values = row.map(|row| figure.values(row))?;
        (!values.is_empty() && values.iter().all(|&value| value > 0.0)).then_some(values)
    };
    let both = |program: &'a ProgramResult| {
        Some((program, values(program.row(who))?, values(program.row(against))?))
    };
    results.programs.iter().filter_map(both).collect()
}

fn without_names(pairs: Vec<Pair<'_>>) -> Vec<(Vec<f64>, Vec<f64>)> {
    pairs.into_iter().map(|(_, numerator, denominator)| (numerator, denominator)).collect()
}

/// The contestant that ratios refer to: the strongest of those that took part.
pub(crate) fn yardstick(results: &Results) -> Option<&str> {
    let order = ["wamrc -O3", "wasmtime speed", "cwamrc -O3"];
    let known = order.into_iter().find(|name| results.contestants.iter().any(|who| who == name));
    known.or(results.contestants.first().map(String::as_str))
}
