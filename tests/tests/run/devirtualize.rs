//! Indirect calls that level 3 turns into direct calls, because the table has only one function of
//! their type, and tables that only look as if they had.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I32;
use wamr_shim::{FuncType, HostFunc, ValType};

/// Asserts the results of `call` with an argument and each index from 0.
fn check(module: &str, expected: &[Result<i32, &str>]) {
    for engine in Engine::all() {
        check_with(engine, module, Vec::new(), expected);
    }
}

fn check_with(
    engine: Engine,
    module: &str,
    imports: Vec<HostFunc>,
    expected: &[Result<i32, &str>],
) {
    let instance = engine.instantiate(module, imports);
    for (index, expected) in (0..).zip(expected) {
        let actual = instance.call("call", &[I32(20), I32(index)]);
        let actual = actual.as_deref().map_err(|trap| trap.message.as_str());
        let expected = expected.map(|value| [I32(value)]);
        let expected = expected.as_ref().map(|value| &value[..]).map_err(|trap| *trap);
        assert_eq!(actual, expected, "{engine}: {index} in {module}");
    }
}

const UNINITIALIZED: Result<i32, &str> = Err("uninitialized element");
const UNDEFINED: Result<i32, &str> = Err("undefined element");
const MISMATCH: Result<i32, &str> = Err("indirect call type mismatch");

/// A module with `definitions` after a function `$double`, a function of another type, and `call`,
/// which calls an element and adds a value from memory.
fn module(definitions: &str) -> String {
    format!(
        r#"(module
            (type $unary (func (param i32) (result i32)))
            (memory 1)
            (func $double (type $unary)
              (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
              (i32.mul (local.get 0) (i32.const 2)))
            (func $negate (type $unary) (i32.sub (i32.const 0) (local.get 0)))
            (func $nothing)
            (func (export "call") (param i32 i32) (result i32)
              (i32.store (i32.const 0) (i32.const 100))
              (i32.add
                (call_indirect (type $unary) (local.get 0) (local.get 1))
                (i32.load (i32.const 0))))
            {definitions})"#
    )
}

#[test]
fn the_only_function_of_its_type() {
    check(
        &module("(table 4 4 funcref) (elem (i32.const 1) $double $nothing)"),
        &[UNINITIALIZED, Ok(141), MISMATCH, UNINITIALIZED, UNDEFINED],
    );
}

/// The last segment that writes an element counts, and a function may have several elements.
#[test]
fn several_segments() {
    check(
        &module(
            "(table 4 4 funcref) (elem (i32.const 1) $double $double)
             (elem (i32.const 2) $nothing) (elem func $negate)",
        ),
        &[UNINITIALIZED, Ok(141), MISMATCH, UNINITIALIZED],
    );
    check(
        &module("(table 2 2 funcref) (elem (i32.const 0) $double) (elem (i32.const 0) $negate)"),
        &[Ok(80), UNINITIALIZED],
    );
    check(
        &module("(table 3 3 funcref) (elem (i32.const 0) $double $double $negate)"),
        &[Ok(141), Ok(141), Ok(80)],
    );
}

/// The compiler does not know the elements that operators write.
#[test]
fn tables_that_change() {
    let element = "(table 2 2 funcref) (elem (i32.const 0) $double)";
    let start = |operators: &str| {
        module(&format!("{element} (elem $more func $negate) (start $s) (func $s {operators})"))
    };
    let both = [Ok(141), Ok(80)];
    let negated = [Ok(80), UNINITIALIZED];
    check(&start("(table.set (i32.const 1) (ref.func $negate))"), &both);
    check(&start("(table.set (i32.const 0) (ref.func $negate))"), &negated);
    check(&start("(table.fill (i32.const 0) (ref.func $negate) (i32.const 1))"), &negated);
    check(&start("(table.init $more (i32.const 0) (i32.const 0) (i32.const 1))"), &negated);
    check(&start("(table.copy (i32.const 0) (i32.const 1) (i32.const 1))"), &[UNINITIALIZED; 2]);
}

/// The only function of the type always traps, or calls itself through the table.
#[test]
fn callees_of_all_kinds() {
    check(
        &module(
            "(table 2 2 funcref) (elem (i32.const 0) $fail) (func $fail (type $unary) unreachable)",
        ),
        &[Err("unreachable"), UNINITIALIZED],
    );
    check(
        &module(
            "(table 2 2 funcref) (elem (i32.const 1) $down)
             (func $down (type $unary)
               (if (result i32) (local.get 0)
                 (then (i32.add (i32.const 3)
                   (call_indirect (type $unary)
                     (i32.sub (local.get 0) (i32.const 1)) (i32.const 1))))
                 (else (memory.grow (i32.const 1)))))",
        ),
        &[UNINITIALIZED, Ok(161)],
    );
}

/// An import is called in the usual way.
#[test]
fn an_import() {
    let module = r#"(module
        (import "env" "triple" (func $triple (param i32) (result i32)))
        (table 1 1 funcref) (elem (i32.const 0) $triple)
        (func (export "call") (param i32 i32) (result i32)
          (call_indirect (param i32) (result i32) (local.get 0) (local.get 1))))"#;
    for engine in Engine::all() {
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let triple = HostFunc::new("triple", ty, |_, arguments| match arguments {
            [I32(value)] => Ok(vec![I32(value * 3)]),
            _ => unreachable!("it has one parameter"),
        });
        check_with(engine, module, vec![triple], &[Ok(60), UNDEFINED]);
    }
}
