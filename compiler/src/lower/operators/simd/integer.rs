//! Integer arithmetic that takes more than one IR instruction.

use cranelift_codegen::ir::{InstBuilder, Type, Value, types};
use cranelift_frontend::FuncInstBuilder;

use super::{Half, Sign};
use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// A shift of all lanes; Cranelift takes the amount modulo the width of a lane, as wasm does.
    pub(super) fn shift_lanes(
        &mut self,
        ty: Type,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let amount = self.pop();
        let vector = self.pop_lanes(ty);
        let result = emit(self.emit.ins(), vector, amount);
        self.push(result);
    }

    pub(super) fn extend_half(&mut self, ty: Type, half: Half, sign: Sign) {
        let vector = self.pop_lanes(ty);
        let result = self.widen_half(vector, half, sign);
        self.push(result);
    }

    pub(super) fn extended_multiply(&mut self, ty: Type, half: Half, sign: Sign) {
        let (first, second) = self.pop_lanes2(ty);
        let first = self.widen_half(first, half, sign);
        let second = self.widen_half(second, half, sign);
        let result = self.emit.ins().imul(first, second);
        self.push(result);
    }

    pub(super) fn extended_pairwise_add(&mut self, ty: Type, sign: Sign) {
        let vector = self.pop_lanes(ty);
        let result = self.widening_pairwise_add(vector, sign);
        self.push(result);
    }

    pub(super) fn dot(&mut self) {
        let (first, second) = self.pop_lanes2(types::I16X8);
        let result = self.dot_product(first, second);
        self.push(result);
    }
}
