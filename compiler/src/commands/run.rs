//! `cwamrc run FILE [ARGS]`
//!
//! Compiles in memory and runs in the WAMR that is built in. Standard streams and the exit code are
//! the program's own; a trap is a failure of this command.

use std::path::Path;
use std::process::ExitCode;

use cwamrc::Release;
use wamr_shim::{
    ExternType, Instance, InstanceConfig, Module, Runtime, Trap, Val, ValType, WasiConfig,
};

use super::compile::compile_artifact;
use crate::cli::{DirMapping, RunRequest};
use crate::failure::{Failure, diagnose};
use crate::files;

/// The heap that a program gets which allocates through the host's libc, as iwasm's is.
const HOST_LIBC_HEAP: u32 = 16 * 1024;

/// Runs a module or an `.aot` file.
pub(crate) fn run(request: &RunRequest) -> Result<ExitCode, Failure> {
    let name = files::display_name(&request.input);
    let failed = |error: &wamr_shim::Error| Failure::new(format!("{error}, in {name}"));
    let bytes = files::read_module(&request.input)?;
    let aot = if bytes.starts_with(b"\0aot") {
        bytes
    } else {
        let options = request.options.clone().release(Release::Main);
        let artifact = compile_artifact(&bytes, &options, request.cache.as_ref(), &name)?;
        if request.verbose {
            diagnose(super::compile::summary(&artifact, bytes.len()));
        }
        artifact.into_bytes()
    };
    let runtime = Runtime::new().map_err(|error| failed(&error))?;
    let module = runtime.load(&aot).map_err(|error| failed(&error))?;
    let config = instance_config(request, &module, &name)?;
    let instance = module.instantiate(&config).map_err(|error| failed(&error))?;
    match &request.invoke {
        Some(function) => invoke(&instance, function, &request.args, &name),
        None => start(&instance, request, &name),
    }
}

fn instance_config(
    request: &RunRequest,
    module: &Module,
    name: &str,
) -> Result<InstanceConfig, Failure> {
    let mut wasi = WasiConfig::new().arg(name).args(request.args.iter().cloned());
    for (variable, value) in &request.env {
        wasi = wasi.env(variable, value);
    }
    for DirMapping { host, guest } in &request.dirs {
        // The runtime would name the error by its number.
        let opened = std::fs::read_dir(host);
        opened.map_err(|error| Failure::new(format!("cannot open directory {host}: {error}")))?;
        wasi = wasi.preopened_dir(host, guest);
    }
    let heap = request.heap_size.unwrap_or_else(|| default_heap(module));
    let stack_size = request.stack_size;
    Ok(InstanceConfig { stack_size, heap_size: heap, wasi, ..InstanceConfig::default() })
}

/// A heap changes the memory that the module sees, so only programs that need one have it.
fn default_heap(module: &Module) -> u32 {
    let allocates = |name: &str| matches!(name, "malloc" | "calloc" | "realloc" | "strdup");
    let needs =
        module.imports().iter().any(|import| import.module == "env" && allocates(&import.name));
    if needs { HOST_LIBC_HEAP } else { 0 }
}

fn start(instance: &Instance, request: &RunRequest, name: &str) -> Result<ExitCode, Failure> {
    let exports = instance.module().exports();
    let is_program = |export: &str| matches!(export, "_start" | "main" | "__main_argc_argv");
    if !exports.iter().any(|export| is_program(&export.name)) {
        return Err(Failure::new(format!("no program to start, in {name}"))
            .with_hint(Some("call one of its functions with --invoke FUNCTION")));
    }
    let args: Vec<&str> =
        std::iter::once(name).chain(request.args.iter().map(String::as_str)).collect();
    let code = instance.run_main(&args).map_err(|trap| trapped(&trap, name))?;
    // As the system does, only the low 8 bits are passed on.
    Ok(ExitCode::from(code as u8))
}

fn invoke(
    instance: &Instance,
    function: &str,
    args: &[String],
    name: &str,
) -> Result<ExitCode, Failure> {
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
        )));
    }
    let parsed = ty.params.iter().zip(args).map(|(&ty, text)| parse_value(ty, text));
    let values = parsed.collect::<Result<Vec<_>, _>>()?;
    let results = match instance.call(function, &values) {
        Ok(results) => results,
        Err(Trap { exit_code: Some(code), .. }) => return Ok(ExitCode::from(code as u8)),
        Err(trap) => return Err(trapped(&trap, name)),
    };
    let text: Vec<String> = results.iter().map(display_value).collect();
    if !text.is_empty() {
        files::write(Path::new("-"), format!("{}\n", text.join(",")).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A trap as a failure; the frames are printed first, as the innermost are the most telling.
fn trapped(trap: &Trap, name: &str) -> Failure {
    for (depth, frame) in trap.frames.iter().enumerate() {
        diagnose(format_args!("#{depth:02}: {frame}"));
    }
    Failure::new(format!("{}, in {name}", trap.message))
}

fn parse_value(ty: ValType, text: &str) -> Result<Val, Failure> {
    let value = match ty {
        ValType::I32 => parse_integer(text).and_then(|value| {
            let fits = i64::from(i32::MIN)..=i64::from(u32::MAX);
            fits.contains(&value).then_some(Val::I32(value as i32))
        }),
        ValType::I64 => parse_integer(text).map(Val::I64),
        ValType::F32 => text.parse::<f32>().ok().map(|value| Val::F32(value.to_bits())),
        ValType::F64 => text.parse::<f64>().ok().map(|value| Val::F64(value.to_bits())),
        _ => None,
    };
    value.ok_or_else(|| Failure::new(format!("{text:?} is no argument of type {ty:?}")))
}

/// Decimal or hexadecimal, signed or unsigned, in 64 bits.
fn parse_integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let magnitude = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => u64::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    match (negative, magnitude) {
        (true, magnitude) if magnitude <= 1 << 63 => Some((magnitude as i64).wrapping_neg()),
        (true, _) => None,
        (false, magnitude) => Some(magnitude as i64),
    }
}

/// As iwasm prints values.
fn display_value(value: &Val) -> String {
    match value {
        Val::I32(value) => format!("{value:#x}:i32"),
        Val::I64(value) => format!("{value:#x}:i64"),
        Val::F32(bits) => format!("{}:f32", f32::from_bits(*bits)),
        Val::F64(bits) => format!("{}:f64", f64::from_bits(*bits)),
        Val::V128(value) => format!("{value:#034x}:v128"),
        Val::FuncRef(reference) => display_reference(*reference, "func"),
        Val::ExternRef(reference) => display_reference(*reference, "extern"),
    }
}

fn display_reference(reference: Option<u32>, kind: &str) -> String {
    match reference {
        Some(index) => format!("ref.{kind} {index}"),
        None => format!("{kind}:ref.null"),
    }
}
