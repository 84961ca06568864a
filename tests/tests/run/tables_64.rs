//! Tables with 64-bit indexes, part of the memory64 proposal.
//!
//! No build of WAMR supports them in the interpreter without 64-bit memories, and the test suite's
//! copy of the proposal does not test them. The expected values come from the text of the proposal,
//! which defines each operator as for 32-bit tables.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{I32, I64};
use wamr_shim::{Instance, Val};

const MODULE: &str = r#"(module
    (type $number (func (result i32)))
    (table $wide i64 4 8 funcref)
    (table $narrow 4 funcref)
    (elem $both func $one $two)
    (elem (table $wide) (offset i64.const 1) func $one $two)
    (func $one (result i32) (i32.const 1))
    (func $two (result i32) (i32.const 2))
    (func (export "call") (param i64) (result i32)
      (call_indirect $wide (type $number) (local.get 0)))
    (func (export "tail_call") (param i64) (result i32)
      (return_call_indirect $wide (type $number) (local.get 0)))
    (func (export "is_null") (param i64) (result i32)
      (ref.is_null (table.get $wide (local.get 0))))
    (func (export "set") (param i64) (table.set $wide (local.get 0) (ref.func $two)))
    (func (export "size") (result i64) (table.size $wide))
    (func (export "grow") (param i64) (result i64)
      (table.grow $wide (ref.func $one) (local.get 0)))
    (func (export "fill") (param i64 i64)
      (table.fill $wide (local.get 0) (ref.func $one) (local.get 1)))
    (func (export "init") (param i64 i32 i32)
      (table.init $wide $both (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i64 i64 i64)
      (table.copy $wide $wide (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy_out") (param i32 i64 i32)
      (table.copy $narrow $wide (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy_in") (param i64 i32 i32)
      (table.copy $wide $narrow (local.get 0) (local.get 1) (local.get 2)))
    (func (export "call_narrow") (param i32) (result i32)
      (call_indirect $narrow (type $number) (local.get 0))))"#;

/// Numbers whose lower halves are in bounds of the table.
const FAR: [i64; 3] = [1 << 32, (1 << 32) + 1, i64::MIN];

#[test]
fn operators_take_64_bits() {
    let outside = || Err("out of bounds table access");
    for engine in Engine::compiled() {
        let instance = engine.instantiate(MODULE, Vec::new());
        let check = |function: &str, arguments: &[Val], expected: Result<Vec<Val>, &str>| {
            check(&instance, engine, function, arguments, expected);
        };
        check("call", &[I64(2)], Ok(vec![I32(2)]));
        check("call", &[I64(0)], Err("uninitialized element"));
        check("tail_call", &[I64(1)], Ok(vec![I32(1)]));
        check("is_null", &[I64(3)], Ok(vec![I32(1)]));
        check("set", &[I64(3)], Ok(vec![]));
        check("call", &[I64(3)], Ok(vec![I32(2)]));
        check("size", &[], Ok(vec![I64(4)]));
        for far in FAR.into_iter().chain([4, -1]) {
            check("call", &[I64(far)], Err("undefined element"));
            check("tail_call", &[I64(far)], Err("undefined element"));
            check("is_null", &[I64(far)], outside());
            check("set", &[I64(far)], outside());
        }
        for far in FAR {
            check("grow", &[I64(far)], Ok(vec![I64(-1)]));
            check("fill", &[I64(far), I64(0)], outside());
            check("fill", &[I64(0), I64(far)], outside());
            check("init", &[I64(far), I32(0), I32(0)], outside());
            check("copy", &[I64(far), I64(0), I64(0)], outside());
            check("copy", &[I64(0), I64(far), I64(0)], outside());
            check("copy", &[I64(0), I64(0), I64(far)], outside());
            check("copy_out", &[I32(0), I64(far), I32(0)], outside());
            check("copy_in", &[I64(far), I32(0), I32(0)], outside());
        }
        check("grow", &[I64(2)], Ok(vec![I64(4)]));
        check("size", &[], Ok(vec![I64(6)]));
        check("call", &[I64(5)], Ok(vec![I32(1)]));
        check("init", &[I64(4), I32(1), I32(1)], Ok(vec![]));
        check("copy", &[I64(0), I64(4), I64(2)], Ok(vec![]));
        check("call", &[I64(0)], Ok(vec![I32(2)]));
        check("call", &[I64(1)], Ok(vec![I32(1)]));
        check("copy_out", &[I32(2), I64(4), I32(2)], Ok(vec![]));
        check("call_narrow", &[I32(2)], Ok(vec![I32(2)]));
        check("fill", &[I64(0), I64(6)], Ok(vec![]));
        check("copy_in", &[I64(5), I32(2), I32(1)], Ok(vec![]));
        check("call", &[I64(0)], Ok(vec![I32(1)]));
        check("call", &[I64(5)], Ok(vec![I32(2)]));
    }
}

fn check(
    instance: &Instance,
    engine: Engine,
    function: &str,
    arguments: &[Val],
    expected: Result<Vec<Val>, &str>,
) {
    let actual = instance.call(function, arguments).map_err(|trap| trap.message);
    let expected = expected.map_err(str::to_owned);
    assert_eq!(actual, expected, "{engine}: {function}{arguments:?}");
}

/// A segment beyond the end of a table traps at instantiation, even if it is empty.
#[test]
fn segments_far_outside() {
    for offset in ["0x1_0000_0000", "-1", "5"] {
        let module = format!(
            "(module (table i64 4 funcref) (elem (table 0) (offset i64.const {offset}) func))"
        );
        for engine in Engine::compiled() {
            let error = engine.try_instantiate(&module, Vec::new()).expect_err("it is outside");
            let error = error.to_string();
            assert!(error.contains("out of bounds table access"), "{engine}, {offset}: {error}");
        }
    }
}
