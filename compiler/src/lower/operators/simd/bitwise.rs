//! Operators on the 128 bits of vectors, and their constants.

use cranelift_codegen::ir::{InstBuilder, types};

use super::super::super::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn v128_const(&mut self, value: wasmparser::V128) {
        let result = self.vector_constant(types::I8X16, *value.bytes());
        self.push(result);
    }

    pub(super) fn bitselect(&mut self) {
        let (ones, zeros, mask) = self.pop3();
        let result = self.ins().bitselect(mask, ones, zeros);
        self.push(result);
    }
}
