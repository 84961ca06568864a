//! Flags under the names that `wasmedge compile` uses.

use crate::sandbox::{Sandbox, VALID};

/// Counts down from its argument: 5 instructions per iteration.
const LOOP: &str = r#"(module (func (export "f") (param i32)
    loop local.get 0 i32.const 1 i32.sub local.tee 0 br_if 0 end))"#;

#[test]
fn statistics() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", LOOP);
    let run = |flags: &[&str]| {
        sandbox.cwamrc(&[&["run", "-v", "-f", "f"], flags, &["in.wat", "10"]].concat())
    };
    let done = run(&["--enable-instruction-count"]);
    assert!(done.stderr.ends_with("\ninstructions executed: 51\n"), "{}", done.stderr);
    let done = run(&["--gas-limit=100"]);
    assert!(done.stderr.ends_with("\ngas left: 49\n"), "{}", done.stderr);
    let done = run(&["--gas-limit=50"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("error: cost limit exceeded, in in.wat"), "{}", done.stderr);
    sandbox.file("costs", "br_if = 10\nloop = 0\n");
    let done = run(&["--gas-limit=1000", "--gas-costs=costs"]);
    assert!(done.stderr.ends_with("\ngas left: 860\n"), "{}", done.stderr);
    let done = run(&["--enable-all-statistics"]);
    for what in ["instructions executed: 51\n", "gas left: ", "ticks of the machine's counter"] {
        assert!(done.stderr.contains(what), "{}", done.stderr);
    }
    assert!(!run(&["--interruptible"]).stderr.contains("executed"));
}

/// Two threads, one after the other, of 700,000 instructions each.
#[test]
fn a_limit_is_for_all_threads() {
    let module = |memory: &str| {
        format!(
            r#"(module
            (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
            (memory (export "memory") {memory})
            (func (export "wasi_thread_start") (param i32 i32) (local $rounds i32)
                (local.set $rounds (i32.const 140000))
                (loop
                    (br_if 0 (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
                (i32.atomic.store (i32.const 0) (local.get 1))
                (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
            (func $thread (param $argument i32)
                (if (i32.lt_s (call $spawn (local.get $argument)) (i32.const 0))
                    (then unreachable))
                (loop
                    (drop (memory.atomic.wait32 (i32.const 0)
                        (i32.sub (local.get $argument) (i32.const 1)) (i64.const 10000000)))
                    (br_if 0 (i32.lt_u (i32.atomic.load (i32.const 0)) (local.get $argument)))))
            (func (export "_start") (call $thread (i32.const 1)) (call $thread (i32.const 2))))"#
        )
    };
    let sandbox = Sandbox::new();
    sandbox.file("shared.wat", module("1 1 shared"));
    sandbox.file("own.wat", module("1 1"));
    let done = sandbox.cwamrc(&["run", "-v", "--gas-limit=1000000", "shared.wat"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("error: cost limit exceeded, in shared.wat"), "{}", done.stderr);
    let done = sandbox.cwamrc(&["run", "-v", "--gas-limit=1600000", "shared.wat"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    let left = done.stderr.lines().find_map(|line| line.strip_prefix("gas left: "));
    let left: u32 = left.expect("it is told").parse().expect("it is a number");
    // The rest was used while waiting.
    assert!((1..200_000).contains(&left), "{left}");

    let done = sandbox.cwamrc(&["--gas-limit=5", "-o", "out.aot", "own.wat"]);
    assert!(done.stderr.ends_with("\nhint: make its memory shared, or compile without gas\n"));
    assert_eq!(
        done.failed(),
        "error: the module imports wasi.thread-spawn, but threads without a shared memory cannot \
         share an account of gas, in own.wat"
    );
    assert_eq!(sandbox.names(), ["own.wat", "shared.wat"]);
}

#[test]
fn tables_of_costs_that_are_wrong() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", LOOP);
    sandbox.file("costs", "i32.ad = 1\n");
    sandbox.file("binary", b"loop = 1\n\xff");
    for (flag, message) in [
        ("--gas-costs=costs", "error: unknown operator \"i32.ad\", in line 1 of costs"),
        (
            "--gas-costs=missing",
            "error: cannot read missing: No such file or directory (os error 2)",
        ),
        ("--gas-costs=binary", "error: a table of costs must be UTF-8 text, in binary"),
    ] {
        for command in [&["-o", "out.aot"][..], &["run"]] {
            let arguments = [command, &[flag, "in.wat"]].concat();
            assert_eq!(sandbox.cwamrc(&arguments).failed(), message);
        }
    }
    let done = sandbox.cwamrc(&["--gas-limit=-1", "-o", "out.aot", "in.wat"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("invalid digit"), "{}", done.stderr);
    assert_eq!(sandbox.names(), ["binary", "costs", "in.wat"]);
}

#[test]
fn levels_by_other_names() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", LOOP);
    let compile = |flag: &str| sandbox.cwamrc(&[flag, "-o", "-", "in.wat"]).silent();
    for (theirs, ours) in [("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"), ("s", "2"), ("z", "2")] {
        let theirs = compile(&format!("--optimize={theirs}"));
        assert_eq!(theirs, compile(&format!("--opt-level={ours}")));
    }
    assert_eq!(sandbox.cwamrc(&["--optimize=4", "-o", "-", "in.wat"]).code, 2);
}

#[test]
fn generic_binaries_are_for_the_least_cpu() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", LOOP);
    let host = cwamrc::Architecture::host().expect("tests run where code can be made for");
    let target = format!("--target={}", host.name());
    let generic = sandbox.cwamrc(&["--generic-binary", "-o", "-", "in.wat"]).silent();
    assert_eq!(generic, sandbox.cwamrc(&[&target, "-o", "-", "in.wat"]).silent());
    let both = sandbox.cwamrc(&["--generic-binary", "--cpu=native", "-o", "-", "in.wat"]);
    assert_eq!(both.code, 2);
}

#[test]
fn dumps_lie_beside_the_output() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["--dump", "-o", "app.aot", "in.wat"]).silent();
    assert_eq!(sandbox.names(), ["app.aot", "app.clif", "in.wat"]);
    let clif = sandbox.cwamrc(&["--format=clif", "-o", "-", "in.wat"]).silent();
    assert_eq!(sandbox.read("app.clif"), clif);
    let done = sandbox.cwamrc(&["--dump", "-o", "-", "in.wat"]);
    assert_eq!(done.code, 2);
    assert!(done.stderr.contains("--dump writes a file next to the output"), "{}", done.stderr);
}

/// For each switch, a module that needs the feature it disables.
#[test]
fn proposals() {
    let sandbox = Sandbox::new();
    let vectors = "(func (result v128) (v128.const i32x4 0 0 0 0))";
    let relaxed = "(func (param v128 v128) (result v128)
        (i8x16.relaxed_swizzle (local.get 0) (local.get 1)))";
    for (switch, module, name) in [
        ("import-export-mut-globals", "(global (export \"g\") (mut i32) (i32.const 0))", "mutable"),
        (
            "non-trap-float-to-int",
            "(func (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))",
            "saturating",
        ),
        (
            "sign-extension-operators",
            "(func (param i32) (result i32) (i32.extend8_s (local.get 0)))",
            "sign extension",
        ),
        ("multi-value", "(func (result i32 i32) (i32.const 0) (i32.const 0))", "multi-value"),
        ("bulk-memory", "(memory 1) (data \"\") (func (data.drop 0))", "bulk memory"),
        ("reference-types", "(func (param externref))", "reference types"),
        ("simd", vectors, "SIMD"),
        ("relaxed-simd", relaxed, "relaxed SIMD"),
        ("tail-call", "(func $f (return_call $f))", "tail calls"),
        (
            "extended-const",
            "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
            "constant expressions",
        ),
        ("memory64", "(memory i64 1)", "memory64"),
    ] {
        sandbox.file("in.wat", format!("(module {module})"));
        let flag = format!("--disable-{switch}");
        let error = sandbox.cwamrc(&[&flag, "-o", "out.aot", "in.wat"]).failed();
        assert!(error.contains(name), "{switch}: {error}");
        let done = sandbox.cwamrc(&["--enable-all", "-o", "out.aot", "in.wat"]);
        assert_eq!(done.code, 0, "{switch}: {}", done.stderr);
    }
    sandbox.file("in.wat", format!("(module {vectors})"));
    assert!(sandbox.cwamrc(&["--wasm-1", "-o", "out.aot", "in.wat"]).failed().contains("SIMD"));
    sandbox.cwamrc(&["--wasm-2", "-o", "out.aot", "in.wat"]).silent();
    sandbox.file("in.wat", format!("(module {relaxed})"));
    assert!(sandbox.cwamrc(&["--wasm-2", "-o", "out.aot", "in.wat"]).failed().contains("relaxed"));
    sandbox.cwamrc(&["--wasm-3", "-o", "out.aot", "in.wat"]).silent();
}

#[test]
fn wamrc_has_none_of_them() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let done = sandbox.cwamrc(&["--backend=llvm", "--interruptible", "-o", "out.aot", "in.wat"]);
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("--interruptible cannot be used with --backend=llvm"),
        "{}",
        done.stderr
    );
}
