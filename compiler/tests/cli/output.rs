//! What is written in addition to the `.aot` file.

use std::fmt::Write;

use cwamrc::{Architecture, Options};

use crate::sandbox::{Sandbox, VALID};

#[test]
fn listings() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let clif = sandbox.cwamrc(&["--format=clif", "-o", "-", "in.wat"]).silent();
    let clif = String::from_utf8(clif).unwrap();
    assert!(clif.starts_with(";; function(0) \"f\"\nfunction u0:0(i64) -> i32"), "{clif}");
    assert!(clif.contains("iconst.i32 7"), "{clif}");
    let asm = sandbox.cwamrc(&["--format=asm", "--target=x86_64", "-o", "-", "in.wat"]).silent();
    let asm = String::from_utf8(asm).unwrap();
    assert!(asm.starts_with(";; function(0) \"f\"\n"), "{asm}");
    assert!(asm.contains("$0x7") && asm.contains("ret"), "{asm}");
}

#[test]
fn object_files() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let arguments = ["--format=object", "--target=riscv64", "-o", "-", "in.wat"];
    let object = sandbox.cwamrc(&arguments).silent();
    let wasm = wat::parse_str(VALID).unwrap();
    let options = Options::new().architecture(Architecture::Riscv64);
    assert_eq!(object, cwamrc::compile_object(&wasm, &options).unwrap().bytes());
    assert!(object.starts_with(b"\x7fELF"));
    let done = sandbox.cwamrc(&["--format=object", "-v", "-o", "out.o", "in.wat"]);
    assert!(done.stderr.starts_with("compiled 1 functions, "), "{}", done.stderr);
}

#[test]
fn a_summary_if_it_is_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let done = sandbox.cwamrc(&["-v", "-o", "out.aot", "in.wat"]);
    assert_eq!(done.code, 0);
    let size = sandbox.read("out.aot").len();
    let wasm_size = wat::parse_str(VALID).unwrap().len();
    let expected = format!("compiled 1 functions, {wasm_size} bytes of wasm, to {size} bytes: ");
    assert!(done.stderr.starts_with(&expected), "{}", done.stderr);
    // One more line about the cache, and one about the runtimes that accept the file.
    let lines: Vec<&str> = done.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", done.stderr);
    let made = "made for WAMR 2.4.5: AOT version 5, of 2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5; ";
    assert!(lines[2].starts_with(made) && lines[2].contains("--wamr-version=auto"), "{}", lines[2]);
    // In wamrc, this level prints errors and warnings only.
    sandbox.cwamrc(&["-v=2", "-o", "out.aot", "in.wat"]).silent();
}

/// The compilation takes long enough for progress to be shown on a terminal.
#[test]
fn no_progress_in_a_pipe() {
    let mut module = String::from("(module (memory 1)\n");
    for function in 0..1000 {
        write!(module, "(func (export \"f{function}\") (param i32) (result i64) (local i64)")
            .unwrap();
        for offset in 0..400 {
            let load = format!("(i64.load offset={} (local.get 0))", 8 * offset);
            write!(module, "(local.set 1 (i64.rotl (local.get 1) {load}))").unwrap();
        }
        module.push_str("(local.get 1))\n");
    }
    module.push(')');
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", module);
    let done = sandbox.cwamrc(&["--threads=1", "-o", "-", "in.wat"]);
    assert!(done.silent().starts_with(b"\0aot"));
}

#[test]
fn the_number_of_threads_does_not_show() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    let one = sandbox.cwamrc(&["--threads=1", "-o", "-", "in.wat"]).silent();
    let eight = sandbox.cwamrc(&["--threads=8", "-o", "-", "in.wat"]).silent();
    assert_eq!(one, eight);
}

#[test]
fn custom_sections_that_were_asked_for() {
    let sandbox = Sandbox::new();
    let module =
        r#"(module $named (@custom "producer" "me") (@custom "two words" "x") (func $function))"#;
    sandbox.file("in.wat", module);
    let inspect = |arguments: &[&str]| {
        let aot = sandbox.cwamrc(&[&["-o", "-", "in.wat"], arguments].concat()).silent();
        let report = sandbox.cwamrc_with(&["inspect", "--json", "-"], &aot).silent();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let sections = report["custom_sections"].as_array().unwrap();
        sections.iter().map(|section| section["kind"].as_str().unwrap().to_owned()).collect()
    };
    let kinds: Vec<String> = inspect(&[]);
    assert_eq!(kinds, [""; 0]);
    let kinds: Vec<String> = inspect(&["--emit-custom-sections=producer,name"]);
    assert_eq!(kinds, ["raw", "name"]);
    let kinds: Vec<String> = inspect(&["--emit-custom-sections=two\\words"]);
    assert_eq!(kinds, ["raw"]);
}
