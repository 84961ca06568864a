//! Compiles the modules of `benchmarks/collection`, for runtimes with garbage collection and without.
//!
//! Both compilers optimise as far as they can for the processor of this machine, and leave bounds
//! checks to guard pages, as they do by default.

use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

use cwamrc::{Cpu, OptLevel, Options, compile};
use cwamrc_tests::machine::{Collection, Machine};

use super::FOLDER;
use crate::contestant::output_of;

/// A runtime, in a process of its own.
pub(super) fn machine(collects: bool) -> Machine {
    let collection = if collects { Collection::WhenFull } else { Collection::None };
    Machine::native_runner().with_collection(collection)
}

/// Writes the module that a text describes to the folder.
pub(super) fn assemble(name: &str, folder: &Path) -> Result<PathBuf> {
    let text = fs::read(Path::new(FOLDER).join(name).with_extension("wat"))?;
    let wasm = folder.join(name).with_extension("wasm");
    fs::write(&wasm, wat::parse_bytes(&text).map_err(Error::other)?)?;
    Ok(wasm)
}

/// Compiles with this project, at level 3.
pub(super) fn with_cwamrc(wasm: &Path, collects: bool, aot: &Path) -> Result<()> {
    let cpu = Cpu::host().map_err(Error::other)?;
    let options = Options::new().opt_level(OptLevel::O3).cpu(cpu).garbage_collection(collects);
    let artifact = compile(&fs::read(wasm)?, &options).map_err(Error::other)?;
    fs::write(aot, artifact.bytes())
}

/// Compiles with WAMR's own compiler, for a runtime with garbage collection.
pub(super) fn with_wamrc(wamrc: &Path, wasm: &Path, aot: &Path) -> Result<()> {
    let mut command = Command::new(wamrc);
    command.args(["--enable-gc", "--opt-level=3", "--bounds-checks=0", "-o"]).arg(aot).arg(wasm);
    output_of(&mut command).map(|_| ())
}
