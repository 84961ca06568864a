//! Exceptions as objects that the runtime collects.
//!
//! Each tag has a structure type that was added to the module: the number of the tag, and the
//! operands. An exception word is the address of such an object, and a reference to an exception
//! is the same.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::context::Lowering;
use crate::lower::objects::Extend;

impl Lowering<'_, '_> {
    /// The type of exceptions with `tag`.
    fn exception_type(&self, tag: u32) -> u32 {
        let types = self.env.storage.types.expect("the types were added");
        types + self.env.module.tags[tag as usize].identity
    }

    pub(super) fn exception_object(&mut self, tag: u32, operands: &[Value]) -> Value {
        let number = self.tag_number(tag);
        let number = self.emit.ins().iconst(types::I32, number);
        let mut fields = vec![number];
        fields.extend(operands);
        self.new_struct(self.exception_type(tag), &fields)
    }

    pub(super) fn operands_of_object(&mut self, tag: u32, exception: Value) -> Vec<Value> {
        let count = self.env.module.tag_operands(tag).len() as u32;
        let ty = self.exception_type(tag);
        let operand = |field| self.struct_field(ty, field, Extend::None, exception);
        (1..=count).map(operand).collect()
    }

    /// The number of its tag, which all such types have as their first field.
    pub(super) fn tag_of_object(&mut self, exception: Value) -> Value {
        let types = self.env.storage.types.expect("the types were added");
        self.struct_field(types, 0, Extend::None, exception)
    }
}
