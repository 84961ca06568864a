//! Tail calls: constant stack, any number of arguments, results, imports, traps.

use std::thread;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{F64, I32, I64};
use wamr_shim::{FuncType, HostFunc, Instance, ValType};

/// Room for some thousand frames.
const SMALL_STACK: usize = 256 * 1024;

/// More calls than any machine has stack for: 1.6 GB at 16 bytes each.
const MANY: i32 = 100_000_000;

/// Fewer calls, for functions that do more.
const SOME: i32 = 1_000_000;

/// Runs `work` on an instance of `module` in every compiled engine, on a small stack.
fn on_small_stack(module: &str, work: impl Fn(Engine, &Instance) + Sync) {
    for engine in Engine::compiled() {
        thread::scope(|scope| {
            let run = || work(engine, &engine.instantiate(module, Vec::new()));
            let small = thread::Builder::new().stack_size(SMALL_STACK);
            small.spawn_scoped(scope, run).expect("a thread starts");
        });
    }
}

#[test]
fn a_hundred_million_direct_calls() {
    let module = r#"(module
        (func $even (export "even") (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
          (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
        (func $odd (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
          (return_call $even (i32.sub (local.get 0) (i32.const 1)))))"#;
    on_small_stack(module, |engine, instance| {
        assert_eq!(instance.call("even", &[I32(MANY)]), Ok(vec![I32(1)]), "{engine}");
        assert_eq!(instance.call("even", &[I32(SOME + 1)]), Ok(vec![I32(0)]), "{engine}");
    });
}

#[test]
fn a_hundred_million_indirect_calls() {
    let module = r#"(module
        (type $t (func (param i32) (result i32)))
        (table funcref (elem $even $odd))
        (func $even (export "even") (type $t)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
          (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
        (func $odd (type $t)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
          (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))"#;
    on_small_stack(module, |engine, instance| {
        assert_eq!(instance.call("even", &[I32(MANY)]), Ok(vec![I32(1)]), "{engine}");
        assert_eq!(instance.call("even", &[I32(SOME + 1)]), Ok(vec![I32(0)]), "{engine}");
    });
}

/// 30 integers and 20 floats do not fit into registers, so callers and callees need different room
/// for arguments. Each iteration adds up the arguments.
#[test]
fn more_arguments_than_the_caller_has() {
    let (integers, floats) = ("i64 ".repeat(30), "f64 ".repeat(20));
    let integer: String =
        (0..30).map(|i| format!("(i64.add (local.get 0) (i64.const {i}))")).collect();
    let float: String = (0..20).map(|i| format!("(f64.convert_i64_s (i64.const {i}))")).collect();
    let sum: String = (1..30).map(|i| format!("(local.get {i}) (i64.add)")).collect();
    let float_sum: String = (31..50).map(|i| format!("(local.get {i}) (f64.add)")).collect();
    let module = format!(
        r#"(module
        (type $many (func (param {integers} {floats} i32) (result i64)))
        (table funcref (elem $many))
        (func $few (export "few") (param i64 i32) (result i64)
          (if (i32.eqz (local.get 1)) (then (return (local.get 0))))
          {integer} {float} (i32.sub (local.get 1) (i32.const 1))
          (if (param {integers} {floats} i32) (result i64)
            (i32.and (local.get 1) (i32.const 1))
            (then (return_call $many))
            (else (return_call_indirect (type $many) (i32.const 0)))))
        (func $many (type $many)
          (local.get 30) {float_sum} (i64.trunc_f64_s)
          (local.get 0) {sum} (i64.add) (i64.const 1000003) (i64.rem_u)
          (local.get 50) (return_call $few)))"#
    );
    // What the module computes, step by step.
    let mut expected = 5u64;
    for _ in 0..SOME {
        expected = (30 * expected + 435 + 190) % 1_000_003;
    }
    on_small_stack(&module, |engine, instance| {
        let result = instance.call("few", &[I64(5), I32(SOME)]);
        assert_eq!(result, Ok(vec![I64(expected.cast_signed())]), "{engine}");
    });
}

#[test]
fn several_results() {
    let module = r#"(module
        (type $t (func (param i32) (result i64 f64 i32)))
        (table funcref (elem $f $last))
        (func $f (export "f") (type $t)
          (if (i32.eqz (local.get 0)) (then (return_call $last (i32.const 7))))
          (return_call_indirect (type $t)
            (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
        (func $last (type $t)
          (i64.const -5) (f64.const 2.5) (local.get 0))
        (func (export "sum") (param i32) (result f64)
          (local i32 f64)
          (call $f (local.get 0))
          (local.set 1) (local.set 2)
          (f64.convert_i64_s) (local.get 2) (f64.add)
          (f64.convert_i32_s (local.get 1)) (f64.add)))"#;
    on_small_stack(module, |engine, instance| {
        let results = instance.call("f", &[I32(SOME)]);
        let expected = vec![I64(-5), F64(2.5f64.to_bits()), I32(7)];
        assert_eq!(results, Ok(expected), "{engine}");
        let sum = instance.call("sum", &[I32(SOME)]);
        assert_eq!(sum, Ok(vec![F64(4.5f64.to_bits())]), "{engine}");
    });
}

/// The interpreter is not compared: a tail call of an import crashes it, see `DEVIATIONS`.
#[test]
fn imports_directly_and_through_a_table() {
    let module = r#"(module
        (type $t (func (param i32) (result i32)))
        (import "env" "f" (func $f (type $t)))
        (table funcref (elem $f $own))
        (func $own (type $t) (i32.mul (local.get 0) (i32.const 3)))
        (func (export "direct") (type $t) (return_call $f (local.get 0)))
        (func (export "indirect") (param i32 i32) (result i32)
          (return_call_indirect (type $t) (local.get 0) (local.get 1))))"#;
    for engine in Engine::compiled() {
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let function = HostFunc::new("f", ty, |_, arguments| match arguments {
            [I32(0)] => Err("not zero".to_owned()),
            [I32(value)] => Ok(vec![I32(value + 100)]),
            other => Err(format!("{other:?}")),
        });
        let instance = engine.instantiate(module, vec![function]);
        assert_eq!(instance.call("direct", &[I32(1)]), Ok(vec![I32(101)]), "{engine}");
        assert_eq!(instance.call("indirect", &[I32(2), I32(0)]), Ok(vec![I32(102)]), "{engine}");
        assert_eq!(instance.call("indirect", &[I32(2), I32(1)]), Ok(vec![I32(6)]), "{engine}");
        for trap in [instance.call("direct", &[I32(0)]), instance.call("indirect", &[I32(0); 2])] {
            assert_eq!(trap.expect_err("the host fails").message, "not zero", "{engine}");
        }
    }
}

/// A trap in a function that was tail-called ends the calls of both functions.
#[test]
fn traps_end_the_first_caller() {
    let module = r#"(module
        (type $t (func (param i32) (result i32)))
        (global $reached (export "reached") (mut i32) (i32.const 0))
        (table 4 funcref)
        (elem (i32.const 0) $divide $f)
        (func $divide (type $t) (i32.div_u (i32.const 100) (local.get 0)))
        (func $f (type $t) (return_call $divide (local.get 0)))
        (func $g (param i32 i32) (result i32)
          (return_call_indirect (type $t) (local.get 0) (local.get 1)))
        (func (export "call") (param i32 i32) (result i32)
          (call $g (local.get 0) (local.get 1))
          (global.set $reached (i32.const 1)))
        (func (export "mismatch") (result i32)
          (return_call_indirect (param i64) (result i32) (i64.const 0) (i32.const 0))))"#;
    for engine in Engine::all() {
        let instance = engine.instantiate(module, Vec::new());
        for (argument, element, message) in [
            (0, 0, "integer divide by zero"),
            (0, 1, "integer divide by zero"),
            (5, 2, "uninitialized element"),
            (5, 4, "undefined element"),
        ] {
            let trap = instance.call("call", &[I32(argument), I32(element)]);
            assert_eq!(trap.expect_err("it traps").message, message, "{engine}");
            assert_eq!(instance.global("reached"), Some(I32(0)), "{engine}");
        }
        let trap = instance.call("mismatch", &[]).expect_err("the types differ");
        assert_eq!(trap.message, "indirect call type mismatch", "{engine}");
        assert_eq!(instance.call("call", &[I32(5), I32(1)]), Ok(vec![I32(20)]), "{engine}");
    }
}

/// In software mode, a frame of more than a page is checked by a separate function, which must free
/// the stack, too.
#[test]
fn large_frames_leave_the_stack() {
    let count = 1024;
    let locals = "i64 ".repeat(count);
    let loads: String = (1..=count)
        .rev()
        .map(|index| {
            let offset = 8 * index;
            format!("(local.set {index} (i64.load offset={offset} (i32.const 0)))")
        })
        .collect();
    let xors: String = (1..=count).map(|index| format!("(i64.xor (local.get {index}))")).collect();
    let module = format!(
        r#"(module (memory 1)
        (func $large (export "large") (param i32) (result i64)
          (local {locals})
          {loads}
          (call $store (local.get 0))
          (if (i32.eqz (local.get 0)) (then (return (i64.const 3) {xors})))
          (return_call $large (i32.sub (local.get 0) (i32.const 1))))
        (func $store (param i32)
          (i32.store (i32.const 65532) (local.get 0))))"#
    );
    on_small_stack(&module, |engine, instance| {
        assert_eq!(instance.call("large", &[I32(10_000)]), Ok(vec![I64(3)]), "{engine}");
    });
}

/// The runtime enters functions in several ways: the start function, exports, references.
#[test]
fn the_runtime_enters_functions() {
    let module = r#"(module
        (import "env" "back" (func $back (param i32) (result i32)))
        (global $started (export "started") (mut i32) (i32.const 0))
        (start $start)
        (func $start (return_call $set (i32.const 42)))
        (func $set (param i32) (global.set $started (local.get 0)))
        (func (export "inner") (param i64 i64 i64 i64 i64 i64 i64 f64) (result i64)
          (i64.add (local.get 6) (i64.trunc_f64_s (local.get 7))))
        (func (export "outer") (param i32) (result i32)
          (i32.add (call $back (local.get 0)) (i32.const 1))))"#;
    for engine in Engine::all() {
        let ty = FuncType::new([ValType::I32], [ValType::I32]);
        let back = HostFunc::new("back", ty, |caller, arguments| {
            let &[I32(value)] = arguments else { return Err(format!("{arguments:?}")) };
            let mut inner = vec![I64(0); 6];
            inner.extend([I64(value.into()), F64(100f64.to_bits())]);
            match caller.call("inner", &inner).map_err(|trap| trap.message)?.as_slice() {
                &[I64(result)] => Ok(vec![I32(result as i32)]),
                other => Err(format!("{other:?}")),
            }
        });
        let instance = engine.instantiate(module, vec![back]);
        assert_eq!(instance.global("started"), Some(I32(42)), "{engine}");
        assert_eq!(instance.call("outer", &[I32(5)]), Ok(vec![I32(106)]), "{engine}");
    }
}

/// Ordinary calls still use stack, and end in a trap.
#[test]
fn runaway_recursion_between_tail_calls() {
    let params = "i64 ".repeat(40);
    let zeros = "(i64.const 0)".repeat(40);
    let module = format!(
        r#"(module
        (func $many (param {params}) (result i32)
          (i32.add (call $f (i32.const 1)) (i32.const 1)))
        (func $f (export "f") (param i32) (result i32) (return_call $many {zeros}))
        (func (export "alive") (result i32) (i32.const 42)))"#
    );
    on_small_stack(&module, |engine, instance| {
        for _ in 0..2 {
            let trap = instance.call("f", &[I32(1)]).expect_err("the recursion has no end");
            assert_eq!(trap.message, "native stack overflow", "{engine}");
            assert_eq!(instance.call("alive", &[]), Ok(vec![I32(42)]), "{engine}");
        }
    });
}
