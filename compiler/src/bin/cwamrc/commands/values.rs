//! Values on the command line of `run --invoke`: parses arguments and prints results.
//!
//! A printed value can be parsed again as the same value, except the payload of a NaN, and references
//! to functions and to objects that only a module can make.

use wamr_shim::{Object, Val, ValType};

/// Parses an argument of type `ty`, or returns how one is written.
pub(super) fn parse(ty: ValType, text: &str) -> Result<Val, &'static str> {
    // Printed values end with the type.
    let text = text.strip_suffix(suffix(ty)).unwrap_or(text);
    let value = match ty {
        ValType::I32 => integer(text, 32).map(|bits| Val::I32(bits as i32)),
        ValType::I64 => integer(text, 64).map(|bits| Val::I64(bits as i64)),
        ValType::F32 => text.parse::<f32>().ok().map(|value| Val::F32(value.to_bits())),
        ValType::F64 => text.parse::<f64>().ok().map(|value| Val::F64(value.to_bits())),
        ValType::V128 => vector(text).map(Val::V128),
        ValType::FuncRef => is_null(text, "func").then_some(Val::FuncRef(None)),
        ValType::ExternRef if is_null(text, "extern") => Some(Val::ExternRef(None)),
        ValType::ExternRef => {
            let number = text.strip_prefix("ref.extern ").and_then(|number| number.parse().ok());
            number.map(|number| Val::ExternRef(Some(number)))
        }
        ValType::AnyRef if is_null(text, "any") => Some(Val::AnyRef(None)),
        ValType::AnyRef => object(text).map(|object| Val::AnyRef(Some(object))),
    };
    value.ok_or(match ty {
        ValType::I32 | ValType::I64 => "integers are decimal, or hexadecimal after 0x",
        ValType::F32 | ValType::F64 => "floats are decimal, inf or nan",
        ValType::V128 => {
            "vectors are lanes, as in i32x4:1,2,3,4 or f64x2:0.5,1, a number of up to 32 digits after \
             0x, or both halves, the low one first, as in 0x1\\0x2"
        }
        ValType::FuncRef => "function references other than null cannot be given",
        ValType::ExternRef => "references are null, or any number: `ref.extern 7`",
        ValType::AnyRef => "references are null, `ref.i31 7` or `ref.host 7`, with any numbers",
    })
}

/// The name of a type.
pub(super) fn type_name(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::V128 => "v128",
        ValType::FuncRef => "funcref",
        ValType::ExternRef => "externref",
        ValType::AnyRef => "anyref",
    }
}

fn suffix(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => ":i32",
        ValType::I64 => ":i64",
        ValType::F32 => ":f32",
        ValType::F64 => ":f64",
        ValType::V128 => ":v128",
        // The type of a null comes first.
        ValType::FuncRef | ValType::ExternRef | ValType::AnyRef => "",
    }
}

fn is_null(text: &str, kind: &str) -> bool {
    matches!(text, "null" | "ref.null")
        || text.strip_prefix("ref.null ") == Some(kind)
        || text.strip_prefix(kind) == Some(":ref.null")
}

/// A reference to what the host can make.
fn object(text: &str) -> Option<Object> {
    match text.split_once(' ')? {
        ("ref.i31", number) => {
            // The highest bit is lost, and the next one is the sign.
            let bits = integer(number, 32)? as u32;
            Some(Object::I31((bits << 1).cast_signed() >> 1))
        }
        ("ref.host", number) => number.parse().ok().map(Object::Host),
        _ => None,
    }
}

/// Decimal or hexadecimal, signed or unsigned, in at most 64 bits.
fn integer(text: &str, bits: u32) -> Option<u64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let magnitude = match hexadecimal(digits) {
        Some(digits) => u64::from_str_radix(digits, 16).ok()?,
        None => digits.parse().ok()?,
    };
    let half = 1 << (bits - 1);
    // Twice `half` would not fit.
    let fits = if negative { magnitude <= half } else { magnitude <= half - 1 + half };
    fits.then_some(if negative { magnitude.wrapping_neg() } else { magnitude })
}

/// The digits after `0x`; they have no sign.
fn hexadecimal(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    digits.starts_with(|digit: char| digit.is_ascii_hexdigit()).then_some(digits)
}

/// The bits of a vector, lane 0 in the low ones.
fn vector(text: &str) -> Option<u128> {
    if let Some((shape, lanes)) = text.split_once(':') {
        return lanes_of(shape, lanes);
    }
    // As iwasm takes it.
    if let Some((low, high)) = text.split_once('\\') {
        return Some(u128::from(integer(low, 64)?) | u128::from(integer(high, 64)?) << 64);
    }
    u128::from_str_radix(hexadecimal(text)?, 16).ok()
}

fn lanes_of(shape: &str, lanes: &str) -> Option<u128> {
    let (lane, count): (fn(&str) -> Option<u64>, u32) = match shape {
        "i8x16" => (|text| integer(text, 8), 16),
        "i16x8" => (|text| integer(text, 16), 8),
        "i32x4" => (|text| integer(text, 32), 4),
        "i64x2" => (|text| integer(text, 64), 2),
        "f32x4" => (|text| Some(text.parse::<f32>().ok()?.to_bits().into()), 4),
        "f64x2" => (|text| Some(text.parse::<f64>().ok()?.to_bits()), 2),
        _ => return None,
    };
    let lanes: Vec<&str> = lanes.split(',').map(str::trim).collect();
    if lanes.len() != count as usize {
        return None;
    }
    let width = 128 / count;
    let mask = u128::MAX >> (128 - width);
    lanes.into_iter().rev().try_fold(0, |bits, text| {
        // A negative number has more bits than the lane.
        let lane = u128::from(lane(text)?) & mask;
        Some(bits << width | lane)
    })
}

/// Prints values as iwasm does, except vectors, which iwasm prints in halves.
pub(super) fn display(value: &Val) -> String {
    match value {
        Val::I32(value) => format!("{value:#x}:i32"),
        Val::I64(value) => format!("{value:#x}:i64"),
        Val::F32(bits) => format!("{}:f32", f32::from_bits(*bits)),
        Val::F64(bits) => format!("{}:f64", f64::from_bits(*bits)),
        Val::V128(value) => format!("{value:#034x}:v128"),
        Val::FuncRef(reference) => display_reference(*reference, "func"),
        Val::ExternRef(reference) => display_reference(*reference, "extern"),
        Val::ExternAny(_) => "ref.extern".to_owned(),
        Val::AnyRef(None) => display_reference(None, "any"),
        Val::AnyRef(Some(Object::I31(value))) => format!("ref.i31 {value}"),
        Val::AnyRef(Some(Object::Host(number))) => format!("ref.host {number}"),
        Val::AnyRef(Some(Object::Struct)) => "ref.struct".to_owned(),
        Val::AnyRef(Some(Object::Array)) => "ref.array".to_owned(),
    }
}

fn display_reference(reference: Option<u32>, kind: &str) -> String {
    match reference {
        Some(index) => format!("ref.{kind} {index}"),
        None => format!("{kind}:ref.null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(ty: ValType, texts: &[(&str, Val)]) {
        for (text, value) in texts {
            assert_eq!(parse(ty, text), Ok(*value), "{text}");
        }
    }

    fn none(ty: ValType, texts: &[&str]) {
        for text in texts {
            assert!(parse(ty, text).is_err(), "{ty:?}: {text}");
        }
    }

    #[test]
    fn integers_are_signed_or_unsigned() {
        use Val::{I32, I64};
        all(
            ValType::I32,
            &[("-2147483648", I32(i32::MIN)), ("4294967295", I32(-1)), ("0XfF", I32(255))],
        );
        all(ValType::I32, &[("-0x80000000", I32(i32::MIN)), ("-0", I32(0)), ("7:i32", I32(7))]);
        none(
            ValType::I32,
            &["-2147483649", "4294967296", "", "-", "0x", "+0x1", "0x+1", "1.0", "7:i64"],
        );
        all(
            ValType::I64,
            &[("-9223372036854775808", I64(i64::MIN)), ("18446744073709551615", I64(-1))],
        );
        none(ValType::I64, &["-9223372036854775809", "18446744073709551616"]);
    }

    /// Lanes in memory order, so the expected bits come from little-endian bytes.
    #[test]
    fn vectors_by_lane() {
        let value = |bytes: [u8; 16]| Val::V128(u128::from_le_bytes(bytes));
        let i32x4 = [1, 0, 0, 0, 2, 0, 0, 0, 0xfd, 0xff, 0xff, 0xff, 0, 0, 0, 0x80];
        let f64x2 = [1.5f64.to_le_bytes(), (-0.0f64).to_le_bytes()].concat();
        let f32x4 = [1f32, f32::INFINITY, -2.5, 0.0].map(f32::to_le_bytes).concat();
        let i16x8 = [1i16, -1, 2, -2, 3, -3, i16::MIN, i16::MAX].map(i16::to_le_bytes).concat();
        let i64x2 = [(-1i64).to_le_bytes(), i64::MIN.to_le_bytes()].concat();
        all(
            ValType::V128,
            &[
                ("i32x4:1,2,-3,2147483648", value(i32x4)),
                ("f64x2:1.5, -0", value(f64x2.try_into().unwrap())),
                ("f32x4:1,inf,-2.5,0", value(f32x4.try_into().unwrap())),
                ("i16x8:1,-1,2,-2,3,-3,-32768,32767", value(i16x8.try_into().unwrap())),
                ("i64x2:-1,0x8000000000000000", value(i64x2.try_into().unwrap())),
                (
                    "i8x16:0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,255",
                    value([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xff]),
                ),
                ("0x1", Val::V128(1)),
                ("0xffffffffffffffffffffffffffffffff", Val::V128(u128::MAX)),
                ("0x1\\0x2", Val::V128(2 << 64 | 1)),
                ("-1\\0", Val::V128(u64::MAX.into())),
            ],
        );
        none(
            ValType::V128,
            &[
                "",
                "1",
                "0x",
                "0x100000000000000000000000000000000",
                "i32x4:1,2,3",
                "i32x4:1,2,3,4,5",
                "i8x16:256,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
                "i32x5:1,2,3,4,5",
                "i32x4:",
                "0x1\\",
            ],
        );
    }

    #[test]
    fn references() {
        for text in ["null", "ref.null", "ref.null func", "func:ref.null"] {
            assert_eq!(parse(ValType::FuncRef, text), Ok(Val::FuncRef(None)), "{text}");
        }
        for text in ["null", "ref.null", "ref.null extern", "extern:ref.null"] {
            assert_eq!(parse(ValType::ExternRef, text), Ok(Val::ExternRef(None)), "{text}");
        }
        all(ValType::ExternRef, &[("ref.extern 7", Val::ExternRef(Some(7)))]);
        none(ValType::ExternRef, &["7", "ref.extern", "ref.extern -1", "ref.extern 4294967296"]);
        none(ValType::FuncRef, &["0", "ref.func 0", "ref.null extern", "extern:ref.null"]);
    }

    #[test]
    fn what_is_printed_is_read() {
        for value in [
            Val::I32(-5),
            Val::I64(i64::MIN),
            Val::F32(0.1f32.to_bits()),
            Val::F64(f64::NEG_INFINITY.to_bits()),
            Val::V128(1 << 127 | 3),
            Val::FuncRef(None),
            Val::ExternRef(None),
            Val::ExternRef(Some(u32::MAX)),
            Val::AnyRef(None),
            Val::AnyRef(Some(Object::I31(-1 << 30))),
            Val::AnyRef(Some(Object::Host(u32::MAX))),
        ] {
            assert_eq!(parse(value.ty(), &display(&value)), Ok(value));
        }
    }
}
