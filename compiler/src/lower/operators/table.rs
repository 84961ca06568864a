//! Tables and references (spec sections 4.4.2 and 4.4.6).

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::{HeapType, RefType};

use crate::lower::context::Lowering;
use crate::lower::runtime::trap::TextTrap;
use crate::wasm::{OperatorKind, ValueType};

impl Lowering<'_, '_> {
    pub(super) fn ref_null(&mut self, ty: HeapType) {
        let references = self.env.module.references;
        let ty = RefType::new(true, ty).map(|ty| ValueType::from_ref_type(ty, references));
        let null = match ty {
            Some(Ok(ty)) => self.emit.zero(ty),
            _ => self.emit.null_reference(),
        };
        self.push(null);
    }

    pub(super) fn ref_is_null(&mut self) {
        let reference = self.pop();
        let result = self.is_null(reference);
        self.push(result);
    }

    pub(super) fn ref_as_non_null(&mut self) {
        let reference = self.pop();
        let is_null = self.is_null(reference);
        if self.env.collector.is_some() {
            if !self.addresses.of(reference).non_null {
                self.trap_if(is_null, TrapId::NullReference);
                self.know_non_null(reference);
            }
        } else {
            let trap = self.text_trap_block(TextTrap::NullReference);
            self.emit.leave_if(is_null, trap);
        }
        self.push(reference);
    }

    /// Whether `reference`, of any type, is null.
    pub(super) fn is_null(&mut self, reference: Value) -> Value {
        let null = match self.emit.builder.func.dfg.value_type(reference) {
            types::I64 => self.emit.zero(ValueType::ExnRef),
            _ => self.emit.null_reference(),
        };
        self.emit.ins().icmp(IntCC::Equal, reference, null)
    }

    pub(super) fn ref_func(&mut self, function: u32) {
        let result = match self.env.collector {
            Some(_) => self.function_object(function),
            None => self.index(function),
        };
        self.push(result);
    }

    pub(super) fn table_get(&mut self, table: u32) {
        let element = self.pop();
        let element = self.table_index(table, element);
        self.check_element(table, element);
        let result = self.emit.load_table_element(table, element);
        self.push(result);
    }

    pub(super) fn table_set(&mut self, table: u32) {
        let (element, value) = self.pop2();
        let element = self.table_index(table, element);
        self.check_element(table, element);
        self.emit.store_table_element(table, element, value);
    }

    pub(super) fn table_size(&mut self, table: u32) {
        let size = self.emit.table_elements(table);
        let is_64 = self.has_64_bit_indexes(table);
        let size = if is_64 { self.emit.ins().uextend(types::I64, size) } else { size };
        self.push(size);
    }

    pub(super) fn table_grow(&mut self, table: u32) {
        let (init, delta) = self.pop2();
        self.meter_length(OperatorKind::TableGrow, delta);
        let delta = self.table_index(table, delta);
        let init = self.emit.table_slot_value(init);
        let args = [self.index(table), delta, init];
        let old = self.call_instance_helper(Helper::TableGrow, &args);
        let old = old.expect("the helper gives the old size");
        // A failure is -1 in either width, and no table is so large that its size would look
        // negative.
        let is_64 = self.has_64_bit_indexes(table);
        let old = if is_64 { self.emit.ins().sextend(types::I64, old) } else { old };
        self.push(old);
    }

    pub(super) fn table_fill(&mut self, table: u32) {
        let (start, value, length) = self.pop3();
        self.meter_length(OperatorKind::TableFill, length);
        let (start, length) = (self.table_index(table, start), self.table_index(table, length));
        let value = self.emit.table_slot_value(value);
        let args = [self.index(table), length, value, start];
        self.call_instance_helper(Helper::TableFill, &args);
    }

    pub(super) fn table_init(&mut self, segment: u32, table: u32) {
        if self.env.collector.is_some() {
            return self.table_init_objects(segment, table);
        }
        let (to, from, length) = self.pop3();
        self.meter_length(OperatorKind::TableInit, length);
        let to = self.table_index(table, to);
        let segment = segment + self.env.module.added_elements;
        let args = [self.index(table), self.index(segment), length, from, to];
        self.call_instance_helper(Helper::TableInit, &args);
    }

    pub(super) fn table_copy(&mut self, to_table: u32, from_table: u32) {
        let (to, from, length) = self.pop3();
        self.meter_length(OperatorKind::TableCopy, length);
        let (to, from) = (self.table_index(to_table, to), self.table_index(from_table, from));
        // It has 64 bits if both tables have.
        let has_64 = [to_table, from_table].map(|table| self.has_64_bit_indexes(table));
        let length = if has_64 == [true; 2] { self.saturated(length) } else { length };
        let args = [self.index(from_table), self.index(to_table), length, from, to];
        self.call_instance_helper(Helper::TableCopy, &args);
    }

    pub(super) fn elem_drop(&mut self, segment: u32) {
        if self.env.collector.is_some() {
            return self.drop_elements(segment);
        }
        let segment = self.index(segment + self.env.module.added_elements);
        self.call_instance_helper(Helper::DropTableSeg, &[segment]);
    }

    fn check_element(&mut self, table: u32, element: Value) {
        let size = self.emit.table_elements(table);
        let beyond = IntCC::UnsignedGreaterThanOrEqual;
        self.trap_if_compare(beyond, element, size, TrapId::OutOfBoundsTableAccess);
    }

    fn has_64_bit_indexes(&self, table: u32) -> bool {
        self.env.module.tables[table as usize].is_64
    }

    /// An index into `table`, or a number of its elements, in 32 bits. The largest 32-bit number is
    /// outside of any table, and replaces all larger ones.
    pub(in crate::lower) fn table_index(&mut self, table: u32, value: Value) -> Value {
        if self.has_64_bit_indexes(table) { self.saturated(value) } else { value }
    }

    fn saturated(&mut self, value: Value) -> Value {
        let greatest = self.emit.ins().iconst(types::I64, i64::from(u32::MAX));
        let value = self.emit.ins().umin(value, greatest);
        self.emit.ins().ireduce(types::I32, value)
    }

    fn index(&mut self, index: u32) -> Value {
        self.emit.ins().iconst(types::I32, i64::from(index))
    }
}
