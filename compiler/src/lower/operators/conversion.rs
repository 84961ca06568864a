//! Conversions (spec section 4.3.4).
//!
//! A trapping float-to-integer conversion tests its operand first and then converts with
//! saturation, which raises no machine trap.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type, Value, types};
use wamr_abi::exceptions::TrapId;

use crate::lower::context::Lowering;

/// A trapping conversion: its types, and the operands whose integer part is in range.
pub(super) struct FloatToInt {
    from: Type,
    to: Type,
    signed: bool,
    /// The lower limit, and whether it is itself in range.
    lower: (f64, bool),
    /// The first value beyond the upper end.
    upper: f64,
}

const TWO_31: f64 = 2147483648.0;
const TWO_32: f64 = 4294967296.0;
const TWO_63: f64 = 9223372036854775808.0;
const TWO_64: f64 = 18446744073709551616.0;

impl FloatToInt {
    const fn signed(from: Type, to: Type, lower: (f64, bool), upper: f64) -> Self {
        Self { from, to, signed: true, lower, upper }
    }

    const fn unsigned(from: Type, to: Type, upper: f64) -> Self {
        Self { from, to, signed: false, lower: (-1.0, false), upper }
    }

    pub(super) const I32_F32_S: Self =
        Self::signed(types::F32, types::I32, (-TWO_31, true), TWO_31);
    pub(super) const I32_F32_U: Self = Self::unsigned(types::F32, types::I32, TWO_32);
    /// An f64 has values between -2^31 - 1 and -2^31; they truncate to -2^31.
    pub(super) const I32_F64_S: Self =
        Self::signed(types::F64, types::I32, (-TWO_31 - 1.0, false), TWO_31);
    pub(super) const I32_F64_U: Self = Self::unsigned(types::F64, types::I32, TWO_32);
    pub(super) const I64_F32_S: Self =
        Self::signed(types::F32, types::I64, (-TWO_63, true), TWO_63);
    pub(super) const I64_F32_U: Self = Self::unsigned(types::F32, types::I64, TWO_64);
    pub(super) const I64_F64_S: Self =
        Self::signed(types::F64, types::I64, (-TWO_63, true), TWO_63);
    pub(super) const I64_F64_U: Self = Self::unsigned(types::F64, types::I64, TWO_64);
}

impl Lowering<'_, '_> {
    pub(super) fn trunc(&mut self, conversion: &FloatToInt) {
        let value = self.pop();
        self.check_range(conversion, value);
        let result = if conversion.signed {
            self.emit.ins().fcvt_to_sint_sat(conversion.to, value)
        } else {
            self.emit.ins().fcvt_to_uint_sat(conversion.to, value)
        };
        let result = self.or_called_conversion(conversion.signed, result);
        self.push(result);
    }

    fn check_range(&mut self, conversion: &FloatToInt, value: Value) {
        let (lower, inclusive) = conversion.lower;
        let above = if inclusive { FloatCC::GreaterThanOrEqual } else { FloatCC::GreaterThan };
        let lower = self.float(conversion.from, lower);
        let upper = self.float(conversion.from, conversion.upper);
        let above = self.emit.ins().fcmp(above, value, lower);
        let below = self.emit.ins().fcmp(FloatCC::LessThan, value, upper);
        let inside = self.emit.ins().band(above, below);
        let next = self.emit.builder.create_block();
        let outside = self.emit.builder.create_block();
        self.emit.builder.set_cold_block(outside);
        self.emit.ins().brif(inside, next, &[], outside, &[]);
        // No comparison holds for a NaN, so it comes here too, and has a trap of its own.
        self.emit.builder.switch_to_block(outside);
        self.emit.builder.seal_block(outside);
        let nan = self.trap_block(TrapId::InvalidConversionToInteger);
        let overflow = self.trap_block(TrapId::IntegerOverflow);
        let is_nan = self.emit.ins().fcmp(FloatCC::Unordered, value, value);
        self.emit.ins().brif(is_nan, nan, &[], overflow, &[]);
        self.emit.builder.switch_to_block(next);
        self.emit.builder.seal_block(next);
    }

    fn float(&mut self, ty: Type, value: f64) -> Value {
        if ty == types::F32 {
            // All limits of conversions from f32 are powers of two.
            self.emit.ins().f32const(value as f32)
        } else {
            self.emit.ins().f64const(value)
        }
    }

    pub(super) fn sign_extend(&mut self, from: Type, to: Type) {
        let value = self.pop();
        let narrow = self.emit.ins().ireduce(from, value);
        let result = self.emit.ins().sextend(to, narrow);
        self.push(result);
    }

    pub(super) fn reinterpret(&mut self, to: Type) {
        let value = self.pop();
        let result = self.emit.ins().bitcast(to, MemFlagsData::new(), value);
        self.push(result);
    }
}
