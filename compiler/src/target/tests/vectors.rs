//! Modules with vectors, for a runtime without them.

use crate::{Architecture, Cpu, ErrorKind, Options, compile};

fn options(features: &str) -> Options {
    let cpu = Cpu::baseline(Architecture::Riscv64).with_features(features);
    Options::new().cpu(cpu.expect("the feature exists"))
}

fn refusal(features: &str, module: &str) -> String {
    let wasm = wat::parse_str(module).expect("the text is right");
    let error = compile(&wasm, &options(features)).expect_err("it is refused");
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.hint().is_some(), "{error}");
    error.to_string()
}

#[test]
fn vectors_stay_inside() {
    for (module, what) in [
        (r#"(module (import "m" "f" (func (param v128))))"#, "the imported function m.f"),
        (r#"(module (func (export "f") (result v128) unreachable))"#, "the exported function f"),
        ("(module (global v128 (v128.const i64x2 0 0)))", "global 0"),
        (
            r#"(module (table (export "t") funcref (elem $f)) (func $f (param v128)))"#,
            "function 0, which an exported table may hold,",
        ),
    ] {
        let message = refusal("+v", module);
        assert_eq!(message, format!("{what} has the type v128, which WAMR lacks on riscv64"));
    }
}

#[test]
fn vectors_need_the_extension() {
    for module in [
        r#"(module (func (export "f") (drop (v128.const i64x2 0 0))))"#,
        r#"(module (func (export "f") (local v128)))"#,
        "(module (func (param v128)))",
    ] {
        let message = refusal("+zba", module);
        let expected = "the module uses SIMD, for which riscv64 needs the feature v";
        assert!(message.starts_with(expected), "{message}");
        let wasm = wat::parse_str(module).expect("the text is right");
        compile(&wasm, &options("+v")).unwrap_or_else(|error| panic!("{module}: {error}"));
    }
}
