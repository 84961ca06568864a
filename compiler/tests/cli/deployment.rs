//! Files for several machines: sets, and universal files.

use std::fs;

use cwamrc::Architecture;

use crate::sandbox::{Done, Sandbox, VALID};

const ALL: &str = "--target=x86_64,aarch64,riscv64";

fn host() -> &'static str {
    Architecture::host().expect("tests run where code can be made for").name()
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Done {
    sandbox.cwamrc(&[&["run", "-f", "f"], arguments].concat())
}

fn machine(sandbox: &Sandbox, file: &str) -> String {
    let done = sandbox.cwamrc(&["inspect", "--json", file]);
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    report["target"]["arch"].as_str().expect("a file has a target").to_owned()
}

#[test]
fn a_set_has_a_file_for_each_target() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&[ALL, "-o", "app.aot", "in.wat"]).silent();
    let files = ["app_aarch64.aot", "app_riscv64.aot", "app_x86_64.aot"];
    assert_eq!(sandbox.names(), [&files[..], &["in.wat"]].concat());
    let machines = files.map(|file| machine(&sandbox, file));
    assert_eq!(machines, ["aarch64v8", "riscv64", "x86_64"]);
    // The bytes are the same as from a compilation for one target, whose output has exactly the
    // given name.
    for target in ["x86_64", "aarch64", "riscv64"] {
        let flag = format!("--target={target}");
        sandbox.cwamrc(&[&flag, "-o", "one.aot", "in.wat"]).silent();
        assert_eq!(sandbox.read("one.aot"), sandbox.read(&format!("app_{target}.aot")));
    }
    let done = sandbox.cwamrc(&[ALL, "-v", "--format=object", "-o", "app.o", "in.wat"]);
    assert!(done.stderr.ends_with("relocations, for riscv64\n"), "{}", done.stderr);
    assert!(sandbox.read("app_riscv64.o").starts_with(b"\x7fELF"));
}

#[test]
fn all_files_of_a_set_or_none() {
    let sandbox = Sandbox::new();
    // WAMR does not support vectors on riscv64.
    sandbox.file("in.wat", r#"(module (func (export "f") (param v128)))"#);
    let error = sandbox.cwamrc(&[ALL, "-o", "app.aot", "in.wat"]).failed();
    assert!(error.starts_with("error: for riscv64: the exported function f has"), "{error}");
    assert_eq!(sandbox.names(), ["in.wat"]);
    // Nor is any file written if one of them cannot be.
    sandbox.file("in.wat", VALID);
    fs::create_dir(sandbox.path("app_riscv64.aot")).unwrap();
    let error = sandbox.cwamrc(&[ALL, "-o", "app.aot", "in.wat"]).failed();
    assert!(error.starts_with("error: cannot write app_riscv64.aot: "), "{error}");
    assert_eq!(sandbox.names(), ["app_riscv64.aot", "in.wat"]);
}

#[test]
fn misuse_of_several_targets() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for (flags, message) in [
        (&["--target=x86_64,amd64"][..], "--target names x86_64 twice: x86_64, amd64"),
        (
            &[ALL, "--cpu=generic"],
            "--cpu works with one target only; the targets are x86_64, aarch64, riscv64",
        ),
        (&[ALL, "--cpu-features=+lse"], "--cpu-features works with one target only"),
        (&[ALL, "-o", "-"], "several targets give several files"),
        (&["--target=x86_64,mips"], "mips"),
        (&["--target=x86_64,"], "target"),
        (&["--format=universal", "--xip"], "--xip cannot be used with --format=universal"),
        (
            &["--format=universal", "--backend=llvm"],
            "--backend=llvm supports only the formats aot, object",
        ),
    ] {
        let output = if flags.contains(&"-o") { &[][..] } else { &["-o", "app.aot"] };
        let done = sandbox.cwamrc(&[flags, output, &["in.wat"]].concat());
        assert_eq!(done.code, 2, "{flags:?}: {}", done.stderr);
        assert!(done.stderr.contains(message), "{flags:?}: {}", done.stderr);
        assert_eq!(sandbox.names(), ["in.wat"]);
    }
}

#[test]
fn the_file_of_a_set_that_runs_here() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.file("app.wasm", wat::parse_str(VALID.replace('7', "8")).unwrap());
    sandbox.cwamrc(&[ALL, "-o", "app.aot", "in.wat"]).silent();
    let native = format!("app_{}.aot", host());
    assert_eq!(run(&sandbox, &["app.aot"]).silent(), b"0x7:i32\n");
    let done = run(&sandbox, &["-v", "app.aot"]);
    assert_eq!(done.stderr, format!("running {native}: it is for this machine\n"));
    for engine in ["--engine=interpreter", "--engine=compile"] {
        assert_eq!(run(&sandbox, &[engine, "app.aot"]).silent(), b"0x8:i32\n");
    }
    // A file that the runtime cannot load.
    sandbox.file(&native, b"\0aot\x03\0\0\0");
    let done = run(&sandbox, &["-v", "app.aot"]);
    assert_eq!(done.stdout, b"0x8:i32\n");
    assert!(done.stderr.starts_with(&format!("not running {native}: error: ")), "{}", done.stderr);
    assert!(
        done.stderr.ends_with("interpreting app.wasm: no file of the set runs on this machine\n"),
        "{}",
        done.stderr
    );
    // None, with files for others.
    fs::remove_file(sandbox.path(&native)).unwrap();
    assert_eq!(run(&sandbox, &["app.aot"]).silent(), b"0x8:i32\n");
    fs::remove_file(sandbox.path("app.wasm")).unwrap();
    let error = run(&sandbox, &["app.aot"]).failed();
    assert_eq!(error, "error: cannot read app.wasm: No such file or directory (os error 2)");
    // No set at all.
    let error = run(&sandbox, &["other.aot"]).failed();
    assert_eq!(error, "error: cannot read other.aot: No such file or directory (os error 2)");
}

/// A universal file, and a copy in which the module returns another result.
fn universal(sandbox: &Sandbox) -> (Vec<u8>, Vec<u8>) {
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["--format=universal", "-o", "app.wasm", "in.wat"]).silent();
    let file = sandbox.read("app.wasm");
    let mut edited = file.clone();
    let constant = edited.windows(3).position(|bytes| bytes == b"\x41\x07\x0b");
    edited[constant.expect("the module has a constant") + 1] = 8;
    (file, edited)
}

/// Asserts that the module was compiled, with this reason.
fn compiled(done: &Done, reason: &str) {
    let mut lines = done.stderr.lines();
    let first = lines.next().expect("-v says what is done");
    assert!(first.starts_with(reason), "{}", done.stderr);
    assert!(lines.next().is_some_and(|line| line.starts_with("compiled 1 functions, ")));
}

#[test]
fn universal_files_run_here() {
    let sandbox = Sandbox::new();
    let (file, edited) = universal(&sandbox);
    assert!(file.starts_with(&wat::parse_str(VALID).unwrap()));
    let done = run(&sandbox, &["-v", "--trust-native", "app.wasm"]);
    assert_eq!(done.stdout, b"0x7:i32\n");
    assert_eq!(done.stderr, "running app.wasm: machine code for this machine\n");

    sandbox.file("edited.wasm", &edited);
    let done = run(&sandbox, &["-v", "--trust-native", "edited.wasm"]);
    assert_eq!(done.stdout, b"0x8:i32\n");
    let reason = "the module was edited after its machine code was compiled";
    compiled(&done, &format!("compiling edited.wasm: {reason}"));

    let done = run(&sandbox, &["-v", "--engine=compile", "app.wasm"]);
    assert_eq!(done.stdout, b"0x7:i32\n");
    assert!(done.stderr.starts_with("compiled 1 functions, "), "{}", done.stderr);
    assert_eq!(run(&sandbox, &["--engine=interpreter", "app.wasm"]).silent(), b"0x7:i32\n");

    sandbox.cwamrc(&[&format!("--target={}", host()), "-o", "app.aot", "in.wat"]).silent();
    let error = run(&sandbox, &["--engine=compile", "app.aot"]).failed();
    assert_eq!(error, "error: an .aot file contains only machine code, in app.aot");
}

#[test]
fn universal_files_for_some_targets() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let other = if host() == "riscv64" { "aarch64" } else { "riscv64" };
    let target = format!("--target={other}");
    sandbox.cwamrc(&["--format=universal", &target, "-o", "app.wasm", "in.wat"]).silent();
    let done = run(&sandbox, &["-v", "--trust-native", "app.wasm"]);
    assert_eq!(done.stdout, b"0x7:i32\n");
    let reason = "machine code for other machines only";
    compiled(&done, &format!("compiling app.wasm: {reason}"));
    // Code for a release that the runtime does not support.
    let flags = ["--format=universal", "--wamr-version=2.2.0", "-o", "app.wasm", "in.wat"];
    sandbox.cwamrc(&flags).silent();
    let done = run(&sandbox, &["-v", "--trust-native", "app.wasm"]);
    assert_eq!(done.stdout, b"0x7:i32\n");
    compiled(&done, "compiling app.wasm: the runtime refuses the machine code: ");
}

#[test]
fn universal_files_are_made_anew() {
    let sandbox = Sandbox::new();
    let (file, edited) = universal(&sandbox);
    sandbox.cwamrc(&["--format=universal", "-o", "again.wasm", "app.wasm"]).silent();
    assert_eq!(sandbox.read("again.wasm"), file);
    sandbox.file("edited.wasm", edited);
    sandbox.cwamrc(&["--format=universal", "-o", "edited.wasm", "edited.wasm"]).silent();
    let done = run(&sandbox, &["-v", "--trust-native", "edited.wasm"]);
    assert_eq!(done.stdout, b"0x8:i32\n");
    assert_eq!(done.stderr, "running edited.wasm: machine code for this machine\n");
    // Compiling a universal file gives the same result as compiling its module.
    for input in ["in.wat", "app.wasm"] {
        sandbox.cwamrc(&["--target=x86_64", "-o", &format!("{input}.aot"), input]).silent();
    }
    assert_eq!(sandbox.read("in.wat.aot"), sandbox.read("app.wasm.aot"));
    let error = sandbox.cwamrc(&["--format=universal", "-o", "x.wasm", "in.wat.aot"]).failed();
    assert!(error.contains("is an .aot file, not a wasm module"), "{error}");
}
