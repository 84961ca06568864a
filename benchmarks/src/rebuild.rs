//! The cost of a rebuild after one function has changed: `benchmarks rebuild`.
//!
//! A cache is filled by compiling the unchanged module. In each round, another function gets one
//! more constant, which it drops, and the changed module is compiled three times: without a cache,
//! with an empty one, and with a copy of the filled one. The results must be the same. To choose
//! the functions, the list of functions by size is split into equal parts, and the middle one of
//! each part is used, so that small and large ones are among them.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc_tests::edit;
use cwamrc_tests::programs::Inputs;

use crate::contestant::output_of;
use crate::measure::Sample;
use crate::stats::Summary;

/// The modules of the project's goal.
const MODULES: [&str; 2] = ["clang-format", "canvaskit"];
const LEVELS: [u8; 2] = [3, 0];

/// Measures and prints the table.
pub(crate) fn report(rounds: usize) -> Result<()> {
    let inputs = Inputs::prepare()?;
    println!("CPU time of compiling, one thread, as a ratio to compiling without a cache.\n");
    println!("| module | level | without, ms | rebuild | first build | bytes read | bytes added |");
    println!("|---|---|---|---|---|---|---|");
    for name in MODULES {
        let wasm = fs::read(inputs.wasm(name)?)?;
        for level in LEVELS {
            println!("| {name} | {level} | {} |", row(&wasm, level, rounds)?);
        }
    }
    Ok(())
}

/// Compiles in separate processes, and measures them.
struct Bench {
    folder: tempfile::TempDir,
    level: u8,
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Compiles `in.wasm`; returns what it used, and the file.
    fn compile(&self, cache: Option<&Path>) -> Result<(Sample, Vec<u8>)> {
        let output = self.path("out.aot");
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["child-compile", "--level", &self.level.to_string(), "--threads", "1"]);
        if let Some(cache) = cache {
            command.arg("--cache").arg(cache);
        }
        command.arg(self.path("in.wasm")).arg(&output);
        let sample = serde_json::from_slice(&output_of(&mut command)?)?;
        Ok((sample, fs::read(output)?))
    }
}

fn row(wasm: &[u8], level: u8, rounds: usize) -> Result<String> {
    let bench = Bench { folder: tempfile::tempdir()?, level };
    let filled = bench.path("filled");
    fs::write(bench.path("in.wasm"), wasm)?;
    bench.compile(Some(&filled))?;
    let (mut without, mut with, mut first) = (Vec::new(), Vec::new(), Vec::new());
    let mut added = Vec::new();
    for (round, position) in (1..).zip(changed_functions(wasm, rounds)) {
        fs::write(bench.path("in.wasm"), edit::change_function(wasm, position, round))?;
        let (cache, empty) = (bench.path("cache"), bench.path("empty"));
        copy(&filled, &cache)?;
        let samples = [bench.compile(None)?, bench.compile(Some(&cache))?];
        let cold = bench.compile(Some(&empty))?;
        if samples[1].1 != samples[0].1 || cold.1 != samples[0].1 {
            return Err(Error::other(format!("function {position}: the cache changes the result")));
        }
        without.push(samples[0].0.cpu);
        with.push(samples[1].0.cpu);
        first.push(cold.0.cpu);
        added.push((size(&cache)? - size(&filled)?) as f64);
        fs::remove_dir_all(cache)?;
        fs::remove_dir_all(empty)?;
    }
    let show = |summary: Option<Summary>| summary.map(|it| it.to_string()).unwrap_or_default();
    let columns = [
        show(Summary::of(without.iter().map(|seconds| seconds * 1e3))),
        show(Summary::ratio(&with, &without)),
        show(Summary::ratio(&first, &without)),
        size(&filled)?.to_string(),
        show(Summary::of(added)),
    ];
    Ok(columns.join(" | "))
}

/// Positions of the functions to change.
fn changed_functions(wasm: &[u8], count: usize) -> Vec<usize> {
    let bodies = edit::bodies(wasm);
    let mut by_size: Vec<usize> = (0..bodies.len()).collect();
    by_size.sort_by_key(|&position| bodies[position].len());
    (0..count).map(|part| by_size[(2 * part + 1) * by_size.len() / (2 * count)]).collect()
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Bytes of the files in a folder.
fn size(folder: &Path) -> Result<u64> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}
