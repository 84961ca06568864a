//! Infinite recursion is a trap, whatever the frames look like.

use std::fmt::Write;
use std::sync::{Arc, Mutex};
use std::thread;

use cwamrc::{BoundsChecks, OptLevel, Release};
use cwamrc_tests::engine::Engine;
use cwamrc_tests::machine::{Build, Machine};
use wamr_shim::Val::I32;
use wamr_shim::{FuncType, HostFunc, Instance, InstanceConfig, Runtime, Val};

const OVERFLOW: &str = "native stack overflow";

/// Counts a call, in the modules of [`check`].
const COUNT: &str = "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))";

const SMALL_STACK: usize = 256 * 1024;

/// Calls `f`, which never returns, and then a function that does: twice in one instance, and once
/// more on a small stack, which has room for a limited number of frames of `frame` bytes.
fn check(frame: usize, fields: &str) {
    let module = format!(
        r#"(module
        (global $calls (export "calls") (mut i32) (i32.const 0))
        (func (export "alive") (result i32) (i32.const 42))
        {fields})"#
    );
    for engine in Engine::compiled() {
        let overflow = |instance: &Instance| {
            instance.set_global("calls", I32(0)).unwrap();
            let trap = instance.call("f", &[I32(1)]).expect_err("the recursion has no end");
            assert_eq!(trap.message, OVERFLOW, "{engine}");
            assert_eq!(instance.call("alive", &[]), Ok(vec![I32(42)]), "{engine}");
        };
        let instance = engine.instantiate(&module, Vec::new());
        overflow(&instance);
        overflow(&instance);
        let instance = match engine.machine() {
            Machine::Here if Build::has_guard_pages() => {
                thread::scope(|scope| {
                    let small = thread::Builder::new().stack_size(SMALL_STACK);
                    small.spawn_scoped(scope, || overflow(&instance)).expect("a thread starts");
                });
                instance
            }
            machine => {
                let runtime = machine.runtime_with_stack(SMALL_STACK);
                let instance = engine.instantiate_in(&runtime, &module, Vec::new());
                overflow(&instance);
                instance
            }
        };
        let Some(I32(calls)) = instance.global("calls") else { panic!("calls is exported") };
        let most = (engine.most_calls_in_a_frame() * SMALL_STACK / frame) as i32;
        assert!((1..=most).contains(&calls), "{engine}: {calls} calls");
    }
}

#[test]
fn small_frames() {
    check(
        16,
        &format!(
            r#"(func $f (export "f") (param i32) (result i32)
            {COUNT}
            (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))"#
        ),
    );
}

#[test]
fn two_functions_and_a_table() {
    check(
        16,
        &format!(
            r#"(type $t (func (param i32) (result i32)))
        (table funcref (elem $g))
        (func $f (export "f") (param i32) (result i32)
          {COUNT}
          (i32.mul (call_indirect (type $t) (local.get 0) (i32.const 0)) (i32.const 3)))
        (func $g (type $t) (i32.add (call $f (local.get 0)) (local.get 0)))"#
        ),
    );
}

/// A function with `count` values that are live across its recursive call: loads, which the call
/// might invalidate. The first one has the highest address, so that software mode does not check
/// the others.
fn with_live_values(count: usize) -> String {
    let locals = "i64 ".repeat(count);
    let mut body = String::new();
    for index in (1..=count).rev() {
        let offset = 8 * index;
        writeln!(body, "(local.set {index} (i64.load offset={offset} (local.get 0)))").unwrap();
    }
    body.push_str("(i64.extend_i32_u (call $f (local.get 0)))\n");
    for index in 1..=count {
        writeln!(body, "(i64.xor (local.get {index}))").unwrap();
    }
    format!(
        r#"(memory 2) (func $f (export "f") (param i32) (result i32)
            (local {locals}) {COUNT} {body} (i32.wrap_i64))"#
    )
}

#[test]
fn frames_of_two_pages() {
    check(8 * 1024, &with_live_values(1024));
}

#[test]
fn frames_of_64_kib() {
    check(64 * 1024, &with_live_values(8192));
}

/// If a function with many results is not inlined, its caller reserves room for them.
#[test]
fn frames_full_of_results() {
    let results = "i64 ".repeat(999);
    let values = "(i64.const 1)".repeat(999);
    let sum = "(i64.add)".repeat(998);
    check(
        8 * 999,
        &format!(
            r#"(table funcref (elem $many $other))
        (func $many (param i32) (result {results}) (drop (call $f (local.get 0))) {values})
        (func $other (param i32) (result {results}) (unreachable))
        (func $f (export "f") (param i32) (result i32)
          {COUNT} (call_indirect (param i32) (result {results}) (local.get 0) (i32.const 0))
          {sum} (i32.wrap_i64))"#
        ),
    );
}

/// Arguments that fill pages of the stack before the callee can check anything.
#[test]
fn frames_full_of_arguments() {
    let params = "i64 ".repeat(999);
    let arguments: String =
        (1..=999).map(|index| format!("(i64.add (local.get {index}) (i64.const 1))")).collect();
    let zeros = "(i64.const 0)".repeat(999);
    check(
        8 * 999,
        &format!(
            r#"(func $many (param i32) (param {params}) (result i32)
          {COUNT}
          (i32.add (call $many (local.get 0) {arguments}) (i32.const 1)))
        (func (export "f") (param i32) (result i32) (call $many (local.get 0) {zeros}))"#
        ),
    );
}

/// The thunk of an import stores its arguments a second time.
#[test]
fn imports_with_many_arguments() {
    let params = "i64 ".repeat(1000);
    let zeros = "(i64.const 0)".repeat(1000);
    let module = format!(
        r#"(module
        (import "env" "many" (func $many (param {params})))
        (func $f (export "f") (param i32) (result i32)
          (call $many {zeros})
          (i32.add (call $f (local.get 0)) (i32.const 1))))"#
    );
    for engine in Engine::compiled() {
        let params = vec![wamr_shim::ValType::I64; 1000];
        let ty = FuncType::new(params, []);
        let many = HostFunc::new("many", ty, |_, _| Ok(Vec::new()));
        let instance = engine.instantiate(&module, vec![many]);
        let trap = instance.call("f", &[I32(1)]).expect_err("the recursion has no end");
        assert_eq!(trap.message, OVERFLOW, "{engine}");
    }
}

/// The distance that the stack pointer moves with each recursive call, as seen by a host function,
/// is the reported stack usage.
#[test]
fn usage_is_what_calls_take() {
    // Many values that are live across the call and need stack slots.
    let mut values = String::new();
    let mut sum = String::from("(i64.const 0)");
    for index in 0..60 {
        write!(values, "(local.set $v{index} (i64.load offset={} (i32.const 0)))", index * 8)
            .unwrap();
        sum = format!("(i64.add (i64.rotl {sum} (local.get $n)) (local.get $v{index}))");
    }
    let locals: String = (0..60).map(|index| format!("(local $v{index} i64)")).collect();
    let module = format!(
        r#"(module
        (import "env" "look" (func $look))
        (memory 1)
        (func $f (export "f") (param $n i64) (result i64) {locals}
          (call $look)
          {values}
          (if (i64.ne (local.get $n) (i64.const 0))
            (then (local.set $v0 (call $f (i64.sub (local.get $n) (i64.const 1))))))
          {sum}))"#
    );
    let wasm = wat::parse_str(&module).unwrap();
    for level in [OptLevel::O0, OptLevel::O1, OptLevel::O2] {
        for checks in [BoundsChecks::Software, BoundsChecks::Hardware] {
            let options = Machine::Here.options().opt_level(level).bounds_checks(checks);
            let artifact = cwamrc::compile(&wasm, &options.release(Release::Main)).unwrap();
            let [usage] = artifact.stack_usage() else { panic!("there is one function") };
            assert_eq!((usage.function, usage.name.as_deref()), (1, Some("f")));
            let seen = Arc::new(Mutex::new(Vec::new()));
            let places = Arc::clone(&seen);
            let look = HostFunc::new("look", FuncType::new([], []), move |_, _| {
                let here = 0_u8;
                places.lock().unwrap().push((&raw const here).addr());
                Ok(Vec::new())
            });
            // In this process, where the host function sees its frame.
            let runtime = Runtime::new().unwrap();
            runtime.register_host_module("env", vec![look]).unwrap();
            let module = runtime.load(artifact.bytes()).unwrap();
            let instance = module.instantiate(&InstanceConfig::default()).unwrap();
            instance.call("f", &[Val::I64(5)]).unwrap();
            let seen = seen.lock().unwrap();
            assert_eq!(seen.len(), 6);
            for pair in seen.windows(2) {
                let taken = pair[0] - pair[1];
                assert_eq!(taken, usage.bytes as usize, "{level:?}, {checks:?}");
            }
            assert!(usage.bytes > 128, "the values have places: {usage:?}");
        }
    }
}
