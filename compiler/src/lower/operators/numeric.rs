//! Integer and float arithmetic (spec section 4.3), except integer division.

use cranelift_codegen::ir::Value;
use cranelift_frontend::FuncInstBuilder;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn unary(&mut self, emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value) -> Value) {
        let a = self.pop();
        let result = emit(self.emit.ins(), a);
        let result = self.settled(result);
        self.push(result);
    }

    pub(super) fn binary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let (a, b) = self.pop2();
        let result = emit(self.emit.ins(), a, b);
        let result = self.settled(result);
        self.push(result);
    }
}
