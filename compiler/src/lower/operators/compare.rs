//! Comparisons (spec section 4.3, relational operators).
//!
//! Results stay 8-bit booleans on the operand stack, since most are consumed by a branch or a
//! select.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn eqz(&mut self) {
        let value = self.pop_condition();
        let result = self.emit.ins().icmp_imm_u(IntCC::Equal, value, 0);
        self.push(result);
    }

    pub(super) fn compare(&mut self, cc: IntCC) {
        let (a, b) = self.pop2();
        let result = self.emit.ins().icmp(cc, a, b);
        self.push(result);
    }

    pub(super) fn compare_floats(&mut self, cc: FloatCC) {
        let (a, b) = self.pop2();
        let result = self.emit.ins().fcmp(cc, a, b);
        let result = self.or_called_comparison(cc, result);
        self.push(result);
    }
}
