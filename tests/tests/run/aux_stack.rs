//! The stack that a C program keeps in linear memory: its pointer is checked when it is set.

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I32;

/// Static data ends at 1024, the stack grows from 4096 down to there, and the heap begins at 4096.
const PROGRAM: &str = r#"(module
    (memory 1)
    (global $sp (mut i32) (i32.const 4096))
    (global (export "__data_end") i32 (i32.const 1024))
    (global (export "__heap_base") i32 (i32.const 4096))
    (func (export "set") (param i32) (global.set $sp (local.get 0)))
    (func (export "get") (result i32) (global.get $sp)))"#;

#[test]
fn the_pointer_stays_in_bounds() {
    for engine in Engine::all() {
        let instance = engine.instantiate(PROGRAM, Vec::new());
        for pointer in [4096, 1025, 2048] {
            assert_eq!(instance.call("set", &[I32(pointer)]), Ok(vec![]), "{engine}: {pointer}");
        }
        for (pointer, message) in [
            (1024, "wasm auxiliary stack overflow"),
            (0, "wasm auxiliary stack overflow"),
            (4097, "wasm auxiliary stack underflow"),
            (-1, "wasm auxiliary stack underflow"),
        ] {
            let trap = instance.call("set", &[I32(pointer)]).expect_err("it is out of bounds");
            assert_eq!(trap.message, message, "{engine}: {pointer}");
            assert_eq!(instance.call("get", &[]), Ok(vec![I32(2048)]), "{engine}: {pointer}");
        }
    }
}

#[test]
fn other_globals_take_any_value() {
    // In one module, nothing states where the stack ends; in the other, `$other` is a global after
    // the stack pointer.
    let silent = PROGRAM.replace("__data_end", "data_end");
    let other = PROGRAM.replacen(
        "(global (export",
        "(global $other (mut i32) (i32.const 0)) (global (export",
        1,
    );
    let other = other.replace("global.set $sp", "global.set $other");
    for program in [silent, other] {
        for engine in Engine::all() {
            let instance = engine.instantiate(&program, Vec::new());
            assert_eq!(instance.call("set", &[I32(-1)]), Ok(vec![]), "{engine}: {program}");
        }
    }
}

#[test]
fn the_check_can_be_left_out() {
    let wasm = wat::parse_str(PROGRAM).expect("the text is right");
    let compile = |check| {
        let options = cwamrc::Options::new().aux_stack_checks(check);
        cwamrc::compile(&wasm, &options).expect("it compiles").statistics().code_size
    };
    assert!(compile(false) < compile(true));
}
