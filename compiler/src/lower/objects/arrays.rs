//! Arrays.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::StorageType;

use super::Extend;
use crate::lower::context::Lowering;
use crate::lower::runtime::emitter::ELEMENTS;
use crate::lower::signature::POINTER;
use crate::wamr::object_layout::storage_size;
use crate::wasm::OperatorKind;

impl Lowering<'_, '_> {
    pub(in crate::lower) fn array_new(&mut self, ty: u32) {
        let (value, length) = self.pop2();
        self.meter_length(OperatorKind::ArrayNew, length);
        let array = self.allocate_array(ty, length);
        if !self.is_zero(value) {
            let start = self.emit.ins().iconst(types::I32, 0);
            self.fill(self.element_of(ty), array, start, length, value);
        }
        self.push(array);
    }

    /// Whether `value` is what the elements of a new array are.
    fn is_zero(&self, value: Value) -> bool {
        self.emit.constant(value) == Some(0)
    }

    pub(in crate::lower) fn array_new_default(&mut self, ty: u32) {
        let length = self.pop();
        self.meter_length(OperatorKind::ArrayNewDefault, length);
        let array = self.allocate_array(ty, length);
        self.push(array);
    }

    pub(in crate::lower) fn array_new_fixed(&mut self, ty: u32, count: u32) {
        let values = self.top(count as usize).to_vec();
        let length = self.emit.ins().iconst(types::I32, i64::from(count));
        let array = self.allocate_array(ty, length);
        let element = self.element_of(ty);
        for (&value, index) in values.iter().zip(0..) {
            let offset = ELEMENTS + index * storage_size(element);
            self.store_storage(element, value, array, offset);
        }
        self.drop_top(values.len());
        self.push(array);
    }

    /// A new array whose elements are zeros.
    pub(super) fn allocate_array(&mut self, ty: u32, length: Value) -> Value {
        let runtime_type = self.emit.runtime_type(ty);
        let exec_env = self.emit.exec_env();
        let zeros = self.emit.ins().iconst(POINTER, 0);
        let args = [exec_env, runtime_type, length, zeros];
        let array = self.call_helper(Helper::ArrayObjNew, &args);
        self.allocated(array, TrapId::CreateArrayFailed)
    }

    pub(super) fn element_of(&self, ty: u32) -> StorageType {
        let element = self.env.module.definitions[ty as usize].element();
        element.expect("validation has found an array").element_type
    }

    pub(in crate::lower) fn array_get(&mut self, ty: u32, extend: Extend) {
        let (array, index) = self.pop2();
        self.check_operand(array, TrapId::NullArrayReference);
        let element = self.element_of(ty);
        let address = self.checked_element_address(array, index, element);
        let value = self.load_storage(element, extend, address, ELEMENTS);
        self.push(value);
    }

    pub(in crate::lower) fn array_set(&mut self, ty: u32) {
        let (array, index, value) = self.pop3();
        self.check_operand(array, TrapId::NullArrayReference);
        let element = self.element_of(ty);
        let address = self.checked_element_address(array, index, element);
        self.store_storage(element, value, address, ELEMENTS);
    }

    fn checked_element_address(
        &mut self,
        array: Value,
        index: Value,
        element: StorageType,
    ) -> Value {
        let length = self.emit.array_length(array);
        let beyond = IntCC::UnsignedGreaterThanOrEqual;
        self.trap_if_compare(beyond, index, length, TrapId::OutOfBoundsArrayAccess);
        self.emit.element_address(array, index, storage_size(element))
    }

    pub(in crate::lower) fn array_len(&mut self) {
        let array = self.pop();
        self.check_operand(array, TrapId::NullArrayReference);
        let length = self.emit.array_length(array);
        self.push(length);
    }

    pub(in crate::lower) fn array_fill(&mut self, ty: u32) {
        let length = self.pop();
        let (array, start, value) = self.pop3();
        self.check_operand(array, TrapId::NullArrayReference);
        self.check_array_range(array, start, length);
        self.meter_length(OperatorKind::ArrayFill, length);
        self.fill(self.element_of(ty), array, start, length, value);
    }

    pub(in crate::lower) fn array_copy(&mut self) {
        let length = self.pop();
        let (source, from) = self.pop2();
        let from = (source, from);
        let (target, to) = self.pop2();
        self.check_operand(target, TrapId::NullArrayReference);
        self.check_object(from.0, self.static_types.second, TrapId::NullArrayReference);
        self.check_array_range(target, to, length);
        self.check_array_range(from.0, from.1, length);
        self.meter_length(OperatorKind::ArrayCopy, length);
        self.call_helper(Helper::ArrayObjCopy, &[target, to, from.0, from.1, length]);
    }

    /// Raises a trap unless `array` has `length` elements from `start` on.
    pub(super) fn check_array_range(&mut self, array: Value, start: Value, length: Value) {
        let size = self.emit.array_length(array);
        self.check_part(start, length, size, TrapId::OutOfBoundsArrayAccess);
    }

    /// Raises `trap` unless something of `size` has `length` elements from `start` on. All are
    /// unsigned 32-bit numbers.
    pub(super) fn check_part(&mut self, start: Value, length: Value, size: Value, trap: TrapId) {
        let [start, length, size] =
            [start, length, size].map(|value| self.emit.ins().uextend(types::I64, value));
        let end = self.emit.ins().iadd(start, length);
        self.trap_if_compare(IntCC::UnsignedGreaterThan, end, size, trap);
    }

    /// Sets `length` elements from `start` on, which exist, to `value`.
    fn fill(
        &mut self,
        element: StorageType,
        array: Value,
        start: Value,
        length: Value,
        value: Value,
    ) {
        let size = storage_size(element);
        let first = self.emit.element_address(array, start, size);
        if size == 1 {
            let address = self.emit.ins().iadd_imm_u(first, i64::from(ELEMENTS));
            let bytes = self.emit.ins().uextend(types::I64, length);
            self.call_helper(Helper::Memset, &[address, value, bytes]);
            return;
        }
        let end = self.emit.element_address(first, length, size);
        let [head, body, done] = [(); 3].map(|()| self.emit.builder.create_block());
        let at = self.emit.builder.append_block_param(head, POINTER);
        self.emit.ins().jump(head, &[first.into()]);
        self.emit.builder.switch_to_block(head);
        let more = self.emit.ins().icmp(IntCC::UnsignedLessThan, at, end);
        self.emit.ins().brif(more, body, &[], done, &[]);
        self.emit.continue_in(body);
        self.store_storage(element, value, at, ELEMENTS);
        let next = self.emit.ins().iadd_imm_u(at, i64::from(size));
        self.emit.ins().jump(head, &[next.into()]);
        self.emit.builder.seal_block(head);
        self.emit.continue_in(done);
    }
}
