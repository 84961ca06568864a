//! The bench: programs × compilers × levels, with compiling, loading and running measured
//! separately.
//!
//! Rounds are interleaved: in each round, every contestant compiles and runs every program, so a
//! machine that slows down does so for all. The output of a program is compared with its reference
//! every time. A contestant that is wrong, crashes or takes too long becomes a row with the reason
//! and skips the remaining rounds of that program. `phases` measures, `results` are the results as
//! plain values, and `summary`, `tables` and `page` only read these.

pub(crate) mod contestants;
mod page;
mod phases;
pub(crate) mod programs;
mod results;
mod summary;
mod tables;
mod watch;

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use contestants::{Contestant, Field};
use phases::Bench;
pub(crate) use phases::run_task;
use programs::Job;
use results::{ProgramResult, Results, Row};

/// What the user asks for.
#[derive(Debug)]
pub(crate) struct Request {
    /// Names of programs; all if empty.
    pub(crate) programs: Vec<String>,
    /// Whether to measure real modules instead, which are not run.
    pub(crate) corpus: bool,
    /// Parts of contestants' names; all if empty.
    pub(crate) contestants: Vec<String>,
    /// A user's module, its arguments, and the file with its expected output.
    pub(crate) own: Option<(PathBuf, Vec<String>)>,
    pub(crate) expected: Option<PathBuf>,
    pub(crate) rounds: usize,
    /// A phase is not repeated once its repetitions have taken this long.
    pub(crate) patience: Duration,
    /// A longer compilation counts as a failure.
    pub(crate) compile_timeout: Duration,
    pub(crate) run_timeout: Duration,
}

/// Where results go, in addition to the terminal.
#[derive(Debug)]
pub(crate) struct Outputs {
    pub(crate) json: Option<PathBuf>,
    pub(crate) markdown: Option<PathBuf>,
    pub(crate) html: Option<PathBuf>,
}

/// Measures, prints the tables and writes the files.
///
/// # Errors
/// There is nothing to measure, or a file cannot be written. Contestants that fail are rows.
pub(crate) fn run(request: &Request, outputs: &Outputs) -> Result<()> {
    let mut missing = Vec::new();
    let field = Field::find(&mut missing);
    let wanted = |name: &str| {
        let parts = &request.contestants;
        parts.is_empty() || parts.iter().any(|part| name.contains(part.as_str()))
    };
    let contestants: Vec<Contestant> =
        field.contestants().into_iter().filter(|who| wanted(&who.to_string())).collect();
    if contestants.is_empty() {
        return Err(Error::other("none of the contestants is selected, or none is available"));
    }
    let jobs = match &request.own {
        Some((wasm, args)) => vec![Job::own(wasm, args, request.expected.as_deref())?],
        None if request.corpus => programs::corpus(&request.programs)?,
        None => programs::listed(&request.programs, &mut missing)?,
    };
    let results = measure(request, &field, &contestants, &jobs, missing)?;
    publish(&results, outputs)
}

/// Reads results of an earlier run and writes them again.
///
/// # Errors
/// The file contains no results, or another one cannot be written.
pub(crate) fn render(json: &Path, outputs: &Outputs) -> Result<()> {
    publish(&serde_json::from_slice(&fs::read(json)?)?, outputs)
}

fn publish(results: &Results, outputs: &Outputs) -> Result<()> {
    let text = tables::markdown(results);
    print!("{text}");
    let write = |path: &Option<PathBuf>, content: &[u8]| match path {
        Some(path) => fs::write(path, content)
            .map_err(|e| Error::new(e.kind(), format!("{}: {e}", path.display()))),
        None => Ok(()),
    };
    write(&outputs.markdown, text.as_bytes())?;
    write(&outputs.json, &serde_json::to_vec_pretty(results)?)?;
    write(&outputs.html, page::html(results)?.as_bytes())
}

fn measure(
    request: &Request,
    field: &Field,
    contestants: &[Contestant],
    jobs: &[Job],
    missing: Vec<String>,
) -> Result<Results> {
    let bench = Bench::new(field, request)?;
    let mut programs = Vec::new();
    for job in jobs {
        programs.push(ProgramResult {
            name: job.name.clone(),
            wasm: fs::metadata(&job.wasm)?.len(),
            reference: job.reference_name(),
            rows: contestants.iter().map(|who| Row::new(who.to_string())).collect(),
        });
    }
    let expected: Vec<_> = jobs.iter().map(|job| bench.expected(job)).collect();
    let bar = progress_bar((request.rounds * jobs.len() * contestants.len()) as u64);
    for round in 0..request.rounds {
        for ((job, program), expected) in jobs.iter().zip(&mut programs).zip(&expected) {
            if bar.is_hidden() {
                eprintln!("round {} of {}: {}", round + 1, request.rounds, job.name);
            }
            for (who, row) in contestants.iter().zip(&mut program.rows) {
                bar.set_message(format!("{}: {who}", job.name));
                bench.turn(job, *who, expected, row);
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    Ok(Results {
        machine: crate::report::machine(),
        rounds: request.rounds,
        command: std::env::args().skip(1).collect::<Vec<_>>().join(" "),
        missing,
        contestants: contestants.iter().map(ToString::to_string).collect(),
        programs,
    })
}

/// On a terminal only; indicatif hides it elsewhere.
fn progress_bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps);
    let style = "{bar:30} {pos}/{len}, about {eta} left, {wide_msg}";
    bar.set_style(ProgressStyle::with_template(style).expect("the template is well-formed"));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
