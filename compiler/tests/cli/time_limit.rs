//! `cwamrc run --timeout`: programs that run too long are ended, whatever they do.
//!
//! The times are short only to keep the tests fast. The assertions also hold on a slow machine.

use crate::sandbox::{Done, Sandbox};
use crate::usage::misuse;

const LOOP: &str = r#"(module (memory (export "memory") 1)
    (func (export "_start") (loop (br 0))) (func (export "f") (loop (br 0))))"#;

/// Calls the clock again and again.
const CALLS: &str = r#"(module
    (import "wasi_snapshot_preview1" "clock_time_get"
      (func $time (param i32 i64 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start")
      (loop (drop (call $time (i32.const 0) (i64.const 1) (i32.const 0))) (br 0))))"#;

const RECURSION: &str = r#"(module (memory (export "memory") 1)
    (func $down (param i32) (if (local.get 0) (then
      (call $down (i32.sub (local.get 0) (i32.const 1)))
      (call $down (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "_start") (call $down (i32.const 100))))"#;

const WASI: &str = include_str!("programs/wasi.wat");

fn run(module: &str, arguments: &[&str]) -> Done {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module);
    sandbox.cwamrc(&[&["run", "--timeout=300ms"], arguments].concat())
}

const ENDED: &str = "error: the program did not end within 300 ms, in in.";

/// Asserts that the runtime ended the program: it prints the frames, and no hint.
#[track_caller]
fn terminated(done: &Done) {
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.starts_with("#00: "), "{}", done.stderr);
    let last = done.stderr.lines().last();
    assert!(last.is_some_and(|line| line.starts_with(ENDED)), "{}", done.stderr);
}

/// Ended with the process.
#[track_caller]
fn exited(done: &Done) {
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.starts_with(ENDED), "{}", done.stderr);
    assert!(done.stderr.contains("hint: the runtime could not stop it"), "{}", done.stderr);
}

#[test]
fn loops() {
    for module in [LOOP, CALLS, RECURSION] {
        for flag in ["--opt-level=3", "--opt-level=0", "--engine=interpreter", "--bounds-checks=1"]
        {
            terminated(&run(module, &[flag, "in.wat"]));
        }
    }
    terminated(&run(LOOP, &["--invoke=f", "in.wat"]));
}

/// One thread loops, the other waits forever.
#[test]
fn threads() {
    let module = r#"(module
        (import "env" "memory" (memory 1 2 shared))
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (export "memory" (memory 0))
        (func (export "wasi_thread_start") (param i32 i32) (loop (br 0)))
        (func (export "_start")
          (drop (call $spawn (i32.const 0)))
          (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))"#;
    let done = run(module, &["in.wat"]);
    assert_eq!(done.code, 1, "{}", done.stderr);
    assert!(done.stderr.contains(ENDED), "{}", done.stderr);
}

#[test]
fn files_that_are_compiled_already() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", LOOP);
    let run = || sandbox.cwamrc(&["run", "--timeout=300ms", "in.aot"]);
    sandbox.cwamrc(&["--wamr-version=main", "--interruptible", "in.wat"]).silent();
    terminated(&run());
    sandbox.cwamrc(&["--wamr-version=main", "in.wat"]).silent();
    exited(&run());
}

#[test]
fn start_functions() {
    exited(&run("(module (func $f (loop (br 0))) (start $f))", &["--invoke=f", "in.wat"]));
}

#[test]
fn host_functions_that_wait() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", WASI);
    // A pipe with a writer that never writes.
    let script = "mkfifo pipe; exec 3<>pipe; exec $CWAMRC run --timeout=300ms in.wat cat <&3";
    let done = sandbox.shell(script);
    assert_eq!(done.code, 1, "{}", done.stderr);
    // The runtime usually interrupts the read. It fails to if the thread is just between checking
    // its state and entering the system call.
    assert!(done.stderr.contains(ENDED), "{}", done.stderr);
}

/// The C library buffers small amounts of output.
#[test]
fn what_was_printed_before_is_there() {
    let module = r#"(module
        (import "env" "putchar" (func $putchar (param i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "f") (drop (call $putchar (i32.const 65))) (loop (br 0))))"#;
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module);
    sandbox.cwamrc(&["--wamr-version=main", "in.wat"]).silent();
    for file in ["in.aot", "in.wat"] {
        let done = sandbox.cwamrc(&["run", "--timeout=300ms", "--invoke=f", file]);
        assert_eq!((done.code, done.stdout_text()), (1, "A"), "{file}");
        assert!(done.stderr.contains(ENDED), "{}", done.stderr);
    }
}

#[test]
fn programs_that_end_are_left_alone() {
    for time in ["--timeout=1h", "--timeout=600", "--timeout=600s", "--timeout=10m"] {
        let done = run(WASI, &[time, "in.wat", "x"]);
        assert_eq!((done.code, done.stderr.as_str()), (7, ""), "{time}");
    }
    let done = run(WASI, &["--timeout=1h", "in.wat", "trap"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.stderr.lines().last(), Some("error: unreachable, in in.wat"));
}

#[test]
fn what_is_no_time() {
    for time in ["0", "-1", "1.5", "x", "", "10 s", "99999999999999999999999"] {
        misuse(&["run", &format!("--timeout={time}"), "in.wat"], &["--timeout <TIME>"]);
    }
}
