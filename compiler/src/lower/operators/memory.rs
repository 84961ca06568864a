//! Linear memory (spec section 4.4.7): loads, stores, growth and bulk operators.

use cranelift_codegen::ir::{InstBuilder, Type, Value, types};
use cranelift_frontend::FuncInstBuilder;
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::MemArg;

use super::super::bounds::Access;
use super::super::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn load(&mut self, at: MemArg, ty: Type) {
        self.load_narrow(at, ty.bytes(), |i, a| i.load(ty, a.flags, a.address, a.displacement));
    }

    /// A load of `bytes` bytes by the instruction that `emit` makes.
    pub(super) fn load_narrow(
        &mut self,
        at: MemArg,
        bytes: u32,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Access) -> Value,
    ) {
        let index = self.pop();
        let access = self.access(&at, index, bytes);
        let result = emit(self.ins(), access);
        self.push(result);
    }

    /// A store of `bytes` bytes by the instruction that `emit` makes.
    pub(super) fn store<R>(
        &mut self,
        at: MemArg,
        bytes: u32,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Access, Value) -> R,
    ) {
        let (index, value) = self.pop2();
        let access = self.access(&at, index, bytes);
        emit(self.ins(), access, value);
    }

    pub(super) fn memory_size_operator(&mut self) {
        let pages = self.memory_pages();
        self.push(pages);
    }

    pub(super) fn memory_grow(&mut self) {
        let delta = self.pop();
        let old = self.memory_pages();
        let grown = self.call_instance_helper(Helper::EnlargeMemory, &[delta]);
        let grown = grown.expect("the helper tells whether it succeeded");
        self.forget_memory_base();
        let failed = self.ins().iconst(types::I32, i64::from(u32::MAX));
        let result = self.ins().select(grown, old, failed);
        self.push(result);
    }

    pub(super) fn memory_fill(&mut self) {
        let (start, value, length) = self.pop3();
        let address = self.checked_range(start, length);
        let length = self.ins().uextend(types::I64, length);
        self.call_helper(Helper::Memset, &[address, value, length]);
    }

    pub(super) fn memory_copy(&mut self) {
        let (to, from, length) = self.pop3();
        let to = self.checked_range(to, length);
        let from = self.checked_range(from, length);
        let length = self.ins().uextend(types::I64, length);
        self.call_helper(Helper::Memmove, &[to, from, length]);
    }

    pub(super) fn memory_init(&mut self, segment: u32) {
        let (to, from, length) = self.pop3();
        let segment = self.ins().iconst(types::I32, i64::from(segment));
        let to = self.ins().uextend(types::I64, to);
        let args = [segment, from, length, to];
        let done = self.call_instance_helper(Helper::MemoryInit, &args);
        let done = done.expect("the helper tells whether it succeeded");
        // The helper has set the exception, but returns in every runtime.
        self.trap_unless(done, TrapId::AlreadyThrown);
    }

    pub(super) fn data_drop(&mut self, segment: u32) {
        let segment = self.ins().iconst(types::I32, i64::from(segment));
        self.call_instance_helper(Helper::DataDrop, &[segment]);
    }
}
