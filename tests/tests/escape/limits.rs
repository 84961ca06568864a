//! Code that does not terminate: it is stopped when its gas is used up, or by another thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cwamrc::instrument::{Costs, GAS_LEFT, Gas};
use wamr_shim::Val;

use crate::place::{Place, places};

const OUT_OF_GAS: &str = "cost limit exceeded";
const LIMIT: u64 = 100_000;

/// Ways to run forever, each as a function of its own.
const ENDLESS: &str = r#"(module
    (memory 1) (table 2 funcref) (elem (i32.const 0) $tail $tail_indirect)
    (type $t (func))
    (func (export "empty") (loop (br 0)))
    (func (export "conditional") (loop (br_if 0 (i32.const 1))))
    (func (export "table") (loop (br_table 0 0 (i32.const 5))))
    (func (export "nested") (loop (loop (loop (br 1)) (br 1)) (br 0)))
    (func (export "counting") (local i64)
        (loop (local.set 0 (i64.add (local.get 0) (i64.const 1))) (br 0)))
    (func (export "storing") (loop (i32.store (i32.const 0) (i32.const 1)) (br 0)))
    (func $tail (export "tail") (return_call $tail))
    (func $tail_indirect (export "tail_indirect") (return_call_indirect (type $t) (i32.const 1)))
    (func $leaf) (func (export "calls") (loop (call $leaf) (br 0))))"#;

const NAMES: [&str; 9] = [
    "empty",
    "conditional",
    "table",
    "nested",
    "counting",
    "storing",
    "tail",
    "tail_indirect",
    "calls",
];

fn with_gas(mut place: Place) -> Place {
    let mut gas = Gas::new();
    gas.limit = Some(LIMIT);
    gas.costs = Costs::default();
    place.options.instrumentation.gas = Some(gas);
    place
}

#[test]
fn gas_ends_what_does_not_end() {
    for place in places().into_iter().map(with_gas) {
        for (name, index) in NAMES.iter().zip(0..) {
            if !place.tries(index) {
                continue;
            }
            let scene = place.scene(ENDLESS).expect("it can be instantiated");
            scene.expect(name, &[], Err(OUT_OF_GAS));
            // The gas that is left is not a new allowance.
            let left = scene.instance().global(GAS_LEFT).expect("it is exported");
            assert!(matches!(left, Val::I64(left) if left < LIMIT as i64), "{place}: {left:?}");
            for name in ["empty", "counting", "tail"] {
                scene.expect(name, &[], Err(OUT_OF_GAS));
            }
            scene.is_intact();
        }
    }
}

#[test]
fn gas_ends_a_start_function() {
    for place in places().into_iter().map(with_gas) {
        let text = "(module (func $f (loop (br 0))) (start $f))";
        let error = place.scene(text).map(|_| ()).expect_err("it never returns");
        assert!(error.ends_with(OUT_OF_GAS), "{place}: {error}");
    }
}

/// A hundred threads have no more gas than one. Either they share one counter, or they are not
/// started and the module retries until its gas is used up.
#[test]
fn threads_share_their_gas() {
    let text = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (memory (export "memory") 1 1 shared)
        (func (export "wasi_thread_start") (param i32 i32) (local $i i32)
            (loop $next
                (local.set $i (i32.add (local.get $i) (i32.const 1)))
                (br_if $next (i32.lt_u (local.get $i) (i32.const 2000))))
            (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
            (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
        ;; 100 threads, one after the other, each of which takes 14,000.
        (func (export "run") (local $k i32)
            (loop $next
                (if (i32.gt_s (call $spawn (i32.const 0)) (i32.const 0))
                    (then
                        (local.set $k (i32.add (local.get $k) (i32.const 1)))
                        (block $done (loop $wait
                            (br_if $done (i32.ge_u (i32.atomic.load (i32.const 0)) (local.get $k)))
                            (drop (memory.atomic.wait32 (i32.const 0)
                                (i32.sub (local.get $k) (i32.const 1)) (i64.const 1000000)))
                            (br $wait)))))
                (br_if $next (i32.lt_u (local.get $k) (i32.const 100))))))"#;
    let wasm = wat::parse_str(text).expect("the text is right");
    for place in places().into_iter().map(with_gas).filter(|place| !place.machine.is_foreign()) {
        // Threads with a gas limit may be refused with an error.
        match cwamrc::compile(&wasm, &place.options) {
            Err(error) => assert_eq!(error.kind(), cwamrc::ErrorKind::Unsupported, "{error}"),
            Ok(_) => {
                let scene = place.scene(text).expect("it can be instantiated");
                scene.expect("run", &[], Err(OUT_OF_GAS));
                scene.is_intact();
            }
        }
    }
}

/// The counter belongs to the compiler, so a module with an export of the same name is refused.
#[test]
fn a_module_cannot_reach_its_gas() {
    let text = format!("(module (global (export {GAS_LEFT:?}) (mut i64) (i64.const 0)))");
    let wasm = wat::parse_str(text).expect("the text is right");
    for place in places().into_iter().map(with_gas) {
        let error = cwamrc::compile(&wasm, &place.options).map(|_| ()).expect_err("it is refused");
        assert!(error.to_string().contains(GAS_LEFT), "{error}");
    }
}

#[test]
fn another_thread_ends_what_does_not_end() {
    for mut place in places() {
        place.options.instrumentation.interruptible = true;
        for name in ["empty", "storing", "tail", "calls"] {
            let scene = place.scene(ENDLESS).expect("it can be instantiated");
            let returned = AtomicBool::new(false);
            let ended = thread::scope(|scope| {
                scope.spawn(|| {
                    // Before the call has begun, there is nothing to stop, so this is repeated.
                    while !returned.load(Ordering::Acquire) {
                        scene.instance().terminate().expect("the runtime answers");
                        thread::sleep(Duration::from_millis(1));
                    }
                });
                let ended = scene.call(name, &[]);
                returned.store(true, Ordering::Release);
                ended
            });
            assert_eq!(ended, Err("terminated by user".to_owned()), "{place}: {name}");
            scene.is_intact();
        }
    }
}
