//! A program in Kotlin, in WAMR, in PyPI's wasmtime and in V8: as its compiler writes it, and
//! optimised by Binaryen.
//!
//! Each contestant calls it twice, and the second call counts, so that V8 has compiled what runs
//! often. All must print the same.

use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;

use cwamrc_tests::programs::Inputs;

use super::figure::{Figure, Goal, Ratio};
use super::{Timed, modules, process};
use crate::contestant::{PEER_SCRIPT, output_of};

const NODE_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/node_wasi_peer.mjs");
const EXPORT: &str = "tasks";

/// The files of a program, and what they are.
const FILES: [(&str, &str); 2] =
    [("optimised", "optimised by Binaryen"), ("program", "as compiled")];

pub(super) fn figures(
    inputs: &Inputs,
    program: &Path,
    folder: &Path,
    rounds: usize,
) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (file, what) in FILES {
        let wasm = program.join(file).with_extension("wasm");
        let aot = folder.join(format!("{EXPORT}-{file}.aot"));
        modules::with_cwamrc(&wasm, true, &aot)?;
        let [ours, wasmtime, v8] = race(inputs, &wasm, &aot, rounds)?;
        let peers =
            [("wasmtime speed", wasmtime, Goal::AtMost(1.0)), ("V8 of node 24", v8, Goal::None)];
        for (against, theirs, goal) in peers {
            figures.push(Figure {
                name: format!("program in Kotlin, {what}, s"),
                against: against.to_owned(),
                series: [ours.clone(), theirs],
                ratio: Ratio::Rounds,
                goal,
            });
        }
    }
    Ok(figures)
}

/// The times of cwamrc's code, wasmtime and V8.
fn race(inputs: &Inputs, wasm: &Path, aot: &Path, rounds: usize) -> Result<[Vec<f64>; 3]> {
    let mut wasmtime = Command::new(inputs.peer_python());
    wasmtime.arg(PEER_SCRIPT).arg("collect").arg(wasm).args(["speed", EXPORT]);
    let mut node = Command::new(inputs.node());
    node.arg("--no-warnings").arg(NODE_SCRIPT).arg(wasm).arg(EXPORT);
    let mut run = |at| -> Result<Timed> {
        match at {
            0 => process::timed(&["child-collection-kotlin", EXPORT], aot),
            1 => Ok(serde_json::from_slice(&output_of(&mut wasmtime)?)?),
            _ => Ok(serde_json::from_slice(&output_of(&mut node)?)?),
        }
    };
    let (mut series, mut result) = ([const { Vec::new() }; 3], None);
    for _ in 0..rounds {
        for (at, series) in series.iter_mut().enumerate() {
            let timed = run(at)?;
            let first = result.get_or_insert_with(|| timed.result.clone());
            if *first != timed.result {
                let both = format!("{first}\n{}", timed.result);
                return Err(Error::other(format!(
                    "different output of {}:\n{both}",
                    wasm.display()
                )));
            }
            series.push(timed.cpu);
        }
    }
    Ok(series)
}
