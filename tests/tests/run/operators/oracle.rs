//! The results of operators, computed with Rust's own arithmetic as the specification (section 4.3)
//! defines them.

use std::fmt;

use wamr_abi::exceptions::TrapId;

use super::values::Ty;

/// What an operator gives.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Bits(u64),
    /// An arithmetic NaN of the result's type: the quiet bit is set; sign and payload are not
    /// specified.
    Nan,
    Trap(TrapId),
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bits(bits) => write!(f, "{bits:#x}"),
            Self::Nan => f.write_str("an arithmetic NaN"),
            Self::Trap(id) => write!(f, "trap: {}", id.message()),
        }
    }
}

/// An operator with one or two operands of the same type.
pub(super) struct TestedOperator {
    pub(super) name: String,
    pub(super) operand: Ty,
    pub(super) operands: usize,
    pub(super) result: Ty,
    gives: Box<dyn Fn(u64, u64) -> Outcome>,
}

impl TestedOperator {
    /// The result for operands with these bits. The second operand is ignored if there is none.
    pub(super) fn gives(&self, first: u64, second: u64) -> Outcome {
        (self.gives)(first, second)
    }

    fn new(
        (name, operand, operands, result): (String, Ty, usize, Ty),
        gives: impl Fn(u64, u64) -> Outcome + 'static,
    ) -> Self {
        Self { name, operand, operands, result, gives: Box::new(gives) }
    }
}

/// A value as an outcome.
trait Number: Copy + 'static {
    const TY: Ty;
    fn from_bits(bits: u64) -> Self;
    fn outcome(self) -> Outcome;
}

macro_rules! number {
    ($type:ident, $ty:ident, $from:expr, $to:expr) => {
        impl Number for $type {
            const TY: Ty = Ty::$ty;

            fn from_bits(bits: u64) -> Self {
                $from(bits)
            }

            fn outcome(self) -> Outcome {
                $to(self)
            }
        }
    };
}

number!(i32, I32, |bits| bits as i32, |number: i32| Outcome::Bits(number as u32 as u64));
number!(u32, I32, |bits| bits as u32, |number: u32| Outcome::Bits(number.into()));
number!(i64, I64, |bits| bits as i64, |number: i64| Outcome::Bits(number as u64));
number!(u64, I64, |bits| bits, Outcome::Bits);
number!(f32, F32, |bits| f32::from_bits(bits as u32), |number: f32| match number.is_nan() {
    true => Outcome::Nan,
    false => Outcome::Bits(number.to_bits().into()),
});
number!(f64, F64, f64::from_bits, |number: f64| match number.is_nan() {
    true => Outcome::Nan,
    false => Outcome::Bits(number.to_bits()),
});

fn unary<A: Number, R: Number>(name: &str, operator: fn(A) -> R) -> TestedOperator {
    let signature = (name.to_owned(), A::TY, 1, R::TY);
    TestedOperator::new(signature, move |a, _| operator(A::from_bits(a)).outcome())
}

fn binary<A: Number, R: Number>(name: &str, operator: fn(A, A) -> R) -> TestedOperator {
    let signature = (name.to_owned(), A::TY, 2, R::TY);
    TestedOperator::new(signature, move |a, b| operator(A::from_bits(a), A::from_bits(b)).outcome())
}

/// A division, which traps.
fn division<A: Number + PartialEq + Default>(
    name: &str,
    operator: fn(A, A) -> Option<A>,
) -> TestedOperator {
    let signature = (name.to_owned(), A::TY, 2, A::TY);
    TestedOperator::new(signature, move |a, b| {
        let (a, b) = (A::from_bits(a), A::from_bits(b));
        match operator(a, b) {
            Some(result) => result.outcome(),
            None if b == A::default() => Outcome::Trap(TrapId::IntegerDivideByZero),
            None => Outcome::Trap(TrapId::IntegerOverflow),
        }
    })
}

/// An operator on floats that copies bits, NaN or not.
fn bits(name: &str, operands: usize, ty: Ty, operator: fn(u64, u64) -> u64) -> TestedOperator {
    let signature = (name.to_owned(), ty, operands, ty);
    TestedOperator::new(signature, move |a, b| Outcome::Bits(operator(a, b)))
}

/// The trapping and the saturating conversion to integers from `least` to `most`.
fn truncation<A: Number + Into<f64>>(
    name: &str,
    result: Ty,
    (least, most): (i128, i128),
) -> [TestedOperator; 2] {
    // Saturates far beyond the range of 64 bits, so every integer in range is exact.
    let whole = |a| A::from_bits(a).into().trunc() as i128;
    let mask = if result == Ty::I32 { u32::MAX.into() } else { u64::MAX };
    let value = move |whole: i128| Outcome::Bits(whole as u64 & mask);
    let signature = |name: &str| (format!("{}.{name}", result.name()), A::TY, 1, result);
    let traps = TestedOperator::new(signature(&format!("trunc_{name}")), move |a, _| {
        let float: f64 = A::from_bits(a).into();
        match whole(a) {
            _ if float.is_nan() => Outcome::Trap(TrapId::InvalidConversionToInteger),
            whole if (least..=most).contains(&whole) => value(whole),
            _ => Outcome::Trap(TrapId::IntegerOverflow),
        }
    });
    // Rust's cast of a NaN is 0, too.
    let saturates = TestedOperator::new(signature(&format!("trunc_sat_{name}")), move |a, _| {
        value(whole(a).clamp(least, most))
    });
    [traps, saturates]
}

macro_rules! integer_operators {
    ($signed:ident, $unsigned:ident, $ty:literal) => {{
        vec![
            unary(concat!($ty, ".clz"), |a: $unsigned| a.leading_zeros() as $unsigned),
            unary(concat!($ty, ".ctz"), |a: $unsigned| a.trailing_zeros() as $unsigned),
            unary(concat!($ty, ".popcnt"), |a: $unsigned| a.count_ones() as $unsigned),
            division(concat!($ty, ".div_s"), |a: $signed, b| a.checked_div(b)),
            division(concat!($ty, ".div_u"), |a: $unsigned, b| a.checked_div(b)),
            division(concat!($ty, ".rem_s"), |a: $signed, b| (b != 0).then(|| a.wrapping_rem(b))),
            division(concat!($ty, ".rem_u"), |a: $unsigned, b| a.checked_rem(b)),
            binary(concat!($ty, ".and"), |a: $unsigned, b| a & b),
            binary(concat!($ty, ".or"), |a: $unsigned, b| a | b),
            binary(concat!($ty, ".mul"), |a: $unsigned, b| a.wrapping_mul(b)),
            binary(concat!($ty, ".shl"), |a: $unsigned, b| a.wrapping_shl(b as u32)),
            binary(concat!($ty, ".shr_s"), |a: $signed, b| a.wrapping_shr(b as u32)),
            binary(concat!($ty, ".shr_u"), |a: $unsigned, b| a.wrapping_shr(b as u32)),
            binary(concat!($ty, ".rotl"), |a: $unsigned, b| {
                a.rotate_left(b as u32 % $unsigned::BITS)
            }),
            binary(concat!($ty, ".rotr"), |a: $unsigned, b| {
                a.rotate_right(b as u32 % $unsigned::BITS)
            }),
            unary(concat!("f32.convert_", $ty, "_s"), |a: $signed| a as f32),
            unary(concat!("f32.convert_", $ty, "_u"), |a: $unsigned| a as f32),
            unary(concat!("f64.convert_", $ty, "_s"), |a: $signed| a as f64),
            unary(concat!("f64.convert_", $ty, "_u"), |a: $unsigned| a as f64),
        ]
    }};
}

macro_rules! float_operators {
    ($float:ident, $ty:literal, $variant:ident, $sign:expr) => {{
        /// NaN if an operand is NaN. The negative zero is less than the positive one.
        fn least(a: $float, b: $float) -> $float {
            if a.is_nan() || b.is_nan() {
                $float::NAN
            } else if a == b {
                if a.is_sign_negative() { a } else { b }
            } else if a < b {
                a
            } else {
                b
            }
        }
        const SIGN: u64 = $sign;
        let ty = Ty::$variant;
        vec![
            bits(concat!($ty, ".abs"), 1, ty, |a, _| a & !SIGN),
            bits(concat!($ty, ".neg"), 1, ty, |a, _| a ^ SIGN),
            bits(concat!($ty, ".copysign"), 2, ty, |a, b| a & !SIGN | b & SIGN),
            unary(concat!($ty, ".ceil"), |a: $float| a.ceil()),
            unary(concat!($ty, ".floor"), |a: $float| a.floor()),
            unary(concat!($ty, ".trunc"), |a: $float| a.trunc()),
            unary(concat!($ty, ".nearest"), |a: $float| a.round_ties_even()),
            unary(concat!($ty, ".sqrt"), |a: $float| a.sqrt()),
            binary(concat!($ty, ".add"), |a: $float, b| a + b),
            binary(concat!($ty, ".sub"), |a: $float, b| a - b),
            binary(concat!($ty, ".mul"), |a: $float, b| a * b),
            binary(concat!($ty, ".div"), |a: $float, b| a / b),
            binary(concat!($ty, ".min"), least),
            binary(concat!($ty, ".max"), |a: $float, b: $float| -least(-a, -b)),
            binary(concat!($ty, ".eq"), |a: $float, b| i32::from(a == b)),
            binary(concat!($ty, ".ne"), |a: $float, b| i32::from(a != b)),
            binary(concat!($ty, ".lt"), |a: $float, b| i32::from(a < b)),
            binary(concat!($ty, ".gt"), |a: $float, b| i32::from(a > b)),
            binary(concat!($ty, ".le"), |a: $float, b| i32::from(a <= b)),
            binary(concat!($ty, ".ge"), |a: $float, b| i32::from(a >= b)),
        ]
    }};
}

fn truncations<A: Number + Into<f64>>() -> impl Iterator<Item = TestedOperator> {
    let from = A::TY.name();
    let signed_32 = (i32::MIN.into(), i32::MAX.into());
    let signed_64 = (i64::MIN.into(), i64::MAX.into());
    [
        truncation::<A>(&format!("{from}_s"), Ty::I32, signed_32),
        truncation::<A>(&format!("{from}_u"), Ty::I32, (0, u32::MAX.into())),
        truncation::<A>(&format!("{from}_s"), Ty::I64, signed_64),
        truncation::<A>(&format!("{from}_u"), Ty::I64, (0, u64::MAX.into())),
    ]
    .into_iter()
    .flatten()
}

/// Every operator that a helper of the runtime may replace, and some similar ones.
pub(super) fn operators() -> Vec<TestedOperator> {
    let mut all = integer_operators!(i32, u32, "i32");
    all.extend(integer_operators!(i64, u64, "i64"));
    all.extend(float_operators!(f32, "f32", F32, 1 << 31));
    all.extend(float_operators!(f64, "f64", F64, 1 << 63));
    all.extend(truncations::<f32>().chain(truncations::<f64>()));
    all.push(unary("f64.promote_f32", |a: f32| f64::from(a)));
    all.push(unary("f32.demote_f64", |a: f64| a as f32));
    all
}
