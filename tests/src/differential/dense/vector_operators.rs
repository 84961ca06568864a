//! The operators on vectors that the dense generator chooses from.

use ValType::{F32, F64, I32, I64, V128};
use wasm_encoder::Instruction as I;
use wasm_encoder::{Instruction, MemArg, ValType};

use super::operators::{Access, OperatorChoice, operators};

/// Operators that compute no NaN.
pub(in super::super) const TOTAL: &[OperatorChoice] = operators! {
    [V128, V128] => V128: I8x16Swizzle I8x16Eq I8x16Ne I8x16LtS I8x16LtU I8x16GtS I8x16GtU
        I8x16LeS I8x16LeU I8x16GeS I8x16GeU I16x8Eq I16x8Ne I16x8LtS I16x8LtU I16x8GtS I16x8GtU
        I16x8LeS I16x8LeU I16x8GeS I16x8GeU I32x4Eq I32x4Ne I32x4LtS I32x4LtU I32x4GtS I32x4GtU
        I32x4LeS I32x4LeU I32x4GeS I32x4GeU I64x2Eq I64x2Ne I64x2LtS I64x2GtS I64x2LeS I64x2GeS
        F32x4Eq F32x4Ne F32x4Lt F32x4Gt F32x4Le F32x4Ge F64x2Eq F64x2Ne F64x2Lt F64x2Gt F64x2Le
        F64x2Ge V128And V128AndNot V128Or V128Xor I8x16NarrowI16x8S I8x16NarrowI16x8U I8x16Add
        I8x16AddSatS I8x16AddSatU I8x16Sub I8x16SubSatS I8x16SubSatU I8x16MinS I8x16MinU I8x16MaxS
        I8x16MaxU I8x16AvgrU I16x8Q15MulrSatS I16x8NarrowI32x4S I16x8NarrowI32x4U I16x8Add
        I16x8AddSatS I16x8AddSatU I16x8Sub I16x8SubSatS I16x8SubSatU I16x8Mul I16x8MinS I16x8MinU
        I16x8MaxS I16x8MaxU I16x8AvgrU I16x8ExtMulLowI8x16S I16x8ExtMulHighI8x16S
        I16x8ExtMulLowI8x16U I16x8ExtMulHighI8x16U I32x4Add I32x4Sub I32x4Mul I32x4MinS I32x4MinU
        I32x4MaxS I32x4MaxU I32x4DotI16x8S I32x4ExtMulLowI16x8S I32x4ExtMulHighI16x8S
        I32x4ExtMulLowI16x8U I32x4ExtMulHighI16x8U I64x2Add I64x2Sub I64x2Mul I64x2ExtMulLowI32x4S
        I64x2ExtMulHighI32x4S I64x2ExtMulLowI32x4U I64x2ExtMulHighI32x4U F32x4PMin F32x4PMax
        F64x2PMin F64x2PMax;
    [I32] => V128: I8x16Splat I16x8Splat I32x4Splat;
    [I64] => V128: I64x2Splat;
    [F32] => V128: F32x4Splat;
    [F64] => V128: F64x2Splat;
    [V128] => V128: V128Not I8x16Abs I8x16Neg I8x16Popcnt I16x8ExtAddPairwiseI8x16S
        I16x8ExtAddPairwiseI8x16U I16x8Abs I16x8Neg I16x8ExtendLowI8x16S I16x8ExtendHighI8x16S
        I16x8ExtendLowI8x16U I16x8ExtendHighI8x16U I32x4ExtAddPairwiseI16x8S
        I32x4ExtAddPairwiseI16x8U I32x4Abs I32x4Neg I32x4ExtendLowI16x8S I32x4ExtendHighI16x8S
        I32x4ExtendLowI16x8U I32x4ExtendHighI16x8U I64x2Abs I64x2Neg I64x2ExtendLowI32x4S
        I64x2ExtendHighI32x4S I64x2ExtendLowI32x4U I64x2ExtendHighI32x4U F32x4Abs F32x4Neg
        F64x2Abs F64x2Neg I32x4TruncSatF32x4S I32x4TruncSatF32x4U F32x4ConvertI32x4S
        F32x4ConvertI32x4U I32x4TruncSatF64x2SZero I32x4TruncSatF64x2UZero F64x2ConvertLowI32x4S
        F64x2ConvertLowI32x4U;
    [V128, V128, V128] => V128: V128Bitselect;
    [V128] => I32: V128AnyTrue I8x16AllTrue I8x16Bitmask I16x8AllTrue I16x8Bitmask I32x4AllTrue
        I32x4Bitmask I64x2AllTrue I64x2Bitmask;
    [V128, I32] => V128: I8x16Shl I8x16ShrS I8x16ShrU I16x8Shl I16x8ShrS I16x8ShrU I32x4Shl
        I32x4ShrS I32x4ShrU I64x2Shl I64x2ShrS I64x2ShrU;
};

/// Relaxed operators. Multiply-add is missing: wasmi rounds it once, compiled code twice, as the
/// deterministic profile does.
pub(super) const RELAXED: &[OperatorChoice] = operators! {
    [V128, V128] => V128: I8x16RelaxedSwizzle I16x8RelaxedQ15mulrS I16x8RelaxedDotI8x16I7x16S;
    [V128, V128, V128] => V128: I8x16RelaxedLaneselect I16x8RelaxedLaneselect
        I32x4RelaxedLaneselect I64x2RelaxedLaneselect I32x4RelaxedDotI8x16I7x16AddS;
    [V128] => V128: I32x4RelaxedTruncF32x4S I32x4RelaxedTruncF32x4U I32x4RelaxedTruncF64x2SZero
        I32x4RelaxedTruncF64x2UZero;
};

/// Operators that may compute a NaN in a lane of 32 bits.
pub(in super::super) const FLOATS: &[OperatorChoice] = operators! {
    [V128] => V128: F32x4Ceil F32x4Floor F32x4Trunc F32x4Nearest F32x4Sqrt F32x4DemoteF64x2Zero;
    [V128, V128] => V128: F32x4Add F32x4Sub F32x4Mul F32x4Div F32x4Min F32x4Max
        F32x4RelaxedMin F32x4RelaxedMax;
};

/// Operators that may compute a NaN in a lane of 64 bits.
pub(in super::super) const DOUBLES: &[OperatorChoice] = operators! {
    [V128] => V128: F64x2Ceil F64x2Floor F64x2Trunc F64x2Nearest F64x2Sqrt F64x2PromoteLowF32x4;
    [V128, V128] => V128: F64x2Add F64x2Sub F64x2Mul F64x2Div F64x2Min F64x2Max
        F64x2RelaxedMin F64x2RelaxedMax;
};

/// Operators on one lane: their type outside of the vector, how many lanes there are, and the
/// instructions that take a lane out and put one in.
pub(super) const LANES: &[(ValType, u8, OnLane, OnLane)] = &[
    (I32, 16, I::I8x16ExtractLaneS, I::I8x16ReplaceLane),
    (I32, 16, I::I8x16ExtractLaneU, I::I8x16ReplaceLane),
    (I32, 8, I::I16x8ExtractLaneS, I::I16x8ReplaceLane),
    (I32, 8, I::I16x8ExtractLaneU, I::I16x8ReplaceLane),
    (I32, 4, I::I32x4ExtractLane, I::I32x4ReplaceLane),
    (I64, 2, I::I64x2ExtractLane, I::I64x2ReplaceLane),
    (F32, 4, I::F32x4ExtractLane, I::F32x4ReplaceLane),
    (F64, 2, I::F64x2ExtractLane, I::F64x2ReplaceLane),
];

type OnLane = fn(u8) -> Instruction<'static>;

/// Loads of vectors: bytes, instruction.
pub(in super::super) const LOADS: &[(u32, Access)] = &[
    (16, I::V128Load),
    (8, I::V128Load8x8S),
    (8, I::V128Load8x8U),
    (8, I::V128Load16x4S),
    (8, I::V128Load16x4U),
    (8, I::V128Load32x2S),
    (8, I::V128Load32x2U),
    (1, I::V128Load8Splat),
    (2, I::V128Load16Splat),
    (4, I::V128Load32Splat),
    (8, I::V128Load64Splat),
    (4, I::V128Load32Zero),
    (8, I::V128Load64Zero),
];

type LaneAccess = fn(MemArg, u8) -> Instruction<'static>;

/// Loads and stores of one lane: bytes, the two instructions.
pub(super) const LANE_ACCESSES: &[(u32, LaneAccess, LaneAccess)] = &[
    (
        1,
        |memarg, lane| I::V128Load8Lane { memarg, lane },
        |memarg, lane| I::V128Store8Lane { memarg, lane },
    ),
    (
        2,
        |memarg, lane| I::V128Load16Lane { memarg, lane },
        |memarg, lane| I::V128Store16Lane { memarg, lane },
    ),
    (
        4,
        |memarg, lane| I::V128Load32Lane { memarg, lane },
        |memarg, lane| I::V128Store32Lane { memarg, lane },
    ),
    (
        8,
        |memarg, lane| I::V128Load64Lane { memarg, lane },
        |memarg, lane| I::V128Store64Lane { memarg, lane },
    ),
];
