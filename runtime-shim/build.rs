//! Compiles the WAMR runtime for the target of the crate; see the crate `wamr-build`.

use std::path::PathBuf;
use std::{env, process};

use wamr_build::{Options, ROOT_VARIABLE, Target};

fn main() {
    if let Err(message) = build() {
        eprintln!("error: {message}");
        process::exit(1);
    }
}

fn build() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", wamr_build::OWN_FOLDER);
    println!("cargo::rerun-if-env-changed={ROOT_VARIABLE}");
    // docs.rs links nothing, and has no sources of WAMR.
    if env::var_os("DOCS_RS").is_some() {
        return Ok(());
    }
    let root = wamr_build::wamr_root()?;
    if env::var_os(ROOT_VARIABLE).is_some() {
        println!("cargo::rerun-if-changed={}", root.join("core").display());
    }
    let variable = |name| env::var(name).map_err(|error| format!("{name}: {error}"));
    let target =
        Target::find(&variable("CARGO_CFG_TARGET_ARCH")?, &variable("CARGO_CFG_TARGET_OS")?)?;
    let has_feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    let options = Options {
        software_bounds_checks: has_feature("SOFTWARE_BOUNDS_CHECKS"),
        memory64: has_feature("MEMORY64"),
        spec_test: has_feature("SPEC_TEST"),
        ..Options::default()
    };
    let out_dir = PathBuf::from(variable("OUT_DIR")?);
    let objects = wamr_build::compile_runtime(cc::Build::new(), &root, target, options, &out_dir)?;
    cc::Build::new().objects(objects).compile("wamr");
    for library in wamr_build::libraries(target) {
        println!("cargo::rustc-link-lib={library}");
    }
    Ok(())
}
