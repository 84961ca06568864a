//! Shapes of many functions, above all of those that may be inlined.

use wasm_encoder::{BlockType, ExportKind, Instruction as I, ValType};

use super::module::{Builder, memarg, repeat};
use super::{Shape, costly, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("functions without code", 40_000, |size| functions(size, |_| Vec::new())),
    shape("functions that add", 10_000, |size| functions(size, |_| COUNT.to_vec())),
    shape("functions of different types", 6_000, functions_of_different_types),
    costly("functions with fifty thousand locals", 2_000, functions_with_locals),
    shape("functions with a hundred parameters", 2_000, functions_with_parameters),
    shape("functions with a large frame", 40, functions_with_a_large_frame),
    shape("a chain of calls", 12_000, |size| functions(size, |at| call(at, size, 1))),
    shape("a chain of calls backwards", 12_000, |size| functions(size, call_before)),
    // The last function would be called as often as there are leaves of a tree of this depth.
    shape("a tree of calls", 10_000, |size| functions(size, |at| call(at, size, 2))),
    shape("a tree of calls in loops", 5_000, tree_in_loops),
    shape("functions that call a small one", 10_000, |size| functions(size, call_first)),
    shape("one function that calls many small ones", 10_000, caller_of_all),
    shape("calls of small functions in nested loops", 8_000, inlined_in_nested_loops),
    shape("a small function with branches, called again and again", 8_000, branches_inlined),
    shape("functions that call each other", 10_000, |size| {
        functions(size, |at| call_next(at, size))
    }),
    shape("functions that call themselves thrice", 1_500, recursive_functions),
    shape("functions with a loop", 5_000, |size| functions(size, |_| A_LOOP.to_vec())),
    shape("functions with an access", 6_000, |size| functions(size, |_| ACCESS.to_vec())),
    shape("functions that multiply wide numbers", 600, products),
    shape("functions that trap", 10_000, |size| functions(size, |_| vec![I::Unreachable])),
    shape("exported functions", 5_000, exported),
];

const COUNT: [I<'static>; 4] = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0)];
const A_LOOP: [I<'static>; 8] = [
    I::Loop(BlockType::Empty),
    I::LocalGet(0),
    I::I32Const(1),
    I::I32Sub,
    I::LocalTee(0),
    I::BrIf(0),
    I::End,
    I::Nop,
];
const ACCESS: [I<'static>; 4] =
    [I::LocalGet(0), I::LocalGet(0), I::I32Load(memarg(8, 2)), I::I32Store(memarg(4, 2))];

/// Functions of one parameter; `body` makes the code of each.
fn functions(size: u32, body: impl Fn(u32) -> Vec<I<'static>>) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    for at in 0..size {
        builder.function_of(ty, &[], &body(at));
    }
    builder.finish()
}

/// Calls of the function after number `at`, if there is one.
fn call(at: u32, size: u32, times: u32) -> Vec<I<'static>> {
    match at + 1 < size {
        true => repeat(&[I::LocalGet(0), I::Call(at + 1)], times).collect(),
        false => COUNT.to_vec(),
    }
}

fn call_before(at: u32) -> Vec<I<'static>> {
    if at == 0 { COUNT.to_vec() } else { vec![I::LocalGet(0), I::Call(at - 1)] }
}

fn call_first(at: u32) -> Vec<I<'static>> {
    if at == 0 { COUNT.to_vec() } else { repeat(&[I::LocalGet(0), I::Call(0)], 4).collect() }
}

fn call_next(at: u32, size: u32) -> Vec<I<'static>> {
    vec![I::LocalGet(0), I::Call((at + 1) % size), I::LocalGet(0), I::Call((at * 7 + 3) % size)]
}

fn tree_in_loops(size: u32) -> Vec<u8> {
    functions(size, |at| {
        let mut code = vec![I::Loop(BlockType::Empty)];
        code.extend(call(at, size, 2));
        code.extend([I::LocalGet(0), I::BrIf(0), I::End]);
        code
    })
}

fn caller_of_all(size: u32) -> Vec<u8> {
    functions(size, |at| match at {
        0 => (1..size).flat_map(|callee| [I::LocalGet(0), I::Call(callee)]).collect(),
        _ => COUNT.to_vec(),
    })
}

fn inlined_in_nested_loops(size: u32) -> Vec<u8> {
    functions(2, |at| match at {
        0 => {
            let head = [I::Loop(BlockType::Empty), I::LocalGet(0), I::Call(1)];
            let end = [I::LocalGet(0), I::BrIf(0), I::End];
            repeat(&head, size).chain(repeat(&end, size)).collect()
        }
        _ => COUNT.to_vec(),
    })
}

fn branches_inlined(size: u32) -> Vec<u8> {
    functions(2, |at| match at {
        0 => repeat(&[I::LocalGet(0), I::Call(1)], size).collect(),
        _ => vec![I::LocalGet(0), I::If(BlockType::Empty), I::Return, I::End],
    })
}

fn recursive_functions(size: u32) -> Vec<u8> {
    functions(size, |at| {
        let one = [I::LocalGet(0), I::If(BlockType::Empty)];
        let mut code = one.to_vec();
        code.extend(repeat(&[I::LocalGet(0), I::I32Const(1), I::I32Sub, I::Call(at)], 3));
        code.push(I::End);
        code
    })
}

fn functions_of_different_types(size: u32) -> Vec<u8> {
    let types = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    let mut builder = Builder::with_memory();
    for number in 0..size {
        let params: Vec<_> =
            (0..8).map(|digit| types[(number >> (2 * digit)) as usize % 4]).collect();
        builder.function(&params, 0, &[]);
    }
    builder.finish()
}

fn functions_with_locals(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    for _ in 0..size {
        builder.function_of(ty, &[(49_000, ValType::I64)], &[]);
    }
    builder.finish()
}

fn functions_with_parameters(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32; 100], &[]);
    for _ in 0..size {
        builder.function_of(ty, &[], &[I::LocalGet(99), I::LocalSet(0)]);
    }
    builder.finish()
}

fn functions_with_a_large_frame(size: u32) -> Vec<u8> {
    const VALUES: u32 = 400;
    let load = |at: u32| [I::I32Const(8 * at.cast_signed()), I::I64Load(memarg(0, 3))];
    let mut code: Vec<_> = (0..VALUES).flat_map(load).collect();
    code.extend(repeat(&[I::I64Xor], VALUES - 1).chain([I::Drop]));
    functions(size, |_| code.clone())
}

/// Functions that may be taken for products of 64-bit numbers: three parameters, and stores of two
/// sums of products of halves.
fn products(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32, ValType::I64, ValType::I64], &[]);
    let mut code = Vec::new();
    for _ in 0..20 {
        code.extend([I::LocalGet(1), I::I64Const(32), I::I64ShrU, I::LocalGet(2), I::I64Mul]);
        code.extend([I::LocalGet(1), I::I64Add, I::LocalSet(1)]);
    }
    for offset in [0, 8] {
        code.extend([I::LocalGet(0), I::LocalGet(1), I::I64Store(memarg(offset, 3))]);
    }
    for _ in 0..size {
        builder.function_of(ty, &[], &code);
    }
    builder.finish()
}

fn exported(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    for at in 0..size {
        builder.exports.export(&format!("f{at}"), ExportKind::Func, at);
        builder.function_of(ty, &[], &COUNT);
    }
    builder.finish()
}
