//! Infinite recursion through every kind of call: reaching the end of the stack is a trap.

use wamr_shim::Val;

use crate::place::{Place, places};

/// WAMR's texts for an overflow of the native stack, and of the stack that holds frames.
const OVERFLOW: &[&str] = &["native stack overflow", "wasm operand stack overflow"];

const MODULE: &str = r#"(module
    (import "env" "call_back" (func $call_back (param i32) (result i32)))
    (type $t (func (param i32) (result i32)))
    (memory 1) (table 3 funcref) (elem (i32.const 0) $indirect $through_host $large)
    (global $g (mut i32) (i32.const 0))
    (func $direct (export "direct") (param i32) (result i32)
        (i32.add (call $direct (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func $even (export "mutual") (param i32) (result i32)
        (i32.add (call $odd (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func $odd (param i32) (result i32) (i32.mul (call $even (local.get 0)) (i32.const 3)))
    (func $indirect (export "indirect") (param i32) (result i32)
        (i32.add (call_indirect (type $t) (local.get 0) (global.get $g)) (i32.const 1)))
    (func $through_host (export "through_host") (param i32) (result i32)
        (i32.add (call $call_back (local.get 0)) (i32.const 1)))
    ;; What `call_back` calls.
    (func $f (export "f") (param i32) (result i32)
        (i32.add (call $call_back (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
    (func $no_arguments (export "no_arguments") (call $no_arguments) (call $no_arguments))
    ;; A tail call that is followed by a call that is none.
    (func $tail (export "tail") (param i32) (result i32)
        (return_call $untail (i32.add (local.get 0) (i32.const 1))))
    (func $untail (param i32) (result i32) (i32.add (call $tail (local.get 0)) (i32.const 1)))
    {LARGE})"#;

/// A function whose frame takes many pages, because as many values are live across the call.
fn large() -> String {
    const VALUES: usize = 1000;
    let types = "i64 ".repeat(VALUES);
    let loads: String = (0..VALUES)
        .map(|index| format!("(local.set {} (i64.load (i32.const {})))", index + 1, index * 8))
        .collect();
    let sum: String = (0..VALUES)
        .map(|index| format!("(local.set 1 (i64.xor (local.get 1) (local.get {})))", index + 1))
        .collect();
    format!(
        r#"(func $large (export "large") (param i32) (result i32) (local {types})
            {loads} (drop (call $large (local.get 0))) {sum} (i32.wrap_i64 (local.get 1)))"#
    )
}

fn with_large_frame() -> String {
    MODULE.replace("{LARGE}", &large())
}

#[test]
fn recursion_in_every_kind_of_call() {
    let text = with_large_frame();
    for place in checking_places() {
        let scene = place.scene(&text).expect("it can be instantiated");
        // Twice, since effects of the first overflow may show in the second.
        for _ in 0..2 {
            for name in ["direct", "mutual", "indirect", "tail", "large"] {
                scene.expect_trap(name, &[Val::I32(0)], OVERFLOW);
                scene.is_intact();
            }
            scene.expect_trap("no_arguments", &[], OVERFLOW);
        }
        scene.is_intact();
    }
}

/// Through a host function that calls back, so that the host's frames are on the stack, too.
#[test]
fn recursion_through_the_host() {
    let text = MODULE.replace("{LARGE}", "(func $large (param i32) (result i32) (local.get 0))");
    for place in checking_places().filter(|place| !place.machine.is_foreign()) {
        let scene = place.scene(&text).expect("it can be instantiated");
        let ended = scene.call("through_host", &[Val::I32(0)]);
        let ended = ended.expect_err("it never returns");
        assert!(OVERFLOW.iter().any(|text| ended.ends_with(text)), "{place}: {ended}");
        scene.is_intact();
        scene.expect_trap("direct", &[Val::I32(0)], OVERFLOW);
    }
}

/// Tail calls use no stack, however many there are.
#[test]
fn tail_calls_without_end_take_no_stack() {
    let text = r#"(module (memory 1) (table 1 funcref) (elem (i32.const 0) $indirect)
        (type $t (func (param i32) (result i32)))
        (func $direct (export "direct") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 9))))
            (return_call $direct (i32.sub (local.get 0) (i32.const 1))))
        (func $indirect (export "indirect") (param i32) (result i32)
            (if (i32.eqz (local.get 0)) (then (return (i32.const 9))))
            (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))))"#;
    for place in places() {
        let scene = place.scene(text).expect("it can be instantiated");
        for name in ["direct", "indirect"] {
            scene.expect(name, &[Val::I32(300_000)], Ok(&[Val::I32(9)]));
        }
        scene.is_intact();
    }
}

/// A start function that recurses: instantiation fails, and nothing else is affected.
#[test]
fn recursion_of_the_start_function() {
    for place in checking_places() {
        let text = "(module (memory 1) (func $f (call $f) (call $f)) (start $f))";
        let error = place.scene(text).map(|_| ()).expect_err("it never returns");
        assert!(OVERFLOW.iter().any(|text| error.ends_with(text)), "{place}: {error}");
        let scene = place.scene("(module (func (export \"f\")))").expect("it is harmless");
        scene.expect("f", &[], Ok(&[]));
        scene.is_intact();
    }
}

/// A thread that recurses while the main thread waits for it.
#[test]
fn recursion_in_a_thread() {
    let text = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (memory (export "memory") 1 1 shared)
        (func $deep (param i32) (result i32)
            (i32.add (call $deep (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))
        (func (export "wasi_thread_start") (param i32 i32) (drop (call $deep (i32.const 0))))
        (func (export "run") (result i32)
            (if (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)) (then (return (i32.const 1))))
            ;; The trap of the thread ends this, too.
            (loop $wait
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1000000)))
                (br $wait))
            (i32.const 2)))"#;
    for place in checking_places() {
        let scene = place.scene(text).expect("it can be instantiated");
        scene.expect_trap("run", &[], OVERFLOW);
        scene.is_intact();
    }
}

/// The places where the end of the stack is checked, by code or by guard pages of the runtime.
fn checking_places() -> impl Iterator<Item = Place> {
    places().into_iter().filter(|place| {
        place.options.checks_stack() || place.machine.is_for(cwamrc::BoundsChecks::Hardware)
    })
}
