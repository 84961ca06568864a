//! `cwamrc inspect`.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, VALID};

fn with_file() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    sandbox.cwamrc(&["-o", "out.aot", "in.wat"]).silent();
    sandbox
}

#[test]
fn text() {
    let sandbox = with_file();
    let text = String::from_utf8(sandbox.cwamrc(&["inspect", "out.aot"]).silent()).unwrap();
    let size = sandbox.read("out.aot").len();
    let first = format!("WAMR AOT file, version 5, {size} bytes\n");
    assert!(text.starts_with(&first), "{text}");
    for part in ["x86_64", "2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5", "() -> (i32)", "func       0  f"] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

#[test]
fn json() {
    let sandbox = with_file();
    let report = sandbox.cwamrc(&["inspect", "--json", "out.aot"]).silent();
    let from_file: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(from_file["size"], sandbox.read("out.aot").len());
    assert_eq!(from_file["types"], json!(["() -> (i32)"]));
    assert_eq!(from_file["exports"], json!([{"kind": "func", "index": 0, "name": "f"}]));
    assert_eq!(from_file["functions"][0]["name"], "f");
    let stream = sandbox.cwamrc_with(&["inspect", "--json", "-"], &sandbox.read("out.aot"));
    assert_eq!(stream.silent(), report);
}

#[test]
fn other_files() {
    let sandbox = Sandbox::new();
    let error = sandbox.cwamrc(&["inspect", "missing.aot"]).failed();
    assert_eq!(error, "error: cannot read missing.aot: No such file or directory (os error 2)");
    sandbox.file("in.wasm", wat::parse_str(VALID).unwrap());
    let done = sandbox.cwamrc(&["inspect", "in.wasm"]);
    assert!(done.stderr.contains("\nhint: this is a wasm module"), "{}", done.stderr);
    let error = done.failed();
    assert!(error.starts_with("error: not an .aot file"), "{error}");
    assert!(error.ends_with(", in in.wasm"), "{error}");
}

#[test]
fn truncated_files() {
    let sandbox = with_file();
    let aot = sandbox.read("out.aot");
    // Cut in the magic, the version, a section's header, and each section.
    for length in [2, 6, 10, 40, 100, 200, aot.len() - 1] {
        let error = sandbox.cwamrc_with(&["inspect", "-"], &aot[..length]).failed();
        assert!(error.contains("of the .aot file, in standard input"), "{length}: {error}");
    }
}
