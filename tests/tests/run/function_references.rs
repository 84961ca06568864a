//! Typed function references, on a runtime that does not know them. Expected results are derived
//! from the specification by hand.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{FuncRef, I32};
use wamr_shim::{FuncType, HostFunc, Val, ValType};

const NULL_FUNCTION: &str = "null function reference";

/// Calls functions of `module` in every engine, and expects a result or the text of a trap.
fn gives(module: &str, calls: &[(&str, &[Val], Result<i32, &str>)]) {
    for engine in Engine::compiled() {
        let instance = engine.instantiate(module, Vec::new());
        for (function, arguments, expected) in calls {
            let result = instance.call(function, arguments).map_err(|trap| trap.message);
            let expected = expected.map(|value| vec![I32(value)]).map_err(str::to_owned);
            assert_eq!(result, expected, "{engine}: {function} {arguments:?}");
        }
    }
}

#[test]
fn references_are_called_and_tested() {
    let module = r#"(module
        (type $unary (func (param i32) (result i32)))
        (type $apply (func (param (ref $unary) i32) (result i32)))
        (func $increment (type $unary) (i32.add (local.get 0) (i32.const 1)))
        (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
        (func $apply (type $apply) (call_ref $unary (local.get 1) (local.get 0)))
        (elem declare func $increment $double $apply)
        (func (export "call") (param i32) (result i32)
          (local $f (ref $unary))
          (local.set $f (ref.func $increment))
          (call_ref $unary
            (call_ref $apply (local.get $f) (local.get 0) (ref.func $apply))
            (ref.func $double)))
        (func (export "null") (result i32) (call_ref $unary (i32.const 1) (ref.null $unary)))
        (func (export "tail of null") (result i32)
          (return_call_ref $unary (i32.const 1) (ref.null $unary)))
        (func (export "non-null") (param i32) (result i32)
          (call_ref $unary (i32.const 4)
            (ref.as_non_null (if (result (ref null $unary)) (local.get 0)
              (then (ref.func $double)) (else (ref.null $unary))))))
        (func (export "branch on null") (param i32) (result i32)
          (local $f (ref null $unary))
          (if (local.get 0) (then (local.set $f (ref.func $double))))
          (block $null (result i32)
            (call_ref $unary (i32.const 20) (br_on_null $null (i32.const 7) (local.get $f)))
            (return (i32.add))))
        (func (export "branch on others") (param i32) (result i32)
          (local $f (ref null $unary))
          (if (local.get 0) (then (local.set $f (ref.func $double))))
          (block $set (result i32 (ref $unary))
            (return (br_on_non_null $set (i32.const 6) (local.get $f))))
          (call_ref $unary))
        (func (export "external") (param externref) (result i32)
          (block $null (br_on_null $null (local.get 0)) (drop) (return (i32.const 1)))
          (i32.const 0)))"#;
    let external = |value| Val::ExternRef(value);
    gives(
        module,
        &[
            ("call", &[I32(5)], Ok(12)),
            ("null", &[], Err(NULL_FUNCTION)),
            ("tail of null", &[], Err(NULL_FUNCTION)),
            ("non-null", &[I32(1)], Ok(8)),
            ("non-null", &[I32(0)], Err("null reference")),
            ("branch on null", &[I32(0)], Ok(7)),
            ("branch on null", &[I32(1)], Ok(34)),
            ("branch on others", &[I32(0)], Ok(6)),
            ("branch on others", &[I32(1)], Ok(12)),
            ("external", &[external(None)], Ok(0)),
            ("external", &[external(Some(3))], Ok(1)),
        ],
    );
}

/// For the runtime, all tables contain functions, and it knows no initial values.
#[test]
fn tables_have_initial_values() {
    let module = r#"(module
        (type $get (func (result i32)))
        (func $one (type $get) (i32.const 1))
        (func $two (type $get) (i32.const 2))
        (func $three (type $get) (i32.const 3))
        (table $plain 2 funcref)
        (table $filled 4 10 (ref $get) (ref.func $one))
        (elem (table $filled) (i32.const 2) (ref $get) (ref.func $two))
        (elem $later (ref $get) (ref.func $three))
        (func (export "get") (param i32) (result i32)
          (call_ref $get (table.get $filled (local.get 0))))
        (func (export "call") (param i32) (result i32)
          (call_indirect $filled (type $get) (local.get 0)))
        (func (export "init") (result i32)
          (table.init $filled $later (i32.const 3) (i32.const 0) (i32.const 1))
          (elem.drop $later)
          (call_ref $get (table.get $filled (i32.const 3))))
        (func (export "grow") (result i32)
          (drop (table.grow $filled (ref.func $three) (i32.const 2)))
          (call_ref $get (table.get $filled (i32.const 5)))))"#;
    gives(
        module,
        &[
            ("get", &[I32(0)], Ok(1)),
            ("get", &[I32(2)], Ok(2)),
            ("get", &[I32(3)], Ok(1)),
            ("get", &[I32(4)], Err("out of bounds table access")),
            ("call", &[I32(2)], Ok(2)),
            ("init", &[], Ok(3)),
            ("init", &[], Err("out of bounds table access")),
            ("grow", &[], Ok(3)),
        ],
    );
}

/// A call through a table or a reference reaches functions of subtypes, and of no other type.
#[test]
fn functions_of_subtypes_are_called() {
    let module = r#"(module
        (type $base (sub (func (result i32))))
        (type $middle (sub $base (func (result i32))))
        (type $leaf (sub final $middle (func (result i32))))
        (type $other (sub final $base (func (result i32))))
        (type $plain (func (result i32)))
        (import "env" "host" (func $host (type $leaf)))
        (func $b (type $base) (i32.const 1))
        (func $m (type $middle) (i32.const 2))
        (func $l (type $leaf) (i32.const 3))
        (func $o (type $other) (i32.const 4))
        (func $p (type $plain) (i32.const 5))
        (table funcref (elem $b $m $l $o $p $host))
        (func (export "base") (param i32) (result i32) (call_indirect (type $base) (local.get 0)))
        (func (export "middle") (param i32) (result i32) (call_indirect (type $middle) (local.get 0)))
        (func (export "leaf") (param i32) (result i32) (call_indirect (type $leaf) (local.get 0)))
        (func (export "tail") (param i32) (result i32)
          (return_call_indirect (type $middle) (local.get 0)))
        (func (export "reference") (result i32)
          (call_ref $base (ref.func $l))))"#;
    let mismatch = Err("indirect call type mismatch");
    for engine in Engine::compiled() {
        let ty = FuncType { params: Vec::new(), results: vec![ValType::I32] };
        let host = HostFunc::new("host", ty, |_, _| Ok(vec![I32(6)]));
        let instance = engine.instantiate(module, vec![host]);
        let expected: [(&str, [Result<i32, &str>; 6]); 4] = [
            ("base", [Ok(1), Ok(2), Ok(3), Ok(4), mismatch, Ok(6)]),
            ("middle", [mismatch, Ok(2), Ok(3), mismatch, mismatch, Ok(6)]),
            ("leaf", [mismatch, mismatch, Ok(3), mismatch, mismatch, Ok(6)]),
            ("tail", [mismatch, Ok(2), Ok(3), mismatch, mismatch, Ok(6)]),
        ];
        for (function, results) in expected {
            for (result, element) in results.iter().zip(0..) {
                let called = instance.call(function, &[I32(element)]);
                let called = called.map_err(|trap| trap.message);
                let result = result.map(|value| vec![I32(value)]).map_err(str::to_owned);
                assert_eq!(called, result, "{engine}: {function} {element}");
            }
        }
        assert_eq!(instance.call("reference", &[]).expect("it is a function"), [I32(3)]);
    }
}

/// Functions whose parameters are references to functions of different types have the same type for
/// the runtime. If one were taken for the other, a number would be called as a float.
#[test]
fn functions_with_different_references_are_different() {
    let module = r#"(module
        (type $of_i32 (func (param i32) (result i32)))
        (type $of_f64 (func (param f64) (result i32)))
        (type $takes_i32 (func (param (ref $of_i32)) (result i32)))
        (type $takes_f64 (func (param (ref $of_f64)) (result i32)))
        (type $same (func (param (ref $of_i32)) (result i32)))
        (func $f (type $of_i32) (local.get 0))
        (func $g (type $takes_f64) (call_ref $of_f64 (f64.const 1) (local.get 0)))
        (func $h (type $same) (call_ref $of_i32 (i32.const 5) (local.get 0)))
        (table funcref (elem $g $h))
        (elem declare func $f)
        (func (export "call") (param i32) (result i32)
          (call_indirect (type $takes_i32) (ref.func $f) (local.get 0))))"#;
    gives(
        module,
        &[("call", &[I32(0)], Err("indirect call type mismatch")), ("call", &[I32(1)], Ok(5))],
    );
}

/// A host knows no types of references, so it can pass any function.
#[test]
fn references_of_the_host_are_checked() {
    let module = r#"(module
        (type $unary (func (param i32) (result i32)))
        (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
        (func $other (param f64 i64) (result i32) (i32.const 9))
        (elem declare func $double $other)
        (func (export "apply") (param (ref null $unary)) (result i32)
          (call_ref $unary (i32.const 8) (local.get 0)))
        (func (export "tail") (param (ref null $unary)) (result i32)
          (return_call_ref $unary (i32.const 8) (local.get 0))))"#;
    let mismatch = "indirect call type mismatch";
    for function in ["apply", "tail"] {
        gives(
            module,
            &[
                (function, &[FuncRef(Some(0))], Ok(16)),
                (function, &[FuncRef(Some(1))], Err(mismatch)),
                (function, &[FuncRef(None)], Err(NULL_FUNCTION)),
            ],
        );
    }
}

#[test]
fn imports_are_called_by_reference() {
    let module = r#"(module
        (type $unary (func (param i32) (result i32)))
        (import "env" "triple" (func $triple (type $unary)))
        (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
        (elem declare func $triple $double)
        (func $choose (param i32) (result (ref $unary))
          (if (result (ref $unary)) (local.get 0)
            (then (ref.func $triple)) (else (ref.func $double))))
        (func (export "call") (param i32) (result i32)
          (call_ref $unary (i32.const 7) (call $choose (local.get 0))))
        (func (export "tail") (param i32) (result i32)
          (return_call_ref $unary (i32.const 7) (call $choose (local.get 0)))))"#;
    for engine in Engine::compiled() {
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let triple = HostFunc::new("triple", ty, |_, arguments| match arguments {
            [I32(value)] => Ok(vec![I32(value * 3)]),
            _ => unreachable!("it has one parameter"),
        });
        let instance = engine.instantiate(module, vec![triple]);
        for function in ["call", "tail"] {
            for (import, expected) in [(1, 21), (0, 14)] {
                let result = instance.call(function, &[I32(import)]);
                assert_eq!(result, Ok(vec![I32(expected)]), "{engine}: {function}");
            }
        }
    }
}

#[test]
fn tail_calls_take_no_stack() {
    let module = r#"(module
        (type $count (func (param i32 i32) (result i32)))
        (elem declare func $count)
        (func $count (export "count") (type $count)
          (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
          (return_call_ref $count
            (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 3))
            (ref.func $count))))"#;
    gives(module, &[("count", &[I32(1_000_000), I32(0)], Ok(3_000_000))]);
}

/// References stay alive across a throw, and are operands of exceptions.
#[test]
fn exceptions_carry_references() {
    let module = r#"(module
        (type $unary (func (param i32) (result i32)))
        (tag $t (param (ref $unary)))
        (func $double (type $unary) (i32.mul (local.get 0) (i32.const 2)))
        (elem declare func $double)
        (func $throw (throw $t (ref.func $double)))
        (func (export "catch") (result i32)
          (i32.const 11)
          (block $h (result (ref $unary))
            (try_table (catch $t $h) (call $throw))
            (unreachable))
          (call_ref $unary)))"#;
    gives(module, &[("catch", &[], Ok(22))]);
}

/// In modules with exceptions or tail calls, functions that can be referred to have entries. The
/// functions are of many sizes, so that what is before them in the text is not always padding.
#[test]
fn initial_values_declare_functions() {
    const FUNCTIONS: usize = 40;
    let mut items = String::new();
    for times in 0..FUNCTIONS {
        let sum = (0..times)
            .fold("(local.get 0)".to_owned(), |sum, _| format!("(i32.mul {sum} (local.get 0))"));
        items += &format!(
            r#"(table 0 (ref $unary) (ref.func $power{times}))
            (func $power{times} (type $unary) (if (i32.eqz (local.get 0)) (then (throw $t))) {sum})
            (func (export "call{times}") (param i32) (result i32)
              (block $h
                (try_table (catch $t $h)
                  (return (call_ref $unary (local.get 0) (ref.func $power{times})))))
              (i32.const -1))"#
        );
    }
    let tail = r#"(func (export "tail") (param i32) (result i32)
        (return_call_ref $unary (local.get 0) (ref.func $power2)))"#;
    for (tail, calls) in [("", &[][..]), (tail, &[("tail", &[I32(3)][..], Ok(27))])] {
        let module = format!(
            "(module (type $unary (func (param i32) (result i32))) (tag $t) {items} {tail})"
        );
        let names: Vec<String> = (0..FUNCTIONS).map(|times| format!("call{times}")).collect();
        let mut calls = calls.to_vec();
        for (times, name) in names.iter().enumerate() {
            calls.push((name, &[I32(0)], Ok(-1)));
            calls.push((name, &[I32(3)], Ok(3i32.wrapping_pow(times as u32 + 1))));
        }
        gives(&module, &calls);
    }
}
