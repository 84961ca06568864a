//! `cwamrc run` with garbage collection: another runtime, in a process of its own. A program sees no
//! difference.

use std::fs;

use crate::sandbox::{Done, Sandbox};
use crate::usage::misuse;

/// The text explains what the program does with its first argument.
const WASI: &str = include_str!("programs/wasi.wat");

/// Keeps lists of objects of 24 bytes, and drops them.
const LISTS: &str = r#"(module
    (type $node (struct (field (ref null $node)) (field i32)))
    (global $kept (mut (ref null $node)) (ref.null $node))
    (func $list (param $length i32) (result (ref null $node)) (local $list (ref null $node))
      (loop $more
        (if (local.get $length) (then
          (local.set $list (struct.new $node (local.get $list) (local.get $length)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $more))))
      (local.get $list))
    (func (export "sum") (param $length i32) (param $times i32) (result i64) (local $sum i64)
      (loop $again
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (global.set $kept (call $list (local.get $length)))
        (br_if $again (local.get $times)))
      (loop $more
        (if (ref.is_null (global.get $kept)) (then (return (local.get $sum))))
        (local.set $sum (i64.add (local.get $sum)
          (i64.extend_i32_u (struct.get $node 1 (global.get $kept)))))
        (global.set $kept (struct.get $node 0 (global.get $kept)))
        (br $more))
      (unreachable))
    (func $null (result i32) (struct.get $node 1 (ref.null $node)))
    (func (export "null") (result i32) (call $null))
    (func (export "references") (param anyref externref)
        (result i32 anyref externref anyref externref)
      (i32.const 5) (local.get 0) (local.get 1)
      (call $list (i32.const 1)) (extern.convert_any (call $list (i32.const 1)))))"#;

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Done {
    sandbox.cwamrc(&[&["run"], arguments].concat())
}

fn with_lists() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("lists.wat", LISTS);
    sandbox
}

#[test]
fn objects_are_collected() {
    let sandbox = with_lists();
    sandbox.cwamrc(&["--wamr-version=main", "-o", "lists.aot", "lists.wat"]);
    for file in ["lists.wat", "lists.aot"] {
        // 24 MB of objects, of which two lists of 240 KB are needed at a time.
        let sum = |heap| run(&sandbox, &[heap, "-f", "sum", file, "10000", "100"]);
        let done = sum("--gc-heap-size=1000000");
        assert_eq!(done.stdout, b"0x2fb0408:i64\n", "{}", done.stderr);
        let done = sum("--gc-heap-size=100000");
        let error = format!("error: create struct object failed, in {file}");
        assert_eq!(done.stderr.lines().last(), Some(&*error));
        assert_eq!(done.code, 1);
    }
    misuse(&["run", "--gc-heap-size=100", "in.wat"], &["100 is not in 4096..=1073741824"]);
}

#[test]
fn references_are_printed_and_read() {
    let sandbox = with_lists();
    for (arguments, printed) in [
        (["null", "null"], "any:ref.null,extern:ref.null"),
        (["ref.i31 -1", "ref.extern 7"], "ref.i31 -1,ref.extern 7"),
        (["ref.host 3", "ref.extern 0"], "ref.host 3,ref.extern 0"),
    ] {
        let done = run(&sandbox, &["-f", "references", "lists.wat", arguments[0], arguments[1]]);
        let text = String::from_utf8_lossy(&done.stdout);
        assert_eq!(text, format!("0x5:i32,{printed},ref.struct,ref.extern\n"), "{}", done.stderr);
    }
}

#[test]
fn traps_show_their_frames() {
    let sandbox = with_lists();
    let done = run(&sandbox, &["--enable-dump-call-stack", "-f", "null", "lists.wat"]);
    let lines: Vec<&str> = done.stderr.lines().collect();
    let traps = lines.iter().filter(|line| line.starts_with('#')).count();
    assert_eq!((done.code, traps), (1, 2), "{}", done.stderr);
    assert_eq!(lines.last(), Some(&"error: null structure reference, in lists.wat"));
}

/// Programs that need no garbage collection are compiled for the other runtime with a flag.
#[test]
fn programs_have_streams_arguments_folders_and_exit_codes() {
    let sandbox = Sandbox::new();
    sandbox.file("wasi.wat", WASI);
    let run = |arguments: &[&str]| run(&sandbox, &[&["--enable-gc"], arguments].concat());
    let stdout = run(&["wasi.wat", "args", "", "two words", "--dir=no"]).silent();
    assert_eq!(stdout, b"wasi.wat\0args\0\0two words\0--dir=no\0");
    assert_eq!(run(&["--env=B=x=y", "wasi.wat", "env"]).silent(), b"B=x=y\0");

    let text: Vec<u8> = (0..10_000u32).flat_map(u32::to_le_bytes).collect();
    let done = sandbox.cwamrc_with(&["run", "--enable-gc", "wasi.wat", "cat"], &text);
    assert_eq!(done.silent(), text);
    let done = sandbox.cwamrc_with(&["run", "--enable-gc", "wasi.wat", "stderr"], b"to it");
    assert_eq!((done.code, done.stdout.as_slice(), &*done.stderr), (0, &b""[..], "to it"));

    fs::create_dir(sandbox.path("data")).unwrap();
    sandbox.file("data/data.txt", "content");
    for flag in ["--dir=data", "--dir=data::/guest"] {
        assert_eq!(run(&[flag, "wasi.wat", "file"]).silent(), b"content", "{flag}");
    }
    assert_eq!(run(&["wasi.wat", "file"]).code, 9);

    assert_eq!(run(&["wasi.wat"]).code, 0);
    let done = run(&["wasi.wat", "x"]);
    assert_eq!((done.code, &*done.stderr), (7, ""));
    let done = run(&["wasi.wat", "trap"]);
    assert_eq!(done.code, 1);
    assert_eq!(done.stderr.lines().last(), Some("error: unreachable, in wasi.wat"));
}

#[test]
fn programs_are_stopped() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", r#"(module (func (export "_start") (loop (br 0))))"#);
    for flag in ["--timeout=300ms", "--timeout=1s"] {
        let done = run(&sandbox, &["--enable-gc", flag, "in.wat"]);
        assert_eq!(done.code, 1, "{}", done.stderr);
        assert!(done.stderr.contains("error: the program did not end within"), "{}", done.stderr);
        assert!(!done.stderr.contains("hint"), "{}", done.stderr);
    }
}

#[test]
fn universal_files() {
    let sandbox = with_lists();
    sandbox.cwamrc(&["--format=universal", "-o", "lists.universal.wasm", "lists.wat"]);
    let done =
        run(&sandbox, &["-v", "--trust-native", "-f", "sum", "lists.universal.wasm", "100", "1"]);
    assert_eq!(done.stdout, b"0x13ba:i64\n", "{}", done.stderr);
    assert!(done.stderr.contains("running"), "{}", done.stderr);
}
