//! The operators that the dense generator chooses from, by operand and result types.

use ValType::{F32, F64, I32, I64};
use wasm_encoder::Instruction as I;
use wasm_encoder::{Instruction, MemArg, ValType};

/// An operator with one result.
pub(in super::super) struct OperatorChoice {
    /// Operand types.
    pub(in super::super) takes: &'static [ValType],
    /// Result type.
    pub(in super::super) gives: ValType,
    /// The instruction.
    pub(in super::super) instruction: Instruction<'static>,
}

macro_rules! operators {
    ($($takes:expr => $gives:ident: $($name:ident)*;)*) => {
        &[$($(OperatorChoice { takes: &$takes, gives: $gives, instruction: I::$name },)*)*]
    };
}

pub(super) use operators;

/// Operators that never trap.
pub(in super::super) const TOTAL: &[OperatorChoice] = operators! {
    [I32] => I32: I32Eqz I32Clz I32Ctz I32Popcnt I32Extend8S I32Extend16S;
    [I64] => I64: I64Clz I64Ctz I64Popcnt I64Extend8S I64Extend16S I64Extend32S;
    [I64] => I32: I64Eqz I32WrapI64;
    [I32] => I64: I64ExtendI32S I64ExtendI32U;
    [I32, I32] => I32: I32Add I32Sub I32Mul I32And I32Or I32Xor I32Shl I32ShrS I32ShrU I32Rotl
        I32Rotr I32Eq I32Ne I32LtS I32LtU I32GtS I32GtU I32LeS I32LeU I32GeS I32GeU;
    [I64, I64] => I64: I64Add I64Sub I64Mul I64And I64Or I64Xor I64Shl I64ShrS I64ShrU I64Rotl
        I64Rotr;
    [I64, I64] => I32: I64Eq I64Ne I64LtS I64LtU I64GtS I64GtU I64LeS I64LeU I64GeS I64GeU;
    [F32] => F32: F32Abs F32Neg F32Ceil F32Floor F32Trunc F32Nearest F32Sqrt;
    [F64] => F64: F64Abs F64Neg F64Ceil F64Floor F64Trunc F64Nearest F64Sqrt;
    [F32, F32] => F32: F32Add F32Sub F32Mul F32Div F32Min F32Max F32Copysign;
    [F64, F64] => F64: F64Add F64Sub F64Mul F64Div F64Min F64Max F64Copysign;
    [F32, F32] => I32: F32Eq F32Ne F32Lt F32Gt F32Le F32Ge;
    [F64, F64] => I32: F64Eq F64Ne F64Lt F64Gt F64Le F64Ge;
    [F32] => I32: I32TruncSatF32S I32TruncSatF32U I32ReinterpretF32;
    [F64] => I32: I32TruncSatF64S I32TruncSatF64U;
    [F32] => I64: I64TruncSatF32S I64TruncSatF32U;
    [F64] => I64: I64TruncSatF64S I64TruncSatF64U I64ReinterpretF64;
    [I32] => F32: F32ConvertI32S F32ConvertI32U F32ReinterpretI32;
    [I64] => F32: F32ConvertI64S F32ConvertI64U;
    [I32] => F64: F64ConvertI32S F64ConvertI32U;
    [I64] => F64: F64ConvertI64S F64ConvertI64U F64ReinterpretI64;
    [F64] => F32: F32DemoteF64;
    [F32] => F64: F64PromoteF32;
};

/// Operators that trap for some operands.
pub(in super::super) const PARTIAL: &[OperatorChoice] = operators! {
    [I32, I32] => I32: I32DivS I32DivU I32RemS I32RemU;
    [I64, I64] => I64: I64DivS I64DivU I64RemS I64RemU;
    [F32] => I32: I32TruncF32S I32TruncF32U;
    [F64] => I32: I32TruncF64S I32TruncF64U;
    [F32] => I64: I64TruncF32S I64TruncF32U;
    [F64] => I64: I64TruncF64S I64TruncF64U;
};

pub(in super::super) type Access = fn(MemArg) -> Instruction<'static>;

/// Loads: type, bytes, instruction.
pub(in super::super) const LOADS: &[(ValType, u32, Access)] = &[
    (I32, 4, I::I32Load),
    (I32, 1, I::I32Load8S),
    (I32, 1, I::I32Load8U),
    (I32, 2, I::I32Load16S),
    (I32, 2, I::I32Load16U),
    (I64, 8, I::I64Load),
    (I64, 1, I::I64Load8S),
    (I64, 1, I::I64Load8U),
    (I64, 2, I::I64Load16S),
    (I64, 2, I::I64Load16U),
    (I64, 4, I::I64Load32S),
    (I64, 4, I::I64Load32U),
    (F32, 4, I::F32Load),
    (F64, 8, I::F64Load),
];

/// Stores: type, bytes, instruction.
pub(in super::super) const STORES: &[(ValType, u32, Access)] = &[
    (I32, 4, I::I32Store),
    (I32, 1, I::I32Store8),
    (I32, 2, I::I32Store16),
    (I64, 8, I::I64Store),
    (I64, 1, I::I64Store8),
    (I64, 2, I::I64Store16),
    (I64, 4, I::I64Store32),
    (F32, 4, I::F32Store),
    (F64, 8, I::F64Store),
];
