//! `cwamrc -o FILE.aot FILE.wasm`

use std::fmt::Write;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use cwamrc::cache::{CacheStatistics, DiskCache};
use cwamrc::{Artifact, Compiler, Error, Listing, Options};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::{CompileRequest, Format};
use crate::failure::{Failure, diagnose};
use crate::files;

/// Compilations that take longer show a progress bar, on a terminal.
const PROGRESS_AFTER: Duration = Duration::from_millis(500);

/// Compiles a module and writes the result.
pub(crate) fn compile(request: &CompileRequest) -> Result<ExitCode, Failure> {
    let wasm = files::read_module(&request.input)?;
    let name = files::display_name(&request.input);
    let bytes = match request.format {
        Format::Aot => artifact(&wasm, request, &name, |compiler, wasm| compiler.compile(wasm))?,
        Format::Object => {
            artifact(&wasm, request, &name, |compiler, wasm| compiler.compile_object(wasm))?
        }
        Format::Clif => listing(&wasm, request, &name, |function| &function.clif)?,
        Format::Asm => listing(&wasm, request, &name, |function| &function.assembly)?,
    };
    files::write(&request.output, &bytes)?;
    Ok(ExitCode::SUCCESS)
}

/// What is made of a module.
type Compile = fn(&Compiler<'_>, &[u8]) -> Result<Artifact, Error>;

fn artifact(
    wasm: &[u8],
    request: &CompileRequest,
    name: &str,
    compile: Compile,
) -> Result<Vec<u8>, Failure> {
    let artifact = compile_with(compile, wasm, &request.options, request.cache.as_ref(), name)?;
    if request.verbose {
        for note in &artifact.diagnostics()[artifact.warnings().len()..] {
            diagnose(format_args!("note: {note}, in {name}"));
        }
        diagnose(summary(&artifact, wasm.len()));
    }
    Ok(artifact.into_bytes())
}

/// Compiles `wasm`, which came from `name`, with a progress bar if it takes long; prints warnings.
#[cfg(feature = "run")]
pub(crate) fn compile_artifact(
    wasm: &[u8],
    options: &Options,
    cache: Option<&DiskCache>,
    name: &str,
) -> Result<Artifact, Failure> {
    compile_with(|compiler, wasm| compiler.compile(wasm), wasm, options, cache, name)
}

fn compile_with(
    compile: Compile,
    wasm: &[u8],
    options: &Options,
    cache: Option<&DiskCache>,
    name: &str,
) -> Result<Artifact, Failure> {
    let bar = progress_bar();
    let mut compiler = Compiler::new(options.clone()).on_progress(|progress| {
        if bar.elapsed() >= PROGRESS_AFTER {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        }
    });
    if let Some(cache) = cache {
        compiler = compiler.cache(cache);
    }
    let result = compile(&compiler, wasm);
    bar.finish_and_clear();
    let artifact = result.map_err(|error| Failure::compilation(name, &error))?;
    for warning in artifact.warnings() {
        diagnose(format_args!("warning: {warning}, in {name}"));
    }
    Ok(artifact)
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

fn listing(
    wasm: &[u8],
    request: &CompileRequest,
    name: &str,
    text: impl Fn(&Listing) -> &str,
) -> Result<Vec<u8>, Failure> {
    let functions =
        cwamrc::list(wasm, &request.options).map_err(|error| Failure::compilation(name, &error))?;
    let mut output = String::new();
    for function in &functions {
        write!(output, ";; {}", function.symbol).expect("strings take any text");
        if let Some(name) = &function.name {
            write!(output, " {name:?}").expect("strings take any text");
        }
        output.push('\n');
        output.push_str(text(function).trim_end());
        output.push_str("\n\n");
    }
    Ok(output.into_bytes())
}
