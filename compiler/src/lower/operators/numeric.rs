//! Integer and float arithmetic (spec section 4.3).
//!
//! Division tests its operands before it divides, so that the machine's own divide fault is never
//! met. Tests that a constant divisor makes superfluous are left out.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, InstructionData, Opcode, Value, types};
use cranelift_frontend::FuncInstBuilder;
use wamr_abi::exceptions::TrapId;

use super::super::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn unary(&mut self, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value) {
        let a = self.pop();
        let result = emit(self.ins(), a);
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn binary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let (a, b) = self.pop2();
        let result = emit(self.ins(), a, b);
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn div_s(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        if self.constant(b).is_none_or(|divisor| divisor == -1) {
            self.check_quotient(a, b);
        }
        let result = self.ins().sdiv(a, b);
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn div_u(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        let result = self.ins().udiv(a, b);
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn rem_s(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        // Cranelift's remainder by -1 is 0 on every target, as wasm has it.
        let result = self.ins().srem(a, b);
        let result = self.or_called(result);
        self.push(result);
    }

    pub(super) fn rem_u(&mut self) {
        let (a, b) = self.pop2();
        self.check_divisor(b);
        let result = self.ins().urem(a, b);
        let result = self.or_called(result);
        self.push(result);
    }

    fn check_divisor(&mut self, divisor: Value) {
        if self.constant(divisor).is_some_and(|divisor| divisor != 0) {
            return;
        }
        self.trap_unless(divisor, TrapId::IntegerDivideByZero);
    }

    /// The least integer divided by -1 is out of range.
    fn check_quotient(&mut self, dividend: Value, divisor: Value) {
        let ty = self.builder.func.dfg.value_type(dividend);
        let least = if ty == types::I32 { i64::from(1u32 << 31) } else { i64::MIN };
        let is_least = self.ins().icmp_imm_u(IntCC::Equal, dividend, least);
        let is_minus_one = self.ins().icmp_imm_s(IntCC::Equal, divisor, -1);
        let overflow = self.ins().band(is_least, is_minus_one);
        self.trap_if(overflow, TrapId::IntegerOverflow);
    }

    /// The value of an integer constant, sign-extended.
    fn constant(&self, value: Value) -> Option<i64> {
        let dfg = &self.builder.func.dfg;
        let inst = dfg.value_def(dfg.resolve_aliases(value)).inst()?;
        match dfg.insts[inst] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => {
                let wide = dfg.value_type(value) == types::I64;
                Some(if wide { imm.bits() } else { i64::from(imm.bits() as i32) })
            }
            _ => None,
        }
    }
}
