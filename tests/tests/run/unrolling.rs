//! Loops with a known number of iterations behave the same whether or not they are unrolled.
//!
//! The expected result is computed here, by the same loop in Rust.

use std::fmt::Write;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{I32, I64};

/// The result of a comparison operator for two operands.
type Holds = fn(i32, i32) -> bool;

/// A loop that counts from `start` by `step` while `compare` holds against `end`.
struct Counted {
    start: i32,
    step: i32,
    compare: &'static str,
    holds: Holds,
    end: i32,
}

fn unsigned(compare: fn(&u32, &u32) -> bool) -> impl Fn(i32, i32) -> bool {
    move |a, b| compare(&a.cast_unsigned(), &b.cast_unsigned())
}

/// Ends that are reached exactly, passed, reached by wrapping around, and close to the unrolling
/// limit.
fn counted() -> Vec<Counted> {
    let mut all = Vec::new();
    let ranges = [
        (0, 1, 5),
        (0, 1, 32),
        (0, 1, 33),
        (-3, 1, 3),
        (i32::MAX - 2, 1, i32::MIN + 2),
        (i32::MIN + 2, -1, i32::MAX - 2),
        (0, 0x2000_0000, 0),
        (7, 3, 1000),
        (7, 7, 7),
    ];
    for (start, step, end) in ranges {
        let compares: [(&'static str, Holds); 10] = [
            ("ne", |a, b| a != b),
            ("eq", |a, b| a == b),
            ("lt_s", |a, b| a < b),
            ("le_s", |a, b| a <= b),
            ("gt_s", |a, b| a > b),
            ("ge_s", |a, b| a >= b),
            ("lt_u", |a, b| unsigned(u32::lt)(a, b)),
            ("le_u", |a, b| unsigned(u32::le)(a, b)),
            ("gt_u", |a, b| unsigned(u32::gt)(a, b)),
            ("ge_u", |a, b| unsigned(u32::ge)(a, b)),
        ];
        for (compare, holds) in compares {
            all.push(Counted { start, step, compare, holds, end });
        }
    }
    all
}

/// Stops after this many iterations, so that every loop terminates.
const PATIENCE: i32 = 100;

impl Counted {
    /// Three functions: the test at the end; the same with the value before the step; and the test
    /// at the start. Each returns a hash of all values of the counter, and its last one.
    fn functions(&self, number: usize) -> String {
        let Self { start, step, compare, end, .. } = self;
        let body = "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 31)) (local.get 1)))
            (if (i32.gt_u (local.tee 2 (i32.add (local.get 2) (i32.const 1)))
                (i32.const 100)) (then (br $done)))";
        let next = format!("(i32.add (local.get 1) (i32.const {step}))");
        let result = "(i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32))
            (i64.extend_i32_u (local.get 1)))";
        let function = |name: &str, content: &str| {
            format!(
                r#"(func (export "{name}{number}") (param i32) (result i64) (local i32 i32)
                    (local.set 1 (i32.const {start}))
                    (block $done {content})
                    {result})"#,
            )
        };
        let at_end = format!(
            "(loop {body} (br_if 0 (i32.{compare} (local.tee 1 {next}) (i32.const {end}))))"
        );
        let before_step = format!(
            "(loop {body} (local.get 1) (local.set 1 {next})
                (br_if 0 (i32.{compare} (i32.const {end}))))"
        );
        let at_start = format!(
            "(loop (br_if $done (i32.eqz (i32.{compare} (local.get 1) (i32.const {end}))))
                {body} (local.set 1 {next}) (br 0))"
        );
        let bodies = [("end", at_end), ("before", before_step), ("start", at_start)];
        bodies.map(|(name, content)| function(name, &content)).concat()
    }

    fn expected(&self, mut digest: i32) -> [i64; 3] {
        let initial = digest;
        let result = |digest: i32, counter: i32| {
            (i64::from(digest) << 32) | i64::from(counter.cast_unsigned())
        };
        let mut results = [0; 3];
        for (kind, slot) in results.iter_mut().enumerate() {
            let (mut counter, mut rounds) = (self.start, 0);
            digest = initial;
            loop {
                if kind == 2 && !(self.holds)(counter, self.end) {
                    break;
                }
                digest = digest.wrapping_mul(31).wrapping_add(counter);
                rounds += 1;
                if rounds > PATIENCE {
                    break;
                }
                let before = counter;
                counter = counter.wrapping_add(self.step);
                let compared = if kind == 1 { before } else { counter };
                if kind != 2 && !(self.holds)(compared, self.end) {
                    break;
                }
            }
            *slot = result(digest, counter);
        }
        results
    }
}

#[test]
fn counted_loops() {
    let loops = counted();
    let functions = loops.iter().enumerate().map(|(number, counted)| counted.functions(number));
    let module = format!("(module {})", functions.collect::<String>());
    for engine in Engine::all() {
        let instance = engine.instantiate(&module, Vec::new());
        for (number, counted) in loops.iter().enumerate() {
            let expected = counted.expected(77);
            for (name, expected) in ["end", "before", "start"].into_iter().zip(expected) {
                let actual = instance.call(&format!("{name}{number}"), &[I32(77)]);
                let actual = actual.unwrap_or_else(|trap| panic!("{engine}: {trap:?}"));
                let Counted { start, step, compare, end, .. } = counted;
                let what = format!("{name}: {start} by {step} while {compare} {end}");
                assert_eq!(actual, [I64(expected)], "{engine}: {what}");
            }
        }
    }
}

/// Each iteration stores, the third one out of bounds: the earlier stores remain, and nothing else
/// is done. The values of several iterations are used after the loop.
#[test]
fn traps_and_values_behind_the_loop() {
    const MODULE: &str = r#"(module (memory (export "memory") 1)
        (func (export "store") (param i32) (local i32)
          (local.set 1 (i32.const 4))
          (loop
            (i32.store (local.get 0) (local.get 1))
            (local.set 0 (i32.add (local.get 0) (i32.const 4)))
            (br_if 0 (local.tee 1 (i32.sub (local.get 1) (i32.const 1))))))
        (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "shift") (param i32 i32 i32) (result i32 i32 i32) (local i32)
          (local.set 3 (i32.const 5))
          (loop
            (local.get 0) (local.set 0 (local.get 1))
            (local.get 2) (local.set 1) (local.set 2)
            (br_if 0 (local.tee 3 (i32.sub (local.get 3) (i32.const 1)))))
          (local.get 0) (local.get 1) (local.get 2)))"#;
    for engine in Engine::all() {
        let instance = engine.instantiate(MODULE, Vec::new());
        let call = |name: &str, args: &[i32]| {
            let args: Vec<_> = args.iter().copied().map(I32).collect();
            instance.call(name, &args).map_err(|trap| trap.message)
        };
        let error = call("store", &[0x1_0000 - 8]).expect_err("the third address is outside");
        assert_eq!(error, "out of bounds memory access", "{engine}");
        assert_eq!(call("load", &[0x1_0000 - 8]), Ok(vec![I32(4)]), "{engine}");
        assert_eq!(call("load", &[0x1_0000 - 4]), Ok(vec![I32(3)]), "{engine}");
        // Five rotations of three values are two rotations.
        assert_eq!(call("shift", &[1, 2, 3]), Ok(vec![I32(3), I32(1), I32(2)]), "{engine}");
    }
}

/// Nested loops, where the end of the inner one depends on the outer counter.
#[test]
fn nested_loops() {
    let mut functions = String::new();
    let sizes = [(1, 1), (2, 3), (3, 2), (6, 6), (40, 2), (2, 40)];
    for (number, (outer, inner)) in sizes.into_iter().enumerate() {
        for (kind, end) in
            [("full", format!("(i32.const {inner})")), ("half", "(local.get 0)".into())]
        {
            let _ = write!(
                functions,
                r#"(func (export "{kind}{number}") (result i64) (local i32 i32 i64)
                    (block $out (loop $outer
                      (br_if $out (i32.ge_u (local.get 0) (i32.const {outer})))
                      (local.set 1 (i32.const 0))
                      (block $in (loop $inner
                        (br_if $in (i32.ge_u (local.get 1) {end}))
                        (local.set 2 (i64.add (i64.mul (local.get 2) (i64.const 7))
                          (i64.extend_i32_u (i32.mul (local.get 0) (local.get 1)))))
                        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                        (br $inner)))
                      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
                      (br $outer)))
                    (local.get 2))"#
            );
        }
    }
    let module = format!("(module {functions})");
    for engine in Engine::all() {
        let instance = engine.instantiate(&module, Vec::new());
        for (number, (outer, inner)) in sizes.into_iter().enumerate() {
            for kind in ["full", "half"] {
                let mut digest: i64 = 0;
                for i in 0..outer {
                    for j in 0..if kind == "full" { inner } else { i } {
                        digest = digest.wrapping_mul(7).wrapping_add(i * j);
                    }
                }
                let actual = instance.call(&format!("{kind}{number}"), &[]);
                let actual = actual.unwrap_or_else(|trap| panic!("{engine}: {trap:?}"));
                assert_eq!(actual, [I64(digest)], "{engine}: {kind} {outer} {inner}");
            }
        }
    }
}
