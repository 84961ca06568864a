//! The call stacks of traps, compared with those of the interpreter for the same module.
//!
//! The interpreter reports how far it has read, which is after the operator of a frame. Compiled
//! code reports where that operator begins, as files of wamrc do. Both are compared by operator.

use std::collections::BTreeMap;

use cwamrc::CallStacks;
use cwamrc_tests::engine::Engine;
use wamr_shim::Val::I32;
use wamr_shim::{Frame, FuncType, HostFunc, Instance, InstanceConfig, Trap, Val, ValType};
use wasmparser::{Operator, Parser, Payload};

const FAULT: &str = "out of bounds memory access";

/// Maps the end of every operator of a module to its beginning.
fn operators(wat: &str) -> BTreeMap<u32, u32> {
    let wasm = wat::parse_str(wat).expect("the text is right");
    let mut ends = BTreeMap::new();
    for payload in Parser::new(0).parse_all(&wasm) {
        let Payload::CodeSectionEntry(body) = payload.expect("the module is valid") else {
            continue;
        };
        let mut reader = body.get_operators_reader().expect("it has operators");
        while !reader.eof() {
            let start = reader.original_position() as u32;
            reader.read().expect("the operator is valid");
            ends.insert(reader.original_position() as u32, start);
        }
    }
    ends
}

/// The position of the last load or store of function `function`, which is the one that traps in
/// these modules. The interpreter does not report its position if a guard page stops it.
fn last_access(wat: &str, function: u32) -> u32 {
    let wasm = wat::parse_str(wat).expect("the text is right");
    let payloads = Parser::new(0).parse_all(&wasm).map(|payload| payload.expect("it is valid"));
    let mut bodies = payloads.filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let body = bodies.nth(function as usize).expect("the module has no imports");
    let operators = body.get_operators_reader().expect("it has operators").into_iter_with_offsets();
    let accesses = operators.filter_map(|operator| match operator.expect("it is valid") {
        (Operator::I32Load { .. } | Operator::I32Store { .. }, offset) => Some(offset),
        (Operator::F64Store { .. } | Operator::I32Load8U { .. }, offset) => Some(offset),
        _ => None,
    });
    accesses.last().expect("it has an access") as u32
}

/// The interpreter's frames, converted to the positions of compiled code.
fn expected(frames: &[Frame], operators: &BTreeMap<u32, u32>) -> Vec<Frame> {
    let begin = |frame: &Frame| match frame.offset {
        // A host function.
        0 => 0,
        // Some operators trap before the interpreter has read all of their bytes.
        read => *operators.range(read..).next().expect("it is in a body").1,
    };
    frames.iter().map(|frame| Frame { offset: begin(frame), ..frame.clone() }).collect()
}

fn frames_of(instance: &Instance, function: &str, arguments: &[Val]) -> Trap {
    let result = instance.call(function, arguments);
    result.expect_err("the call traps")
}

/// Calls that trap, in every engine: first in a new instance, then again after other calls, which
/// must not have left any frames.
fn check(wat: &str, imports: impl Fn() -> Vec<HostFunc>, calls: &[(&str, &[Val])]) {
    let operators = operators(wat);
    let interpreter = Engine::interpreter().instantiate(wat, imports());
    let traps: Vec<Trap> = calls
        .iter()
        .map(|(function, arguments)| {
            let mut trap = frames_of(&interpreter, function, arguments);
            trap.frames = expected(&trap.frames, &operators);
            if trap.message == FAULT {
                trap.frames[0].offset = last_access(wat, trap.frames[0].function);
            }
            assert!(!trap.frames.is_empty(), "{function} has no frames in the interpreter");
            trap
        })
        .collect();
    for engine in Engine::compiled() {
        let engine = engine.with_call_stacks(CallStacks::complete());
        let instance = engine.instantiate(wat, imports());
        for _ in 0..2 {
            for ((function, arguments), trap) in calls.iter().zip(&traps) {
                let seen = frames_of(&instance, function, arguments);
                assert_eq!(&seen, trap, "{engine}: {function}{arguments:?}");
            }
        }
    }
}

fn no_imports() -> Vec<HostFunc> {
    Vec::new()
}

#[test]
fn direct_and_indirect_calls() {
    check(
        r#"(module
            (memory 1)
            (table funcref (elem $divide $load $store))
            (type $t (func (param i32) (result i32)))
            (func $divide (param i32) (result i32) (i32.div_u (i32.const 5) (local.get 0)))
            (func $load (param i32) (result i32)
              (i32.add
                (i32.load8_u (i32.const 16))
                (i32.load offset=4 (i32.sub (i32.const 65532) (local.get 0)))))
            (func $store (param i32) (result i32)
              (i32.store (i32.const 65536) (local.get 0))
              (i32.const 7))
            (func $choose (param i32 i32) (result i32)
              (drop (i32.load (i32.const 0)))
              (call_indirect (type $t) (local.get 1) (local.get 0)))
            (func $twice (param i32 i32) (result i32)
              (drop (call $divide (i32.const 1)))
              (call $choose (local.get 0) (local.get 1)))
            (func (export "f") (param i32 i32) (result i32)
              (i32.add
                (call $divide (i32.const 2))
                (call $twice (local.get 0) (local.get 1)))))"#,
        no_imports,
        &[
            ("f", &[I32(0), I32(0)]),
            ("f", &[I32(1), I32(0)]),
            ("f", &[I32(2), I32(0)]),
            // The element does not exist.
            ("f", &[I32(3), I32(0)]),
        ],
    );
}

#[test]
fn every_way_to_trap() {
    check(
        r#"(module
            (memory 1 1)
            (data $data "abc")
            (table $table 2 4 funcref)
            (table $others 1 externref)
            (elem $elements func $nothing)
            (type $t (func))
            (func $nothing (param i32))
            (func $f (param i32)
              (if (i32.eq (local.get 0) (i32.const 0)) (then (unreachable)))
              (if (i32.eq (local.get 0) (i32.const 1))
                (then (drop (i32.div_s (i32.const 0x80000000) (i32.sub (i32.const 0) (local.get 0))))))
              (if (i32.eq (local.get 0) (i32.const 2))
                (then (drop (i64.rem_u (i64.const 1) (i64.const 0)))))
              (if (i32.eq (local.get 0) (i32.const 3))
                (then (drop (i32.trunc_f64_s (f64.const 1e20)))))
              (if (i32.eq (local.get 0) (i32.const 4))
                (then (drop (table.get $table (i32.const 2)))))
              (if (i32.eq (local.get 0) (i32.const 5))
                (then (table.set $others (i32.const 2) (ref.null extern))))
              (if (i32.eq (local.get 0) (i32.const 6))
                (then (table.init $table $elements (i32.const 0) (i32.const 1) (i32.const 1))))
              (if (i32.eq (local.get 0) (i32.const 7))
                (then (call_indirect $table (type $t) (i32.const 0))))
              (if (i32.eq (local.get 0) (i32.const 8))
                (then
                  (table.set $table (i32.const 1) (ref.func $nothing))
                  (call_indirect $table (type $t) (i32.const 1))))
            )
            (func (export "g") (param i32)
              (i32.store (i32.const 8) (local.get 0))
              (call $nothing (local.get 0))
              (call $f (local.get 0))))"#,
        no_imports,
        &[
            ("g", &[I32(0)]),
            ("g", &[I32(1)]),
            ("g", &[I32(2)]),
            ("g", &[I32(3)]),
            ("g", &[I32(4)]),
            ("g", &[I32(5)]),
            ("g", &[I32(6)]),
            ("g", &[I32(7)]),
            ("g", &[I32(8)]),
        ],
    );
}

/// All engines check operators on ranges of memory in the same way.
#[test]
fn ranges_of_memory() {
    for operator in [
        "(memory.fill (i32.const 65535) (i32.const 1) (i32.const 2))",
        "(memory.copy (i32.const 65535) (i32.const 1) (i32.const 2))",
        "(memory.copy (i32.const 65535) (i32.const 1) (local.get 0))",
        "(memory.init $data (i32.const 0) (i32.const 2) (i32.const 2))",
    ] {
        let module = format!(
            r#"(module (memory 1) (data $data "abc")
                (func $f (param i32) (i32.store (i32.const 0) (local.get 0)) (nop) {operator} (nop))
                (func (export "g") (param i32) (drop (i32.const 1)) (call $f (local.get 0))))"#
        );
        let wasm = wat::parse_str(&module).expect("the text is right");
        let operators = operators(&module);
        let starts: Vec<u32> = operators.values().copied().collect();
        let interpreter = Engine::interpreter().instantiate(&module, Vec::new());
        let trap = frames_of(&interpreter, "g", &[I32(2)]);
        let frames = expected(&trap.frames, &operators);
        // Bulk memory operators have the prefix 0xfc.
        let prefixed = |start: &&u32| wasm[**start as usize] == 0xfc;
        assert_eq!(starts.iter().find(prefixed), Some(&frames[0].offset), "{operator}");
        for engine in Engine::compiled() {
            let engine = engine.with_call_stacks(CallStacks::complete());
            let instance = engine.instantiate(&module, Vec::new());
            let seen = frames_of(&instance, "g", &[I32(2)]).frames;
            assert_eq!(seen, frames, "{engine}: {operator}");
        }
    }
}

/// Functions that level 3 inlines into each other and into themselves, and that return early.
#[test]
fn inlined_functions() {
    check(
        r#"(module
            (memory 1)
            (func $load (param i32) (result i32) (i32.load (local.get 0)))
            (func $early (param i32) (result i32)
              (if (i32.lt_u (local.get 0) (i32.const 65536)) (then (return (i32.const 1))))
              (call $load (local.get 0)))
            (func $both (param i32) (result i32)
              (i32.add (call $early (i32.const 5)) (call $early (local.get 0))))
            (func $down (param i32 i32) (result i32)
              (if (result i32) (local.get 0)
                (then (call $down (i32.sub (local.get 0) (i32.const 1)) (local.get 1)))
                (else (i32.div_s (i32.const 1) (local.get 1)))))
            (func (export "f") (param i32) (result i32)
              (drop (call $both (i32.const 6)))
              (call $both (local.get 0)))
            (func (export "down") (param i32) (result i32)
              (drop (call $down (local.get 0) (i32.const 1)))
              (call $down (local.get 0) (i32.const 0))))"#,
        no_imports,
        &[
            ("f", &[I32(65536)]),
            ("down", &[I32(0)]),
            ("down", &[I32(3)]),
            ("down", &[I32(6)]),
            ("down", &[I32(40)]),
        ],
    );
}

/// Only the last function of a chain of tail calls has a frame.
#[test]
fn tail_calls() {
    check(
        r#"(module
            (table funcref (elem $odd))
            (type $t (func (param i32) (result i32)))
            (func $even (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (unreachable)))
              (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
            (func $odd (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (return (i32.const 9))))
              (return_call $even (i32.sub (local.get 0) (i32.const 1))))
            (func $plain (param i32) (result i32)
              (i32.add (i32.const 1) (call $even (local.get 0))))
            (func (export "f") (param i32) (result i32)
              (drop (call $even (i32.const 7)))
              (call $plain (local.get 0))))"#,
        no_imports,
        &[("f", &[I32(0)]), ("f", &[I32(2)]), ("f", &[I32(100_000)])],
    );
}

/// Host functions: one that fails, one that calls back, and one that continues after a failed call
/// back.
#[test]
fn host_functions() {
    let imports = || {
        let ty = || FuncType::new([ValType::I32], [ValType::I32]);
        vec![
            HostFunc::new("fail", ty(), |_, _| Err("the host fails".to_owned())),
            HostFunc::new("back", ty(), |caller, arguments| {
                caller.call("inner", arguments).map_err(|trap| format!("inner: {}", trap.message))
            }),
            HostFunc::new("try", ty(), |caller, arguments| {
                Ok(caller.call("inner", arguments).unwrap_or(vec![I32(0)]))
            }),
        ]
    };
    check(
        r#"(module
            (import "env" "fail" (func $fail (param i32) (result i32)))
            (import "env" "back" (func $back (param i32) (result i32)))
            (import "env" "try" (func $try (param i32) (result i32)))
            (table funcref (elem $fail $back))
            (type $t (func (param i32) (result i32)))
            (func (export "inner") (param i32) (result i32)
              (i32.div_u (i32.const 1) (local.get 0)))
            (func $call (param i32) (result i32)
              (call_indirect (type $t) (i32.const 1) (local.get 0)))
            (func (export "fail") (result i32)
              (drop (call $back (i32.const 1)))
              (call $fail (i32.const 0)))
            (func (export "indirect") (result i32)
              (drop (call $call (i32.const 1)))
              (call $call (i32.const 0)))
            (func (export "trap") (result i32)
              (drop (call $back (i32.const 1)))
              (i32.div_u (i32.const 1) (i32.sub (call $call (i32.const 1)) (i32.const 1)))))"#,
        imports,
        &[("fail", &[]), ("indirect", &[]), ("trap", &[])],
    );
    // The interpreter keeps the frames of an inner call when the host continues, so the expectation
    // is written by hand.
    let module = r#"(module
        (import "env" "fail" (func $fail (param i32) (result i32)))
        (import "env" "back" (func $back (param i32) (result i32)))
        (import "env" "try" (func $try (param i32) (result i32)))
        (func (export "inner") (param i32) (result i32)
          (i32.div_u (i32.const 1) (local.get 0)))
        (func $f (export "f") (result i32)
          (drop (call $try (i32.const 0)))
          (unreachable)))"#;
    for engine in Engine::compiled() {
        let engine = engine.with_call_stacks(CallStacks::complete());
        let instance = engine.instantiate(module, imports());
        for _ in 0..2 {
            let trap = frames_of(&instance, "f", &[]);
            let functions: Vec<u32> = trap.frames.iter().map(|frame| frame.function).collect();
            assert_eq!(functions, [4], "{engine}");
        }
    }
}

/// A frame takes 8 bytes of the instance's stack, whatever it holds. After that stack comes memory
/// of the host.
#[test]
fn frames_without_room() {
    let module = r#"(module
        (func $f (param i32) (result i32)
          (if (result i32) (local.get 0)
            (then (i32.mul (call $f (i32.sub (local.get 0) (i32.const 1))) (i32.const 3)))
            (else (i32.const 1))))
        (func (export "f") (param i32) (result i32) (call $f (local.get 0))))"#;
    let frames = [CallStacks::complete(), CallStacks::empty()];
    let all = Engine::compiled().flat_map(|engine| frames.map(|it| engine.with_call_stacks(it)));
    for engine in all {
        const STACK: u32 = 64 * 1024;
        let loaded = engine.machine().runtime().load(&engine.prepare(module));
        let config = InstanceConfig { stack_size: STACK, ..InstanceConfig::default() };
        let instance = loaded.and_then(|module| module.instantiate(&config));
        let instance = instance.unwrap_or_else(|error| panic!("{engine}: {error}"));
        for _ in 0..2 {
            assert!(instance.call("f", &[I32(8000)]).is_ok(), "{engine}");
            let trap = frames_of(&instance, "f", &[I32(9000)]);
            assert_eq!(trap.message, "wasm operand stack overflow", "{engine}");
            let most = STACK as usize / 8;
            assert!((most - 16..=most).contains(&trap.frames.len()), "{engine}");
        }
    }
}

#[test]
fn frames_hold_what_is_asked_for() {
    let module = r#"(module
        (func $inner (param i32) (result i32) (i32.div_u (i32.const 1) (local.get 0)))
        (func (export "f") (param i32) (result i32) (i32.eqz (call $inner (local.get 0)))))"#;
    let frames_with = |features: CallStacks| {
        let mut seen: Vec<Vec<(u32, u32)>> = Engine::compiled()
            .map(|engine| {
                let instance = engine.with_call_stacks(features).instantiate(module, Vec::new());
                let frames = frames_of(&instance, "f", &[I32(0)]).frames;
                frames.iter().map(|frame| (frame.function, frame.offset)).collect()
            })
            .collect();
        seen.dedup();
        assert_eq!(seen.len(), 1, "{features:?}: {seen:?}");
        seen.remove(0)
    };
    let complete = frames_with(CallStacks::complete());
    let [(0, trap), (1, call)] = complete[..] else { panic!("{complete:?}") };
    assert!(trap != 0 && call != 0);
    let mut features = CallStacks::complete();
    features.trap_position = false;
    assert_eq!(frames_with(features), [(0, 0), (1, call)]);
    features.position = false;
    assert_eq!(frames_with(features), [(0, 0), (1, 0)]);
    features.trap_position = true;
    assert_eq!(frames_with(features), [(0, trap), (1, 0)]);
}

/// Without frames, a trap shows what the runtime finds out by itself.
#[test]
fn frames_are_not_there_unless_asked_for() {
    let module = r#"(module
        (func $inner (unreachable))
        (func (export "f") (call $inner)))"#;
    for engine in Engine::compiled() {
        let instance = engine.instantiate(module, Vec::new());
        let frames = frames_of(&instance, "f", &[]).frames;
        let functions: Vec<u32> = frames.iter().map(|frame| frame.function).collect();
        assert_eq!(functions, [1], "{engine}");
    }
}

/// Every thread has its own frames. Four threads call functions while the main thread does, and
/// then the main thread traps.
#[test]
fn threads_have_their_own_frames() {
    let module = r#"(module
        (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
        (memory (export "memory") 1 1 shared)
        (func $down (param i32) (result i32)
          (if (result i32) (local.get 0)
            (then (i32.add (i32.const 1) (call $down (i32.sub (local.get 0) (i32.const 1)))))
            (else (i32.const 0))))
        (func $work (result i32) (local $left i32) (local $sum i32)
          (local.set $left (i32.const 1000))
          (loop $more
            (local.set $sum (i32.add (local.get $sum) (call $down (i32.const 20))))
            (local.set $left (i32.sub (local.get $left) (i32.const 1)))
            (br_if $more (local.get $left)))
          (local.get $sum))
        (func (export "wasi_thread_start") (param i32 i32)
          (if (i32.ne (call $work) (i32.const 20000)) (then (unreachable)))
          (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
          (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))
        (func (export "f") (local $threads i32) (local $done i32)
          (i32.atomic.store (i32.const 0) (i32.const 0))
          (local.set $threads (i32.const 4))
          (loop $more
            (br_if $more (i32.lt_s (call $spawn (i32.const 0)) (i32.const 0)))
            (local.set $threads (i32.sub (local.get $threads) (i32.const 1)))
            (br_if $more (local.get $threads)))
          (if (i32.ne (call $work) (i32.const 20000)) (then (unreachable)))
          (loop $join
            (local.set $done (i32.atomic.load (i32.const 0)))
            (if (i32.lt_u (local.get $done) (i32.const 4))
              (then
                (drop (memory.atomic.wait32 (i32.const 0) (local.get $done) (i64.const 1000000000)))
                (br $join))))
          (drop (i32.div_u (call $down (i32.const 3)) (i32.const 0)))))"#;
    for engine in Engine::compiled() {
        let engine = engine.with_call_stacks(CallStacks::complete());
        let instance = engine.instantiate(module, Vec::new());
        for _ in 0..3 {
            let trap = frames_of(&instance, "f", &[]);
            assert_eq!(trap.message, "integer divide by zero", "{engine}");
            let functions: Vec<u32> = trap.frames.iter().map(|frame| frame.function).collect();
            assert_eq!(functions, [4], "{engine}");
        }
    }
}
