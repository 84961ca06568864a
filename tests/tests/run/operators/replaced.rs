//! Operators that are replaced by calls of the runtime give the same results as the instructions,
//! which are those of the specification.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{I32, I64};

use super::{Nans, check_constants, check_pairs};

#[test]
fn operators_that_are_instructions() {
    check_pairs(Engine::for_numbers(), Nans::Arithmetic);
}

#[test]
fn operators_that_are_calls() {
    check_pairs(Engine::for_numbers().map(Engine::with_intrinsics), Nans::Arithmetic);
}

#[test]
fn constant_operands_of_instructions() {
    check_constants(Engine::for_numbers(), Nans::Arithmetic);
}

#[test]
fn constant_operands_of_calls() {
    check_constants(Engine::for_numbers().map(Engine::with_intrinsics), Nans::Arithmetic);
}

/// Checks the expectations against the interpreter.
#[test]
fn operators_that_are_interpreted() {
    check_pairs([Engine::interpreter()].into_iter(), Nans::Any);
    check_constants([Engine::interpreter()].into_iter(), Nans::Any);
}

/// In C, the smallest integer modulo -1 is undefined, and on x86-64 it traps.
#[test]
fn the_least_integer_modulo_minus_one() {
    let module = r#"(module
        (func (export "rem32") (param i32 i32) (result i32)
          (i32.rem_s (local.get 0) (local.get 1)))
        (func (export "rem64") (param i64 i64) (result i64)
          (i64.rem_s (local.get 0) (local.get 1)))
        (func (export "constant") (result i32)
          (i32.rem_s (i32.const 0x80000000) (i32.const -1))))"#;
    for engine in Engine::compiled().map(Engine::with_intrinsics) {
        let instance = engine.instantiate(module, Vec::new());
        let rem32 = instance.call("rem32", &[I32(i32::MIN), I32(-1)]);
        assert_eq!(rem32, Ok(vec![I32(0)]), "{engine}");
        let rem64 = instance.call("rem64", &[I64(i64::MIN), I64(-1)]);
        assert_eq!(rem64, Ok(vec![I64(0)]), "{engine}");
        assert_eq!(instance.call("constant", &[]), Ok(vec![I32(0)]), "{engine}");
    }
}
