//! Where the slots of a function are, as values in its code.

use cranelift_codegen::cursor::FuncCursor;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value};

use super::SLOT;

/// Values that are known in the whole function.
pub(super) struct Places {
    /// The module instance.
    pub(super) instance: Value,
    /// The place of the stack pointer in it.
    pub(super) size_place: i32,
    pub(super) flags: MemFlagsData,
    /// The stack pointer while the function has its slots.
    pub(super) end: Value,
    /// The number of slots.
    pub(super) count: u32,
    /// The address of the first slot, without [`Places::elements`].
    pub(super) address: Value,
    /// The place of the elements of the table in the instance.
    pub(super) elements: u32,
}

impl Places {
    /// The place of a slot from [`Places::address`].
    pub(super) fn slot(&self, slot: u32) -> i32 {
        (self.elements + slot * SLOT as u32) as i32
    }

    /// Gives the slots back. The stack pointer is what it was after the function was entered.
    pub(super) fn leave(&self, cursor: &mut FuncCursor<'_>) {
        let ty = cursor.func.dfg.value_type(self.end);
        let end = cursor.ins().load(ty, self.flags, self.instance, self.size_place);
        let base = cursor.ins().iadd_imm_s(end, -i64::from(self.count));
        cursor.ins().store(self.flags, base, self.instance, self.size_place);
    }

    /// Takes the slots again.
    pub(super) fn set_size(&self, cursor: &mut FuncCursor<'_>) {
        cursor.ins().store(self.flags, self.end, self.instance, self.size_place);
    }
}
