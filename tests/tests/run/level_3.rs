//! At level 3, calls and branch tables are transformed, and must behave as before.

use cwamrc::{OptLevel, Options};
use cwamrc_tests::engine::Engine;
use wamr_shim::Val;
use wamr_shim::Val::{I32, I64};

/// A call in a new instance: its result, or the text of its trap.
type Call = (&'static str, &'static [Val], Result<&'static [Val], &'static str>);

fn check(module: &str, calls: &[Call]) {
    for engine in Engine::all() {
        let instance = engine.instantiate(module, Vec::new());
        for (function, arguments, expected) in calls {
            let actual = instance.call(function, arguments);
            let actual = actual.as_deref().map_err(|trap| trap.message.as_str());
            assert_eq!(actual, *expected, "{engine}: {function}{arguments:?} in {module}");
        }
    }
}

/// The second call in a loop finds its declared locals zero, not as the first call left them, and
/// its parameters are not the caller's locals.
#[test]
fn locals_are_new_in_every_call() {
    check(
        r#"(module
            (func $last (param i32) (result i32) (local i32)
              (local.set 1 (i32.add (local.get 1) (local.get 0)))
              (local.set 0 (i32.const -1))
              (local.get 1))
            (func (export "sum") (param i32) (result i32) (local i32)
              (loop
                (local.set 1 (i32.add (local.get 1) (call $last (local.get 0))))
                (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
              (i32.add (local.get 1) (call $last (call $last (i32.const 100))))))"#,
        &[("sum", &[I32(4)], Ok(&[I32(110)])), ("sum", &[I32(1)], Ok(&[I32(101)]))],
    );
}

#[test]
fn returns_from_within_blocks() {
    check(
        r#"(module
            (func $multiple (param i32) (result i32)
              (loop
                (if (i32.eqz (i32.rem_u (local.get 0) (i32.const 7)))
                  (then (block (return (local.get 0)))))
                (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                (br 0))
              (unreachable))
            (func $sign (param i32) (result i32)
              (if (result i32) (i32.lt_s (local.get 0) (i32.const 0))
                (then (return (i32.const -1)))
                (else (br 1 (i32.ne (local.get 0) (i32.const 0))))))
            (func (export "multiples") (param i32) (result i32)
              (i32.sub (call $multiple (local.get 0))
                (call $multiple (i32.add (call $multiple (local.get 0)) (i32.const 1)))))
            (func (export "signs") (param i32 i32 i32) (result i32)
              (i32.add (i32.mul (call $sign (local.get 0)) (i32.const 100))
                (i32.add (i32.mul (call $sign (local.get 1)) (i32.const 10))
                  (call $sign (local.get 2))))))"#,
        &[
            ("multiples", &[I32(15)], Ok(&[I32(-7)])),
            ("multiples", &[I32(-5)], Ok(&[I32(-4)])),
            ("signs", &[I32(5), I32(-5), I32(0)], Ok(&[I32(90)])),
        ],
    );
}

/// Only branches to the label of the callee's body leave it, and several results keep their order.
#[test]
fn branch_tables_and_several_results() {
    check(
        r#"(module
            (func $kind (param i32) (result i32 i64)
              (block $two
                (block $one
                  (i32.const 7) (i64.const 8)
                  (br_table 2 2 2 (local.get 0)))
                (unreachable))
              (unreachable))
            (func $swap (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
            (func (export "swapped") (param i32) (result i64 i32)
              (call $swap (call $kind (local.get 0))))
            (func $pick (param i32) (result i32)
              (block (block (block (br_table 0 1 2 (local.get 0)))
                  (return (i32.const 10)))
                (return (i32.const 20)))
              (i32.const 30))
            (func (export "picked") (param i32) (result i32)
              (i32.add (call $pick (local.get 0))
                (call $pick (i32.add (local.get 0) (i32.const 1))))))"#,
        &[
            ("swapped", &[I32(0)], Ok(&[I64(8), I32(7)])),
            ("swapped", &[I32(9)], Ok(&[I64(8), I32(7)])),
            ("picked", &[I32(0)], Ok(&[I32(30)])),
            ("picked", &[I32(1)], Ok(&[I32(50)])),
            ("picked", &[I32(7)], Ok(&[I32(60)])),
        ],
    );
}

/// Effects before the trap remain, and nothing after the call happens: both if the trap is in the
/// inlined body, and if it is in a function that the inlined body calls.
#[test]
fn traps_leave_the_caller() {
    check(
        r#"(module
            (global $before (mut i32) (i32.const 0))
            (global $after (mut i32) (i32.const 0))
            (table funcref (elem $fail))
            (func $fail (param i32) (if (i32.eqz (local.get 0)) (then (unreachable))))
            (func $divide (param i32) (result i32)
              (global.set $before (i32.add (global.get $before) (i32.const 1)))
              (i32.div_u (i32.const 12) (local.get 0)))
            (func $indirect (param i32) (result i32)
              (global.set $before (i32.add (global.get $before) (i32.const 10)))
              (call_indirect (param i32) (local.get 0) (i32.const 0))
              (i32.const 5))
            (func (export "divide") (param i32) (result i32)
              (call $divide (local.get 0))
              (global.set $after (i32.add (global.get $after) (i32.const 1))))
            (func (export "indirect") (param i32) (result i64)
              (i64.extend_i32_u (call $indirect (local.get 0)))
              (global.set $after (i32.add (global.get $after) (i32.const 10))))
            (func (export "before") (result i32) (global.get $before))
            (func (export "after") (result i32) (global.get $after)))"#,
        &[
            ("divide", &[I32(3)], Ok(&[I32(4)])),
            ("divide", &[I32(0)], Err("integer divide by zero")),
            ("indirect", &[I32(1)], Ok(&[I64(5)])),
            ("indirect", &[I32(0)], Err("unreachable")),
            ("before", &[], Ok(&[I32(22)])),
            ("after", &[], Ok(&[I32(11)])),
        ],
    );
}

/// The memory may move in the inlined body, and an address that was checked in one branch of it is
/// not known to be in bounds afterwards.
#[test]
fn memory_behind_an_inlined_body() {
    check(
        r#"(module (memory 1 3)
            (func $grow (param i32) (result i32)
              (if (result i32) (local.get 0)
                (then (memory.grow (i32.const 1)))
                (else (i32.const -2))))
            (func $touch (param i32 i32)
              (if (local.get 0) (then (i32.store (local.get 1) (i32.const 1)))))
            (func (export "grown") (param i32) (result i32)
              (i32.store (i32.const 0) (i32.const 40))
              (drop (call $grow (local.get 0)))
              (i32.store (i32.const 4) (i32.const 2))
              (i32.add (i32.load (i32.const 0)) (i32.load (i32.const 4))))
            (func (export "touched") (param i32 i32) (result i32)
              (call $touch (local.get 0) (local.get 1))
              (i32.load (local.get 1))))"#,
        &[
            ("grown", &[I32(1)], Ok(&[I32(42)])),
            ("grown", &[I32(0)], Ok(&[I32(42)])),
            ("touched", &[I32(1), I32(100)], Ok(&[I32(1)])),
            ("touched", &[I32(0), I32(-4)], Err("out of bounds memory access")),
            ("touched", &[I32(1), I32(-4)], Err("out of bounds memory access")),
        ],
    );
}

#[test]
fn recursion() {
    check(
        r#"(module
            (func $fib (export "fib") (param i32) (result i32)
              (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
                (then (local.get 0))
                (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                  (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
            (func $ackermann (export "ackermann") (param i32 i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (return (i32.add (local.get 1) (i32.const 1)))))
              (if (i32.eqz (local.get 1))
                (then (return (call $ackermann (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))))
              (call $ackermann (i32.sub (local.get 0) (i32.const 1))
                (call $ackermann (local.get 0) (i32.sub (local.get 1) (i32.const 1)))))
            (func $even (export "even") (param i32) (result i32)
              (if (result i32) (local.get 0)
                (then (call $odd (i32.sub (local.get 0) (i32.const 1))))
                (else (i32.const 1))))
            (func $odd (param i32) (result i32)
              (if (result i32) (local.get 0)
                (then (call $even (i32.sub (local.get 0) (i32.const 1))))
                (else (i32.const 0)))))"#,
        &[
            ("fib", &[I32(20)], Ok(&[I32(6765)])),
            ("ackermann", &[I32(2), I32(9)], Ok(&[I32(21)])),
            ("even", &[I32(101)], Ok(&[I32(0)])),
            ("even", &[I32(100)], Ok(&[I32(1)])),
        ],
    );
}

/// Short branch tables become comparisons, which must distinguish every entry from its neighbours.
#[test]
fn short_branch_tables() {
    check(
        r#"(module
            (func (export "runs") (param i32) (result i32)
              (block (block (block
                  (br_table 0 0 1 1 1 0 2 (local.get 0)))
                  (return (i32.const 10)))
                (return (i32.const 20)))
              (i32.const 30))
            (func (export "value") (param i32) (result i32)
              (i32.add (i32.const 100)
                (block (result i32)
                  (drop (block (result i32) (br_table 1 0 1 (i32.const 5) (local.get 0))))
                  (i32.const 6))))
            (func (export "default") (param i32) (result i32)
              (block (br_table 0 0 0 (local.get 0)))
              (i32.const 1)))"#,
        &[
            ("runs", &[I32(0)], Ok(&[I32(10)])),
            ("runs", &[I32(1)], Ok(&[I32(10)])),
            ("runs", &[I32(2)], Ok(&[I32(20)])),
            ("runs", &[I32(4)], Ok(&[I32(20)])),
            ("runs", &[I32(5)], Ok(&[I32(10)])),
            ("runs", &[I32(6)], Ok(&[I32(30)])),
            ("runs", &[I32(-1)], Ok(&[I32(30)])),
            ("value", &[I32(0)], Ok(&[I32(105)])),
            ("value", &[I32(1)], Ok(&[I32(106)])),
            ("value", &[I32(2)], Ok(&[I32(105)])),
            ("default", &[I32(0)], Ok(&[I32(1)])),
            ("default", &[I32(9)], Ok(&[I32(1)])),
        ],
    );
}

/// A constant is moved into the offset only if adding it to the index cannot wrap around.
#[test]
fn constants_in_addresses() {
    check(
        r#"(module (memory 1 1)
            (data (i32.const 0) "\01\02\03\04\05\06\07\08")
            (data (i32.const 65528) "\11\12\13\14\15\16\17\18")
            (func (export "masked") (param i32) (result i32)
              (i32.load8_u (i32.add (i32.and (local.get 0) (i32.const 7)) (i32.const 65528))))
            (func (export "masked_past") (param i32) (result i32)
              (i32.load8_u offset=8
                (i32.add (i32.const 65528) (i32.and (i32.const 7) (local.get 0)))))
            (func (export "wrapping") (param i32) (result i32)
              (i32.load8_u (i32.add (i32.and (local.get 0) (i32.const 255)) (i32.const -128))))
            (func (export "unknown") (param i32) (result i32)
              (i32.load8_u (i32.add (local.get 0) (i32.const 8))))
            (func (export "shifted") (param i32) (result i32)
              (i32.load8_u (i32.add (i32.shl (i32.and (local.get 0) (i32.const 3)) (i32.const 31))
                (i32.const 4))))
            (func (export "looked_up") (param i32) (result i32)
              (i32.load8_u (i32.add
                (i32.shr_u (i32.shl (i32.load8_u (local.get 0)) (i32.const 4)) (i32.const 3))
                (i32.const 1)))))"#,
        &[
            ("masked", &[I32(15)], Ok(&[I32(0x18)])),
            ("masked", &[I32(-8)], Ok(&[I32(0x11)])),
            ("masked_past", &[I32(0)], Err("out of bounds memory access")),
            ("wrapping", &[I32(130)], Ok(&[I32(3)])),
            ("wrapping", &[I32(127)], Err("out of bounds memory access")),
            ("unknown", &[I32(-8)], Ok(&[I32(1)])),
            ("unknown", &[I32(65527)], Ok(&[I32(0x18)])),
            ("unknown", &[I32(65528)], Err("out of bounds memory access")),
            ("shifted", &[I32(2)], Ok(&[I32(5)])),
            ("shifted", &[I32(1)], Err("out of bounds memory access")),
            ("looked_up", &[I32(1)], Ok(&[I32(6)])),
        ],
    );
}

/// The compiler knows the size of a table that cannot grow, and omits the check for imports in a
/// table without imports.
#[test]
fn tables_of_known_size() {
    check(
        r#"(module
            (type $binary (func (param i32 i32) (result i32)))
            (table 4 4 funcref)
            (elem (i32.const 1) $add $sub)
            (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
            (func $sub (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
            (func (export "call") (param i32) (result i32)
              (call_indirect (type $binary) (i32.const 7) (i32.const 5) (local.get 0)))
            (func (export "grow") (result i32) (table.grow (ref.null func) (i32.const 1)))
            (func (export "set") (table.set (i32.const 0) (table.get (i32.const 1)))))"#,
        &[
            ("call", &[I32(1)], Ok(&[I32(12)])),
            ("call", &[I32(2)], Ok(&[I32(2)])),
            ("call", &[I32(0)], Err("uninitialized element")),
            ("call", &[I32(4)], Err("undefined element")),
            ("call", &[I32(-1)], Err("undefined element")),
            ("grow", &[], Ok(&[I32(-1)])),
            ("call", &[I32(4)], Err("undefined element")),
            ("set", &[], Ok(&[])),
            ("call", &[I32(0)], Ok(&[I32(12)])),
        ],
    );
}

/// A small function is inlined only a few times into a function that calls it a thousand times.
#[test]
fn growth_has_a_limit() {
    let calls = "(call $small (local.get 0))".repeat(1000);
    let text = format!(
        r#"(module (memory 1)
            (func $small (param i32)
              (i32.store (local.get 0) (i32.mul (i32.load (local.get 0)) (i32.const 7)))
              (i32.store offset=4 (local.get 0) (i32.xor (i32.load offset=8 (local.get 0))
                (i32.load offset=12 (local.get 0)))))
            (func (export "f") (param i32) {calls}))"#
    );
    let wasm = wat::parse_str(text).expect("the text is well-formed");
    let code_size = |level| {
        let artifact = cwamrc::compile(&wasm, &Options::new().opt_level(level));
        artifact.expect("it compiles").statistics().code_size
    };
    let (plain, inlined) = (code_size(OptLevel::O2), code_size(OptLevel::O3));
    assert!(inlined != plain, "something is inlined");
    assert!(inlined < plain + plain / 2, "{inlined} bytes instead of {plain}");
}
