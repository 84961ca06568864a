//! Input that cannot be compiled.

use crate::sandbox::{Sandbox, VALID};

/// Compiles `name`, which must fail with `message` and leave the output path alone, both when there
/// is no output yet and when there is one.
#[track_caller]
fn refuse(name: &str, content: impl AsRef<[u8]>, message: &str) {
    let sandbox = Sandbox::new();
    sandbox.file(name, content);
    let error = sandbox.cwamrc(&["-o", "out.aot", name]).failed();
    // For text, the line and column follow; they are tested in `text.rs`.
    let place = error.strip_prefix(&format!("error: {message}, in {name}"));
    let place = place.unwrap_or_else(|| panic!("{error}"));
    assert!(place.is_empty() || name.ends_with(".wat") && place.starts_with(':'), "{error}");
    assert_eq!(sandbox.names(), [name]);

    sandbox.file("out.aot", "what was there before");
    sandbox.cwamrc(&["-o", "out.aot", name]).failed();
    assert_eq!(sandbox.read("out.aot"), b"what was there before");
    assert_eq!(sandbox.names().len(), 2);
}

#[test]
fn a_missing_file() {
    let sandbox = Sandbox::new();
    let error = sandbox.cwamrc(&["-o", "out.aot", "missing.wasm"]).failed();
    assert_eq!(error, "error: cannot read missing.wasm: No such file or directory (os error 2)");
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn a_directory() {
    let sandbox = Sandbox::new();
    let error = sandbox.cwamrc(&["-o", "out.aot", "."]).failed();
    assert_eq!(error, "error: cannot read .: Is a directory (os error 21)");
    assert_eq!(sandbox.names(), [""; 0]);
}

#[test]
fn no_wasm() {
    refuse("empty.wasm", "", "the input is empty (at wasm offset 0x0)");
    refuse(
        "a.out",
        "\x7fELF\x02\x01\x01",
        "the input is not a wasm module: magic bytes not found (at wasm offset 0x0)",
    );
    refuse(
        "out.wasm",
        "\0aot\x05\0\0\0",
        "the input is an .aot file, not a wasm module (at wasm offset 0x0)",
    );
}

#[test]
fn truncated_wasm() {
    let wasm = wat::parse_str(VALID).unwrap();
    let sandbox = Sandbox::new();
    for length in 1..wasm.len() {
        sandbox.file("in.wasm", &wasm[..length]);
        let done = sandbox.cwamrc(&["-o", "out.aot", "in.wasm"]);
        // After the magic and the version, a prefix that ends after a section can be a valid
        // module.
        if done.code == 0 {
            let kept = wasmparser::validate(&wasm[..length]);
            assert!(kept.is_ok(), "{length} bytes were compiled");
            std::fs::remove_file(sandbox.path("out.aot")).unwrap();
        } else {
            let error = done.failed();
            assert!(error.contains("(at wasm offset 0x"), "{length}: {error}");
        }
        assert_eq!(sandbox.names(), ["in.wasm"]);
    }
}

#[test]
fn a_component() {
    // Magic bytes, version 13, layer 1.
    refuse(
        "in.wasm",
        b"\0asm\x0d\0\x01\0",
        "the input is a component, not a core module (at wasm offset 0x6)",
    );
}

#[test]
fn invalid_wasm() {
    refuse(
        "in.wat",
        "(module (func (result i32)))",
        "type mismatch: expected i32 but nothing on stack (at wasm offset 0x18)",
    );
}

#[test]
fn unsupported_proposals_are_named() {
    let multiple = "WAMR cannot be built with both them and AOT";
    let pages = "WAMR rounds every memory up to pages of the machine";
    let proposals = [
        ("(module (memory 1 (pagesize 1)))", "custom page sizes", 0xb, pages),
        ("(module (memory 1) (memory 1))", "multiple memories", 0xa, multiple),
    ];
    for (module, proposal, offset, reason) in proposals {
        let message = format!(
            "the module uses {proposal}, which is not supported (at wasm offset {offset:#x})"
        );
        refuse("in.wat", module, &message);
        let sandbox = Sandbox::new();
        sandbox.file("in.wat", module);
        let done = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
        assert!(done.stderr.contains(reason), "{}", done.stderr);
    }
}

#[test]
fn offsets_into_tables_with_64_bit_indexes_are_constants() {
    refuse(
        "in.wat",
        "(module (import \"env\" \"at\" (global $at i64)) (table i64 1 funcref) (func $f) \
         (elem (table 0) (offset global.get $at) func $f))",
        "an imported global as an offset into a table with 64-bit indexes is not supported",
    );
}

/// WAMR supports 64-bit memories if it was built with them.
#[test]
fn memory64_is_a_matter_of_the_runtime() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", "(module (memory i64 1))");
    let done = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("WAMR_BUILD_MEMORY64=1"), "{}", done.stderr);
}

#[test]
fn limits_of_the_container() {
    // The length of a name in the file is 16 bits and includes the NUL.
    let with_name = |length: usize| format!("(module (func (export \"{}\")))", "x".repeat(length));
    refuse(
        "in.wat",
        with_name(65535),
        "name of an export of 65535 bytes; the container allows names of at most 65534 bytes",
    );
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", with_name(65534));
    sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).silent();

    refuse(
        "in.wat",
        "(module (table 4000000000 funcref))",
        "globals and tables of more than 2 GiB per instance",
    );
}

#[test]
fn text_with_an_error() {
    let sandbox = Sandbox::new();
    let text = "(module\n  (fnc))\n";
    sandbox.file("in.wat", text);
    let error = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).failed();
    assert_eq!(error, "error: expected valid module field, in in.wat:2:4");
    let error = sandbox.cwamrc_with(&["-o", "out.aot", "-"], text.as_bytes()).failed();
    assert_eq!(error, "error: expected valid module field, in standard input:2:4");
    assert_eq!(sandbox.names(), ["in.wat"]);
}

#[test]
fn references_to_exceptions_stay_inside() {
    let type_of = |what: &str| format!("{what} has the type exnref, which WAMR does not support");
    for (module, what) in [
        ("(module (import \"env\" \"f\" (func (param exnref))))", "the imported function env.f"),
        ("(module (import \"env\" \"g\" (global exnref)))", "the imported global env.g"),
        ("(module (func (export \"f\") (result exnref) (unreachable)))", "the exported function f"),
        ("(module (global (export \"g\") exnref (ref.null exn)))", "the exported global g"),
        ("(module (import \"env\" \"t\" (table 1 exnref)))", "the imported table env.t"),
        ("(module (table (export \"t\") 1 exnref))", "the exported table t"),
        (
            "(module (table (export \"t\") funcref (elem 0)) (func (param exnref)))",
            "function 0, which an exported table may hold,",
        ),
    ] {
        refuse("in.wat", module, &type_of(what));
    }
    let tag = format!("(module (tag (param {})))", "v128 ".repeat(65));
    let message = "tag 0 has operands of 130 words, more than 128 (at wasm offset 0x52)";
    refuse("in.wat", &tag, message);
}

#[test]
fn exceptions_can_be_disabled() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", "(module (tag))");
    let flag = "--disable-exception-handling";
    let done = sandbox.cwamrc(&[flag, "-o", "out.aot", "in.wat"]);
    let error = done.failed();
    let message = "the module uses exceptions, which the options disable (at wasm offset 0x10)";
    assert!(error.contains(message), "{error}");
}

#[test]
fn typed_references_have_limits() {
    let module = "(module (func $f) (table 2000000 (ref func) (ref.func $f)))";
    let what = "tables with more than 1048576 elements that are not null (at wasm offset 0x1d)";
    refuse("in.wat", module, what);
    let sandbox = Sandbox::new();
    // Calls compare with each subtype, which are made different by recursion groups of their own.
    let subtypes = |count| {
        let others = |index| "(type (func))".repeat(index);
        let group = |index| format!("(rec (type (sub $f (func))) {})", others(index));
        let groups: String = (0..count).map(group).collect();
        format!("(module (type $f (sub (func))) {groups})")
    };
    sandbox.file("in.wat", subtypes(16));
    sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).silent();
    sandbox.file("in.wat", subtypes(17));
    let done = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
    assert!(done.stderr.contains("WAMR_BUILD_GC=1"), "{}", done.stderr);
    let module =
        "(module (type $f (func)) (func (param (ref null $f)) (call_ref $f (local.get 0))))";
    sandbox.file("in.wat", module);
    sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).silent();
    let flag = "--disable-function-reference";
    let error = sandbox.cwamrc(&[flag, "-o", "out.aot", "in.wat"]).failed();
    let what = "the module uses typed function references, which the options disable";
    assert!(error.contains(what), "{error}");
}

#[test]
fn what_becomes_of_tags_is_told() {
    let sandbox = Sandbox::new();
    let module = r#"(module (import "a" "b" (tag)) (tag (export "t") (param i32)))"#;
    sandbox.file("in.wat", module);
    let done = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
    for warning in [
        r#"the exported tag "t" is left out: WAMR's hosts cannot catch exceptions"#,
        r#"the imported tag "a" "b" is local to the module: hosts cannot throw it"#,
    ] {
        assert!(done.stderr.contains(warning), "{}", done.stderr);
    }
}

/// Whether a runtime with garbage collection is needed shows in the module.
#[test]
fn garbage_collection_is_noted_and_can_be_refused() {
    let sandbox = Sandbox::new();
    let structure = "(module (type $s (struct (field i32)))
        (func (export \"f\") (result i32) (struct.get $s 0 (struct.new $s (i32.const 1)))))";
    let operator = "(module (func (export \"f\") (result i32)
        (i31.get_s (ref.i31 (i32.const 1)))))";
    for module in [structure, operator] {
        sandbox.file("in.wat", module);
        let done = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(done.stderr.contains("WAMR_BUILD_GC=1"), "{}", done.stderr);
        let report = sandbox.cwamrc(&["inspect", "out.aot"]);
        let report = String::from_utf8_lossy(&report.stdout).into_owned();
        assert!(report.contains("garbage-collection"), "{report}");
        let refused = sandbox.cwamrc(&["--disable-gc", "-o", "other.aot", "in.wat"]);
        assert_eq!(refused.code, 1);
        let what = "the module uses garbage collection, which the options disable";
        assert!(refused.stderr.contains(what), "{}", refused.stderr);
    }
    sandbox.file("plain.wat", "(module (func (export \"f\")))");
    sandbox.cwamrc(&["-o", "plain.aot", "plain.wat"]).silent();
    let done = sandbox.cwamrc(&["--enable-gc", "-o", "with.aot", "plain.wat"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_ne!(sandbox.read("plain.aot"), sandbox.read("with.aot"));
}

/// WAMR's collector does not stop threads.
#[test]
fn garbage_collection_excludes_threads() {
    let sandbox = Sandbox::new();
    let structure = "(type $s (struct)) (func (export \"f\") (drop (struct.new $s)))";
    let import = "(import \"wasi\" \"thread-spawn\" (func (param i32) (result i32)))";
    sandbox.file("in.wat", format!("(module {import} (memory 1 1 shared) {structure})"));
    let refused = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("imports wasi.thread-spawn"), "{}", refused.stderr);
    sandbox.file("in.wat", format!("(module (memory 1 1 shared) {structure})"));
    let done = sandbox.cwamrc(&["-o", "out.aot", "in.wat"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("warning: the shared memory is an ordinary one"));
}
