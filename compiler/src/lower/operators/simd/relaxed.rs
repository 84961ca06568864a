//! Relaxed SIMD, with the results of the specification's deterministic profile (section 4.3.6):
//! they are the same on every CPU, whatever its instructions.
//!
//! In that profile, multiply-add rounds twice, the dot products take both operands as signed, and
//! every other operator is the fixed-width SIMD operator that it relaxes.

use cranelift_codegen::ir::{InstBuilder, Type, types};

use super::Sign;
use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn relaxed_multiply_add(&mut self, ty: Type) {
        let addend = self.pop_lanes(ty);
        let (first, second) = self.pop_lanes2(ty);
        let product = self.emit.ins().fmul(first, second);
        let result = self.emit.ins().fadd(product, addend);
        let result = self.with_canonical_nans(result);
        self.push(result);
    }

    pub(super) fn relaxed_negative_multiply_add(&mut self, ty: Type) {
        let addend = self.pop_lanes(ty);
        let (first, second) = self.pop_lanes2(ty);
        let negated = self.emit.ins().fneg(first);
        let product = self.emit.ins().fmul(negated, second);
        let result = self.emit.ins().fadd(product, addend);
        let result = self.with_canonical_nans(result);
        self.push(result);
    }

    pub(super) fn relaxed_dot(&mut self) {
        let (first, second) = self.pop_lanes2(types::I8X16);
        let result = self.dot_product(first, second);
        self.push(result);
    }

    pub(super) fn relaxed_dot_add(&mut self) {
        let addend = self.pop_lanes(types::I32X4);
        let (first, second) = self.pop_lanes2(types::I8X16);
        let products = self.dot_product(first, second);
        let sums = self.widening_pairwise_add(products, Sign::Signed);
        let result = self.emit.ins().iadd(sums, addend);
        self.push(result);
    }
}
