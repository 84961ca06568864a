//! What garbage collection costs: `benchmarks collection`.
//!
//! It runs small modules with objects in WAMR, compiled by cwamrc and by WAMR's own compiler, and a
//! program in Kotlin in WAMR, in PyPI's wasmtime and in V8. It compiles a module of Kotlin's, and
//! compares code without references in files with and without garbage collection. Contestants of a
//! round take turns, each in a process of its own, and all must give the same results. Times are
//! compared with the goals, and nothing is asserted about them.

mod compile;
mod figure;
mod kotlin;
mod micro;
mod modules;
mod process;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc_tests::programs::Inputs;
use serde::{Deserialize, Serialize};

use crate::contestant::output_of;
use crate::report;
use crate::table::Table;

pub(crate) use process::{Stacks, call, depth, kotlin as run_kotlin};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/collection");
const KOTLIN_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/kotlin.sh");

/// What a contestant prints.
#[derive(Deserialize, Serialize)]
struct Timed {
    /// CPU seconds.
    cpu: f64,
    /// The number that the function returned, or what the program printed.
    result: String,
}

/// Measures, and prints the tables. Writes them to `markdown`, too, if that is given.
pub(crate) fn report(rounds: usize, markdown: Option<&Path>) -> Result<()> {
    let inputs = Inputs::prepare()?;
    let programs: BTreeMap<String, PathBuf> =
        serde_json::from_slice(&output_of(&mut Command::new(KOTLIN_SCRIPT))?)?;
    let folder = tempfile::tempdir()?;
    let mut lines = vec![format!("{}; {rounds} rounds; median (min..max)", report::machine())];
    let mut figures = Vec::new();
    match crate::bench::contestants::find_wamrc() {
        Ok(wamrc) => {
            lines.push(wamrc.version);
            figures.extend(micro::figures(&wamrc.program, folder.path(), rounds)?);
        }
        Err(why) => lines.push(format!("left out: wamrc: {why}")),
    }
    figures.extend(kotlin::figures(&inputs, program(&programs, "tasks")?, folder.path(), rounds)?);
    let hello = program(&programs, "hello")?.join("program.wasm");
    let (figure, versions) = compile::figure(&inputs, &hello, folder.path(), rounds)?;
    figures.push(figure);
    lines.extend(versions);
    figures.extend(micro::without_references(folder.path(), rounds)?);
    let mut table = Table::titled("Garbage collection");
    table.row("figure", figure::HEAD.map(str::to_owned));
    for figure in &figures {
        table.row(&figure.name, figure.cells());
    }
    let text = format!("{}\n\n{}", lines.join("\n"), table.markdown());
    print!("{text}");
    markdown.map_or(Ok(()), |path| fs::write(path, &text))
}

fn program<'p>(programs: &'p BTreeMap<String, PathBuf>, name: &str) -> Result<&'p Path> {
    let folder = programs.get(name).map(PathBuf::as_path);
    folder.ok_or_else(|| Error::other(format!("{KOTLIN_SCRIPT} builds no {name}")))
}
