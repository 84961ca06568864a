//! `cwamrc explore`. The content of the page is tested in `tests/tests/explore.rs`.

use crate::sandbox::{Sandbox, VALID};

#[test]
fn a_page_for_each_target() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wat", VALID);
    for target in ["x86_64", "aarch64", "riscv64"] {
        let flag = format!("--target={target}");
        sandbox.cwamrc(&["explore", &flag, "in.wat", "-o", "page.html"]).silent();
        let page = String::from_utf8(sandbox.read("page.html")).expect("it is text");
        assert!(page.starts_with("<!doctype html>"));
        assert!(page.contains(&format!("<title>in.wat for {target}</title>")), "{target}");
        assert!(!page.contains("http"), "the page needs nothing else");
    }
    let page = sandbox.cwamrc(&["explore", "in.wat", "-o", "-"]).silent();
    assert!(page.starts_with(b"<!doctype html>"));
}

#[test]
fn what_does_not_compile_has_no_page() {
    let sandbox = Sandbox::new();
    sandbox.file("in.wasm", b"no module");
    let error = sandbox.cwamrc(&["explore", "in.wasm", "-o", "page.html"]).failed();
    assert!(error.contains("magic bytes not found"), "{error}");
    assert_eq!(sandbox.names(), ["in.wasm"]);
}
