//! Decides what `cwamrc run` runs: which file, and which part of it.
//!
//! A wasm module is compiled now, unless it contains machine code that a trusted key has signed. A
//! file named `.aot` is a program for this machine, and runs as one. So is the file for this
//! machine in a set of files; without one, `app.wasm` of the set is interpreted. `-v` prints what
//! was chosen, and why.
//!
//! Invariant: untrusted machine code never runs, whatever the name and the content of the file.

use std::path::{Path, PathBuf};

use cwamrc::{Architecture, Release};
use wamr_shim::{Choice, Module};

use super::compile::{compile_artifact, summary};
use super::runtimes::Runtimes;
use super::trust::Trusted;
use crate::cli::{Engine, RunRequest};
use crate::failure::{Failure, diagnose};
use crate::files;
use crate::source::Source;

/// What runs.
pub(super) struct Program {
    pub(super) module: Module,
    /// If it was compiled just now.
    pub(super) compiled: Option<Compiled>,
}

/// A module that was compiled.
pub(super) struct Compiled {
    pub(super) source: Source,
    /// The module without machine code.
    pub(super) wasm: Vec<u8>,
}

impl From<Module> for Program {
    fn from(module: Module) -> Self {
        Self { module, compiled: None }
    }
}

/// Loads the module to run.
pub(super) fn load(runtimes: &Runtimes, request: &RunRequest) -> Result<Program, Failure> {
    let input = &request.input;
    let trust = Trusted::read(&request.trust)?;
    let Some((native, module)) = set_of_files(input) else {
        return load_file(runtimes, request, &trust, input);
    };
    if request.engine == Engine::Auto && native.exists() {
        match load_file(runtimes, request, &trust, &native) {
            Ok(loaded) => {
                say(request, format_args!("running {}: it is for this machine", native.display()));
                return Ok(loaded);
            }
            Err(failure) if !module.exists() => return Err(failure),
            Err(failure) => {
                say(request, format_args!("not running {}: {failure}", native.display()))
            }
        }
    }
    if request.engine != Engine::Auto {
        return load_file(runtimes, request, &trust, &module);
    }
    say(
        request,
        format_args!("interpreting {}: no file of the set runs on this machine", module.display()),
    );
    let source = Source::read(&module)?;
    interpret(runtimes, source.wasm(), source.name())
}

/// For a file that does not exist, but is the name of a set of files: the file for this machine,
/// and the module.
fn set_of_files(input: &Path) -> Option<(PathBuf, PathBuf)> {
    if files::is_stream(input) || input.exists() {
        return None;
    }
    let module = input.with_extension("wasm");
    let of_set = |&architecture: &Architecture| files::of_set(input, architecture);
    let is_set = Architecture::ALL.iter().map(of_set).any(|file| file.exists());
    let native = files::of_set(input, Architecture::host()?);
    is_set.then_some((native, module))
}

fn load_file(
    runtimes: &Runtimes,
    request: &RunRequest,
    trust: &Trusted,
    path: &Path,
) -> Result<Program, Failure> {
    let source = Source::read(path)?;
    let (name, bytes) = (source.name(), source.wasm());
    if bytes.starts_with(b"\0aot") {
        return match request.engine {
            Engine::Auto if is_program(path) || trust.trusts_everybody() => {
                runtimes.load(bytes).map(Program::from).map_err(|error| failed(&error, name))
            }
            Engine::Auto => Err(Failure::new(format!("machine code instead of wasm, in {name}"))
                .with_hint(Some(
                    "machine code is not sandboxed; if you trust whoever made it, --trust-native \
                        runs it",
                ))),
            Engine::Compile | Engine::Interpreter => {
                let what = format!("an .aot file contains only machine code, in {name}");
                Err(Failure::new(what)
                    .with_hint(Some("name the wasm module that it was made from")))
            }
        };
    }
    // If it is not a module, compiling or loading reports it.
    let module = cwamrc::universal::strip(bytes).unwrap_or_else(|_| bytes.to_vec());
    if request.engine == Engine::Interpreter {
        return interpret(runtimes, &module, name);
    }
    if request.engine == Engine::Auto && module.len() < bytes.len() {
        let loaded = runtimes.load_native(bytes, &trust.with_folder());
        match loaded.map_err(|error| failed(&error, name))? {
            Ok(loaded) => {
                say(request, format_args!("running {name}: {}", Choice::Native));
                return Ok(loaded.into());
            }
            Err(choice) => say(request, format_args!("compiling {name}: {choice}")),
        }
    }
    let options = request.options.clone().release(Release::Main);
    let artifact = compile_artifact(&source, &module, &options, request.cache.as_ref())?;
    say(request, format_args!("{}", summary(&artifact, module.len())));
    let loaded = runtimes.load(artifact.bytes()).map_err(|error| failed(&error, name))?;
    Ok(Program { module: loaded, compiled: Some(Compiled { source, wasm: module }) })
}

/// Whether the name of the file says that it is machine code, as for iwasm.
fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "aot")
}

fn interpret(runtimes: &Runtimes, bytes: &[u8], name: &str) -> Result<Program, Failure> {
    runtimes.load_wasm(bytes).map(Program::from).map_err(|error| failed(&error, name))
}

fn failed(error: &wamr_shim::Error, name: &str) -> Failure {
    Failure::new(format!("{error}, in {name}"))
}

fn say(request: &RunRequest, what: std::fmt::Arguments<'_>) {
    if request.verbose {
        diagnose(what);
    }
}
