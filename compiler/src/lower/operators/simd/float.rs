//! Float arithmetic that takes more than one IR instruction.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Type, Value};

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// The second operand if it is less than the first, otherwise the first.
    pub(super) fn pseudo_min(&mut self, ty: Type) {
        let (first, second) = self.pop_lanes2(ty);
        self.select_second_if_less(second, first, first, second);
    }

    /// The second operand if the first is less than it, otherwise the first.
    pub(super) fn pseudo_max(&mut self, ty: Type) {
        let (first, second) = self.pop_lanes2(ty);
        self.select_second_if_less(first, second, first, second);
    }

    fn select_second_if_less(&mut self, less: Value, than: Value, first: Value, second: Value) {
        let mask = self.emit.ins().fcmp(FloatCC::LessThan, less, than);
        let ty = self.emit.builder.func.dfg.value_type(first);
        let mask = self.emit.as_lanes(ty, mask);
        let result = self.emit.ins().bitselect(mask, second, first);
        self.push(result);
    }
}
