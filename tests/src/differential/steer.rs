//! Keeps operands of memory and table operators small.
//!
//! wasm-smith uses any number as an address, so nearly every access of its modules traps, and the
//! code after it never runs. A steered module masks addresses, table indexes and lengths before it
//! uses them; it can still trap, but mostly does not.
//!
//! Invariants: a steered module is valid if the original is, in unreachable code too: every
//! inserted sequence takes and leaves the same types.

use wasm_encoder::{Function, Instruction, ValType};
use wasmparser::Operator;

use super::nan::Floats;

/// Addresses stay below this; memories of a steered module have at least one page.
const ADDRESS_MASK: i32 = 0x7fff;
/// Lengths of bulk operators stay below this.
const LENGTH_MASK: i32 = 0xf;
/// Table indexes stay below this, which is often inside and sometimes not.
const TABLE_MASK: i32 = 0xf;

/// Static offsets stay below this.
pub(super) const OFFSET_LIMIT: u64 = 0x4000;

/// Whether operands are kept small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Steer {
    /// They are not.
    #[default]
    Off,
    /// They are not, in a module that may have vectors with any NaN.
    OffVectors,
    /// They are, in a module without vectors.
    Scalars,
    /// They are, in a module that may have vectors, and has no references but in tables.
    Vectors,
    /// They are, in a module that may have references to exceptions, and has no vectors.
    Exceptions,
    /// They are, in a module with garbage collection and without vectors; `objects.rs` does what has to do with
    /// references.
    Objects,
}

/// Values that are stored away while an operand below them is masked. One local of each type per
/// function.
const FLOATS: &[ValType] = &[ValType::F32, ValType::F64];
const FLOATS_AND_VECTORS: &[ValType] = &[ValType::F32, ValType::F64, ValType::V128];
const SCALARS: &[ValType] =
    &[ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::FUNCREF, ValType::EXTERNREF];
const NUMBERS: &[ValType] = &[ValType::I32, ValType::I64, ValType::F32, ValType::F64];
const EXCEPTIONS: &[ValType] = &[
    ValType::I32,
    ValType::I64,
    ValType::F32,
    ValType::F64,
    ValType::FUNCREF,
    ValType::EXTERNREF,
    ValType::EXNREF,
];
const VECTORS: &[ValType] =
    &[ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::V128];

impl Steer {
    /// Whether operands are kept small.
    pub(super) fn masks(self) -> bool {
        !matches!(self, Self::Off | Self::OffVectors)
    }

    /// The groups of locals to add to a function after its own.
    pub(super) fn temporaries(self) -> impl Iterator<Item = (u32, ValType)> {
        let types = match self {
            Self::Off => FLOATS,
            Self::OffVectors => FLOATS_AND_VECTORS,
            Self::Scalars => SCALARS,
            Self::Vectors => VECTORS,
            Self::Exceptions => EXCEPTIONS,
            Self::Objects => NUMBERS,
        };
        // Two of the first type, since bulk operators take three numbers.
        types.iter().map(|&ty| (if ty == ValType::I32 { 2 } else { 1 }, ty))
    }
}

/// Adds masks to one function.
pub(super) struct Steering<'a> {
    /// Which temporaries there are.
    pub(super) steer: Steer,
    /// Index of the first temporary.
    pub(super) first_temporary: u32,
    /// Element types of the module's tables.
    pub(super) tables: &'a [ValType],
}

impl Steering<'_> {
    /// Inserts the masking code before `operator`, whose name is `name`.
    pub(super) fn before(&self, function: &mut Function, name: &str, operator: &Operator<'_>) {
        match *operator {
            Operator::CallIndirect { .. } | Operator::TableGet { .. } => mask(function, TABLE_MASK),
            Operator::TableSet { table } => {
                self.mask_below(function, self.tables[table as usize], TABLE_MASK);
            }
            Operator::MemoryFill { .. } => self.mask_range(function, ValType::I32, ADDRESS_MASK),
            Operator::TableFill { table } => {
                self.mask_range(function, self.tables[table as usize], TABLE_MASK);
            }
            Operator::MemoryCopy { .. } => self.mask_ranges(function, ADDRESS_MASK, ADDRESS_MASK),
            Operator::MemoryInit { .. } => self.mask_ranges(function, ADDRESS_MASK, LENGTH_MASK),
            Operator::TableCopy { .. } | Operator::TableInit { .. } => {
                self.mask_ranges(function, TABLE_MASK, LENGTH_MASK);
            }
            _ if name.contains("Load") && name.contains("Lane") => {
                self.mask_below(function, ValType::V128, ADDRESS_MASK);
            }
            _ if name.contains("Load") => mask(function, ADDRESS_MASK),
            _ if name.contains("Store") => {
                let value = match &name[..3] {
                    "I32" => ValType::I32,
                    "I64" => ValType::I64,
                    "F32" => ValType::F32,
                    "F64" => ValType::F64,
                    _ => ValType::V128,
                };
                self.mask_below(function, value, ADDRESS_MASK);
            }
            _ => {}
        }
    }

    /// Masks the number below a value of type `ty`.
    fn mask_below(&self, function: &mut Function, ty: ValType, bits: i32) {
        let temporary = self.temporary(ty);
        function.instruction(&Instruction::LocalSet(temporary));
        mask(function, bits);
        function.instruction(&Instruction::LocalGet(temporary));
    }

    /// Masks start and length around a value of type `ty`.
    fn mask_range(&self, function: &mut Function, ty: ValType, start: i32) {
        mask(function, LENGTH_MASK);
        let length = self.temporary(ValType::I32);
        function.instruction(&Instruction::LocalSet(length));
        // The second temporary of that type.
        let value = if ty == ValType::I32 { length + 1 } else { self.temporary(ty) };
        function.instruction(&Instruction::LocalSet(value));
        mask(function, start);
        function.instruction(&Instruction::LocalGet(value));
        function.instruction(&Instruction::LocalGet(length));
    }

    /// Masks two starts and a length.
    fn mask_ranges(&self, function: &mut Function, to: i32, from: i32) {
        mask(function, LENGTH_MASK);
        let length = self.temporary(ValType::I32);
        function.instruction(&Instruction::LocalSet(length));
        mask(function, from);
        function.instruction(&Instruction::LocalSet(length + 1));
        mask(function, to);
        function.instruction(&Instruction::LocalGet(length + 1));
        function.instruction(&Instruction::LocalGet(length));
    }

    /// Replaces any NaN in the floats on the stack by the canonical one. Where there is no local for
    /// vectors, there are no vectors, or they have been replaced.
    pub(super) fn canonicalise(&self, function: &mut Function, floats: Floats) {
        let ty = floats.ty();
        if self.steer.temporaries().any(|(_, group)| group == ty) {
            floats.canonicalise(function, self.temporary(ty));
        }
    }

    /// What follows the temporaries.
    pub(super) fn end(&self) -> u32 {
        self.first_temporary + self.steer.temporaries().map(|(count, _)| count).sum::<u32>()
    }

    fn temporary(&self, ty: ValType) -> u32 {
        let groups = self.steer.temporaries().take_while(|&(_, group)| group != ty);
        self.first_temporary + groups.map(|(count, _)| count).sum::<u32>()
    }
}

fn mask(function: &mut Function, bits: i32) {
    function.instruction(&Instruction::I32Const(bits));
    function.instruction(&Instruction::I32And);
}
