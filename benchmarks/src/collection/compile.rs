//! CPU time to compile a module of Kotlin's.

use std::io::Result;
use std::path::Path;
use std::process::Command;

use cwamrc_tests::programs::Inputs;

use super::figure::{Figure, Goal, Ratio};
use crate::contestant::{PEER_SCRIPT, output_of};
use crate::measure::Sample;

/// The figure, and the names and versions of the contestants.
pub(super) fn figure(
    inputs: &Inputs,
    wasm: &Path,
    folder: &Path,
    rounds: usize,
) -> Result<(Figure, [String; 2])> {
    let this = std::env::current_exe()?;
    let (mut series, mut versions) = ([Vec::new(), Vec::new()], [String::new(), String::new()]);
    for _ in 0..rounds {
        let mut ours = Command::new(&this);
        ours.args(["child-compile", "--level=3", "--threads=1"]);
        ours.arg(wasm).arg(folder.join("hello.aot"));
        let mut theirs = Command::new(inputs.peer_python());
        theirs.arg(PEER_SCRIPT).arg("compile").arg(wasm).args(["speed", "serial", "gc"]);
        for (at, command) in [&mut ours, &mut theirs].into_iter().enumerate() {
            let sample: Sample = serde_json::from_slice(&output_of(command)?)?;
            series[at].push(sample.cpu);
            versions[at] = sample.version;
        }
    }
    let size = wasm.metadata()?.len() / 1000;
    let figure = Figure {
        name: format!("compile hello in Kotlin ({size} KB), s"),
        against: "wasmtime speed".to_owned(),
        series,
        ratio: Ratio::Rounds,
        goal: Goal::AtMost(0.8),
    };
    Ok((figure, versions))
}
