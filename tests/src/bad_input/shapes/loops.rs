//! Shapes of loops, and of locals that change in them.

use wasm_encoder::{BlockType, Instruction as I, ValType};

use super::module::{Builder, memarg, one_function, repeat};
use super::{Shape, costly, shape};

pub(super) const SHAPES: &[Shape] = &[
    // Code that is moved out of loops looks through all loops around it, for each of them.
    costly("computations that could leave nested loops", 5_000, redundant_in_loops),
    // SSA construction makes a chain of aliases as long as the loops are deep, for each local.
    costly("50 locals used in the innermost of nested loops", 20_000, locals_in_innermost_loop),
    // One value is passed on from loop to loop: the register allocator merges them all.
    costly("loops in a row with one local", 20_000, loops_in_a_row),
    // The same, and long ways from the end of a loop to the block that dominates its head.
    costly("nested loops with one local", 29_000, nested_loops),
    // The search for parameters with one value goes through all of them for each.
    costly("locals that move up by one in a loop", 40_000, rotating_locals),
    // All parameters of a loop move up when one is removed.
    costly("locals that are read in nested loops", 40_000, locals_read_in_loops),
    shape("locals that move up by one in nested loops", 8_000, rotating_in_nested_loops),
    shape("locals that are exchanged in a loop", 20_000, exchanged_locals),
    shape("locals that are counted in a loop", 20_000, counted_locals),
    costly("locals that are counted between branches of a loop", 10_000, counted_between_branches),
    shape("branches back to one loop", 40_000, branches_back),
    shape("branches back to all loops around", 10_000, branches_to_all_loops),
    shape("nested loops without locals", 40_000, empty_loops),
    shape("loops in a row with twenty locals", 4_000, loops_with_twenty_locals),
    shape("nested loops with parameters", 10_000, loops_with_parameters),
    shape("loops that are counted from constants", 10_000, counted_loops),
    shape("nested loops that are counted from constants", 10_000, nested_counted_loops),
    shape("loops with a call", 15_000, loops_with_a_call),
    costly("vectors that change in a loop", 10_000, vectors_in_a_loop),
];

const LOOP: I<'static> = I::Loop(BlockType::Empty);
const BACK: [I<'static>; 3] = [I::LocalGet(0), I::BrIf(0), I::End];
const COUNT: [I<'static>; 4] = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0)];

fn redundant_in_loops(size: u32) -> Vec<u8> {
    let head = [LOOP, I::LocalGet(1), I::LocalGet(2), I::I32Mul, I::I32Const(1), I::I32Add];
    let head = [&head[..], &[I::LocalGet(0), I::I32Add, I::LocalSet(0)]].concat();
    let mut code: Vec<_> = repeat(&head, size).chain(repeat(&BACK, size)).collect();
    store_locals(3, &mut code);
    one_function(&[ValType::I32; 3], 0, &code)
}

fn locals_in_innermost_loop(size: u32) -> Vec<u8> {
    const LOCALS: u32 = 50;
    let mut code: Vec<_> = repeat(&[LOOP, I::LocalGet(1), I::LocalSet(0)], size).collect();
    code.extend((1..LOCALS).flat_map(|local| [I::LocalGet(local), I::LocalSet(0)]));
    code.extend(repeat(&BACK, size));
    store_locals(LOCALS, &mut code);
    one_function(&[ValType::I32; LOCALS as usize], 0, &code)
}

/// Uses locals.
fn store_locals(count: u32, code: &mut Vec<I<'_>>) {
    for local in 0..count {
        code.extend([I::I32Const(8 * local.cast_signed()), I::LocalGet(local)]);
        code.push(I::I32Store(memarg(0, 2)));
    }
}

fn loops_in_a_row(size: u32) -> Vec<u8> {
    let one = [LOOP, I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalTee(0), I::BrIf(0), I::End];
    one_function(&[], 1, &repeat(&one, size).collect::<Vec<_>>())
}

fn nested_loops(size: u32) -> Vec<u8> {
    let head = [&[LOOP], &COUNT[..]].concat();
    one_function(&[], 1, &repeat(&head, size).chain(repeat(&BACK, size)).collect::<Vec<_>>())
}

/// Moves each of `size` locals into the one before it, and counts the last one.
fn rotate(size: u32) -> impl Iterator<Item = I<'static>> {
    let moved = (1..size).flat_map(|local| [I::LocalGet(local), I::LocalSet(local - 1)]);
    moved.chain([I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(size - 1)])
}

fn rotating_locals(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP];
    code.extend(rotate(size));
    code.extend(BACK);
    one_function(&[], size, &code)
}

fn rotating_in_nested_loops(size: u32) -> Vec<u8> {
    const DEPTH: u32 = 4;
    let mut code = Vec::new();
    for _ in 0..DEPTH {
        code.push(LOOP);
        code.extend(rotate(size));
    }
    code.extend(repeat(&BACK, DEPTH));
    one_function(&[], size, &code)
}

fn exchanged_locals(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP];
    for local in (0..size - 1).step_by(2) {
        code.extend([I::LocalGet(local), I::LocalGet(local + 1)]);
        code.extend([I::LocalSet(local), I::LocalSet(local + 1)]);
    }
    code.extend([I::LocalGet(0), I::I32Eqz, I::BrIf(0), I::End]);
    one_function(&[], size, &code)
}

fn counted_locals(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP];
    for local in 0..size {
        code.extend([I::LocalGet(local), I::I32Const(1), I::I32Add, I::LocalSet(local)]);
    }
    code.extend(BACK);
    one_function(&[], size, &code)
}

fn counted_between_branches(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP];
    for local in 0..size {
        code.extend([I::LocalGet(local), I::I32Const(1), I::I32Add, I::LocalTee(local)]);
        code.push(I::BrIf(0));
    }
    code.push(I::End);
    one_function(&[], size, &code)
}

fn locals_read_in_loops(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP; 5];
    code.extend((0..size).flat_map(|local| [I::LocalGet(local), I::Drop]));
    code.extend(repeat(&BACK, 5));
    one_function(&[], size, &code)
}

fn branches_back(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP];
    code.extend(repeat(&[&COUNT[..], &[I::LocalGet(0), I::BrIf(0)]].concat(), size));
    code.push(I::End);
    one_function(&[], 1, &code)
}

fn branches_to_all_loops(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP; size as usize];
    code.extend((0..size).flat_map(|label| [I::LocalGet(0), I::BrIf(label)]));
    code.extend(repeat(&[&COUNT[..], &[I::End]].concat(), size));
    one_function(&[], 1, &code)
}

fn empty_loops(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP; size as usize];
    code.extend(repeat(&[I::End], size));
    one_function(&[], 0, &code)
}

fn loops_with_twenty_locals(size: u32) -> Vec<u8> {
    const LOCALS: u32 = 20;
    let mut one = vec![LOOP];
    for local in 0..LOCALS {
        one.extend([I::LocalGet(local), I::LocalGet((local + 1) % LOCALS), I::I32Add]);
        one.push(I::LocalSet(local));
    }
    one.extend(BACK);
    one_function(&[ValType::I32; LOCALS as usize], 0, &repeat(&one, size).collect::<Vec<_>>())
}

fn loops_with_parameters(size: u32) -> Vec<u8> {
    const VALUES: [ValType; 4] = [ValType::I32; 4];
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&VALUES, &VALUES);
    let mut code: Vec<_> = (0..4).map(I::LocalGet).collect();
    code.extend(repeat(&[I::Loop(BlockType::FunctionType(ty)), I::LocalGet(0), I::I32Add], size));
    code.extend(repeat(&[I::LocalGet(1), I::I32Mul, I::End], size));
    builder.function_of(ty, &[], &code);
    builder.finish()
}

/// A loop of four iterations.
fn counted(body: &[I<'static>]) -> Vec<I<'static>> {
    let head = [I::I32Const(0), I::LocalSet(0), LOOP];
    let next = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalTee(0)];
    let end = [I::I32Const(4), I::I32LtS, I::BrIf(0), I::End];
    [&head[..], body, &next, &end].concat()
}

fn counted_loops(size: u32) -> Vec<u8> {
    let one = counted(&[I::LocalGet(1), I::LocalGet(0), I::I32Add, I::LocalSet(1)]);
    one_function(&[], 2, &repeat(&one, size).collect::<Vec<_>>())
}

fn nested_counted_loops(size: u32) -> Vec<u8> {
    let head = [I::I32Const(0), I::LocalSet(0), LOOP];
    let next = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalTee(0)];
    let end = [I::I32Const(4), I::I32LtS, I::BrIf(0), I::End];
    let end = [&next[..], &end].concat();
    one_function(&[], 2, &repeat(&head, size).chain(repeat(&end, size)).collect::<Vec<_>>())
}

fn loops_with_a_call(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let one = [&[LOOP, I::LocalGet(0), I::Call(0)], &COUNT[..], &BACK].concat();
    builder.function(&[ValType::I32], 0, &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

fn vectors_in_a_loop(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    let mut code = vec![LOOP];
    for local in 1..=size {
        code.extend([I::LocalGet(local), I::LocalGet(local % size + 1), I::I32x4Add]);
        code.push(I::LocalSet(local));
    }
    code.extend(COUNT);
    code.extend(BACK);
    builder.function_of(ty, &[(size, ValType::V128)], &code);
    builder.finish()
}
