//! Constants (spec section 4.4.1).

use cranelift_codegen::ir::immediates::{Ieee32 as ClifIeee32, Ieee64 as ClifIeee64};
use cranelift_codegen::ir::{InstBuilder, types};
use wasmparser::{Ieee32, Ieee64};

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn i32_const(&mut self, value: i32) {
        // Cranelift takes the value zero-extended.
        let result = self.emit.ins().iconst(types::I32, i64::from(value as u32));
        self.push(result);
    }

    pub(super) fn i64_const(&mut self, value: i64) {
        let result = self.emit.ins().iconst(types::I64, value);
        self.push(result);
    }

    pub(super) fn f32_const(&mut self, value: Ieee32) {
        let result = self.emit.ins().f32const(ClifIeee32::with_bits(value.bits()));
        self.push(result);
    }

    pub(super) fn f64_const(&mut self, value: Ieee64) {
        let result = self.emit.ins().f64const(ClifIeee64::with_bits(value.bits()));
        self.push(result);
    }
}
