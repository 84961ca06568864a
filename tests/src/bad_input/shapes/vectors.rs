//! Shapes of operators on vectors.

use wasm_encoder::{Instruction as I, ValType};

use super::module::{Builder, memarg, repeat};
use super::{Shape, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("different vector constants", 8_000, vector_constants),
    shape("shuffles with different lanes", 8_000, shuffles),
    shape("additions of vectors", 20_000, |size| pairs(&[I::I32x4Add], size)),
    shape("multiplications of vectors of 64-bit lanes", 12_000, |size| pairs(&[I::I64x2Mul], size)),
    shape("products of float vectors", 12_000, |size| {
        pairs(&[I::F32x4Mul, I::LocalGet(1), I::F64x2Add], size)
    }),
    shape("swizzled vectors", 12_000, |size| pairs(&[I::I8x16Swizzle], size)),
    shape("relaxed operators", 10_000, |size| pairs(&[I::LocalGet(2), I::F32x4RelaxedMadd], size)),
    shape("vectors that are selected by bits", 12_000, |size| {
        pairs(&[I::LocalGet(2), I::V128Bitselect], size)
    }),
    shape("lanes taken out and put back", 8_000, |size| vectors(&LANES, size)),
    shape("shifts of lanes", 8_000, |size| vectors(&SHIFT, size)),
    shape("masks of lanes", 10_000, |size| {
        vectors(&[I::LocalGet(0), I::I8x16Bitmask, I::LocalSet(4)], size)
    }),
    shape("splats", 12_000, |size| vectors(&[I::LocalGet(4), I::I8x16Splat, I::LocalSet(0)], size)),
    shape("conversions of lanes", 8_000, |size| vectors(&CONVERT, size)),
    shape("loads and stores of vectors", 10_000, |size| vectors(&MOVE, size)),
    shape("loads of single lanes", 8_000, |size| vectors(&LOAD_LANE, size)),
];

const LANES: [I<'static>; 5] = [
    I::LocalGet(0),
    I::LocalGet(1),
    I::I32x4ExtractLane(3),
    I::I32x4ReplaceLane(2),
    I::LocalSet(0),
];
const SHIFT: [I<'static>; 4] = [I::LocalGet(0), I::LocalGet(4), I::I8x16ShrS, I::LocalSet(0)];
const CONVERT: [I<'static>; 4] =
    [I::LocalGet(0), I::I32x4TruncSatF32x4U, I::F32x4ConvertI32x4U, I::LocalSet(0)];
const MOVE: [I<'static>; 4] =
    [I::LocalGet(4), I::LocalGet(4), I::V128Load(memarg(16, 0)), I::V128Store(memarg(48, 0))];
const LOAD_LANE: [I<'static>; 4] = [
    I::LocalGet(4),
    I::LocalGet(0),
    I::V128Load8Lane { memarg: memarg(1, 0), lane: 5 },
    I::LocalSet(0),
];

/// A function with vectors in locals 0 to 3 and an integer in local 4, and `code` `size` times.
fn vectors(code: &[I<'_>], size: u32) -> Vec<u8> {
    function(&repeat(code, size).collect::<Vec<_>>())
}

fn function(code: &[I<'_>]) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[], &[]);
    builder.function_of(ty, &[(4, ValType::V128), (1, ValType::I32)], code);
    builder.finish()
}

/// Local 0 and local 1 through operators, again and again.
fn pairs(operators: &[I<'static>], size: u32) -> Vec<u8> {
    let one = [&[I::LocalGet(0), I::LocalGet(1)], operators, &[I::LocalSet(0)]].concat();
    vectors(&one, size)
}

fn vector_constants(size: u32) -> Vec<u8> {
    let add = |at: u32| {
        let constant = (i128::from(at) << 64) | (i128::from(at) * 0x1_0001);
        [I::LocalGet(0), I::V128Const(constant), I::V128Xor, I::LocalSet(0)]
    };
    function(&(0..size).flat_map(add).collect::<Vec<_>>())
}

fn shuffles(size: u32) -> Vec<u8> {
    let shuffle = |at: u32| {
        let lanes = std::array::from_fn(|lane| ((at + 7 * lane as u32 + at / 32) % 32) as u8);
        [I::LocalGet(0), I::LocalGet(1), I::I8x16Shuffle(lanes), I::LocalSet(0)]
    };
    function(&(0..size).flat_map(shuffle).collect::<Vec<_>>())
}
