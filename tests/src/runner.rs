//! Runs a program in the WAMR runtime, of this process or of another machine, and captures its
//! output.
//!
//! It runs `.aot` files and, in the interpreter, wasm.

use std::fs::File;
use std::io::{Error, Read, Result, Seek, Write};
use std::panic::resume_unwind;
use std::thread;

use wamr_shim::{Instance, InstanceConfig, Runtime, Trap, WasiConfig};

use crate::emscripten;
use crate::machine::Machine;
use crate::programs::{Host, Output, Run};
use crate::tfjs;

/// Bytes for the interpreter's stack.
const INTERPRETER_STACK: u32 = 4 << 20;

/// Size of the native stack in bytes: that of a process's main thread on Linux. Test threads have
/// less.
const NATIVE_STACK: usize = 8 << 20;

/// Loads `module` on `machine` and runs it as `run` says.
///
/// # Errors
/// The module cannot be loaded or instantiated, or ends with a trap; files of the run cannot be
/// opened.
///
/// # Panics
/// If there is no such machine; the message says why.
pub fn run(machine: Machine, module: &[u8], host: Host, run: &Run) -> Result<Output> {
    let run_here = || {
        let runtime = machine.runtime();
        match host {
            Host::Wasi => {
                run_wasi(&runtime, module, run, |instance| instance.run_main(&[]).map_err(trapped))
            }
            Host::Kotlin => run_wasi(&runtime, module, run, |instance| {
                let code = instance.run_main(&[]).map_err(trapped)?;
                instance.call(&run.name, &[]).map(|_| code).map_err(trapped)
            }),
            Host::ClangFormat => emscripten::run_clang_format(&runtime, module, run),
            Host::SqlJs => emscripten::run_sqljs(&runtime, module, run),
            Host::QuickJs => emscripten::run_quickjs(&runtime, module, run),
            Host::Tfjs => tfjs::run(&runtime, module, run),
        }
    };
    thread::scope(|scope| {
        let thread =
            thread::Builder::new().stack_size(NATIVE_STACK).spawn_scoped(scope, run_here)?;
        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

fn run_wasi(
    runtime: &Runtime,
    module: &[u8],
    run: &Run,
    start: impl Fn(&Instance) -> Result<i32>,
) -> Result<Output> {
    let mut stdout = tempfile::tempfile()?;
    let mut wasi = WasiConfig::new().arg(&run.name).args(&run.args);
    wasi = wasi.stdin(file_with(&run.stdin)?).stdout(stdout.try_clone()?);
    wasi = wasi.stderr(File::options().write(true).open("/dev/null")?);
    for (name, value) in &run.env {
        wasi = wasi.env(name, value);
    }
    if let Some(folder) = &run.folder {
        let folder = folder.to_str().ok_or_else(|| Error::other("the folder is not UTF-8"))?;
        wasi = wasi.preopened_dir(folder, ".");
    }
    let instance = runtime
        .load(module)
        .and_then(|module| module.instantiate(&config(wasi)))
        .map_err(Error::other)?;
    let code = start(&instance)?;
    let mut printed = Vec::new();
    stdout.rewind()?;
    stdout.read_to_end(&mut printed)?;
    Ok(Output { stdout: printed, code })
}

pub(crate) fn config(wasi: WasiConfig) -> InstanceConfig {
    InstanceConfig { stack_size: INTERPRETER_STACK, wasi, ..InstanceConfig::default() }
}

pub(crate) fn trapped(trap: Trap) -> Error {
    Error::other(format!("trap: {trap}"))
}

fn file_with(content: &[u8]) -> Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(content)?;
    file.rewind()?;
    Ok(file)
}
