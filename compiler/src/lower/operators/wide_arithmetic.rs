//! Arithmetic on 128-bit numbers in two halves (proposal "Wide Arithmetic").

use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::FuncInstBuilder;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// An operator on two 128-bit numbers.
    pub(super) fn wide_binary(
        &mut self,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Value, Value) -> Value,
    ) {
        let b = self.pop_wide();
        let a = self.pop_wide();
        let result = emit(self.emit.ins(), a, b);
        self.push_wide(result);
    }

    /// The product of two numbers that `extend` widens to 128 bits.
    pub(super) fn wide_multiply(
        &mut self,
        extend: impl Fn(FuncInstBuilder<'_, '_>, Value) -> Value,
    ) {
        let (a, b) = self.pop2();
        let a = extend(self.emit.ins(), a);
        let b = extend(self.emit.ins(), b);
        let product = self.emit.ins().imul(a, b);
        self.push_wide(product);
    }

    fn pop_wide(&mut self) -> Value {
        let (low, high) = self.pop2();
        self.emit.ins().iconcat(low, high)
    }

    fn push_wide(&mut self, value: Value) {
        debug_assert_eq!(self.emit.builder.func.dfg.value_type(value), types::I128);
        let (low, high) = self.emit.ins().isplit(value);
        self.push(low);
        self.push(high);
    }
}
