//! What `cwamrc run` runs: which file, and which part of it.
//!
//! A universal file or a set of files was compiled already, so what it holds for this machine runs, or
//! else the interpreter. Any other module is compiled now. What was chosen, and why, `-v` tells.

use std::path::{Path, PathBuf};

use cwamrc::{Architecture, Release};
use wamr_shim::{Choice, Module, Runtime};

use super::compile::{compile_artifact, summary};
use crate::cli::{Engine, RunRequest};
use crate::failure::{Failure, diagnose};
use crate::files;
use crate::source::Source;

/// Loads what is to be run.
pub(super) fn load(runtime: &Runtime, request: &RunRequest) -> Result<Module, Failure> {
    let input = &request.input;
    let Some((native, module)) = set_of_files(input) else {
        return load_file(runtime, request, input);
    };
    if request.engine == Engine::Auto && native.exists() {
        match load_file(runtime, request, &native) {
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
        return load_file(runtime, request, &module);
    }
    say(request, format_args!("interpreting {}: no code runs here", module.display()));
    let source = Source::read(&module)?;
    load_with(runtime, source.wasm(), source.name())
}

/// For a file that does not exist, but is the name of a set of files: the one for this machine, and the
/// module.
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

fn load_file(runtime: &Runtime, request: &RunRequest, path: &Path) -> Result<Module, Failure> {
    let source = Source::read(path)?;
    let (name, bytes) = (source.name(), source.wasm());
    if bytes.starts_with(b"\0aot") {
        return match request.engine {
            Engine::Auto => load_with(runtime, bytes, name),
            Engine::Compile | Engine::Interpreter => {
                let what = format!("an .aot file holds machine code only, in {name}");
                Err(Failure::new(what)
                    .with_hint(Some("name the wasm module that it was made from")))
            }
        };
    }
    // What is no module, compiling or loading tells.
    let module = cwamrc::universal::strip(bytes).unwrap_or_else(|_| bytes.to_vec());
    match request.engine {
        Engine::Interpreter => load_with(runtime, &module, name),
        Engine::Auto if module.len() < bytes.len() => {
            let loaded = runtime.load_universal(bytes);
            let (loaded, choice) = loaded.map_err(|error| failed(&error, name))?;
            match &choice {
                Choice::Native => say(request, format_args!("running {name}: {choice}")),
                _ => say(request, format_args!("interpreting {name}: {choice}")),
            }
            Ok(loaded)
        }
        Engine::Auto | Engine::Compile => {
            let options = request.options.clone().release(Release::Main);
            let artifact = compile_artifact(&source, &module, &options, request.cache.as_ref())?;
            say(request, format_args!("{}", summary(&artifact, module.len())));
            load_with(runtime, artifact.bytes(), name)
        }
    }
}

fn load_with(runtime: &Runtime, bytes: &[u8], name: &str) -> Result<Module, Failure> {
    runtime.load(bytes).map_err(|error| failed(&error, name))
}

fn failed(error: &wamr_shim::Error, name: &str) -> Failure {
    Failure::new(format!("{error}, in {name}"))
}

fn say(request: &RunRequest, what: std::fmt::Arguments<'_>) {
    if request.verbose {
        diagnose(what);
    }
}
