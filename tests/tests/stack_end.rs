//! A trap near the end of the native stack is reported as a trap.
//!
//! The runtime raises exceptions under a lock, and its signal handler takes the same lock. If the
//! fault that detects the end of the stack happens while an exception is being raised, the test
//! hangs.

use std::thread;

use cwamrc::{BoundsChecks, OptLevel, Options};
use wamr_shim::{FuncType, HostFunc, Instance, InstanceConfig, Runtime, Val};

const MODES: &[BoundsChecks] = &[BoundsChecks::Hardware, BoundsChecks::Software];

const OVERFLOW: &str = "native stack overflow";

/// Stack of the thread that runs the modules, in bytes.
const STACK_SIZE: usize = 512 * 1024;
/// The number of depths to test around the deepest one that works. A frame has at least 16 bytes,
/// so this covers the whole reserve at the end of the stack.
const DEPTHS: i32 = 2000;

/// Calls itself to the given depth, and does `action` there.
fn module(action: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
            (import "env" "host" (func $host))
            (table 1 funcref)
            (elem func $f)
            (type $t (func (param i32) (result i32)))
            (func $fail (type $t) (unreachable))
            (func $f (export "f") (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then {action}))
              (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))))"#
    );
    wat::parse_str(text).expect("the text is right")
}

fn trap_at(instance: &Instance, depth: i32) -> String {
    instance.call("f", &[Val::I32(depth)]).expect_err("it never returns").message
}

/// Tries every depth around the deepest that works, and expects `message` or an overflow there.
fn sweep(wasm: &[u8], options: &Options, message: &str) {
    let runtime = Runtime::new().expect("the runtime starts");
    let host = HostFunc::new("host", FuncType::default(), |_, _| Err("the host".to_owned()));
    runtime.register_host_module("env", vec![host]).expect("WAMR takes the function");
    let aot = cwamrc::compile(wasm, options).expect("the module compiles");
    let module = runtime.load(aot.bytes()).expect("the file loads");
    let instance = module.instantiate(&InstanceConfig::default()).expect("it instantiates");

    let (mut deepest, mut too_deep) = (0, i32::try_from(STACK_SIZE).expect("it is small"));
    assert_eq!(trap_at(&instance, deepest), message);
    assert_eq!(trap_at(&instance, too_deep), OVERFLOW);
    while too_deep - deepest > 1 {
        let depth = i32::midpoint(deepest, too_deep);
        if trap_at(&instance, depth) == OVERFLOW {
            too_deep = depth;
        } else {
            deepest = depth;
        }
    }
    for depth in deepest - DEPTHS..deepest + DEPTHS {
        let text = trap_at(&instance, depth);
        assert!(text == message || text == OVERFLOW, "at depth {depth}: {text}");
    }
}

fn sweep_all(action: &str, message: &str) {
    let wasm = module(action);
    for &bounds_checks in MODES {
        for level in [OptLevel::O0, OptLevel::O3] {
            let options = Options::new().bounds_checks(bounds_checks).opt_level(level);
            thread::scope(|scope| {
                let run = || sweep(&wasm, &options, message);
                let thread = thread::Builder::new().stack_size(STACK_SIZE);
                let thread = thread.spawn_scoped(scope, run).expect("the thread starts");
                assert!(thread.join().is_ok(), "{bounds_checks:?}, {level:?}");
            });
        }
    }
}

#[test]
fn traps_of_the_code() {
    sweep_all("(unreachable)", "unreachable");
}

#[test]
fn traps_behind_tail_calls() {
    sweep_all("(return_call $fail (i32.const 0))", "unreachable");
    sweep_all(
        "(return_call_indirect (type $t) (i32.const 0) (i32.const 0))",
        "uninitialized element",
    );
}

#[test]
fn traps_of_helpers() {
    sweep_all(
        "(table.init 0 (i32.const 1) (i32.const 0) (i32.const 1))",
        "out of bounds table access",
    );
}

#[test]
fn traps_of_host_functions() {
    sweep_all("(call $host)", "the host");
}
