//! Divisions by constants, which levels 1 to 3 compile without division instructions.
//!
//! The expected results are those of Rust's operators.

use std::fmt::Write;

use cwamrc_tests::engine::Engine;
use wamr_shim::Val::{I32, I64};

/// Powers of two and their neighbours, of both signs, and divisors whose multipliers need one bit
/// more or less.
fn divisors() -> Vec<i64> {
    const SMALL: [i64; 13] = [1, 2, 3, 4, 5, 7, 10, 11, 12, 25, 60, 625, 641];
    const LARGE: [i64; 8] = [
        1_000_000_007,
        i32::MAX as i64 - 1,
        i32::MAX as i64,
        1 << 31,
        (1 << 32) + 1,
        10_000_000_000_000_000,
        i64::MAX - 1,
        i64::MAX,
    ];
    let positive = SMALL.into_iter().chain(LARGE);
    positive.flat_map(|divisor| [divisor, -divisor]).chain([i64::MIN]).collect()
}

/// Multiples of `divisor` and their neighbours, and the limits of the range.
fn dividends(divisor: i64) -> Vec<i64> {
    let multiples = [0, 1, 2, 3, 1_000, -1, -2, -1_000].map(|factor| divisor.wrapping_mul(factor));
    let ends =
        [i64::MIN, i64::MAX, i32::MIN.into(), i32::MAX.into(), 0xffff_ffff, 0x1234_5678_9abc];
    let around = multiples.into_iter().chain(ends);
    around.flat_map(|number| [-1, 0, 1].map(|by| number.wrapping_add(by))).collect()
}

/// The signed and unsigned quotients and remainders of `ty`, by the constant number `index`.
fn functions(ty: &str, index: usize, divisor: i64) -> String {
    let mut text = String::new();
    for operator in ["div_s", "div_u", "rem_s", "rem_u"] {
        let name = format!("{ty}.{operator}");
        write!(
            text,
            r#"(func (export "{name}{index}") (param {ty}) (result {ty})
                ({name} (local.get 0) ({ty}.const {divisor})))"#
        )
        .expect("a string takes everything");
    }
    text
}

#[test]
fn by_constants() {
    let divisors = divisors();
    let narrow = |divisor: i64| divisor as i32;
    let mut text = String::new();
    for (index, &divisor) in divisors.iter().enumerate() {
        text += &functions("i64", index, divisor);
        if narrow(divisor) != 0 {
            text += &functions("i32", index, narrow(divisor).into());
        }
    }
    let module = format!("(module {text})");
    for engine in Engine::all() {
        let instance = engine.instantiate(&module, Vec::new());
        for (index, &divisor) in divisors.iter().enumerate() {
            for dividend in dividends(divisor) {
                let (a, b) = (dividend, divisor);
                let wide = [
                    ("div_s", a.checked_div(b)),
                    ("div_u", Some((a.cast_unsigned() / b.cast_unsigned()).cast_signed())),
                    ("rem_s", Some(a.wrapping_rem(b))),
                    ("rem_u", Some((a.cast_unsigned() % b.cast_unsigned()).cast_signed())),
                ];
                for (operator, expected) in wide {
                    let actual = instance.call(&format!("i64.{operator}{index}"), &[I64(a)]).ok();
                    let expected = expected.map(|expected| vec![I64(expected)]);
                    assert_eq!(actual, expected, "{engine}: i64.{operator} {a} {b}");
                }
                let (a, b) = (narrow(a), narrow(b));
                if b == 0 {
                    continue;
                }
                let narrow = [
                    ("div_s", a.checked_div(b)),
                    ("div_u", Some((a.cast_unsigned() / b.cast_unsigned()).cast_signed())),
                    ("rem_s", Some(a.wrapping_rem(b))),
                    ("rem_u", Some((a.cast_unsigned() % b.cast_unsigned()).cast_signed())),
                ];
                for (operator, expected) in narrow {
                    let actual = instance.call(&format!("i32.{operator}{index}"), &[I32(a)]).ok();
                    let expected = expected.map(|expected| vec![I32(expected)]);
                    assert_eq!(actual, expected, "{engine}: i32.{operator} {a} {b}");
                }
            }
        }
    }
}
