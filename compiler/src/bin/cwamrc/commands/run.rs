//! `cwamrc run FILE [ARGS]`
//!
//! Compiles in memory, unless there is trusted machine code, and runs the module in the built-in
//! WAMR. Standard streams and the exit code are the program's own; a trap is a failure of this
//! command.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use cwamrc::instrument::{GAS_LEFT, INSTRUCTION_COUNT, TIME};
use wamr_shim::{ExternType, Instance, InstanceConfig, Module, Trap, Val, ValType, WasiConfig};

use super::pick::{self, Program};
use super::runtimes::Runtimes;
use super::time_limit::TimeLimit;
use super::{uncaught, values};
use crate::cli::{DirMapping, RunRequest};
use crate::failure::{Failure, diagnose};
use crate::files;

/// The heap of a program that allocates through the host's libc; the same as in iwasm.
const HOST_LIBC_HEAP: u32 = 16 * 1024;

/// The runtime's message for an exception that nobody caught.
const UNCAUGHT_TEXT: &str = "uncaught wasm exception";

/// Runs a module, an `.aot` file, a universal file or a set of files.
pub(crate) fn run(request: &RunRequest) -> Result<ExitCode, Failure> {
    let name = files::display_name(&request.input);
    let failed = |error: &wamr_shim::Error| Failure::new(format!("{error}, in {name}"));
    let runtimes = Runtimes::start(request.gc_heap_size).map_err(|error| failed(&error))?;
    let Program { module, compiled } = pick::load(&runtimes, request)?;
    let config = instance_config(request, &module)?;
    let limit = request.timeout.map(|limit| TimeLimit::start(limit, &name)).transpose()?;
    let limit = limit.as_ref();
    let instance = module.instantiate(&config).map_err(|error| failed(&error))?;
    if let Some(limit) = limit {
        limit.watch(&instance);
    }
    let ended = match &request.invoke {
        Some(function) => invoke(&instance, function, &request.args, &name),
        None => start(&instance, request, &name),
    };
    if request.verbose {
        report_counters(&instance);
    }
    if let Some(limit) = limit {
        limit.release();
    }
    let thrown = match (&ended, &compiled) {
        (Err(Ended::Trapped(trap)), Some(compiled)) if trap.message.ends_with(UNCAUGHT_TEXT) => {
            uncaught::describe(&instance, compiled)
        }
        _ => None,
    };
    // This waits for the program's threads, so the limit must still exist.
    drop(instance);
    ended.map_err(|ended| match ended {
        Ended::Trapped(trap) => match limit.and_then(|limit| limit.failure(&trap.message)) {
            Some(failure) => trapped(&trap, failure),
            None => {
                let what = match thrown {
                    Some(thrown) => format!("{}: {thrown}", trap.message),
                    None => format!("{}, in {name}", trap.message),
                };
                trapped(&trap, Failure::new(what))
            }
        },
        Ended::Failed(failure) => failure,
    })
}

/// Why a program did not end normally.
enum Ended {
    Trapped(Trap),
    Failed(Failure),
}

impl From<Trap> for Ended {
    fn from(trap: Trap) -> Self {
        Self::Trapped(trap)
    }
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Prints what the code has measured, if anything.
fn report_counters(instance: &Instance) {
    let counters = [
        (INSTRUCTION_COUNT, "instructions executed"),
        (GAS_LEFT, "gas left"),
        (TIME, "ticks of the machine's counter spent in the module"),
    ];
    for (name, what) in counters {
        if let Some(Val::I64(value)) = instance.global(name) {
            diagnose(format_args!("{what}: {value}"));
        }
    }
}

fn instance_config(request: &RunRequest, module: &Module) -> Result<InstanceConfig, Failure> {
    let mut wasi = WasiConfig::new().arg(program_name(request)).args(&request.args);
    for (variable, value) in &request.env {
        wasi = wasi.env(variable, value);
    }
    for DirMapping { host, guest } in &request.dirs {
        // The runtime would report the error only as a number.
        let opened = std::fs::read_dir(host);
        opened.map_err(|error| {
            Failure::new(format!("cannot open directory {}: {error}", host.display()))
        })?;
        wasi = wasi.preopened_dir(host, guest);
    }
    let heap = request.heap_size.unwrap_or_else(|| default_heap(module));
    let stack_size = request.stack_size;
    Ok(InstanceConfig { stack_size, heap_size: heap, wasi, ..InstanceConfig::default() })
}

/// The program's name, as the program sees it.
fn program_name(request: &RunRequest) -> &OsStr {
    if files::is_stream(&request.input) {
        return OsStr::new("standard input");
    }
    request.input.as_os_str()
}

/// A heap changes the memory that the module sees, so only programs that need one get it.
fn default_heap(module: &Module) -> u32 {
    let allocates = |name: &str| matches!(name, "malloc" | "calloc" | "realloc" | "strdup");
    let needs =
        module.imports().iter().any(|import| import.module == "env" && allocates(&import.name));
    if needs { HOST_LIBC_HEAP } else { 0 }
}

fn start(instance: &Instance, request: &RunRequest, name: &str) -> Result<ExitCode, Ended> {
    let exports = instance.module().exports();
    let is_program = |export: &str| matches!(export, "_start" | "main" | "__main_argc_argv");
    if !exports.iter().any(|export| is_program(&export.name)) {
        let failure = Failure::new(format!("no program to start, in {name}"))
            .with_hint(Some("call one of its functions with --invoke FUNCTION"));
        return Err(failure.into());
    }
    let args = request.args.iter().map(OsString::as_os_str);
    let args: Vec<&OsStr> = std::iter::once(program_name(request)).chain(args).collect();
    let code = instance.run_main_os(&args)?;
    // Only the low 8 bits are passed on, as the system does.
    Ok(ExitCode::from(code as u8))
}

fn invoke(
    instance: &Instance,
    function: &str,
    args: &[OsString],
    name: &str,
) -> Result<ExitCode, Ended> {
    let exports = instance.module().exports();
    let ty = exports.iter().find_map(|export| match &export.ty {
        ExternType::Func(ty) if export.name == function => Some(ty),
        _ => None,
    });
    let ty = ty.ok_or_else(|| {
        Failure::new(format!("no function {function:?} is exported, in {name}"))
            .with_hint(Some("`cwamrc inspect` lists the exports of a compiled module"))
    })?;
    if ty.params.len() != args.len() {
        return Err(Failure::new(format!(
            "{function} takes {} arguments, not {}, in {name}",
            ty.params.len(),
            args.len()
        ))
        .into());
    }
    let parsed = ty.params.iter().zip(args).map(|(&ty, text)| argument(ty, text));
    let values = parsed.collect::<Result<Vec<_>, _>>()?;
    let results = match instance.call(function, &values) {
        Ok(results) => results,
        Err(Trap { exit_code: Some(code), .. }) => return Ok(ExitCode::from(code as u8)),
        Err(trap) => return Err(trap.into()),
    };
    let text: Vec<String> = results.iter().map(values::display).collect();
    if !text.is_empty() {
        files::write(Path::new("-"), format!("{}\n", text.join(",")).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn argument(ty: ValType, text: &OsStr) -> Result<Val, Failure> {
    values::parse(ty, &text.to_string_lossy()).map_err(|hint| {
        let name = values::type_name(ty);
        Failure::new(format!("{text:?} is not an argument of type {name}")).with_hint(Some(hint))
    })
}

/// Prints the frames of a trap before its failure.
fn trapped(trap: &Trap, failure: Failure) -> Failure {
    for (depth, frame) in trap.frames.iter().enumerate() {
        diagnose(format_args!("#{depth:02}: {frame}"));
    }
    failure
}
