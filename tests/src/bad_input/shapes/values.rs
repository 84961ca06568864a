//! Shapes of locals, constants and computations.

use wasm_encoder::{ConstExpr, GlobalType, Instruction as I, ValType};

use super::module::{Builder, SCALARS, memarg, one_function, repeat, repeated};
use super::{Shape, shape};

pub(super) const SHAPES: &[Shape] = &[
    // A group of locals takes two bytes.
    shape("groups of locals of changing types", 20_000, groups_of_locals),
    shape("locals of each type", 12_000, |size| locals_of(&[I32, I64, F32, F64], size)),
    shape("locals that are references", 20_000, |size| locals_of(&[ValType::FUNCREF], size)),
    shape("locals that are set and read", 30_000, set_and_read),
    shape("locals that are set in turn", 50_000, |size| repeated(&EXCHANGE, size)),
    shape("a local that is set again and again", 60_000, |size| {
        repeated(&[I::LocalGet(1), I::LocalSet(0)], size)
    }),
    shape("a thousand parameters", 1_000, thousand_parameters),
    shape("a chain of additions", 40_000, |size| fold(I::I32Add, size)),
    shape("a chain of multiplications", 40_000, |size| fold(I::I32Mul, size)),
    shape("a sum whose terms are pushed first", 40_000, deep_sum),
    shape("a balanced sum", 40_000, balanced_sum),
    shape("a square of a square", 40_000, squares),
    shape("values that stay alive", 10_000, alive),
    shape("values that are used in reverse", 10_000, reversed),
    shape("equal additions", 30_000, |size| {
        repeated(&[I::LocalGet(0), I::LocalGet(1), I::I32Add, I::Drop], size)
    }),
    shape("different i32 constants", 20_000, |size| {
        constants(size, |at| I::I32Const(at * 0x1_0003))
    }),
    shape("different i64 constants", 15_000, |size| {
        constants(size, |at| I::I64Const(i64::from(at) << 33 | 5))
    }),
    shape("different f32 constants", 15_000, |size| {
        constants(size, |at| I::F32Const((at as f32 * 1.25).into()))
    }),
    shape("different f64 constants", 10_000, |size| {
        constants(size, |at| I::F64Const((f64::from(at) * 1.25).into()))
    }),
    shape("f64 constants that are used", 10_000, used_constants),
    shape("arithmetic on constants", 30_000, |size| {
        repeated(&[I::I32Const(7), I::I32Const(9), I::I32Mul, I::LocalSet(0)], size)
    }),
    shape("divisions", 12_000, |size| fold(I::I32DivS, size)),
    shape("remainders", 12_000, |size| fold64(I::I64RemS, size)),
    shape("divisions by different constants", 12_000, divisions_by_constants),
    shape("conversions of floats to integers", 12_000, |size| repeated(&CONVERT, size)),
    shape("saturating conversions", 12_000, |size| repeated(&SATURATE, size)),
    shape("least and largest floats", 10_000, |size| repeated(&MIN_MAX, size)),
    shape("roundings of floats", 12_000, |size| repeated(&ROUND, size)),
    shape("comparisons", 20_000, |size| repeated(&COMPARE, size)),
    shape("tests for zero", 60_000, |size| chain(&[I::I32Eqz], size)),
    shape("counts of bits", 40_000, |size| chain(&[I::I32Popcnt, I::I32Clz], size)),
    shape("wide multiplications", 12_000, |size| repeated(&WIDE, size)),
    shape("selects", 20_000, |size| repeated(&SELECT, size)),
    shape("selects in a chain", 20_000, |size| {
        chain(&[I::LocalGet(1), I::LocalGet(2), I::Select], size)
    }),
    shape("selects of references", 12_000, selected_references),
    shape("global.get", 30_000, |size| with_globals(size, |at| vec![I::GlobalGet(at), I::Drop])),
    shape("global.set", 20_000, |size| {
        with_globals(size, |at| vec![I::I32Const(at.cast_signed()), I::GlobalSet(at)])
    }),
    shape("a global that is counted", 12_000, |size| with_globals(size, |_| COUNT_GLOBAL.to_vec())),
];

const I32: ValType = ValType::I32;
const I64: ValType = ValType::I64;
const F32: ValType = ValType::F32;
const F64: ValType = ValType::F64;

const EXCHANGE: [I<'static>; 4] = [I::LocalGet(0), I::LocalGet(1), I::LocalSet(0), I::LocalSet(1)];
const CONVERT: [I<'static>; 6] = [
    I::LocalGet(8),
    I::I32TruncF32S,
    I::LocalSet(0),
    I::LocalGet(12),
    I::I64TruncF64U,
    I::LocalSet(4),
];
const SATURATE: [I<'static>; 6] = [
    I::LocalGet(8),
    I::I32TruncSatF32S,
    I::LocalSet(0),
    I::LocalGet(12),
    I::I64TruncSatF64U,
    I::LocalSet(4),
];
const MIN_MAX: [I<'static>; 8] = [
    I::LocalGet(8),
    I::LocalGet(9),
    I::F32Min,
    I::LocalSet(8),
    I::LocalGet(12),
    I::LocalGet(13),
    I::F64Max,
    I::LocalSet(12),
];
const ROUND: [I<'static>; 6] =
    [I::LocalGet(8), I::F32Floor, I::LocalSet(8), I::LocalGet(12), I::F64Nearest, I::LocalSet(12)];
const COMPARE: [I<'static>; 4] = [I::LocalGet(0), I::LocalGet(1), I::I32LtS, I::LocalSet(0)];
const WIDE: [I<'static>; 5] =
    [I::LocalGet(4), I::LocalGet(5), I::I64MulWideU, I::LocalSet(4), I::LocalSet(5)];
const SELECT: [I<'static>; 5] =
    [I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), I::Select, I::LocalSet(0)];
const COUNT_GLOBAL: [I<'static>; 4] = [I::GlobalGet(0), I::I32Const(1), I::I32Add, I::GlobalSet(0)];

fn groups_of_locals(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[], &[]);
    let types = [I32, F64, I64, F32];
    let groups: Vec<_> = (0..size as usize).map(|group| (1, types[group % 4])).collect();
    builder.function_of(ty, &groups, &[I::LocalGet(0), I::LocalSet(4)]);
    builder.finish()
}

/// `size` locals of each of `types`, all of which are read.
fn locals_of(types: &[ValType], size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[], &[]);
    let groups: Vec<_> = types.iter().map(|&ty| (size, ty)).collect();
    let count = size * types.len() as u32;
    let code: Vec<_> = (0..count).flat_map(|local| [I::LocalGet(local), I::Drop]).collect();
    builder.function_of(ty, &groups, &code);
    builder.finish()
}

fn set_and_read(size: u32) -> Vec<u8> {
    let mut code = Vec::new();
    for local in 1..size {
        code.extend([I::LocalGet(local - 1), I::I32Const(1), I::I32Add, I::LocalSet(local)]);
    }
    one_function(&[], size, &code)
}

fn thousand_parameters(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[I32; 1_000], &[]);
    let mut code = Vec::new();
    for param in 1..1_000 {
        code.extend([I::LocalGet(param), I::LocalGet(param - 1), I::I32Add]);
        code.push(I::LocalSet(param));
    }
    for _ in 0..size.div_ceil(20) {
        builder.function_of(ty, &[], &code);
    }
    builder.finish()
}

/// Local 0 and local 1 through `operator`, again and again.
fn fold(operator: I<'static>, size: u32) -> Vec<u8> {
    chain(&[I::LocalGet(1), operator], size)
}

fn fold64(operator: I<'static>, size: u32) -> Vec<u8> {
    let mut code = vec![I::LocalGet(4)];
    code.extend(repeat(&[I::LocalGet(5), operator], size));
    code.push(I::LocalSet(4));
    one_function(&SCALARS, 0, &code)
}

/// `step` on a value, again and again.
fn chain(step: &[I<'static>], size: u32) -> Vec<u8> {
    let mut code = vec![I::LocalGet(0)];
    code.extend(repeat(step, size));
    code.push(I::LocalSet(0));
    one_function(&SCALARS, 0, &code)
}

fn deep_sum(size: u32) -> Vec<u8> {
    let code = repeat(&[I::LocalGet(0)], size + 1).chain(repeat(&[I::I32Add], size));
    one_function(&SCALARS, 0, &code.chain([I::Drop]).collect::<Vec<_>>())
}

fn balanced_sum(size: u32) -> Vec<u8> {
    let mut code = Vec::new();
    for term in 0..size {
        code.push(I::LocalGet(term % 4));
        // Adds the two topmost sums while they have the same number of terms.
        code.extend(repeat(&[I::I32Add], (term + 1).trailing_zeros()));
    }
    code.extend(repeat(&[I::I32Add], size.count_ones() - 1));
    code.push(I::Drop);
    one_function(&SCALARS, 0, &code)
}

fn squares(size: u32) -> Vec<u8> {
    repeated(&[I::LocalGet(0), I::LocalGet(0), I::I32Mul, I::LocalSet(0)], size)
}

/// Loads `size` values.
fn loads(size: u32) -> Vec<I<'static>> {
    let load = |at: u32| [I::I32Const(4 * at.cast_signed()), I::I64Load(memarg(0, 2))];
    (0..size).flat_map(load).collect()
}

fn alive(size: u32) -> Vec<u8> {
    let mut code = loads(size);
    code.extend(repeat(&[I::I64Xor], size - 1).chain([I::Drop]));
    one_function(&[], 0, &code)
}

fn reversed(size: u32) -> Vec<u8> {
    let mut code = loads(size);
    code.extend(repeat(&[I::LocalSet(4)], size));
    one_function(&SCALARS, 0, &code)
}

fn constants(size: u32, constant: impl Fn(i32) -> I<'static>) -> Vec<u8> {
    let code = (0..size.cast_signed()).flat_map(|at| [constant(at), I::Drop]);
    one_function(&[], 0, &code.collect::<Vec<_>>())
}

fn used_constants(size: u32) -> Vec<u8> {
    let add = |at: u32| {
        [I::LocalGet(12), I::F64Const((f64::from(at) * 1.25).into()), I::F64Add, I::LocalSet(12)]
    };
    one_function(&SCALARS, 0, &(0..size).flat_map(add).collect::<Vec<_>>())
}

fn divisions_by_constants(size: u32) -> Vec<u8> {
    let divide =
        |at: u32| [I::LocalGet(0), I::I32Const(3 + at.cast_signed()), I::I32DivU, I::LocalSet(0)];
    one_function(&SCALARS, 0, &(0..size).flat_map(divide).collect::<Vec<_>>())
}

fn selected_references(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::FUNCREF, ValType::FUNCREF, I32], &[]);
    let select = I::TypedSelect(ValType::FUNCREF);
    let one = [I::LocalGet(0), I::LocalGet(1), I::LocalGet(2), select, I::LocalSet(0)];
    builder.function_of(ty, &[], &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

/// A function that uses each of 100 globals in turn, `size` times in all.
fn with_globals(size: u32, code: impl Fn(u32) -> Vec<I<'static>>) -> Vec<u8> {
    const GLOBALS: u32 = 100;
    let mut builder = Builder::with_memory();
    for _ in 0..GLOBALS {
        let ty = GlobalType { val_type: I32, mutable: true, shared: false };
        builder.globals.global(ty, &ConstExpr::i32_const(1));
    }
    builder.function(&[], 0, &(0..size).flat_map(|at| code(at % GLOBALS)).collect::<Vec<_>>());
    builder.finish()
}
