//! Operators on values of any type (spec section 4.4.4).

use cranelift_codegen::ir::InstBuilder;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn select(&mut self) {
        let condition = self.pop_condition();
        let (first, second) = self.pop2();
        let result = self.emit.ins().select(condition, first, second);
        self.push(result);
    }
}
