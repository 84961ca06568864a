//! Integer division (spec section 4.3.2).
//!
//! Division tests its operands first, so the machine's own divide fault never occurs. Tests that a
//! constant divisor makes superfluous are left out. From level 1 on, a division by a constant
//! becomes a multiplication by its [`MagicNumber`], or a shift, since machines divide slowly.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Type, Value, types};
use wamr_abi::exceptions::TrapId;

use crate::lower::context::Lowering;
use crate::lower::optimise::div_const::MagicNumber;

impl Lowering<'_, '_> {
    pub(super) fn div_s(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        if self.emit.constant(b).is_none_or(|divisor| divisor == -1) {
            self.check_quotient(a, b);
        }
        let quotient = self.constant_divisor(b).and_then(|divisor| {
            let quotient = self.quotient(a, divisor.unsigned_abs())?;
            Some(if divisor < 0 { self.emit.ins().ineg(quotient) } else { quotient })
        });
        let result = quotient.unwrap_or_else(|| self.emit.ins().sdiv(a, b));
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn div_u(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        let quotient = self.constant_divisor(b);
        let quotient = quotient
            .and_then(|divisor| self.unsigned_quotient(a, unsigned(divisor, self.type_of(a))));
        let result = quotient.unwrap_or_else(|| self.emit.ins().udiv(a, b));
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn rem_s(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        // The sign of the divisor does not matter.
        let remainder = self.constant_divisor(b).and_then(|divisor| {
            let magnitude = divisor.unsigned_abs();
            let quotient = self.quotient(a, magnitude)?;
            Some(self.remainder(a, quotient, magnitude))
        });
        // Cranelift's remainder by -1 is 0 on every target, as in wasm.
        let result = remainder.unwrap_or_else(|| self.emit.ins().srem(a, b));
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn rem_u(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        let remainder = self.constant_divisor(b).and_then(|divisor| {
            let divisor = unsigned(divisor, self.type_of(a));
            if divisor.is_power_of_two() {
                return Some(self.emit.ins().band_imm_u(a, (divisor - 1).cast_signed()));
            }
            let quotient = self.unsigned_quotient(a, divisor)?;
            Some(self.remainder(a, quotient, divisor))
        });
        let result = remainder.unwrap_or_else(|| self.emit.ins().urem(a, b));
        let result = self.or_called(result);
        self.push(result);
    }

    fn type_of(&self, value: Value) -> Type {
        self.emit.builder.func.dfg.value_type(value)
    }

    /// The constant that `divisor` is, if other instructions may replace the division.
    fn constant_divisor(&self, divisor: Value) -> Option<i64> {
        let divides = !self.env.optimises || !self.env.intrinsics.is_empty();
        self.emit.constant(divisor).filter(|&divisor| !divides && divisor != 0)
    }

    fn remainder(&mut self, dividend: Value, quotient: Value, divisor: u64) -> Value {
        let product = if divisor.is_power_of_two() {
            self.emit.ins().ishl_imm_u(quotient, i64::from(divisor.trailing_zeros()))
        } else {
            self.emit.ins().imul_imm_u(quotient, divisor.cast_signed())
        };
        self.emit.ins().isub(dividend, product)
    }

    /// `dividend` by `divisor`, which is not 0, without a division, if possible.
    fn unsigned_quotient(&mut self, dividend: Value, divisor: u64) -> Option<Value> {
        if divisor.is_power_of_two() {
            return Some(self.emit.ins().ushr_imm_u(dividend, i64::from(divisor.trailing_zeros())));
        }
        let ty = self.type_of(dividend);
        let MagicNumber { mul_by, do_add, shift } = MagicNumber::unsigned(divisor, ty.bits())?;
        let mul_by = self.emit.ins().iconst(ty, mul_by.cast_signed());
        let product = self.emit.ins().umulhi(dividend, mul_by);
        if !do_add {
            return Some(self.emit.ins().ushr_imm_u(product, i64::from(shift)));
        }
        // The dividend is added in halves, since the sum has one bit more than the type.
        let rest = self.emit.ins().isub(dividend, product);
        let half = self.emit.ins().ushr_imm_u(rest, 1);
        let sum = self.emit.ins().iadd(half, product);
        Some(self.emit.ins().ushr_imm_u(sum, i64::from(shift - 1)))
    }

    /// The signed `dividend` by `divisor`, rounded towards zero, without a division, if possible.
    fn quotient(&mut self, dividend: Value, divisor: u64) -> Option<Value> {
        let ty = self.type_of(dividend);
        let bits = ty.bits();
        if divisor < 2 || divisor >= 1 << (bits - 1) {
            return None;
        }
        if divisor.is_power_of_two() {
            // The shift rounds down, so a negative dividend is increased first.
            let shift = divisor.trailing_zeros();
            let signs = match shift {
                1 => dividend,
                _ => self.emit.ins().sshr_imm_u(dividend, i64::from(shift - 1)),
            };
            let more = self.emit.ins().ushr_imm_u(signs, i64::from(bits - shift));
            let sum = self.emit.ins().iadd(dividend, more);
            return Some(self.emit.ins().sshr_imm_u(sum, i64::from(shift)));
        }
        let MagicNumber { mul_by, do_add, shift } = MagicNumber::signed(divisor, bits)?;
        let mul_by = self.emit.ins().iconst(ty, mul_by.cast_signed());
        let product = self.emit.ins().smulhi(dividend, mul_by);
        let sum = if do_add { self.emit.ins().iadd(product, dividend) } else { product };
        let down = self.emit.ins().sshr_imm_u(sum, i64::from(shift));
        let sign = self.emit.ins().sshr_imm_u(dividend, i64::from(bits - 1));
        Some(self.emit.ins().isub(down, sign))
    }

    fn check_divisor(&mut self, divisor: Value) {
        if self.emit.constant(divisor).is_some_and(|divisor| divisor != 0) {
            return;
        }
        self.trap_unless(divisor, TrapId::IntegerDivideByZero);
    }

    /// The minimum integer divided by -1 is out of range.
    fn check_quotient(&mut self, dividend: Value, divisor: Value) {
        let ty = self.type_of(dividend);
        let least = if ty == types::I32 { i64::from(1u32 << 31) } else { i64::MIN };
        let is_least = self.emit.ins().icmp_imm_u(IntCC::Equal, dividend, least);
        let is_minus_one = self.emit.ins().icmp_imm_s(IntCC::Equal, divisor, -1);
        let overflow = self.emit.ins().band(is_least, is_minus_one);
        self.trap_if(overflow, TrapId::IntegerOverflow);
    }
}

/// A constant of the type, sign-extended, as an unsigned number.
fn unsigned(constant: i64, ty: Type) -> u64 {
    if ty == types::I32 { u64::from(constant as u32) } else { constant.cast_unsigned() }
}
