//! Addresses of linear memory accesses. **A mistake here is a hole in the sandbox.**
//!
//! The effective address is the zero-extended index plus the zero-extended offset, below 8 GiB. A
//! 64-bit memory has 64-bit indexes and offsets, whose sum may wrap, and is always checked in
//! software.
//!
//! Hardware mode: the runtime reserves 8 GiB of address space from the memory base on and turns
//! faults there into traps, so the access itself is the check. Such an access must be executed even
//! if its value is not used, which Cranelift ensures for accesses that may trap.
//!
//! Software mode: the effective address is compared with the bound that the runtime keeps for the
//! access size (`mem_bound_check_*`). A memory created without pages has bounds of 0 until it
//! grows, so there the size in bytes is used instead. Memory never shrinks: once an address was
//! checked, smaller offsets from the same index need no check in the code that it dominates.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    DataFlowGraph, InstBuilder, InstructionData, MemFlagsData, Opcode, TrapCode, Value, types,
};
use wamr_abi::exceptions::TrapId;
use wasmparser::MemArg;

use super::emitter::Region;
use crate::limits::code::{GREATEST_DEPTH, REMEMBERED_ADDRESSES};
use crate::lower::context::Lowering;
use crate::lower::optimise::addresses::Computed;

/// Indexes that were checked in the current straight line of code, each with the end of the checked
/// range, relative to the index.
#[derive(Default)]
pub(in crate::lower) struct CheckedAddresses {
    ends: Vec<(Value, u64)>,
}

impl CheckedAddresses {
    /// Forgets everything, since control may come from elsewhere.
    pub(in crate::lower) fn forget(&mut self) {
        self.ends.clear();
    }

    fn covers(&self, index: Value, end: u64) -> bool {
        self.ends.iter().any(|&(known, covered)| known == index && end <= covered)
    }

    fn remember(&mut self, index: Value, end: u64) {
        self.ends.retain(|&(known, _)| known != index);
        if self.ends.len() == REMEMBERED_ADDRESSES {
            self.ends.remove(0);
        }
        self.ends.push((index, end));
    }
}

/// A value and a constant whose 32-bit sum is `sum`.
fn added_constant(dfg: &DataFlowGraph, sum: Value) -> Option<(Value, u64)> {
    let InstructionData::Binary { opcode: Opcode::Iadd, args } = definition(dfg, sum)? else {
        return None;
    };
    let [first, second] = *args;
    let in_order = constant(dfg, second).map(|constant| (first, constant));
    in_order.or_else(|| constant(dfg, first).map(|constant| (second, constant)))
}

/// An upper bound of the i32 `value`, read as unsigned.
fn greatest(dfg: &DataFlowGraph, value: Value, depth: u32) -> u64 {
    const ANY: u64 = u32::MAX as u64;
    let Some(data) = definition(dfg, value).filter(|_| depth > 0) else { return ANY };
    let of = |value| greatest(dfg, value, depth - 1);
    let greatest = match (data.opcode(), data) {
        (Opcode::Iconst, _) => constant(dfg, value).unwrap_or(ANY),
        (Opcode::Uextend, InstructionData::Unary { arg, .. }) => match dfg.value_type(*arg) {
            types::I8 => u64::from(u8::MAX),
            types::I16 => u64::from(u16::MAX),
            _ => ANY,
        },
        (Opcode::Uload8, _) => u64::from(u8::MAX),
        (Opcode::Uload16, _) => u64::from(u16::MAX),
        (Opcode::Band, InstructionData::Binary { args, .. }) => of(args[0]).min(of(args[1])),
        (Opcode::Iadd, InstructionData::Binary { args, .. }) => of(args[0]) + of(args[1]),
        (Opcode::Ishl, InstructionData::Binary { args, .. }) => match constant(dfg, args[1]) {
            Some(bits) => of(args[0]) << (bits % 32),
            None => ANY,
        },
        (Opcode::Ushr, InstructionData::Binary { args, .. }) => match constant(dfg, args[1]) {
            Some(bits) => of(args[0]) >> (bits % 32),
            None => ANY,
        },
        _ => ANY,
    };
    greatest.min(ANY)
}

/// The constant that the i32 `value` is, as unsigned.
fn constant(dfg: &DataFlowGraph, value: Value) -> Option<u64> {
    match definition(dfg, value)? {
        InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => {
            Some(u64::from(imm.bits() as u32))
        }
        _ => None,
    }
}

fn definition(dfg: &DataFlowGraph, value: Value) -> Option<&InstructionData> {
    let inst = dfg.value_def(dfg.resolve_aliases(value)).inst()?;
    Some(&dfg.insts[inst])
}

/// The operands of an access: Cranelift's base, displacement and flags.
pub(in crate::lower) struct Access {
    pub(in crate::lower) address: Value,
    pub(in crate::lower) displacement: i32,
    pub(in crate::lower) flags: MemFlagsData,
}

impl Lowering<'_, '_> {
    /// The access of `bytes` bytes at `index` plus the static offset of `memarg`.
    pub(in crate::lower) fn access(&mut self, memarg: &MemArg, index: Value, bytes: u32) -> Access {
        let (index, offset) = self.without_constant(index, memarg.offset);
        let mut flags = self.emit.flags(Region::Heap);
        if self.env.software_checks {
            self.check_bounds(index, offset, bytes);
        } else {
            flags = flags.with_trap_code(Some(TrapCode::HEAP_OUT_OF_BOUNDS));
            self.commit_trap();
        }
        if let Some(displacement) = self.constant_displacement(index, offset) {
            return Access { address: self.emit.memory_base(), displacement, flags };
        }
        let address = self.host_address(index);
        match i32::try_from(offset) {
            Ok(displacement) => Access { address, displacement, flags },
            Err(_) => {
                let address = self.emit.ins().iadd_imm_u(address, offset.cast_signed());
                Access { address, displacement: 0, flags }
            }
        }
    }

    /// The distance of an access from the memory base, if it is known and machines can add it.
    fn constant_displacement(&self, index: Value, offset: u64) -> Option<i32> {
        if self.env.memory64 {
            return None;
        }
        let index = constant(&self.emit.builder.func.dfg, index)?;
        i32::try_from(index + offset).ok()
    }

    /// The memory base plus `index`.
    fn host_address(&mut self, index: Value) -> Value {
        let index = self.emit.builder.func.dfg.resolve_aliases(index);
        let known = self.addresses.of(index);
        if let Some(address) = known.address.expand() {
            return address;
        }
        let base = self.emit.memory_base();
        let wide = self.wide(index);
        let address = self.emit.ins().iadd(base, wide);
        if self.env.optimises && !self.env.memory_moves() {
            let computed = Computed { wide: wide.into(), address: address.into(), ..known };
            self.addresses.remember(index, computed);
        }
        address
    }

    /// The same address, with a constant that `index` adds moved to the offset, if the sum of a
    /// 32-bit index cannot wrap: machines add an offset for free. Only at level 3.
    fn without_constant(&self, index: Value, offset: u64) -> (Value, u64) {
        let dfg = &self.emit.builder.func.dfg;
        if !self.env.is_thorough() || self.env.memory64 {
            return (index, offset);
        }
        let Some((base, constant)) = added_constant(dfg, index) else { return (index, offset) };
        let fits = greatest(dfg, base, GREATEST_DEPTH) + constant <= u64::from(u32::MAX)
            && i32::try_from(offset + constant).is_ok();
        if fits { (base, offset + constant) } else { (index, offset) }
    }

    /// Extends an address or a size in memory from the width of the memory to 64 bits.
    pub(in crate::lower) fn wide(&mut self, value: Value) -> Value {
        if self.env.memory64 {
            return value;
        }
        let value = self.emit.builder.func.dfg.resolve_aliases(value);
        if let Some(constant) = constant(&self.emit.builder.func.dfg, value) {
            return self.emit.ins().iconst(types::I64, constant.cast_signed());
        }
        let known = self.addresses.of(value);
        if let Some(wide) = known.wide.expand() {
            return wide;
        }
        let wide = self.emit.ins().uextend(types::I64, value);
        if self.env.optimises {
            let computed = Computed { wide: wide.into(), ..known };
            self.addresses.remember(value, computed);
        }
        wide
    }

    fn check_bounds(&mut self, index: Value, offset: u64, bytes: u32) {
        let end = offset.saturating_add(u64::from(bytes));
        if self.checked.covers(index, end) {
            return;
        }
        let wide = self.wide(index);
        let outside = if self.env.module.memories[0].initial == 0 {
            let end = self.emit.ins().iadd_imm_u(wide, end.cast_signed());
            self.trap_if_wrapped(end, wide);
            let size = self.emit.memory_size();
            self.emit.ins().icmp(IntCC::UnsignedGreaterThan, end, size)
        } else {
            let address = match offset {
                0 => wide,
                _ => self.emit.ins().iadd_imm_u(wide, offset.cast_signed()),
            };
            if offset != 0 {
                self.trap_if_wrapped(address, wide);
            }
            let bound = self.emit.memory_bound(bytes);
            self.emit.ins().icmp(IntCC::UnsignedGreaterThan, address, bound)
        };
        self.trap_if(outside, TrapId::OutOfBoundsMemoryAccess);
        self.checked.remember(index, end);
    }

    /// Checks that `length` bytes from `start` are inside linear memory, in both modes: a helper in
    /// C must not fault, and a partial write before the trap would be visible. Takes values of the
    /// memory's width and returns the host address of `start`.
    pub(in crate::lower) fn checked_range(&mut self, start: Value, length: Value) -> Value {
        let start = self.wide(start);
        let length = self.wide(length);
        self.checked_wide_range(start, length)
    }

    /// The host address of an access of `bytes` bytes at `index` plus the static offset of
    /// `memarg`, for a helper in C, so it is checked in both modes.
    pub(in crate::lower) fn checked_address(
        &mut self,
        memarg: &MemArg,
        index: Value,
        bytes: u32,
    ) -> Value {
        let wide = self.wide(index);
        let start = self.emit.ins().iadd_imm_u(wide, memarg.offset.cast_signed());
        self.trap_if_wrapped(start, wide);
        let length = self.emit.ins().iconst(types::I64, i64::from(bytes));
        self.checked_wide_range(start, length)
    }

    fn checked_wide_range(&mut self, start: Value, length: Value) -> Value {
        let end = self.emit.ins().iadd(start, length);
        self.trap_if_wrapped(end, start);
        let size = self.emit.memory_size();
        self.trap_if_compare(
            IntCC::UnsignedGreaterThan,
            end,
            size,
            TrapId::OutOfBoundsMemoryAccess,
        );
        let base = self.emit.memory_base();
        self.emit.ins().iadd(base, start)
    }

    /// Raises the trap if `sum`, of `part` and another value, exceeds 64 bits. Sums of 32-bit
    /// numbers do not.
    fn trap_if_wrapped(&mut self, sum: Value, part: Value) {
        if self.env.memory64 {
            let id = TrapId::OutOfBoundsMemoryAccess;
            self.trap_if_compare(IntCC::UnsignedLessThan, sum, part, id);
        }
    }
}
