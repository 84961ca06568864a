//! Integer and float arithmetic (spec section 4.3), except integer division.

use cranelift_codegen::ir::{InstructionData, Opcode, Value, types};
use cranelift_frontend::FuncInstBuilder;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn unary(&mut self, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value) {
        let a = self.pop();
        let result = emit(self.ins(), a);
        let result = self.settled(result);
        self.push(result);
    }

    pub(super) fn binary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let (a, b) = self.pop2();
        let result = emit(self.ins(), a, b);
        let result = self.settled(result);
        self.push(result);
    }

    /// The value of an integer constant, sign-extended.
    pub(in crate::lower) fn constant(&self, value: Value) -> Option<i64> {
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
