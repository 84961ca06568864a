//! The work of the processes that this benchmark starts: one measurement each.
//!
//! Each starts a runtime in yet another process, since a runtime with garbage collection does not
//! run files without. What counts is the CPU time of that one.

use std::fs::{self, File};
use std::io::{Error, Read, Result, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, id};

use wamr_shim::{Instance, InstanceConfig, Runtime, Trap, Val, WasiConfig};

use super::{Timed, modules};
use crate::contestant::output_of;

/// The native stack of a process's main thread on Linux.
const NATIVE_STACK: usize = 8 << 20;

/// What `cwamrc run` gives a program.
const HEAP: u32 = 64 << 20;
/// Small enough for thousands of collections.
const SMALL_HEAP: u32 = 1 << 20;

/// Sizes of the stack that the runtime keeps for frames.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Stacks {
    /// That of `iwasm`.
    Iwasm,
    /// That of this project's library.
    Library,
}

impl Stacks {
    fn config(self) -> InstanceConfig {
        match self {
            Self::Iwasm => InstanceConfig { stack_size: 64 << 10, ..InstanceConfig::default() },
            Self::Library => InstanceConfig::default(),
        }
    }
}

/// Starts a process of this program that does some of this work.
pub(super) fn timed(arguments: &[&str], aot: &Path) -> Result<Timed> {
    let mut command = Command::new(std::env::current_exe()?);
    Ok(serde_json::from_slice(&output_of(command.args(arguments).arg(aot))?)?)
}

fn instance(collects: bool, heap: u32, aot: &Path, config: &InstanceConfig) -> Result<Instance> {
    let command = modules::machine(collects).command().map_err(Error::other)?;
    let command = command.ok_or_else(|| Error::other("no runtime in a process of its own"))?;
    let runtime = Runtime::in_gc_runner(command, NATIVE_STACK, heap).map_err(Error::other)?;
    let module = runtime.load(&fs::read(aot)?).map_err(Error::other)?;
    module.instantiate(config).map_err(Error::other)
}

fn trapped(trap: Trap) -> Error {
    Error::other(format!("trap: {trap}"))
}

/// Calls an export with 1 and then with `number`, and prints what the second call took.
pub(crate) fn call(collects: bool, export: &str, number: i32, aot: &Path) -> Result<()> {
    let instance = instance(collects, SMALL_HEAP, aot, &InstanceConfig::default())?;
    let call = |number| instance.call_typed::<_, i32>(export, (number,)).map_err(trapped);
    call(1)?;
    let before = cpu_of_runtime()?;
    let result = call(number)?;
    print(&Timed { cpu: cpu_of_runtime()? - before, result: result.to_string() })
}

/// Lets `depth.wat` fill a stack, and prints how many calls that took.
pub(crate) fn depth(stacks: Stacks, aot: &Path) -> Result<()> {
    let instance = instance(true, HEAP, aot, &stacks.config())?;
    let end = instance.call("run", &[Val::I32(1)]);
    if end.is_ok() {
        return Err(Error::other("there is no end of the stack"));
    }
    let calls: i32 = instance.call_typed("calls", (0,)).map_err(trapped)?;
    print(&Timed { cpu: 0.0, result: calls.to_string() })
}

/// Calls an export of a program in Kotlin twice, and prints what the second call took.
pub(crate) fn kotlin(export: &str, aot: &Path) -> Result<()> {
    let mut printed = tempfile::tempfile()?;
    let wasi = WasiConfig::new().arg("program").stdin(File::open("/dev/null")?);
    let wasi = wasi.stdout(printed.try_clone()?).stderr(printed.try_clone()?);
    let instance =
        instance(true, HEAP, aot, &InstanceConfig { wasi, ..InstanceConfig::default() })?;
    instance.run_main(&[]).map_err(trapped)?;
    let call = || instance.call(export, &[]).map_err(trapped);
    call()?;
    let before = cpu_of_runtime()?;
    call()?;
    let cpu = cpu_of_runtime()? - before;
    let mut result = String::new();
    printed.rewind()?;
    printed.read_to_string(&mut result)?;
    print(&Timed { cpu, result })
}

fn print(timed: &Timed) -> Result<()> {
    println!("{}", serde_json::to_string(timed)?);
    Ok(())
}

/// CPU seconds that all threads of the only child of this process have used so far.
fn cpu_of_runtime() -> Result<f64> {
    let mut nanoseconds = 0;
    for parent in threads(&id().to_string())? {
        for child in fs::read_to_string(parent.join("children"))?.split_whitespace() {
            for thread in threads(child)? {
                let text = fs::read_to_string(thread.join("schedstat"))?;
                let first =
                    text.split_whitespace().next().and_then(|text| text.parse::<u64>().ok());
                nanoseconds += first.ok_or_else(|| Error::other("no time in schedstat"))?;
            }
        }
    }
    Ok(nanoseconds as f64 * 1e-9)
}

/// The folders of a process's threads.
fn threads(process: &str) -> Result<Vec<PathBuf>> {
    let all = fs::read_dir(format!("/proc/{process}/task"))?;
    all.map(|thread| Ok(thread?.path())).collect()
}
