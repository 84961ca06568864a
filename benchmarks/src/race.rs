//! The measurements themselves: rounds in which every contestant compiles every module, so that a
//! machine that slows down or speeds up does so for all of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Error, Result};

use cwamrc_tests::programs::{Host, Program};
use serde::Serialize;

use crate::contestant::{Compiler, Contestant, Field, Task};
use crate::measure::Sample;

/// Everything measured for one module.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) module: String,
    /// Bytes of the WebAssembly file.
    pub(crate) wasm: u64,
    /// By contestant's name, one sample for each round.
    pub(crate) samples: BTreeMap<String, Vec<Sample>>,
    /// By contestant's name, for those that write an `.aot` file.
    pub(crate) files: BTreeMap<String, AotFacts>,
}

/// Facts about one `.aot` file.
#[derive(Debug, Serialize)]
pub(crate) struct AotFacts {
    pub(crate) bytes: u64,
    pub(crate) relocations: usize,
    /// Seconds of each load in WAMR.
    pub(crate) load: Vec<f64>,
}

impl Entry {
    /// One figure of a contestant, round by round.
    pub(crate) fn series(&self, who: Contestant, figure: impl Fn(&Sample) -> f64) -> Vec<f64> {
        self.samples.get(&who.name()).into_iter().flatten().map(figure).collect()
    }
}

/// Runs all rounds. Outputs are checked in the first one.
///
/// # Errors
/// A contestant failed, or its code prints something else than the reference.
pub(crate) fn run(
    field: &Field,
    programs: &[Program],
    contestants: &[Contestant],
    rounds: usize,
) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for program in programs {
        entries.push(Entry {
            module: program.name.clone(),
            wasm: fs::metadata(&program.wasm)?.len(),
            samples: BTreeMap::new(),
            files: BTreeMap::new(),
        });
    }
    for round in 0..rounds {
        for (program, entry) in programs.iter().zip(&mut entries) {
            eprintln!("round {} of {rounds}: {}", round + 1, program.name);
            for &who in contestants {
                let sample = field.compile(&program.name, &program.wasm, who)?;
                entry.samples.entry(who.name()).or_default().push(sample);
                if round == 0 {
                    check(field, program, who)?;
                }
            }
        }
    }
    for (program, entry) in programs.iter().zip(&mut entries) {
        for &who in contestants {
            if let Compiler::Cwamrc(_) = who.compiler {
                entry.files.insert(who.name(), facts(field, &program.name, who)?);
            }
        }
    }
    Ok(entries)
}

/// Compares the program's output with its reference. wasmtime can run WASI programs only.
fn check(field: &Field, program: &Program, who: Contestant) -> Result<()> {
    for run in &program.runs {
        let output = match who.compiler {
            Compiler::Cwamrc(_) => {
                let task = Task { host: program.host, run: run.clone() };
                field.run(&field.aot(&program.name, who), &task)?
            }
            Compiler::Wasmtime(level) if program.host == Host::Wasi => {
                field.run_peer(&program.wasm, level, run)?
            }
            Compiler::Wasmtime(_) => continue,
        };
        if output != run.expected()? {
            let what = format!("{} of {} prints something else", run.name, program.name);
            return Err(Error::other(format!("{}: {what}\n{output:?}", who.name())));
        }
    }
    Ok(())
}

fn facts(field: &Field, module: &str, who: Contestant) -> Result<AotFacts> {
    const LOADS: usize = 7;
    let path = field.aot(module, who);
    let bytes = fs::read(&path)?;
    let file = cwamrc::aot::read(&bytes).map_err(Error::other)?;
    Ok(AotFacts {
        bytes: bytes.len() as u64,
        relocations: file.relocation_groups.iter().map(|group| group.relocations.len()).sum(),
        load: field.load(&path, LOADS)?,
    })
}
