//! Atomic operators, of one thread.

use ValType::{I32, I64};
use wasm_encoder::{Instruction as I, MemArg, MemArgTarget, Ordering, ValType};

use super::body::Body;
use super::operators::Access;

type Accesses = &'static [(ValType, u32, Access)];

impl Body<'_> {
    /// Generates an expression of type `ty` with an atomic operator, often, if there is one.
    pub(super) fn atomic_expression(&mut self, ty: ValType) -> bool {
        if !matches!(ty, I32 | I64) || self.chance(3) {
            return false;
        }
        match self.random.below(8) {
            0..=2 => self.atomic(ty, LOADS, &[]),
            3..=5 => self.atomic(ty, READ_MODIFY_WRITES, &[ty]),
            6 => self.atomic(ty, COMPARE_EXCHANGES, &[ty, ty]),
            _ if ty == I32 => self.notify_or_wait(),
            _ => self.atomic(ty, LOADS, &[]),
        }
        true
    }

    pub(super) fn atomic_statement(&mut self) {
        if self.chance(12) {
            return self.emit(I::AtomicFence(Ordering::SeqCst));
        }
        let ty = self.random.choose(&[I32, I64]);
        self.atomic(ty, STORES, &[ty]);
    }

    fn atomic(&mut self, ty: ValType, from: Accesses, operands: &[ValType]) {
        let fitting: Vec<_> = from.iter().filter(|access| access.0 == ty).collect();
        let (_, bytes, instruction) = *self.random.choose(&fitting);
        self.address();
        self.expressions(operands);
        let at = self.atomic_mem_arg(bytes);
        self.emit(instruction(at));
    }

    /// Nobody waits, and nobody would wake anyone: the timeout becomes zero later (`prepare`).
    fn notify_or_wait(&mut self) {
        self.address();
        let bytes = self.random.choose(&[4, 8]);
        let at = self.atomic_mem_arg(bytes);
        match (self.outline.shared_memory && self.chance(2), bytes) {
            (true, 4) => {
                self.expressions(&[I32, I64]);
                self.emit(I::MemoryAtomicWait32(at));
            }
            (true, _) => {
                self.expressions(&[I64, I64]);
                self.emit(I::MemoryAtomicWait64(at));
            }
            (false, _) => {
                self.expression(I32);
                self.emit(I::MemoryAtomicNotify(MemArg { align: 2, ..at }));
            }
        }
    }

    /// A memory argument that usually keeps an aligned address aligned.
    fn atomic_mem_arg(&mut self, bytes: u32) -> MemArg {
        let odd = u64::from(self.chance(300));
        let offset = (self.random.below(8) * bytes as usize) as u64 + odd;
        let (align, target) = (bytes.ilog2(), MemArgTarget::Memory(0));
        MemArg { offset, align, target, ordering: None }
    }
}

const LOADS: Accesses = &[
    (I32, 4, I::I32AtomicLoad),
    (I32, 1, I::I32AtomicLoad8U),
    (I32, 2, I::I32AtomicLoad16U),
    (I64, 8, I::I64AtomicLoad),
    (I64, 1, I::I64AtomicLoad8U),
    (I64, 2, I::I64AtomicLoad16U),
    (I64, 4, I::I64AtomicLoad32U),
];

const STORES: Accesses = &[
    (I32, 4, I::I32AtomicStore),
    (I32, 1, I::I32AtomicStore8),
    (I32, 2, I::I32AtomicStore16),
    (I64, 8, I::I64AtomicStore),
    (I64, 1, I::I64AtomicStore8),
    (I64, 2, I::I64AtomicStore16),
    (I64, 4, I::I64AtomicStore32),
];

const READ_MODIFY_WRITES: Accesses = &[
    (I32, 4, I::I32AtomicRmwAdd),
    (I32, 4, I::I32AtomicRmwSub),
    (I32, 4, I::I32AtomicRmwAnd),
    (I32, 4, I::I32AtomicRmwOr),
    (I32, 4, I::I32AtomicRmwXor),
    (I32, 4, I::I32AtomicRmwXchg),
    (I32, 1, I::I32AtomicRmw8AddU),
    (I32, 1, I::I32AtomicRmw8SubU),
    (I32, 1, I::I32AtomicRmw8AndU),
    (I32, 1, I::I32AtomicRmw8OrU),
    (I32, 1, I::I32AtomicRmw8XorU),
    (I32, 1, I::I32AtomicRmw8XchgU),
    (I32, 2, I::I32AtomicRmw16AddU),
    (I32, 2, I::I32AtomicRmw16SubU),
    (I32, 2, I::I32AtomicRmw16AndU),
    (I32, 2, I::I32AtomicRmw16OrU),
    (I32, 2, I::I32AtomicRmw16XorU),
    (I32, 2, I::I32AtomicRmw16XchgU),
    (I64, 8, I::I64AtomicRmwAdd),
    (I64, 8, I::I64AtomicRmwSub),
    (I64, 8, I::I64AtomicRmwAnd),
    (I64, 8, I::I64AtomicRmwOr),
    (I64, 8, I::I64AtomicRmwXor),
    (I64, 8, I::I64AtomicRmwXchg),
    (I64, 1, I::I64AtomicRmw8AddU),
    (I64, 1, I::I64AtomicRmw8SubU),
    (I64, 1, I::I64AtomicRmw8AndU),
    (I64, 1, I::I64AtomicRmw8OrU),
    (I64, 1, I::I64AtomicRmw8XorU),
    (I64, 1, I::I64AtomicRmw8XchgU),
    (I64, 2, I::I64AtomicRmw16AddU),
    (I64, 2, I::I64AtomicRmw16SubU),
    (I64, 2, I::I64AtomicRmw16AndU),
    (I64, 2, I::I64AtomicRmw16OrU),
    (I64, 2, I::I64AtomicRmw16XorU),
    (I64, 2, I::I64AtomicRmw16XchgU),
    (I64, 4, I::I64AtomicRmw32AddU),
    (I64, 4, I::I64AtomicRmw32SubU),
    (I64, 4, I::I64AtomicRmw32AndU),
    (I64, 4, I::I64AtomicRmw32OrU),
    (I64, 4, I::I64AtomicRmw32XorU),
    (I64, 4, I::I64AtomicRmw32XchgU),
];

const COMPARE_EXCHANGES: Accesses = &[
    (I32, 4, I::I32AtomicRmwCmpxchg),
    (I32, 1, I::I32AtomicRmw8CmpxchgU),
    (I32, 2, I::I32AtomicRmw16CmpxchgU),
    (I64, 8, I::I64AtomicRmwCmpxchg),
    (I64, 1, I::I64AtomicRmw8CmpxchgU),
    (I64, 2, I::I64AtomicRmw16CmpxchgU),
    (I64, 4, I::I64AtomicRmw32CmpxchgU),
];
