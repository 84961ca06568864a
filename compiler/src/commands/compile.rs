//! `cwamrc -o FILE.aot FILE.wasm`

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use cwamrc::cache::{CacheStatistics, DiskCache};
use cwamrc::universal::NativeCode;
use cwamrc::{Artifact, Compiler, Cpu, Diagnostic, Error, Listing, Options};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::key;
use crate::cli::{CompileRequest, Format};
use crate::failure::{Failure, diagnose};
use crate::files;

/// Compilations that take longer show a progress bar, on a terminal.
const PROGRESS_AFTER: Duration = Duration::from_millis(500);

/// Compiles a module and writes the result.
pub(crate) fn compile(request: &CompileRequest) -> Result<ExitCode, Failure> {
    for note in &request.notes {
        diagnose(note);
    }
    let wasm = files::read_module(&request.input)?;
    let name = files::display_name(&request.input);
    let contents = match request.format {
        Format::Clif => listings(&wasm, request, &name, |function| &function.clif)?,
        Format::Asm => listings(&wasm, request, &name, |function| &function.assembly)?,
        Format::Object => artifacts(&wasm, request, &name, OBJECT)?,
        Format::Aot => artifacts(&wasm, request, &name, AOT)?,
        Format::Universal => vec![universal(&wasm, request, &name)?],
    };
    if request.dump {
        let dumps = listings(&wasm, request, &name, |function| &function.clif)?;
        write_each(request, &request.output.with_extension("clif"), dumps)?;
    }
    write_each(request, &request.output, contents)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes what was made for each target: as `path`, or as the files of a set with that name.
fn write_each(
    request: &CompileRequest,
    path: &Path,
    mut contents: Vec<Vec<u8>>,
) -> Result<(), Failure> {
    if contents.len() == 1 {
        return files::write(path, &contents.remove(0));
    }
    let architectures = request.options.iter().map(|options| options.cpu.architecture());
    let paths = architectures.map(|architecture| files::of_set(path, architecture));
    files::write_all(&paths.zip(contents).collect::<Vec<_>>())
}

/// The module with machine code for every target.
fn universal(wasm: &[u8], request: &CompileRequest, name: &str) -> Result<Vec<u8>, Failure> {
    let failed = |error: Error| Failure::compilation(name, &error);
    // Compiled is the module alone, so that custom sections carried over are not those of before.
    let module = match cwamrc::universal::strip(wasm) {
        Ok(module) => module,
        // What it is instead of a module, compiling tells.
        Err(_) => wasm.to_vec(),
    };
    // A key that is none is found before the work is done.
    let key = request.sign.as_deref().map(key::read_private).transpose()?;
    let codes = artifacts(&module, request, name, AOT)?;
    let codes: Vec<NativeCode<'_>> = request
        .options
        .iter()
        .zip(&codes)
        .map(|(options, aot)| NativeCode { cpu: &options.cpu, aot })
        .collect();
    let file = match &key {
        Some(key) => cwamrc::universal::embed_signed(&module, &codes, key),
        None => cwamrc::universal::embed(&module, &codes),
    };
    file.map_err(failed)
}

/// What is made of a module for each target.
type Compile = fn(&Compiler<'_>, &[u8], &[Cpu]) -> Result<Vec<Artifact>, Error>;
const AOT: Compile = |compiler, wasm, cpus| compiler.compile_each(wasm, cpus);
const OBJECT: Compile = |compiler, wasm, cpus| compiler.compile_object_each(wasm, cpus);

fn artifacts(
    wasm: &[u8],
    request: &CompileRequest,
    name: &str,
    compile: Compile,
) -> Result<Vec<Vec<u8>>, Failure> {
    let cache = request.cache.as_ref();
    let artifacts = compile_with(compile, wasm, &request.options, cache, name)?;
    if request.verbose {
        for (artifact, options) in artifacts.iter().zip(&request.options) {
            let target = match request.options.len() {
                1 => String::new(),
                _ => format!(", for {}", options.cpu.architecture()),
            };
            for note in &artifact.diagnostics()[artifact.warnings().len()..] {
                diagnose(format_args!("note: {note}, in {name}{target}"));
            }
            diagnose(summary(artifact, wasm.len()) + &target);
        }
    }
    if let (Some(path), [artifact]) = (&request.stack_usage, &artifacts[..]) {
        files::write(path, stack_usage(artifact, name).as_bytes())?;
    }
    Ok(artifacts.into_iter().map(Artifact::into_bytes).collect())
}

/// A line for each function: module and name, bytes, and that they are known, as clang writes it.
fn stack_usage(artifact: &Artifact, module: &str) -> String {
    let mut report = String::new();
    for usage in artifact.stack_usage() {
        let name = match &usage.name {
            // A line is divided by tabs.
            Some(name) => name.replace(char::is_control, "?"),
            None => format!("$f{}", usage.function),
        };
        writeln!(report, "{module}:{name}\t{}\tstatic", usage.bytes)
            .expect("strings take any text");
    }
    report
}

/// Compiles `wasm`, which came from `name`, with a progress bar if it takes long; prints warnings.
#[cfg(feature = "run")]
pub(crate) fn compile_artifact(
    wasm: &[u8],
    options: &Options,
    cache: Option<&DiskCache>,
    name: &str,
) -> Result<Artifact, Failure> {
    let each = std::slice::from_ref(options);
    let mut artifacts = compile_with(AOT, wasm, each, cache, name)?;
    Ok(artifacts.remove(0))
}

fn compile_with(
    compile: Compile,
    wasm: &[u8],
    options: &[Options],
    cache: Option<&DiskCache>,
    name: &str,
) -> Result<Vec<Artifact>, Failure> {
    let bar = progress_bar();
    // The targets share all options but the CPU.
    let cpus: Vec<Cpu> = options.iter().map(|options| options.cpu.clone()).collect();
    let first = options.first().cloned().unwrap_or_default();
    let mut compiler = Compiler::new(first).on_progress(|progress| {
        if bar.elapsed() >= PROGRESS_AFTER {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        }
    });
    if let Some(cache) = cache {
        compiler = compiler.cache(cache);
    }
    let result = compile(&compiler, wasm, &cpus);
    bar.finish_and_clear();
    let artifacts = result.map_err(|error| Failure::compilation(name, &error))?;
    // Most are about the module, and so the same for each target.
    let mut warnings: Vec<&Diagnostic> = artifacts.iter().flat_map(Artifact::warnings).collect();
    warnings.dedup();
    for warning in warnings {
        diagnose(format_args!("warning: {warning}, in {name}"));
    }
    Ok(artifacts)
}

fn progress_bar() -> ProgressBar {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("compiling [{bar:40}] {percent}% ({eta} left)")
        .expect("the template is well formed")
        .progress_chars("=> ");
    ProgressBar::with_draw_target(None, target).with_style(style)
}

/// What was done, for `-v`.
pub(crate) fn summary(artifact: &Artifact, wasm_size: usize) -> String {
    let statistics = artifact.statistics();
    let mut summary = format!(
        "compiled {} functions, {wasm_size} bytes of wasm, to {} bytes: {} of code, \
         {} relocations",
        statistics.functions,
        artifact.bytes().len(),
        statistics.code_size,
        statistics.relocations,
    );
    let cache = artifact.summary().cache();
    if let Some(CacheStatistics { hits, misses, bytes_read, bytes_written, .. }) = cache {
        let cache = format!(
            "\ncache: {hits} functions found, {misses} not; \
             {bytes_read} bytes read, {bytes_written} written",
        );
        summary.push_str(&cache);
    }
    summary
}

/// The functions of the module for each target, in readable form.
fn listings(
    wasm: &[u8],
    request: &CompileRequest,
    name: &str,
    text: impl Fn(&Listing) -> &str,
) -> Result<Vec<Vec<u8>>, Failure> {
    let listing = |options| match cwamrc::list(wasm, options) {
        Ok(functions) => Ok(listing(&functions, &text)),
        Err(error) => Err(Failure::compilation(name, &error)),
    };
    request.options.iter().map(listing).collect()
}

fn listing(functions: &[Listing], text: impl Fn(&Listing) -> &str) -> Vec<u8> {
    let mut output = String::new();
    for function in functions {
        write!(output, ";; {}", function.symbol).expect("strings take any text");
        if let Some(name) = &function.name {
            write!(output, " {name:?}").expect("strings take any text");
        }
        output.push('\n');
        output.push_str(text(function).trim_end());
        output.push_str("\n\n");
    }
    output.into_bytes()
}
