//! Arguments of calls, and patterns that results must match.
//!
//! Floats are compared bit by bit; the two NaN patterns are those of the specification ("Floating-
//! Point", section "NaN propagation"), and hold for each lane of a vector of floats.

use wamr_shim::{Object, Val};
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};
use wast::{WastArg, WastRet};

const F32_CANONICAL_NAN: u32 = 0x7fc0_0000;
const F64_CANONICAL_NAN: u64 = 0x7ff8_0000_0000_0000;

/// The argument as a value of the runtime.
pub(super) fn argument(argument: &WastArg<'_>) -> Result<Val, String> {
    let WastArg::Core(argument) = argument else {
        return Err("an argument of the component model".to_owned());
    };
    let value = match argument {
        WastArgCore::I32(value) => Val::I32(*value),
        WastArgCore::I64(value) => Val::I64(*value),
        WastArgCore::F32(value) => Val::F32(value.bits),
        WastArgCore::F64(value) => Val::F64(value.bits),
        WastArgCore::RefExtern(number) => Val::ExternRef(Some(*number)),
        WastArgCore::RefNull(ty) => null(ty).ok_or_else(|| format!("a null of {ty:?}"))?,
        WastArgCore::V128(value) => Val::V128(u128::from_le_bytes(value.to_le_bytes())),
        WastArgCore::RefHost(number) => Val::AnyRef(Some(Object::Host(*number))),
    };
    Ok(value)
}

/// Whether the results have the number and the values that the patterns ask for.
pub(super) fn results_match(patterns: &[WastRet<'_>], results: &[Val]) -> bool {
    patterns.len() == results.len()
        && patterns.iter().zip(results).all(|(pattern, result)| match pattern {
            WastRet::Core(pattern) => matches(pattern, *result),
            _ => false,
        })
}

fn matches(pattern: &WastRetCore<'_>, result: Val) -> bool {
    match (pattern, result) {
        (WastRetCore::Either(patterns), _) => patterns.iter().any(|one| matches(one, result)),
        (WastRetCore::I32(value), Val::I32(result)) => *value == result,
        (WastRetCore::I64(value), Val::I64(result)) => *value == result,
        (WastRetCore::F32(pattern), Val::F32(bits)) => matches_f32(pattern, bits),
        (WastRetCore::F64(pattern), Val::F64(bits)) => matches_f64(pattern, bits),
        (WastRetCore::V128(pattern), Val::V128(bits)) => matches_v128(pattern, bits),
        (
            WastRetCore::RefNull(None),
            Val::FuncRef(None) | Val::ExternRef(None) | Val::AnyRef(None),
        ) => true,
        (WastRetCore::RefNull(Some(ty)), _) => null(ty) == Some(result),
        (WastRetCore::RefExtern(number), Val::ExternRef(Some(result))) => {
            number.is_none_or(|number| number == result)
        }
        (WastRetCore::RefExtern(None), Val::ExternAny(_)) => true,
        (WastRetCore::RefFunc(None), Val::FuncRef(Some(_))) => true,
        (WastRetCore::RefAny, Val::AnyRef(Some(_))) => true,
        (_, Val::AnyRef(Some(object))) => matches_object(pattern, object),
        _ => false,
    }
}

fn matches_object(pattern: &WastRetCore<'_>, object: Object) -> bool {
    match pattern {
        WastRetCore::RefEq => !matches!(object, Object::Host(_)),
        WastRetCore::RefI31 => matches!(object, Object::I31(_)),
        WastRetCore::RefStruct => object == Object::Struct,
        WastRetCore::RefArray => object == Object::Array,
        WastRetCore::RefHost(number) => object == Object::Host(*number),
        _ => false,
    }
}

fn matches_f32(pattern: &NanPattern<F32>, bits: u32) -> bool {
    match pattern {
        NanPattern::CanonicalNan => bits & (u32::MAX >> 1) == F32_CANONICAL_NAN,
        NanPattern::ArithmeticNan => bits & F32_CANONICAL_NAN == F32_CANONICAL_NAN,
        NanPattern::Value(value) => value.bits == bits,
    }
}

fn matches_f64(pattern: &NanPattern<F64>, bits: u64) -> bool {
    match pattern {
        NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == F64_CANONICAL_NAN,
        NanPattern::ArithmeticNan => bits & F64_CANONICAL_NAN == F64_CANONICAL_NAN,
        NanPattern::Value(value) => value.bits == bits,
    }
}

fn matches_v128(pattern: &V128Pattern, bits: u128) -> bool {
    // Lane 0 is in the lowest bits.
    let lane = |width: usize, index: usize| bits >> (width * index);
    match pattern {
        V128Pattern::I8x16(lanes) => (0..).zip(lanes).all(|(i, &v)| lane(8, i) as i8 == v),
        V128Pattern::I16x8(lanes) => (0..).zip(lanes).all(|(i, &v)| lane(16, i) as i16 == v),
        V128Pattern::I32x4(lanes) => (0..).zip(lanes).all(|(i, &v)| lane(32, i) as i32 == v),
        V128Pattern::I64x2(lanes) => (0..).zip(lanes).all(|(i, &v)| lane(64, i) as i64 == v),
        V128Pattern::F32x4(lanes) => {
            (0..).zip(lanes).all(|(i, pattern)| matches_f32(pattern, lane(32, i) as u32))
        }
        V128Pattern::F64x2(lanes) => {
            (0..).zip(lanes).all(|(i, pattern)| matches_f64(pattern, lane(64, i) as u64))
        }
    }
}

fn null(ty: &HeapType<'_>) -> Option<Val> {
    use AbstractHeapType::{
        Any, Array, Eq, Exn, Extern, Func, I31, NoExn, NoExtern, NoFunc, Struct,
    };
    let HeapType::Abstract { shared: false, ty } = ty else { return None };
    match ty {
        Func | NoFunc => Some(Val::FuncRef(None)),
        Extern | NoExtern => Some(Val::ExternRef(None)),
        // For the host, references to exceptions are structures.
        Any | Eq | I31 | Struct | Array | AbstractHeapType::None | Exn | NoExn => {
            Some(Val::AnyRef(None))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::parser::{self, ParseBuffer};

    fn matches_text(pattern: &str, result: Val) -> bool {
        let buffer = ParseBuffer::new(pattern).unwrap();
        let pattern = parser::parse::<WastRetCore<'_>>(&buffer).unwrap();
        matches(&pattern, result)
    }

    #[test]
    fn a_canonical_nan_has_only_the_quiet_bit() {
        for bits in [0x7fc0_0000, 0xffc0_0000] {
            assert!(matches_text("f32.const nan:canonical", Val::F32(bits)));
        }
        for bits in [0x7fc0_0001, 0x7f80_0001, 0x7f80_0000, 0] {
            assert!(!matches_text("f32.const nan:canonical", Val::F32(bits)), "{bits:#x}");
        }
        assert!(matches_text("f64.const nan:canonical", Val::F64(0xfff8_0000_0000_0000)));
        assert!(!matches_text("f64.const nan:canonical", Val::F64(0x7ff8_0000_0000_0001)));
    }

    #[test]
    fn an_arithmetic_nan_has_the_quiet_bit() {
        for bits in [0x7fc0_0000, 0xffc1_2345] {
            assert!(matches_text("f32.const nan:arithmetic", Val::F32(bits)));
        }
        for bits in [0x7fa0_0000, 0x7f80_0000] {
            assert!(!matches_text("f32.const nan:arithmetic", Val::F32(bits)), "{bits:#x}");
        }
        assert!(matches_text("f64.const nan:arithmetic", Val::F64(0x7ffc_0000_0000_0001)));
        assert!(!matches_text("f64.const nan:arithmetic", Val::F64(0x7ff4_0000_0000_0000)));
    }

    #[test]
    fn values_match_bit_by_bit_and_by_type() {
        assert!(!matches_text("f32.const 0", Val::F32(0x8000_0000)));
        assert!(matches_text("f32.const nan:0x200000", Val::F32(0x7fa0_0000)));
        assert!(!matches_text("i32.const 1", Val::I64(1)));
        assert!(matches_text("either (i32.const 1) (i32.const 2)", Val::I32(2)));
        assert!(!matches_text("either (i32.const 1) (i32.const 2)", Val::I32(3)));
    }

    #[test]
    fn vectors_match_lane_by_lane() {
        let lanes = Val::V128(0x0004_0003_0002_0001_0000_ffff_8000_007f);
        assert!(matches_text("v128.const i16x8 0x7f -32768 -1 0 1 2 3 4", lanes));
        assert!(!matches_text("v128.const i16x8 4 3 2 1 0 -1 -32768 0x7f", lanes));
        let nans = Val::V128(0xffc1_2345_0000_0000_3f80_0000_7fc0_0000);
        assert!(matches_text("v128.const f32x4 nan:canonical 1 0 nan:arithmetic", nans));
        assert!(!matches_text("v128.const f32x4 nan:canonical 1 0 nan:canonical", nans));
        assert!(!matches_text("v128.const f32x4 nan:canonical 1 -0 nan:arithmetic", nans));
        let doubles = Val::V128(0x7ff8_0000_0000_0001 << 64);
        assert!(matches_text("v128.const f64x2 0 nan:arithmetic", doubles));
        assert!(!matches_text("v128.const f64x2 0 nan:canonical", doubles));
    }

    #[test]
    fn references_match_by_kind() {
        assert!(matches_text("ref.null func", Val::FuncRef(None)));
        assert!(!matches_text("ref.null func", Val::ExternRef(None)));
        assert!(matches_text("ref.null", Val::ExternRef(None)));
        assert!(!matches_text("ref.null", Val::ExternRef(Some(0))));
        assert!(matches_text("ref.func", Val::FuncRef(Some(3))));
        assert!(!matches_text("ref.func", Val::FuncRef(None)));
        assert!(matches_text("ref.extern 7", Val::ExternRef(Some(7))));
        assert!(!matches_text("ref.extern 7", Val::ExternRef(Some(8))));
        assert!(!matches_text("ref.extern", Val::ExternRef(None)));
        assert!(matches_text("ref.extern", Val::ExternAny(Object::Struct)));
        assert!(!matches_text("ref.extern 0", Val::ExternAny(Object::Struct)));
        assert!(matches_text("ref.null none", Val::AnyRef(None)));
    }

    #[test]
    fn objects_are_told_apart() {
        let objects = [Object::I31(5), Object::Struct, Object::Array, Object::Host(2)];
        for (pattern, expected) in [
            ("ref.any", [true; 4]),
            ("ref.eq", [true, true, true, false]),
            ("ref.i31", [true, false, false, false]),
            ("ref.struct", [false, true, false, false]),
            ("ref.array", [false, false, true, false]),
            ("ref.host 2", [false, false, false, true]),
            ("ref.host 3", [false; 4]),
            ("ref.null any", [false; 4]),
        ] {
            let found = objects.map(|object| matches_text(pattern, Val::AnyRef(Some(object))));
            assert_eq!(found, expected, "{pattern}");
        }
    }
}
