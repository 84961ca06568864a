//! The work of the processes that this program starts: one measurement each.

use std::fs;
use std::io::{Error, Read, Result, Write, stdin, stdout};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use cwamrc::cache::DiskCache;
use cwamrc::{Compiler, Cpu, OptLevel, Options};
use cwamrc_tests::machine::Machine;
use cwamrc_tests::runner;
use wamr_shim::Runtime;

use crate::contestant::Task;
use crate::measure::measure;

/// Compiles once, writes the result, and prints the [`crate::measure::Sample`].
pub(crate) fn compile_once(
    level: u8,
    threads: NonZeroUsize,
    host_cpu: bool,
    cache: Option<PathBuf>,
    wasm: &Path,
    aot: &Path,
) -> Result<()> {
    let wasm = fs::read(wasm)?;
    let level = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3]
        .get(usize::from(level))
        .copied()
        .ok_or_else(|| Error::other(format!("unknown level {level}")))?;
    let mut options = Options::new().opt_level(level).threads(threads);
    if host_cpu {
        options = options.cpu(Cpu::host().map_err(Error::other)?);
    }
    let cache = cache.map(DiskCache::new);
    let mut compiler = Compiler::new(options);
    if let Some(cache) = &cache {
        compiler = compiler.cache(cache);
    }
    let (artifact, sample) = measure(
        concat!("cwamrc ", env!("CARGO_PKG_VERSION")),
        || compiler.compile(&wasm),
        |result| result.as_ref().map_or(0, |artifact| artifact.bytes().len() as u64),
    )?;
    fs::write(aot, artifact.map_err(Error::other)?.bytes())?;
    print_json(&sample)
}

/// Loads a module several times, and prints the seconds of each.
pub(crate) fn load(times: usize, aot: &Path) -> Result<()> {
    let bytes = fs::read(aot)?;
    let runtime = Runtime::new().map_err(Error::other)?;
    let mut seconds = Vec::with_capacity(times);
    for _ in 0..times {
        let start = Instant::now();
        let module = runtime.load(&bytes).map_err(Error::other)?;
        seconds.push(start.elapsed().as_secs_f64());
        drop(module);
    }
    print_json(&seconds)
}

/// Runs the [`Task`] on standard input; prints what the program prints and ends with its exit code.
pub(crate) fn run(aot: &Path) -> Result<i32> {
    let mut text = Vec::new();
    stdin().read_to_end(&mut text)?;
    let task: Task = serde_json::from_slice(&text)?;
    let output = runner::run(Machine::Here, &fs::read(aot)?, task.host, &task.run)?;
    stdout().write_all(&output.stdout)?;
    Ok(output.code)
}

fn print_json(value: &impl serde::Serialize) -> Result<()> {
    let mut out = stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.flush()
}
