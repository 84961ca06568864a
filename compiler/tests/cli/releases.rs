//! `--wamr-version`: what is written for each release, and what some releases do not support.
//!
//! The version words are those of `AOT_CURRENT_VERSION` in each release's `core/config.h`. A file
//! runs on the releases that accept its version word and can read its element segments.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, VALID};

const VERSION_3: &[&str] =
    &["2.0.0", "2.1.0", "2.1.1", "2.1.2", "2.2.0", "2.3.0", "2.3.1", "2.4.0"];
const VERSION_4: &[&str] = &["2.3.0", "2.3.1", "2.4.0"];
const VERSION_5: &[&str] = &["2.4.1", "2.4.2", "2.4.3", "2.4.4", "2.4.5"];

/// Releases, their version words, and the releases that can run the file of a module without
/// tables.
const RELEASES: &[(&str, u32, &[&str])] = &[
    ("2.0.0", 3, VERSION_3),
    ("2.1.0", 3, VERSION_3),
    ("2.1.1", 3, VERSION_3),
    ("2.1.2", 3, VERSION_3),
    ("2.2.0", 3, VERSION_3),
    ("2.3.0", 4, VERSION_4),
    ("2.3.1", 4, VERSION_4),
    ("2.4.0", 4, VERSION_4),
    ("2.4.1", 5, VERSION_5),
    ("2.4.2", 5, VERSION_5),
    ("2.4.3", 5, VERSION_5),
    ("2.4.4", 5, VERSION_5),
    ("2.4.5", 5, VERSION_5),
    ("main", 6, &["main"]),
];

fn report(sandbox: &Sandbox) -> Value {
    let report = sandbox.cwamrc(&["inspect", "--json", "out.aot"]).silent();
    serde_json::from_slice(&report).expect("JSON")
}

fn compile_for(sandbox: &Sandbox, release: &str) {
    let flag = format!("--wamr-version={release}");
    sandbox.cwamrc(&[&flag, "-o", "out.aot", "in.wat"]).silent();
}

#[test]
fn every_release_gets_its_version_word() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for (release, version, runs_on) in RELEASES {
        compile_for(&sandbox, release);
        assert_eq!(sandbox.read("out.aot")[4..8], version.to_le_bytes(), "{release}");
        let report = report(&sandbox);
        assert_eq!(report["version"], *version, "{release}");
        assert_eq!(report["releases"], json!(runs_on), "{release}");
    }
}

#[test]
fn the_default_is_the_newest_release() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).silent();
    let default = sandbox.read("out.aot");
    // A release line means its newest release.
    for release in ["2.4.5", "2.4", "WAMR-2.4.5"] {
        compile_for(&sandbox, release);
        assert_eq!(sandbox.read("out.aot"), default, "{release}");
    }
    assert_eq!(report(&sandbox)["releases"], json!(VERSION_5));
}

/// 2.4.0 changed the layout of element segments but not the version word.
#[test]
fn element_segments_tell_releases_apart() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", "(module (table 1 funcref) (elem (i32.const 0) $f) (func $f))");
    compile_for(&sandbox, "2.0.0");
    let before = &VERSION_3[..7];
    assert_eq!(report(&sandbox)["releases"], json!(before));
    compile_for(&sandbox, "2.3.1");
    assert_eq!(report(&sandbox)["releases"], json!(["2.3.0", "2.3.1"]));
    compile_for(&sandbox, "2.4.0");
    assert_eq!(report(&sandbox)["releases"], json!(["2.4.0"]));
}

#[test]
fn features_that_a_release_lacks_are_named() {
    let sandbox = Sandbox::new();
    let module = r#"(module
        (import "env" "base" (global $base i32))
        (global i32 (i32.add (global.get $base) (i32.const 4))))"#;
    sandbox.file("in.wat", module);
    for (release, version, _) in RELEASES {
        let flag = format!("--wamr-version={release}");
        let done = sandbox.cwamrc(&[&flag, "-o", "out.aot", "in.wat"]);
        // Arithmetic in constant expressions is supported since 2.4.0.
        if *version == 3 || release.starts_with("2.3") {
            let error = done.failed();
            let feature = "arithmetic in constant expressions over imported globals";
            assert!(error.contains(feature) && error.contains(release), "{release}: {error}");
            assert_eq!(sandbox.names(), ["in.wat"]);
        } else {
            done.silent();
            std::fs::remove_file(sandbox.path("out.aot")).unwrap();
        }
    }
}

#[test]
fn features_that_default_builds_lack_are_a_warning() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", "(module (table 1 externref))");
    let done = sandbox.cwamrc(&["--wamr-version=2.2.0", "-o", "out.aot", "in.wat"]);
    assert_eq!(done.code, 0);
    let lines: Vec<&str> = done.stderr.lines().collect();
    let [warning] = lines[..] else { panic!("{}", done.stderr) };
    assert!(warning.starts_with("warning: ") && warning.ends_with(", in in.wat"), "{warning}");
    assert!(warning.contains("reference types") && warning.contains("2.2.0"), "{warning}");
    compile_for(&sandbox, "2.3.0");
}

/// The feature flags of frames are supported since 2.2.0 (`core/iwasm/aot/aot_runtime.h`).
#[test]
fn frames_for_call_stacks_came_with_a_release() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for (release, ..) in RELEASES {
        let flag = format!("--wamr-version={release}");
        let done = sandbox.cwamrc(&[&flag, "--enable-dump-call-stack", "-o", "out.aot", "in.wat"]);
        if release.starts_with("2.0") || release.starts_with("2.1") {
            let error = done.failed();
            assert!(error.contains("call-stack frames") && error.contains(release), "{error}");
        } else {
            done.silent();
        }
    }
}
