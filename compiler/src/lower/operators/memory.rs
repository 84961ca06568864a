//! Linear memory (spec section 4.4.7): loads, stores, growth and bulk operators.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, Type, Value, types};
use cranelift_frontend::FuncInstBuilder;
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::MemArg;

use crate::lower::context::Lowering;
use crate::lower::runtime::bounds::Access;
use crate::wasm::{OperatorKind, ValueType};

impl Lowering<'_, '_> {
    pub(super) fn load(&mut self, at: MemArg, ty: Type) {
        self.load_narrow(at, ty.bytes(), |i, a| i.load(ty, a.flags, a.address, a.displacement));
    }

    /// A load of `bytes` bytes with the instruction that `emit` creates.
    pub(super) fn load_narrow(
        &mut self,
        at: MemArg,
        bytes: u32,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Access) -> Value,
    ) {
        let index = self.pop();
        let access = self.access(&at, index, bytes);
        let result = emit(self.emit.ins(), access);
        self.push(result);
    }

    /// A store of `bytes` bytes with the instruction that `emit` creates.
    pub(in crate::lower) fn store<R>(
        &mut self,
        at: MemArg,
        bytes: u32,
        emit: impl FnOnce(FuncInstBuilder<'_, '_>, Access, Value) -> R,
    ) {
        let (index, value) = self.pop2();
        let access = self.access(&at, index, bytes);
        emit(self.emit.ins(), access, value);
    }

    pub(super) fn memory_size_operator(&mut self) {
        let pages = self.emit.memory_pages();
        // WAMR counts pages in 32 bits.
        let wide = self.env.memory64;
        let pages = if wide { self.emit.ins().uextend(types::I64, pages) } else { pages };
        self.push(pages);
    }

    pub(super) fn memory_grow(&mut self) {
        let delta = self.pop();
        self.meter_length(OperatorKind::MemoryGrow, delta);
        let result = if self.env.memory64 {
            let most = self.emit.ins().iconst(types::I64, i64::from(u32::MAX));
            let too_many = self.emit.ins().icmp(IntCC::UnsignedGreaterThan, delta, most);
            let none = self.emit.ins().iconst(types::I32, 0);
            let pages = self.emit.ins().ireduce(types::I32, delta);
            let pages = self.emit.ins().select(too_many, none, pages);
            let result = self.grow(pages);
            // No memory has so many pages that its size would be negative.
            let wide = self.emit.ins().sextend(types::I64, result);
            let failed = self.emit.ins().iconst(types::I64, -1);
            self.emit.ins().select(too_many, failed, wide)
        } else {
            self.grow(delta)
        };
        self.push(result);
    }

    /// Grows the memory by `delta` pages, a 32-bit number. Returns the previous size, or -1.
    fn grow(&mut self, delta: Value) -> Value {
        if self.env.shared_memory {
            return self.grow_shared(delta);
        }
        let old = self.emit.memory_pages();
        let grown = self.call_instance_helper(Helper::EnlargeMemory, &[delta]);
        let grown = grown.expect("the helper tells whether it succeeded");
        self.emit.invalidate_memory_base();
        let failed = self.emit.ins().iconst(types::I32, i64::from(u32::MAX));
        self.emit.ins().select(grown, old, failed)
    }

    /// Grows a shared memory. The helper does not return the previous size, and other threads may
    /// grow the memory at the same time. If the size has grown by exactly `delta` between two
    /// readings, only this thread has grown it, and the first reading is the previous size.
    /// Otherwise, the new pages are abandoned and it grows again.
    fn grow_shared(&mut self, delta: Value) -> Value {
        let [attempt, grown, failed] = [(); 3].map(|()| self.emit.builder.create_block());
        let done = self.emit.create_block_with(&[ValueType::I32]);
        self.emit.ins().jump(attempt, &[]);
        self.emit.builder.switch_to_block(attempt);
        let old = self.emit.memory_pages();
        let success = self.call_instance_helper(Helper::EnlargeMemory, &[delta]);
        let success = success.expect("the helper tells whether it succeeded");
        self.emit.ins().brif(success, grown, &[], failed, &[]);
        self.emit.builder.switch_to_block(grown);
        self.emit.builder.seal_block(grown);
        let new = self.emit.memory_pages();
        let expected = self.emit.ins().iadd(old, delta);
        let alone = self.emit.ins().icmp(IntCC::Equal, new, expected);
        self.emit.ins().brif(alone, done, &[BlockArg::Value(old)], attempt, &[]);
        self.emit.builder.seal_block(attempt);
        self.emit.builder.switch_to_block(failed);
        self.emit.builder.seal_block(failed);
        let minus_one = self.emit.ins().iconst(types::I32, i64::from(u32::MAX));
        self.emit.ins().jump(done, &[BlockArg::Value(minus_one)]);
        self.emit.builder.switch_to_block(done);
        self.emit.builder.seal_block(done);
        self.emit.builder.block_params(done)[0]
    }

    pub(super) fn memory_fill(&mut self) {
        let (start, value, length) = self.pop3();
        self.meter_length(OperatorKind::MemoryFill, length);
        let address = self.checked_range(start, length);
        let length = self.wide(length);
        self.call_helper(Helper::Memset, &[address, value, length]);
    }

    pub(super) fn memory_copy(&mut self) {
        let (to, from, length) = self.pop3();
        self.meter_length(OperatorKind::MemoryCopy, length);
        let to = self.checked_range(to, length);
        let from = self.checked_range(from, length);
        let length = self.wide(length);
        self.call_helper(Helper::Memmove, &[to, from, length]);
    }

    pub(super) fn memory_init(&mut self, segment: u32) {
        let (to, from, length) = self.pop3();
        self.meter_length(OperatorKind::MemoryInit, length);
        let segment = self.emit.ins().iconst(types::I32, i64::from(segment));
        let to = self.wide(to);
        let args = [segment, from, length, to];
        let done = self.call_instance_helper(Helper::MemoryInit, &args);
        let done = done.expect("the helper tells whether it succeeded");
        // The helper has set the exception, but returns in every runtime.
        self.trap_unless(done, TrapId::AlreadyThrown);
    }

    pub(super) fn data_drop(&mut self, segment: u32) {
        self.note_dropped_data(segment);
        let segment = self.emit.ins().iconst(types::I32, i64::from(segment));
        self.call_instance_helper(Helper::DataDrop, &[segment]);
    }
}
