//! Operators on segments, for arrays and for tables of objects.
//!
//! The runtime cannot hold most element segments, so their elements are in tables that were added
//! (`wamr/collector.rs`). The size of such a table is 0 after `elem.drop`. The runtime's helper for
//! data segments does not look whether one was dropped, so a global tells that.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;

use crate::lower::context::Lowering;
use crate::lower::runtime::emitter::ELEMENTS;
use crate::wamr::object_layout::storage_size;
use crate::wasm::OperatorKind;

/// Bytes of a slot of a table, and of a reference in an array.
const REFERENCE: u32 = 8;

impl Lowering<'_, '_> {
    pub(in crate::lower) fn array_new_data(&mut self, ty: u32, segment: u32) {
        let (from, length) = self.pop2();
        self.meter_length(OperatorKind::ArrayNewData, length);
        let size = storage_size(self.element_of(ty));
        self.check_data(segment, from, length, size);
        let array = self.allocate_array(ty, length);
        self.copy_data(segment, from, array, length, size);
        self.push(array);
    }

    pub(in crate::lower) fn array_init_data(&mut self, ty: u32, segment: u32) {
        let (to, from, length) = self.pop3();
        let array = self.pop();
        self.check_operand(array, TrapId::NullArrayReference);
        self.check_array_range(array, to, length);
        let size = storage_size(self.element_of(ty));
        self.check_data(segment, from, length, size);
        self.meter_length(OperatorKind::ArrayInitData, length);
        // The helper copies to the elements of the array that would begin there.
        let target = self.emit.element_address(array, to, size);
        self.copy_data(segment, from, target, length, size);
    }

    /// Raises a trap unless data segment `segment` has `length` elements of `size` bytes from byte
    /// `from` on.
    fn check_data(&mut self, segment: u32, from: Value, length: Value, size: u32) {
        let bytes = self.env.module.data[segment as usize].bytes.len() as i64;
        // Active segments are dropped when the module is instantiated.
        let available = match self.env.collector().dropped_data[segment as usize] {
            None => self.emit.ins().iconst(types::I64, 0),
            Some(global) => {
                let dropped = self.emit.load_global(global);
                let none = self.emit.ins().iconst(types::I64, 0);
                let all = self.emit.ins().iconst(types::I64, bytes);
                self.emit.ins().select(dropped, none, all)
            }
        };
        let from = self.emit.ins().uextend(types::I64, from);
        let length = self.emit.ins().uextend(types::I64, length);
        let length = self.emit.ins().ishl_imm_u(length, i64::from(size.ilog2()));
        let end = self.emit.ins().iadd(from, length);
        let trap = TrapId::OutOfBoundsMemoryAccess;
        self.trap_if_compare(IntCC::UnsignedGreaterThan, end, available, trap);
    }

    /// Copies elements that exist to the start of `array`. The helper refuses some places even if
    /// there is nothing to copy.
    fn copy_data(&mut self, segment: u32, from: Value, array: Value, length: Value, size: u32) {
        let [some, done] = [(); 2].map(|()| self.emit.builder.create_block());
        self.emit.ins().brif(length, some, &[], done, &[]);
        self.emit.continue_in(some);
        let [segment, size] =
            [segment, size].map(|number| self.emit.ins().iconst(types::I32, i64::from(number)));
        let args = [segment, from, array, size, length];
        let copied = self.call_instance_helper(Helper::ArrayInitWithData, &args);
        let copied = copied.expect("the helper tells whether it has copied");
        self.trap_unless(copied, TrapId::AlreadyThrown);
        self.emit.ins().jump(done, &[]);
        self.emit.continue_in(done);
    }

    /// Notes that a data segment was dropped.
    pub(in crate::lower) fn note_dropped_data(&mut self, segment: u32) {
        let Some(collector) = self.env.collector else { return };
        if let Some(global) = collector.dropped_data[segment as usize] {
            let dropped = self.emit.ins().iconst(types::I64, 1);
            self.emit.store_global(global, dropped);
        }
    }

    pub(in crate::lower) fn array_new_elem(&mut self, ty: u32, segment: u32) {
        let (from, length) = self.pop2();
        self.meter_length(OperatorKind::ArrayNewElem, length);
        self.check_elements(segment, from, length);
        let array = self.allocate_array(ty, length);
        self.copy_to_array(segment, from, array, length);
        self.push(array);
    }

    pub(in crate::lower) fn array_init_elem(&mut self, segment: u32) {
        let (to, from, length) = self.pop3();
        let array = self.pop();
        self.check_operand(array, TrapId::NullArrayReference);
        self.check_array_range(array, to, length);
        self.check_elements(segment, from, length);
        self.meter_length(OperatorKind::ArrayInitElem, length);
        let target = self.emit.element_address(array, to, REFERENCE);
        self.copy_to_array(segment, from, target, length);
    }

    /// The table with the elements of segment `segment`, unless it never has any.
    fn table_of_segment(&self, segment: u32) -> Option<u32> {
        self.env.collector().segments[segment as usize]
    }

    /// Raises a trap unless element segment `segment` has `length` elements from `from` on.
    fn check_elements(&mut self, segment: u32, from: Value, length: Value) {
        let size = match self.table_of_segment(segment) {
            Some(table) => self.emit.added_table_size(table),
            None => self.emit.ins().iconst(types::I32, 0),
        };
        self.check_part(from, length, size, TrapId::OutOfBoundsTableAccess);
    }

    fn copy_to_array(&mut self, segment: u32, from: Value, array: Value, length: Value) {
        let target = self.emit.ins().iadd_imm_u(array, i64::from(ELEMENTS));
        self.copy_elements(segment, from, target, length);
    }

    /// Copies elements of a segment, which exist, to the address `target`.
    fn copy_elements(&mut self, segment: u32, from: Value, target: Value, length: Value) {
        let Some(table) = self.table_of_segment(segment) else { return };
        let (base, offset) = self.emit.added_table(table);
        let source = self.emit.element_address(base, from, REFERENCE);
        let source = self.emit.ins().iadd_imm_u(source, i64::from(offset));
        let bytes = self.emit.ins().uextend(types::I64, length);
        let bytes = self.emit.ins().ishl_imm_u(bytes, i64::from(REFERENCE.ilog2()));
        self.call_helper(Helper::Memmove, &[target, source, bytes]);
    }

    /// `table.init` for a table of objects.
    pub(in crate::lower) fn table_init_objects(&mut self, segment: u32, table: u32) {
        let (to, from, length) = self.pop3();
        self.meter_length(OperatorKind::TableInit, length);
        let to = self.table_index(table, to);
        self.check_elements(segment, from, length);
        let size = self.emit.table_elements(table);
        self.check_part(to, length, size, TrapId::OutOfBoundsTableAccess);
        let instance = self.emit.module_instance();
        let target = self.emit.element_address(instance, to, REFERENCE);
        let offset = self.emit.table_elements_offset(table);
        let target = self.emit.ins().iadd_imm_u(target, i64::from(offset));
        self.copy_elements(segment, from, target, length);
    }

    /// `elem.drop` where elements are objects.
    pub(in crate::lower) fn drop_elements(&mut self, segment: u32) {
        if let Some(table) = self.table_of_segment(segment) {
            let none = self.emit.ins().iconst(types::I32, 0);
            self.emit.set_added_table_size(table, none);
        }
    }
}
