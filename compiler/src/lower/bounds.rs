//! Addresses of linear memory accesses. **A mistake here is a hole in the sandbox.**
//!
//! Effective address = zero-extended index + zero-extended offset, below 8 GiB.
//!
//! Hardware mode: the runtime reserves 8 GiB of address space behind the memory base and turns
//! faults there into traps, so the access itself is the check. Such an access must be executed even
//! if its value is not used, which Cranelift ensures for accesses that may trap.
//!
//! Software mode: the effective address is compared with the bound that the runtime keeps for the
//! access size (`mem_bound_check_*`). A memory created without pages has bounds of 0 until it
//! grows, so there the size in bytes is used instead. Memory never shrinks: once an address was
//! checked, smaller offsets from the same index need no check in the code it dominates.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, TrapCode, Value, types};
use wamr_abi::exceptions::TrapId;
use wasmparser::MemArg;

use super::context::Lowering;
use super::instance::Region;

/// Indexes that were checked in the current straight line of code, with the first byte behind the
/// checked range, counted from the index.
#[derive(Default)]
pub(super) struct CheckedAddresses {
    ends: Vec<(Value, u64)>,
}

/// Looking further back costs more than it finds.
const REMEMBERED_ADDRESSES: usize = 16;

impl CheckedAddresses {
    /// Forgets everything: control may come from elsewhere.
    pub(super) fn forget(&mut self) {
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

/// Where an access goes: Cranelift's base, displacement and flags.
pub(super) struct Access {
    pub(super) address: Value,
    pub(super) displacement: i32,
    pub(super) flags: MemFlagsData,
}

impl Lowering<'_, '_> {
    /// The access of `bytes` bytes at `index` plus the static offset of `memarg`.
    pub(super) fn access(&mut self, memarg: &MemArg, index: Value, bytes: u32) -> Access {
        // A 32-bit memory has 32-bit offsets; validation has seen to that.
        let offset = memarg.offset as u32;
        let mut flags = self.flags(Region::Heap);
        if self.env.software_checks {
            self.check_bounds(index, offset, bytes);
        } else {
            flags = flags.with_trap_code(Some(TrapCode::HEAP_OUT_OF_BOUNDS));
        }
        let base = self.memory_base();
        let wide = self.ins().uextend(types::I64, index);
        let address = self.ins().iadd(base, wide);
        match i32::try_from(offset) {
            Ok(displacement) => Access { address, displacement, flags },
            Err(_) => {
                let address = self.ins().iadd_imm_u(address, i64::from(offset));
                Access { address, displacement: 0, flags }
            }
        }
    }

    fn check_bounds(&mut self, index: Value, offset: u32, bytes: u32) {
        let end = u64::from(offset) + u64::from(bytes);
        if self.checked.covers(index, end) {
            return;
        }
        let wide = self.ins().uextend(types::I64, index);
        let outside = if self.env.module.memories[0].initial == 0 {
            let end = self.ins().iadd_imm_u(wide, end as i64);
            let size = self.memory_size();
            self.ins().icmp(IntCC::UnsignedGreaterThan, end, size)
        } else {
            let address = match offset {
                0 => wide,
                _ => self.ins().iadd_imm_u(wide, i64::from(offset)),
            };
            let bound = self.memory_bound(bytes);
            self.ins().icmp(IntCC::UnsignedGreaterThan, address, bound)
        };
        self.trap_if(outside, TrapId::OutOfBoundsMemoryAccess);
        self.checked.remember(index, end);
    }

    /// Checks that `length` bytes from `start` are inside linear memory, in either mode: a helper
    /// in C must not fault, and a partial write before the trap would be visible. Takes 32-bit
    /// values and returns the host address of `start`.
    pub(super) fn checked_range(&mut self, start: Value, length: Value) -> Value {
        let start = self.ins().uextend(types::I64, start);
        let length = self.ins().uextend(types::I64, length);
        let end = self.ins().iadd(start, length);
        let size = self.memory_size();
        self.trap_if_compare(
            IntCC::UnsignedGreaterThan,
            end,
            size,
            TrapId::OutOfBoundsMemoryAccess,
        );
        let base = self.memory_base();
        self.ins().iadd(base, start)
    }
}
