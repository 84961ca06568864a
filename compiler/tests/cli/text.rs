//! Modules in the text format: where an error is reported, and what may precede the text.

use crate::sandbox::{Sandbox, VALID};

/// Compiles text, which must fail with an error at the mark.
#[track_caller]
fn wrong_at(marked: &str, message: &str) {
    const MARK: char = '¶';
    let before = marked.split(MARK).next().expect("there is always a first");
    let line = before.matches('\n').count() + 1;
    let column = before.len() - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    let text = marked.replace(MARK, "");
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", &text);
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).failed();
    assert!(error.contains(message), "{error}");
    assert!(error.contains("(at wasm offset 0x"), "{error}");
    assert!(error.ends_with(&format!(", in in.wat:{line}:{column}")), "{line}:{column}: {error}");
    assert_eq!(sandbox.names(), ["in.wat"]);
}

#[test]
fn instructions_that_do_not_fit() {
    let mismatch = "type mismatch: expected i32, found i64";
    wrong_at("(module\n  (func $f (result i32)\n    i64.const 1\n    ¶i32.eqz))", mismatch);
    wrong_at(
        "(module\n  (func)\n  (func $f (result i32)\n    (¶i32.add (i32.const 1) (i64.const 1))))",
        mismatch,
    );
    // In nested blocks, after imports and valid functions.
    wrong_at(
        "(module
           (import \"a\" \"b\" (func $a (param i32)))
           (func $g (import \"a\" \"c\"))
           (func (export \"ok\") (call $a (i32.const 1)))
           (func (export \"bad\") (param $n i32)
             ;; a comment
             (block $out (loop $in
               (br_if $out (i32.eqz (local.get $n)))
               (if (local.get $n) (then (¶call $a (f32.const 1))))
               (br $in)))))",
        "expected i32, found f32",
    );
    wrong_at("(module (func (drop (¶local.get 3))))", "unknown local 3");
    wrong_at("(module (func (¶call 9)))", "unknown function 9");
    wrong_at("(module\n(func (¶i32.store (i32.const 0) (i32.const 0))))", "unknown memory 0");
}

/// The implicit `end` of a function has no position in the text.
#[test]
fn what_a_function_leaves() {
    wrong_at("(module\n  (func)\n  (¶func (result i32)))", "expected i32 but nothing on stack");
    wrong_at("(module (func) (¶func i32.const 1))", "values remaining on stack");
}

#[test]
fn what_is_wrong_outside_of_functions() {
    let module =
        |item: &str| format!("(module\n  (type (func))\n  (func $f (param i32))\n  {item})");
    for (item, message) in [
        ("(global i32 (i32.const 0)) (¶global i32 (i64.const 0))", "type mismatch"),
        ("(global i32 (i32.const 0)) (global i32 (¶global.get 7))", "unknown global 7"),
        ("(¶global i32 (i32.const 0) (i32.const 0))", "values remaining on stack"),
        ("(start ¶$f)", "invalid start function type"),
        ("(export \"a\" (func $f)) (¶export \"a\" (func $f))", "duplicate export name"),
        ("(¶export \"a\" (func 7))", "unknown function 7"),
        ("(¶data (i32.const 0) \"x\")", "unknown memory 0"),
        ("(¶elem (i32.const 0) $f)", "unknown table 0"),
        ("(memory 1) (data (i32.const 0) \"\") (¶data (i64.const 0) \"\")", "type mismatch"),
        ("(¶memory 70000)", "memory size must be at most"),
        ("(table 1 funcref) (¶table 2 1 funcref)", "size minimum must not be greater"),
        ("(¶func (type 7))", "unknown type 7"),
        ("(¶import \"a\" \"b\" (func (type 7)))", "unknown type 7"),
        ("(¶memory 1) (memory 1)", "multiple memories"),
        ("(¶tag (type 7))", "unknown type 7"),
    ] {
        // Imports come first.
        let text = match item.starts_with("(¶import") {
            true => format!("(module\n  {item})"),
            false => module(item),
        };
        wrong_at(&text, message);
    }
}

/// The same on standard input, and in the other commands that accept text.
#[test]
fn everywhere() {
    let sandbox = Sandbox::new();
    let text = "(module\n  (func (export \"f\") (drop)))\n";
    sandbox.file("in.wat", text);
    let ends = |line: &[&str], place: &str| {
        let error = sandbox.cwamrc_with(line, text.as_bytes()).failed();
        assert!(error.ends_with(&format!(", in {place}:2:23")), "{line:?}: {error}");
    };
    ends(&["-o", "out.aot", "-"], "standard input");
    for format in ["aot", "object", "clif", "asm", "universal"] {
        ends(&[&format!("--format={format}"), "-o", "out", "in.wat"], "in.wat");
    }
    #[cfg(feature = "run")]
    ends(&["run", "--invoke=f", "in.wat"], "in.wat");
    #[cfg(feature = "explore")]
    ends(&["explore", "-o", "page.html", "in.wat"], "in.wat");
}

/// A binary has no lines.
#[test]
fn binaries_have_offsets_alone() {
    let wasm = wat::parse_str("(module\n  (func (drop)))").unwrap();
    let sandbox = Sandbox::new();
    sandbox.file("in.wasm", &wasm);
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wasm"]).failed();
    assert!(error.ends_with(", in in.wasm"), "{error}");
    // Nor has one that is written in the text format as a string.
    let bytes: String = wasm.iter().map(|byte| format!("\\{byte:02x}")).collect();
    sandbox.file("in.wat", format!("(module binary \"{bytes}\")"));
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).failed();
    assert!(error.ends_with(", in in.wat"), "{error}");
}

#[test]
fn a_byte_order_mark_is_no_syntax_error() {
    let sandbox = Sandbox::new();
    sandbox.file("plain.wat", VALID);
    sandbox.file("marked.wat", format!("\u{feff}{VALID}"));
    let plain = sandbox.cwamrc(&["-o", "-", "plain.wat"]).silent();
    assert_eq!(sandbox.cwamrc(&["-o", "-", "marked.wat"]).silent(), plain);
    // Also without a file name.
    let marked = sandbox.read("marked.wat");
    assert_eq!(sandbox.cwamrc_with(&["-o", "-", "-"], &marked).silent(), plain);
    // It takes no column.
    sandbox.file("in.wat", "\u{feff}(module (fnc))");
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).failed();
    assert_eq!(error, "error: expected valid module field, in in.wat:1:10");
    sandbox.file("in.wat", "\u{feff}(module (func (drop)))");
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).failed();
    assert!(error.ends_with(", in in.wat:1:16"), "{error}");
    // Before a binary, these bytes are not a byte order mark.
    let wasm = wat::parse_str(VALID).unwrap();
    sandbox.file("in.wasm", [b"\xef\xbb\xbf".as_slice(), &wasm].concat());
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wasm"]).failed();
    assert!(error.contains("magic bytes not found"), "{error}");
}
