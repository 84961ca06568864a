//! Imported functions: arguments and results, failures, calls back.

use std::sync::{Arc, Mutex};

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{F32, F64, I32, I64};
use wamr_shim::{FuncType, HostFunc, Val, ValType};

/// A function that records the arguments of its calls, and returns `results`.
fn recorder(
    name: &str,
    params: &[ValType],
    results: Vec<Val>,
) -> (HostFunc, Arc<Mutex<Vec<Vec<Val>>>>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let ty = FuncType::new(params.iter().copied(), results.iter().map(Val::ty));
    let record = Arc::clone(&calls);
    let function = HostFunc::new(name, ty, move |_, arguments| {
        record.lock().unwrap().push(arguments.to_vec());
        Ok(results.clone())
    });
    (function, calls)
}

/// 20 parameters in 30 cells, with 8-byte values at odd cells.
#[test]
fn many_arguments_of_every_type() {
    const PARAMS: [ValType; 4] = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    let types = "i32 i64 f32 f64 ".repeat(5);
    let arguments: String = (0..20)
        .map(|index| format!("({}.const {index}) ", ["i32", "i64", "f32", "f64"][index % 4]))
        .collect();
    let module = format!(
        r#"(module
            (import "env" "f" (func $f (param {types}) (result i64)))
            (func (export "call") (result i64) (call $f {arguments})))"#
    );
    let expected: Vec<Val> = (0..20u8)
        .map(|index| match index % 4 {
            0 => I32(index.into()),
            1 => I64(index.into()),
            2 => Val::from(f32::from(index)),
            _ => Val::from(f64::from(index)),
        })
        .collect();
    for engine in Engine::all() {
        let (function, calls) = recorder("f", &PARAMS.repeat(5), vec![I64(i64::MIN + 5)]);
        let instance = engine.instantiate(&module, vec![function]);
        assert_eq!(instance.call("call", &[]), Ok(vec![I64(i64::MIN + 5)]), "{engine}");
        assert_eq!(*calls.lock().unwrap(), std::slice::from_ref(&expected), "{engine}");
    }
}

#[test]
fn results_of_every_type() {
    let cases = [
        ("i32", I32(-3)),
        ("i64", I64(i64::MAX - 1)),
        // A NaN with a payload.
        ("f32", F32(0x7fc1_2345)),
        ("f64", F64(0xfff8_0000_dead_beef)),
    ];
    for (ty, result) in cases {
        // Directly, and through a table.
        let module = format!(
            r#"(module
                (type $t (func (param i32) (result {ty})))
                (import "env" "f" (func $f (type $t)))
                (table funcref (elem $f $own))
                (func $own (type $t) ({ty}.const 0))
                (func (export "direct") (result {ty}) (call $f (i32.const 1)))
                (func (export "indirect") (param i32) (result {ty})
                  (call_indirect (type $t) (i32.const 2) (local.get 0))))"#
        );
        for engine in Engine::all() {
            let (function, calls) = recorder("f", &[ValType::I32], vec![result]);
            let instance = engine.instantiate(&module, vec![function]);
            assert_eq!(instance.call("direct", &[]), Ok(vec![result]), "{engine}: {ty}");
            let imported = instance.call("indirect", &[I32(0)]);
            assert_eq!(imported, Ok(vec![result]), "{engine}: {ty}");
            assert!(instance.call("indirect", &[I32(1)]).is_ok(), "{engine}: {ty}");
            assert_eq!(*calls.lock().unwrap(), [[I32(1)], [I32(2)]], "{engine}: {ty}");
        }
    }
}

#[test]
fn an_error_of_the_host_ends_the_call() {
    let module = r#"(module
        (import "env" "fail" (func $fail (param i32) (result i32)))
        (import "env" "reached" (func $reached))
        (table funcref (elem $fail))
        (type $t (func (param i32) (result i32)))
        (func $middle (param i32) (result i32)
          (i32.add (call $fail (local.get 0)) (i32.const 1)))
        (func (export "direct") (drop (call $middle (i32.const 7))) (call $reached))
        (func (export "indirect")
          (drop (call_indirect (type $t) (i32.const 8) (i32.const 0))) (call $reached))
        (func (export "alive") (result i32) (i32.const 42)))"#;
    for engine in Engine::all() {
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let fail = HostFunc::new("fail", ty, |_, arguments| Err(format!("no {arguments:?}")));
        let (reached, calls) = recorder("reached", &[], Vec::new());
        let instance = engine.instantiate(module, vec![fail, reached]);
        for (function, message) in [("direct", "no [I32(7)]"), ("indirect", "no [I32(8)]")] {
            let trap = instance.call(function, &[]).expect_err("the host fails");
            assert_eq!(trap.message, message, "{engine}");
            assert_eq!(instance.call("alive", &[]), Ok(vec![I32(42)]), "{engine}");
        }
        assert!(calls.lock().unwrap().is_empty(), "{engine}: the call went on");
    }
}

/// The host calls an export that grows the memory, which moves it in software mode, while the
/// caller is using it. The host has to pass on a trap in the inner call.
#[test]
fn the_host_calls_back() {
    let module = r#"(module
        (import "env" "back" (func $back (param i32) (result i32)))
        (memory 1 100)
        (func (export "inner") (param i32) (result i32)
          (drop (memory.grow (i32.const 60)))
          (i32.div_u (i32.const 100) (local.get 0)))
        (func (export "outer") (param i32) (result i32)
          (i32.store (i32.const 16) (i32.const 5))
          (i32.store offset=4 (i32.const 16) (call $back (local.get 0)))
          (i32.add (i32.load (i32.const 16)) (i32.load offset=4 (i32.const 16)))))"#;
    for engine in Engine::all() {
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let back = HostFunc::new("back", ty, |caller, arguments| {
            caller.call("inner", arguments).map_err(|trap| format!("inner: {}", trap.message))
        });
        let instance = engine.instantiate(module, vec![back]);
        assert_eq!(instance.call("outer", &[I32(4)]), Ok(vec![I32(30)]), "{engine}");
        let trap = instance.call("outer", &[I32(0)]).expect_err("the inner call traps");
        assert_eq!(trap.message, "inner: integer divide by zero", "{engine}");
        assert_eq!(instance.call("outer", &[I32(5)]), Ok(vec![I32(25)]), "{engine}");
    }
}

#[test]
fn a_missing_import_traps_when_it_is_called() {
    let module = r#"(module
        (type $t (func (param i32)))
        (import "env" "missing" (func $missing (type $t)))
        (table funcref (elem $missing))
        (func (export "direct") (call $missing (i32.const 1)))
        (func (export "indirect") (call_indirect (type $t) (i32.const 1) (i32.const 0)))
        (func (export "alive") (result i32) (i32.const 42)))"#;
    for engine in Engine::all() {
        let instance = engine.instantiate(module, Vec::new());
        for function in ["direct", "indirect"] {
            let trap = instance.call(function, &[]).expect_err("the import is missing");
            // The runtime adds the names.
            let expected = "failed to call unlinked import function";
            assert!(trap.message.starts_with(expected), "{engine}: {}", trap.message);
            assert_eq!(instance.call("alive", &[]), Ok(vec![I32(42)]), "{engine}");
        }
    }
}
