//! Compiles the WAMR runtime for the target of the crate, and with the feature `gc` a program with
//! another one; see the crate `wamr-build`.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

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
    let variable = |name| env::var(name).map_err(|error| format!("{name}: {error}"));
    let out_dir = PathBuf::from(variable("OUT_DIR")?);
    // docs.rs links nothing, and has no sources of WAMR.
    if env::var_os("DOCS_RS").is_some() {
        let program = out_dir.join(GC_RUNNER);
        return fs::write(&program, []).map_err(|error| format!("{}: {error}", program.display()));
    }
    let root = wamr_build::wamr_root()?;
    if env::var_os(ROOT_VARIABLE).is_some() {
        println!("cargo::rerun-if-changed={}", root.join("core").display());
    }
    let target =
        Target::find(&variable("CARGO_CFG_TARGET_ARCH")?, &variable("CARGO_CFG_TARGET_OS")?)?;
    let has_feature = |name: &str| env::var_os(format!("CARGO_FEATURE_{name}")).is_some();
    let options = Options {
        software_bounds_checks: has_feature("SOFTWARE_BOUNDS_CHECKS"),
        memory64: has_feature("MEMORY64"),
        spec_test: has_feature("SPEC_TEST"),
        ..Options::default()
    };
    let objects = wamr_build::compile_runtime(cc::Build::new(), &root, target, options, &out_dir)?;
    cc::Build::new().objects(objects).compile("wamr");
    for library in wamr_build::libraries(target) {
        println!("cargo::rustc-link-lib={library}");
    }
    if has_feature("GC") {
        let is_static = env::var("CARGO_CFG_TARGET_FEATURE")
            .is_ok_and(|features| features.split(',').any(|feature| feature == "crt-static"));
        build_gc_runner(&root, target, options, is_static, &out_dir)?;
    }
    Ok(())
}

/// The name of the program in the output folder that `src/embedded.rs` contains.
const GC_RUNNER: &str = "gc-runner";

/// Builds a runner with garbage collection.
fn build_gc_runner(
    root: &Path,
    target: &Target,
    options: Options,
    is_static: bool,
    out_dir: &Path,
) -> Result<(), String> {
    println!("cargo::rerun-if-changed={}", wamr_build::OWN_RUNNER_FOLDER);
    let folder = out_dir.join("gc");
    let fail = |error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(fail)?;
    let mut compiler = cc::Build::new();
    compiler.out_dir(&folder).cargo_metadata(false);
    let options = Options { gc: true, ..options };
    // It uses the same C library as the program that contains it.
    let flags: &[_] = if is_static { &["-s", "-static"] } else { &["-s"] };
    let program = wamr_build::link_runner(compiler, root, target, options, flags, &folder)?;
    fs::rename(program, out_dir.join(GC_RUNNER)).map_err(fail)
}
