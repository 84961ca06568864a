//! The results as one self-contained HTML page: the template with its script, and the data.

use std::io::Result;

use serde::Serialize;

use super::results::{Figure, ProgramResult, Results};
use super::summary::{relative, standings, yardstick};
use crate::stats::Interval;

const TEMPLATE: &str = include_str!("page.html");

/// The placeholder of the data in the template.
const PLACE: &str = "/*DATA*/";

/// What the script draws.
#[derive(Serialize)]
struct Data<'a> {
    machine: &'a str,
    rounds: usize,
    command: &'a str,
    missing: &'a [String],
    yardstick: &'a str,
    contestants: &'a [String],
    figures: Vec<&'static str>,
    /// By contestant, the geometric means of compile and run time, relative to the yardstick.
    points: Vec<Point<'a>>,
    standings: Vec<Goal>,
    programs: Vec<Program<'a>>,
    failures: Vec<[&'a str; 3]>,
}

#[derive(Serialize)]
struct Point<'a> {
    who: &'a str,
    compile: Option<[f64; 3]>,
    run: Option<[f64; 3]>,
}

#[derive(Serialize)]
struct Goal {
    title: String,
    most: f64,
    mean: [f64; 3],
    worst: (String, f64),
}

#[derive(Serialize)]
struct Program<'a> {
    name: &'a str,
    wasm: u64,
    /// By figure and contestant: median, low, high.
    cells: Vec<Vec<Option<[f64; 3]>>>,
}

/// The page.
///
/// # Errors
/// The results cannot be put into JSON.
pub(crate) fn html(results: &Results) -> Result<String> {
    let yardstick = yardstick(results).unwrap_or_default();
    let point = |who| Point {
        who,
        compile: relative(results, Figure::CompileCpu, who, yardstick).map(triple),
        run: relative(results, Figure::RunCpu, who, yardstick).map(triple),
    };
    let rows = results.programs.iter().flat_map(|p| p.rows.iter().map(move |row| (p, row)));
    let data = Data {
        machine: &results.machine,
        rounds: results.rounds,
        command: &results.command,
        missing: &results.missing,
        yardstick,
        contestants: &results.contestants,
        figures: Figure::ALL.map(Figure::title).into(),
        points: results.contestants.iter().map(|who| point(who.as_str())).collect(),
        standings: standings(results)
            .into_iter()
            .map(|it| Goal {
                title: it.title,
                most: it.most,
                mean: triple(it.mean),
                worst: it.worst,
            })
            .collect(),
        programs: programs(results),
        failures: rows
            .filter_map(|(p, row)| Some([&*p.name, &*row.contestant, row.failure.as_deref()?]))
            .collect(),
    };
    // No text in the data may end the script.
    let json = serde_json::to_string(&data)?.replace('<', "\\u003c");
    Ok(TEMPLATE.replace(PLACE, &json))
}

fn programs(results: &Results) -> Vec<Program<'_>> {
    let cells = |program: &ProgramResult, figure: Figure| {
        let cell = |row| Interval::of(&figure.values(row)).map(triple);
        program.rows.iter().map(cell).collect()
    };
    let program = |program| {
        let ProgramResult { name, wasm, .. }: &ProgramResult = program;
        let cells = Figure::ALL.map(|figure| cells(program, figure)).into();
        Program { name, wasm: *wasm, cells }
    };
    results.programs.iter().map(program).collect()
}

fn triple(interval: Interval) -> [f64; 3] {
    [interval.median, interval.low, interval.high]
}
