//! Compiles the WAMR runtime from its unmodified sources; the only tool it needs is a C compiler.
//!
//! [`compile_runtime`] builds the objects for the build script of `wamr-shim`, which links them
//! into Rust programs, for [`Runner`], a program for another architecture, and for [`Library`],
//! which C programs link. All of them use the same tables: `target.rs` for what depends on the
//! architecture, `options.rs` for WAMR's build options, `sources.rs` for the files. The runtime is
//! compiled together with assertions that prove that the tables of `wamr-abi` describe exactly this
//! runtime. No WAMR source file is changed.

mod assertions;
mod fingerprint;
mod library;
mod locate;
mod options;
mod package;
mod runner;
mod sources;
mod target;

pub use library::{Library, install};
pub use locate::{ROOT_VARIABLE, wamr_root};
pub use options::Options;
pub use package::package_folder;
pub use runner::{OWN_RUNNER_FOLDER, Runner, link_runner};
pub use sources::OWN_FOLDER;
pub use target::Target;

use sources::Sources;
use std::fs;
use std::path::{Path, PathBuf};

/// Compiles the runtime for `target` into `out_dir` and returns the object files. `compiler` is a
/// configured C compiler.
///
/// # Errors
/// A message. The C compiler has then printed its own.
pub fn compile_runtime(
    compiler: cc::Build,
    root: &Path,
    target: &Target,
    options: Options,
    out_dir: &Path,
) -> Result<Vec<PathBuf>, String> {
    let sources = Sources::find(root, target, options)?;
    let base = configure(compiler, &sources, target, options);
    let assertions = out_dir.join("abi_assertions.c");
    fs::write(&assertions, assertions::c_source(options))
        .map_err(|error| format!("{}: {error}", assertions.display()))?;

    let mut objects = compile(&base, &[assertions], &[])?;
    objects.extend(compile(&base, &sources.console, options::CONSOLE_RENAMES)?);
    let renames = options::call_stack_renames(options);
    objects.extend(compile(&base, &sources.call_stack, &renames)?);
    objects.extend(compile(&base, &sources.other, &[])?);
    Ok(objects)
}

/// The system libraries needed by a program with the runtime for `target`.
pub fn libraries(target: &Target) -> &'static [&'static str] {
    target.libraries
}

fn configure(
    mut compiler: cc::Build,
    sources: &Sources,
    target: &Target,
    options: Options,
) -> cc::Build {
    compiler
        .includes(&sources.include_dirs)
        .include(OWN_FOLDER)
        .flag_if_supported("-std=gnu99")
        .flags(["-ffunction-sections", "-fdata-sections"])
        .flags(options::flags(options))
        .warnings(false)
        // The runtime is a tool here, not the code under development: it is optimised in every
        // profile.
        .opt_level(2)
        .debug(false);
    for (name, value) in options::defines(target, options) {
        compiler.define(&name, value.as_deref());
    }
    compiler
}

/// Compiles `files` with further macros.
fn compile(
    base: &cc::Build,
    files: &[PathBuf],
    renames: &[(&str, &str)],
) -> Result<Vec<PathBuf>, String> {
    let mut build = base.clone();
    for (name, value) in renames {
        build.define(name, Some(*value));
    }
    build.files(files).try_compile_intermediates().map_err(|error| error.to_string())
}
