//! Arguments of calls, and patterns that results must match.
//!
//! Floats are compared bit by bit; the two NaN patterns are those of the specification ("Floating-
//! Point", section "NaN propagation"). Vectors are not represented.

use wamr_shim::Val;
use wast::core::{AbstractHeapType, HeapType, NanPattern, WastArgCore, WastRetCore};
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
        WastArgCore::V128(_) | WastArgCore::RefHost(_) => {
            return Err(format!("an argument {argument:?}"));
        }
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
        (WastRetCore::F32(pattern), Val::F32(bits)) => match pattern {
            NanPattern::CanonicalNan => bits & (u32::MAX >> 1) == F32_CANONICAL_NAN,
            NanPattern::ArithmeticNan => bits & F32_CANONICAL_NAN == F32_CANONICAL_NAN,
            NanPattern::Value(value) => value.bits == bits,
        },
        (WastRetCore::F64(pattern), Val::F64(bits)) => match pattern {
            NanPattern::CanonicalNan => bits & (u64::MAX >> 1) == F64_CANONICAL_NAN,
            NanPattern::ArithmeticNan => bits & F64_CANONICAL_NAN == F64_CANONICAL_NAN,
            NanPattern::Value(value) => value.bits == bits,
        },
        (WastRetCore::RefNull(None), Val::FuncRef(None) | Val::ExternRef(None)) => true,
        (WastRetCore::RefNull(Some(ty)), _) => null(ty) == Some(result),
        (WastRetCore::RefExtern(number), Val::ExternRef(Some(result))) => {
            number.is_none_or(|number| number == result)
        }
        (WastRetCore::RefFunc(None), Val::FuncRef(Some(_))) => true,
        _ => false,
    }
}

fn null(ty: &HeapType<'_>) -> Option<Val> {
    match ty {
        HeapType::Abstract { shared: false, ty: AbstractHeapType::Func } => {
            Some(Val::FuncRef(None))
        }
        HeapType::Abstract { shared: false, ty: AbstractHeapType::Extern } => {
            Some(Val::ExternRef(None))
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
    }
}
