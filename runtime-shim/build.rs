//! Compiles the WAMR runtime from its unmodified sources, with a C compiler as the only tool.
//!
//! Steps: find the sources, compile them with the options of `build/options.rs` for the target of
//! `build/target.rs`, and compile the assertions which prove that the tables of `wamr-abi` describe
//! this very runtime. Nothing here changes a WAMR source file.

#[path = "build/assertions.rs"]
mod assertions;
#[path = "build/locate.rs"]
mod locate;
#[path = "build/options.rs"]
mod options;
#[path = "build/sources.rs"]
mod sources;
#[path = "build/target.rs"]
mod target;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

fn main() {
    if let Err(message) = build() {
        eprintln!("error: {message}");
        process::exit(1);
    }
}

fn build() -> Result<(), String> {
    for input in ["build.rs", "build", "csrc"] {
        println!("cargo::rerun-if-changed={input}");
    }
    let root = locate::wamr_root()?;
    let target = target::current()?;
    let sources = sources::Sources::find(&root, target)?;
    let out_dir = env::var("OUT_DIR").map_err(|error| format!("OUT_DIR: {error}"))?;

    let mut base = cc::Build::new();
    base.includes(&sources.include_dirs)
        .include("csrc")
        .flag_if_supported("-std=gnu99")
        .flags(["-ffunction-sections", "-fdata-sections"])
        .warnings(false)
        // The runtime is a tool here, not the thing under development: optimised in every profile.
        .opt_level(2)
        .debug(false);
    for (name, value) in options::defines(target) {
        base.define(&name, value.as_deref());
    }

    let assertions = Path::new(&out_dir).join("abi_assertions.c");
    fs::write(&assertions, assertions::c_source())
        .map_err(|error| format!("{}: {error}", assertions.display()))?;

    let mut objects = compile(&base, [&assertions], &[]);
    objects.extend(compile(&base, &sources.console, options::CONSOLE_RENAMES));
    objects.extend(compile(&base, &sources.call_stack, options::CALL_STACK_RENAMES));
    base.objects(objects).files(&sources.other).compile("wamr");
    for library in target.libraries {
        println!("cargo::rustc-link-lib={library}");
    }
    Ok(())
}

/// Compiles `files` with further macros. The process ends here if the C compiler fails; `cc` has
/// then printed its messages.
fn compile<P: AsRef<Path>>(
    base: &cc::Build,
    files: impl IntoIterator<Item = P>,
    renames: &[(&str, &str)],
) -> Vec<PathBuf> {
    let mut build = base.clone();
    for (name, value) in renames {
        build.define(name, Some(*value));
    }
    build.files(files).compile_intermediates()
}
