//! Atomic operators (proposal "Threads").
//!
//! Every access must be aligned to its size. An address that is both misaligned and out of bounds
//! is reported as misaligned.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AtomicRmwOp, InstBuilder, MemFlagsData, Type, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;
use wasmparser::MemArg;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// A load of a `narrow` value that becomes a `ty`.
    pub(super) fn atomic_load(&mut self, at: MemArg, narrow: Type, ty: Type) {
        let index = self.pop();
        let (address, flags) = self.atomic_access(&at, index, narrow.bytes());
        let value = self.emit.ins().atomic_load(narrow, flags, address);
        self.push_extended(value, ty);
    }

    /// A store of a value as a `narrow` one.
    pub(super) fn atomic_store(&mut self, at: MemArg, narrow: Type) {
        let (index, value) = self.pop2();
        let (address, flags) = self.atomic_access(&at, index, narrow.bytes());
        let value = self.reduced(value, narrow);
        self.emit.ins().atomic_store(flags, value, address);
    }

    /// A load, an operation and a store, of `narrow` values; what was loaded becomes a `ty`.
    pub(super) fn atomic_rmw(&mut self, at: MemArg, op: AtomicRmwOp, narrow: Type, ty: Type) {
        let (index, operand) = self.pop2();
        let (address, flags) = self.atomic_access(&at, index, narrow.bytes());
        let operand = self.reduced(operand, narrow);
        let old = self.emit.ins().atomic_rmw(narrow, flags, op, address, operand);
        self.push_extended(old, ty);
    }

    /// A store if the value in memory is as expected; what it was becomes a `ty`.
    pub(super) fn atomic_cmpxchg(&mut self, at: MemArg, narrow: Type, ty: Type) {
        let (index, expected, replacement) = self.pop3();
        let (address, flags) = self.atomic_access(&at, index, narrow.bytes());
        let mut expected = self.reduced(expected, narrow);
        if narrow == types::I32 && self.env.compares_whole_registers {
            expected = self.with_clear_upper_half(expected);
        }
        let replacement = self.reduced(replacement, narrow);
        let old = self.emit.ins().atomic_cas(flags, address, expected, replacement);
        self.push_extended(old, ty);
    }

    /// The i32 `value` in a register whose upper half is zero. An extension would be optimised
    /// away, but not a move through a float register.
    fn with_clear_upper_half(&mut self, value: Value) -> Value {
        let float = self.emit.ins().bitcast(types::F32, MemFlagsData::new(), value);
        self.emit.ins().bitcast(types::I32, MemFlagsData::new(), float)
    }

    pub(super) fn atomic_fence(&mut self) {
        self.emit.ins().fence();
    }

    /// Waits until notified, if the value of type `ty` in memory is as expected.
    pub(super) fn atomic_wait(&mut self, at: MemArg, ty: Type) {
        let (index, expected, timeout) = self.pop3();
        let address = self.checked_atomic_address(&at, index, ty.bytes());
        let (expected, is_64) = match ty {
            types::I64 => (expected, 1),
            _ => (self.emit.ins().uextend(types::I64, expected), 0),
        };
        let is_64 = self.emit.ins().iconst(types::I8, is_64);
        let args = [address, expected, timeout, is_64];
        let woken = self.call_instance_helper(Helper::AtomicWait, &args);
        let woken = woken.expect("the helper tells why it returns");
        self.trap_if_failed(woken);
        self.poll_suspend_flags();
        self.push(woken);
    }

    /// Wakes threads that wait on an address.
    pub(super) fn atomic_notify(&mut self, at: MemArg) {
        let (index, count) = self.pop2();
        let address = self.checked_atomic_address(&at, index, 4);
        let woken = self.call_instance_helper(Helper::AtomicNotify, &[address, count]);
        let woken = woken.expect("the helper tells how many there were");
        self.trap_if_failed(woken);
        self.push(woken);
    }

    /// A helper that has set an exception returns -1 in every runtime.
    fn trap_if_failed(&mut self, result: Value) {
        let failed = self.emit.ins().iconst(types::I32, i64::from(u32::MAX));
        self.trap_if_compare(IntCC::Equal, result, failed, TrapId::AlreadyThrown);
    }

    /// Address and flags of an aligned access; with hardware checks, it may be out of bounds.
    fn atomic_access(&mut self, at: &MemArg, index: Value, bytes: u32) -> (Value, MemFlagsData) {
        self.trap_if_unaligned(at, index, bytes);
        let access = self.access(at, index, bytes);
        let address = match access.displacement {
            0 => access.address,
            displacement => self.emit.ins().iadd_imm_s(access.address, i64::from(displacement)),
        };
        (address, access.flags)
    }

    /// The host address of an access by a helper, aligned and in bounds.
    fn checked_atomic_address(&mut self, at: &MemArg, index: Value, bytes: u32) -> Value {
        self.trap_if_unaligned(at, index, bytes);
        self.checked_address(at, index, bytes)
    }

    /// Raises the trap if index plus offset is not a multiple of `bytes`, a power of two.
    fn trap_if_unaligned(&mut self, at: &MemArg, index: Value, bytes: u32) {
        let mask = u64::from(bytes - 1);
        if mask == 0 {
            return;
        }
        // Only the low bits of the sum count.
        let address = match at.offset & mask {
            0 => index,
            offset => self.emit.ins().iadd_imm_u(index, offset.cast_signed()),
        };
        let misaligned = self.emit.ins().band_imm_u(address, mask.cast_signed());
        self.trap_if(misaligned, TrapId::UnalignedAtomic);
    }

    fn push_extended(&mut self, value: Value, ty: Type) {
        let narrow = self.emit.builder.func.dfg.value_type(value);
        let value = if narrow == ty { value } else { self.emit.ins().uextend(ty, value) };
        self.push(value);
    }

    fn reduced(&mut self, value: Value, narrow: Type) -> Value {
        let ty = self.emit.builder.func.dfg.value_type(value);
        if ty == narrow { value } else { self.emit.ins().ireduce(narrow, value) }
    }
}
