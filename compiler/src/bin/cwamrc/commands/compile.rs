//! `cwamrc -o FILE.aot FILE.wasm`

use std::fmt::Write;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use cwamrc::cache::{CacheStatistics, DiskCache};
use cwamrc::universal::NativeCode;
use cwamrc::{Artifact, Compiler, Cpu, Diagnostic, Error, Listing, Options, Release};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::key;
use crate::cli::{CompileRequest, Format};
use crate::failure::{Failure, diagnose};
use crate::files;
use crate::source::Source;

/// On a terminal, longer compilations show a progress bar.
const PROGRESS_AFTER: Duration = Duration::from_millis(500);

/// Compiles a module and writes the result.
pub(crate) fn compile(request: &CompileRequest) -> Result<ExitCode, Failure> {
    for note in &request.notes {
        diagnose(note);
    }
    let source = &Source::read(&request.input)?;
    let contents = match request.format {
        Format::Clif => listings(source, request, |function| &function.clif)?,
        Format::Asm => listings(source, request, |function| &function.assembly)?,
        Format::Object => artifacts(source, source.wasm(), request, OBJECT)?,
        Format::Aot => artifacts(source, source.wasm(), request, AOT)?,
        Format::Universal => vec![universal(source, request)?],
    };
    if request.dump {
        let dumps = listings(source, request, |function| &function.clif)?;
        write_each(request, &request.output.path.with_extension("clif"), dumps)?;
    }
    write_each(request, &request.output.path, contents)?;
    if request.verbose && matches!(request.format, Format::Aot | Format::Universal) {
        diagnose(loaders(request));
    }
    Ok(ExitCode::SUCCESS)
}

/// The runtimes that load a file, for `-v`.
fn loaders(request: &CompileRequest) -> String {
    let release = request.options[0].release;
    let version = release.facts().version;
    let takes = |other: &Release| other.facts().accepted_versions.contains(&version);
    let others: Vec<String> = Release::all().filter(takes).map(|it| it.to_string()).collect();
    let found = request.release_found.iter().map(|how| format!("; {how}"));
    format!(
        "made for WAMR {release}: AOT version {version}, of {}; others report \"unknown binary \
            version\", and --wamr-version=auto asks the installed iwasm{}",
        others.join(", "),
        found.collect::<String>()
    )
}

/// Writes the result for each target: to `path`, or to the files of a set with that name.
fn write_each(
    request: &CompileRequest,
    path: &Path,
    mut contents: Vec<Vec<u8>>,
) -> Result<(), Failure> {
    let paths: Vec<PathBuf> = if contents.len() == 1 {
        files::write(path, &contents.remove(0))?;
        vec![path.to_owned()]
    } else {
        let architectures = request.options.iter().map(|options| options.cpu.architecture());
        let paths: Vec<_> = architectures.map(|one| files::of_set(path, one)).collect();
        files::write_all(&paths.iter().cloned().zip(contents).collect::<Vec<_>>())?;
        paths
    };
    if request.verbose && request.output.is_chosen_here {
        paths.iter().for_each(|path| diagnose(format_args!("wrote {}", path.display())));
    }
    Ok(())
}

/// The module with machine code for every target.
fn universal(source: &Source, request: &CompileRequest) -> Result<Vec<u8>, Failure> {
    let wasm = source.wasm();
    // The module alone is compiled, so that sections of an earlier run are not copied.
    let module = match cwamrc::universal::strip(wasm) {
        Ok(module) => module,
        // If it is not a module, compiling reports what it is.
        Err(_) => wasm.to_vec(),
    };
    // An invalid key is reported before the work is done.
    let key = request.sign.as_deref().map(key::read_private).transpose()?;
    let codes = artifacts(source, &module, request, AOT)?;
    let codes: Vec<NativeCode<'_>> = request
        .options
        .iter()
        .zip(&codes)
        .map(|(options, aot)| NativeCode { cpu: &options.cpu, aot })
        .collect();
    let embedded = match &key {
        Some(key) => cwamrc::universal::embed_signed(&module, &codes, key),
        None => cwamrc::universal::embed(&module, &codes),
    };
    embedded.map_err(|error| source.failure(&module, &error))
}

/// Compiles a module for each target.
type Compile = fn(&Compiler<'_>, &[u8], &[Cpu]) -> Result<Vec<Artifact>, Error>;
const AOT: Compile = |compiler, wasm, cpus| compiler.compile_each(wasm, cpus);
const OBJECT: Compile = |compiler, wasm, cpus| compiler.compile_object_each(wasm, cpus);

/// The result of `compile` for `wasm`, which is the module or was derived from it.
fn artifacts(
    source: &Source,
    wasm: &[u8],
    request: &CompileRequest,
    compile: Compile,
) -> Result<Vec<Vec<u8>>, Failure> {
    let cache = request.cache.as_ref();
    let name = source.name();
    let artifacts = compile_with(compile, source, wasm, &request.options, cache)?;
    warn(source, &artifacts, |_| true);
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

/// A line for each function, in clang's format: module and name, bytes, and that they are exact.
fn stack_usage(artifact: &Artifact, module: &str) -> String {
    let mut report = String::new();
    for usage in artifact.stack_usage() {
        let name = match &usage.name {
            // Tabs separate the parts of a line.
            Some(name) => name.replace(char::is_control, "?"),
            None => format!("$f{}", usage.function),
        };
        writeln!(report, "{module}:{name}\t{}\tstatic", usage.bytes)
            .expect("strings take any text");
    }
    report
}

/// Compiles `wasm`, which is the module or was derived from it, with a progress bar if it takes
/// long, to be run here. Prints warnings.
#[cfg(feature = "run")]
pub(crate) fn compile_artifact(
    source: &Source,
    wasm: &[u8],
    options: &Options,
    cache: Option<&DiskCache>,
) -> Result<Artifact, Failure> {
    let each = std::slice::from_ref(options);
    let mut artifacts = compile_with(AOT, source, wasm, each, cache)?;
    // If the built-in runtime cannot run it, loading reports that.
    warn(source, &artifacts, |warning| !warning.is_about_builds());
    Ok(artifacts.remove(0))
}

fn compile_with(
    compile: Compile,
    source: &Source,
    wasm: &[u8],
    options: &[Options],
    cache: Option<&DiskCache>,
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
    result.map_err(|error| source.failure(wasm, &error))
}

/// Prints those warnings that matter.
fn warn(source: &Source, artifacts: &[Artifact], matters: impl Fn(&Diagnostic) -> bool) {
    // Most are about the module, and so the same for each target.
    let mut warnings: Vec<&Diagnostic> = artifacts.iter().flat_map(Artifact::warnings).collect();
    warnings.dedup();
    for warning in warnings.into_iter().filter(|warning| matters(warning)) {
        diagnose(format_args!("warning: {warning}, in {}", source.name()));
    }
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
    source: &Source,
    request: &CompileRequest,
    text: impl Fn(&Listing) -> &str,
) -> Result<Vec<Vec<u8>>, Failure> {
    let listing = |options| match cwamrc::list(source.wasm(), options) {
        Ok(functions) => Ok(listing(&functions, &text)),
        Err(error) => Err(source.failure(source.wasm(), &error)),
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
