//! `cwamrc run`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::sandbox::{Done, Sandbox, VALID};

/// The text explains what the program does with its first argument.
const WASI: &str = include_str!("programs/wasi.wat");

fn with_program() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("wasi.wat", WASI);
    sandbox
}

fn run(sandbox: &Sandbox, arguments: &[&str]) -> Done {
    sandbox.cwamrc(&[&["run"], arguments].concat())
}

#[test]
fn arguments_of_the_program() {
    let sandbox = with_program();
    let stdout = run(&sandbox, &["wasi.wat", "args", "", "two words", "--dir=no", "-v"]).silent();
    assert_eq!(stdout, b"wasi.wat\0args\0\0two words\0--dir=no\0-v\0");
}

#[test]
fn environment_of_the_program() {
    let sandbox = with_program();
    let stdout = run(&sandbox, &["--env", "A=1", "--env=B=x=y", "wasi.wat", "env"]).silent();
    assert_eq!(stdout, b"A=1\0B=x=y\0");
    assert_eq!(run(&sandbox, &["wasi.wat", "env"]).silent(), b"");
}

#[test]
fn standard_streams_of_the_program() {
    let sandbox = with_program();
    let text: Vec<u8> = (0..10_000u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(sandbox.cwamrc_with(&["run", "wasi.wat", "cat"], &text).silent(), text);
    let done = sandbox.cwamrc_with(&["run", "wasi.wat", "stderr"], b"to standard error");
    assert_eq!((done.code, done.stdout.as_slice()), (0, &b""[..]));
    assert_eq!(done.stderr, "to standard error");
}

#[test]
fn directories_of_the_program() {
    let sandbox = with_program();
    fs::create_dir(sandbox.path("data")).unwrap();
    sandbox.file("data/data.txt", "content");
    for flag in ["--dir=data", "--dir=data::/guest", "--map-dir=/guest::data"] {
        assert_eq!(run(&sandbox, &[flag, "wasi.wat", "file"]).silent(), b"content", "{flag}");
    }
    // The program exits with 9 if it has no directory.
    assert_eq!(run(&sandbox, &["wasi.wat", "file"]).code, 9);
    let error = run(&sandbox, &["--dir=missing", "wasi.wat", "file"]).failed();
    assert_eq!(
        error,
        "error: cannot open directory missing: No such file or directory (os error 2)"
    );
}

#[test]
fn exit_codes() {
    let sandbox = with_program();
    assert_eq!(run(&sandbox, &["wasi.wat"]).code, 0);
    let done = run(&sandbox, &["wasi.wat", "x"]);
    assert_eq!((done.code, done.stderr.as_str()), (7, ""));
    let done = run(&sandbox, &["wasi.wat", "trap"]);
    assert_eq!(done.code, 1);
    let last = done.stderr.lines().last();
    assert_eq!(last, Some("error: unreachable, in wasi.wat"));
}

#[test]
fn files_that_are_compiled_already() {
    let sandbox = with_program();
    // Compiled for the newest release, and for the built-in runtime.
    for release in ["2.4.5", "main"] {
        let flag = format!("--wamr-version={release}");
        sandbox.cwamrc(&[&flag, "-o", "wasi.aot", "wasi.wat"]).silent();
        assert_eq!(run(&sandbox, &["wasi.aot", "x"]).code, 7, "{release}");
    }
    sandbox.cwamrc(&["--wamr-version=2.2.0", "-o", "wasi.aot", "wasi.wat"]).silent();
    let error = run(&sandbox, &["wasi.aot"]).failed();
    assert!(error.contains("AOT version 3") && error.contains("2.2.0"), "{error}");
}

#[test]
fn one_function() {
    let sandbox = Sandbox::new();
    let module = r#"(module
        (func (export "add") (param i32 i32) (result i32)
          (i32.add (local.get 0) (local.get 1)))
        (func (export "mix") (param i64 f32 f64) (result f64 i64)
          (f64.add (f64.promote_f32 (local.get 1)) (local.get 2)) (local.get 0))
        (func (export "nothing"))
        (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0))))"#;
    sandbox.file("in.wat", module);
    let invoke = |arguments: &[&str]| run(&sandbox, &[&["--invoke"], arguments].concat());
    // Values are printed in iwasm's format.
    assert_eq!(invoke(&["add", "in.wat", "3", "0xfffffffc"]).silent(), b"0xffffffff:i32\n");
    assert_eq!(invoke(&["add", "in.wat", "-1", "1"]).silent(), b"0x0:i32\n");
    let mixed = invoke(&["mix", "in.wat", "-2", "1.5", "0.25"]).silent();
    assert_eq!(mixed, b"1.75:f64,0xfffffffffffffffe:i64\n");
    assert_eq!(invoke(&["nothing", "in.wat"]).silent(), b"");
    assert_eq!(run(&sandbox, &["-f", "nothing", "in.wat"]).silent(), b"");

    let error = invoke(&["add", "in.wat", "3"]).failed();
    assert_eq!(error, "error: add takes 2 arguments, not 1, in in.wat");
    let error = invoke(&["add", "in.wat", "3", "x"]).failed();
    assert_eq!(error, "error: \"x\" is not an argument of type i32");
    let error = invoke(&["sub", "in.wat"]).failed();
    assert_eq!(error, "error: no function \"sub\" is exported, in in.wat");
    let done = invoke(&["divide", "in.wat", "0"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.ends_with("error: integer divide by zero, in in.wat\n"), "{}", done.stderr);
}

/// Each function returns its arguments.
#[test]
fn arguments_of_every_type() {
    let sandbox = Sandbox::new();
    let functions = ["i32", "i64", "f32", "f64", "v128", "funcref", "externref"]
        .map(|ty| format!("(func (export \"{ty}\") (param {ty}) (result {ty}) (local.get 0))"));
    sandbox.file("in.wat", format!("(module {})", functions.concat()));
    sandbox.file(
        "scalar.wat",
        "(module (func (export \"f\") (param funcref) (result i32) \
                                (ref.is_null (local.get 0))))",
    );
    let invoke = |ty: &str, text: &str| run(&sandbox, &["--invoke", ty, "in.wat", text]);
    for (ty, text, printed) in [
        ("i32", "-2147483648", "0x80000000:i32"),
        ("i64", "18446744073709551615", "0xffffffffffffffff:i64"),
        ("f32", "-0.5", "-0.5:f32"),
        ("f64", "inf", "inf:f64"),
        ("v128", "i32x4:1,2,3,-1", "0xffffffff000000030000000200000001:v128"),
        ("v128", "f64x2:1,-2", "0xc0000000000000003ff0000000000000:v128"),
        ("v128", "0x0102", "0x00000000000000000000000000000102:v128"),
        ("v128", "0x1\\0x2", "0x00000000000000020000000000000001:v128"),
        (
            "v128",
            "0x00000000000000020000000000000001:v128",
            "0x00000000000000020000000000000001:v128",
        ),
        ("funcref", "null", "func:ref.null"),
        ("funcref", "func:ref.null", "func:ref.null"),
        ("externref", "ref.null", "extern:ref.null"),
        ("externref", "ref.extern 7", "ref.extern 7"),
        ("externref", "ref.extern 0", "ref.extern 0"),
    ] {
        let output = invoke(ty, text).silent();
        assert_eq!(String::from_utf8(output).unwrap(), format!("{printed}\n"), "{ty} {text}");
    }
    assert_eq!(run(&sandbox, &["-f", "f", "scalar.wat", "null"]).silent(), b"0x1:i32\n");
    for (ty, text, hint) in [
        ("v128", "i32x4:1,2", "hint: vectors are lanes"),
        ("funcref", "ref.func 0", "other than null cannot be given"),
        ("externref", "7", "`ref.extern 7`"),
        ("f32", "", "hint: floats are decimal"),
    ] {
        let done = invoke(ty, text);
        assert!(done.stderr.contains(hint), "{}", done.stderr);
        assert_eq!(done.failed(), format!("error: {text:?} is not an argument of type {ty}"));
    }
    let words = ["run", "-f", "i32", "in.wat"].map(OsStr::new);
    let line = [&words[..], &[OsStr::from_bytes(b"\xff")]].concat();
    let error = sandbox.cwamrc_os(&line).failed();
    assert_eq!(error, "error: \"\\xFF\" is not an argument of type i32");
}

/// The place of the `throw`, and the tag. Positions in the texts are counted by hand.
#[test]
fn exceptions_that_nobody_catches() {
    let sandbox = Sandbox::new();
    let text = r#"(module
  (tag $small (param i32))
  (tag (export "large") (param i64 i64))
  (func $thrower (param i32)
    (if (local.get 0) (then (throw $small (i32.const 7))))
    (throw 1 (i64.const 5) (i64.const 6)))
  (func (export "f") (param i32) (call $thrower (local.get 0)))
  (func (export "again") (param i32)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (call $thrower (local.get 0)))
      (return))
    (throw_ref)))"#;
    sandbox.file("in.wat", text);
    // A function before the others moves their indexes, but not their places in the cache.
    let moved = text.replacen("\n  (func", "\n  (func $first)\n  (func", 1);
    sandbox.file("moved.wat", moved);
    let wasm = wat::parse_str(text).expect("the text is right");
    sandbox.file("in.wasm", &wasm);
    let error = |flags: &[&str], file: &str, function: &str, argument: &str| {
        let invoke = format!("--invoke={function}");
        let done = run(&sandbox, &[flags, &[&invoke, file, argument]].concat());
        assert_eq!(done.code, 1, "{}", done.stderr);
        done.stderr.lines().last().expect("there is an error").to_owned()
    };
    let what = "error: uncaught wasm exception: tag";
    for flags in [&[][..], &[], &["--opt-level=0"], &["--enable-dump-call-stack"], &["--xip"]] {
        for function in ["f", "again"] {
            let small = error(flags, "in.wat", function, "1");
            let by = "thrown by function 0 \"thrower\", in";
            assert_eq!(small, format!("{what} 0 \"small\", {by} in.wat:5:30"), "{flags:?}");
            let large = error(flags, "in.wat", function, "0");
            assert_eq!(large, format!("{what} 1 \"large\", {by} in.wat:6:6"), "{flags:?}");
            let by = by.replace('0', "1");
            let small = error(flags, "moved.wat", function, "1");
            assert_eq!(small, format!("{what} 0 \"small\", {by} moved.wat:6:30"), "{flags:?}");
        }
        let offset = wasm.windows(2).position(|bytes| bytes == [0x08, 0x00]);
        let offset = offset.expect("0x08 throws, the tag is 0");
        let place = format!("in.wasm (at wasm offset {offset:#x})");
        let found = error(flags, "in.wasm", "f", "1");
        assert!(found.ends_with(&place), "{found}, not {place}");
    }
}

#[test]
fn output_without_a_reader() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let error = sandbox.shell("$CWAMRC run --invoke f in.wat >/dev/full").failed();
    assert_eq!(error, "error: cannot write standard output: No space left on device (os error 28)");
}

#[test]
fn no_program() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let error = run(&sandbox, &["in.wat"]).failed();
    assert_eq!(error, "error: no program to start, in in.wat");
    let error = run(&sandbox, &["missing.wat"]).failed();
    assert_eq!(error, "error: cannot read missing.wat: No such file or directory (os error 2)");
}

#[test]
fn every_mode_runs() {
    let sandbox = with_program();
    for flags in ["--opt-level=0", "--opt-level=1", "--bounds-checks=1", "--stack-bounds-checks=1"]
    {
        assert_eq!(run(&sandbox, &[flags, "wasi.wat", "x"]).code, 7, "{flags}");
    }
}
