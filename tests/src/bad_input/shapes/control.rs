//! Shapes of blocks and branches.

use wasm_encoder::{BlockType, Instruction as I, ValType};

use super::module::{Builder, one_function, repeat};
use super::{Shape, costly, shape};

pub(super) const SHAPES: &[Shape] = &[
    // Long ways from branches deep in the code to the blocks that dominate their targets.
    costly("branch tables out of the same blocks", 8_000, branch_tables),
    // SSA construction goes through the whole table for each of its targets.
    costly("a branch table with as many targets as entries", 160_000, distinct_targets),
    // Branches to every label around them: long ways to what dominates their targets.
    costly("branches out of nested blocks", 10_000, branches_to_all_labels),
    shape("a branch table with two targets", 200_000, |size| table_of(2, size)),
    shape("a branch table with a thousand targets", 160_000, |size| table_of(1_000, size)),
    shape("branch tables of four entries", 15_000, |size| tables(size, 4)),
    costly("branch tables of a thousand entries", 100, |size| tables(size, 1_000)),
    shape("branch tables with values", 10_000, tables_with_values),
    shape("nested blocks", 50_000, |size| nested(&[BLOCK], &[I::End], size)),
    shape("nested blocks with a local", 15_000, |size| nested(&[BLOCK], &SKIP, size)),
    shape("nested blocks with a result", 20_000, nested_results),
    shape("nested blocks with eight parameters", 5_000, |size| wide_blocks(size, true)),
    shape("blocks in a row", 50_000, |size| row(&[BLOCK, I::End], size)),
    shape("blocks in a row with a branch", 15_000, |size| {
        row(&[&[BLOCK], &SKIP[..]].concat(), size)
    }),
    shape("blocks in a row with eight parameters", 5_000, |size| wide_blocks(size, false)),
    shape("nested ifs", 20_000, |size| nested(&IF, &[I::Else, I::End], size)),
    shape("nested ifs with a local", 10_000, |size| nested(&IF, &ELSE_COUNT, size)),
    shape("ifs nested in their conditions", 20_000, ifs_in_conditions),
    shape("ifs in a row", 15_000, |size| row(&[&IF[..], &COUNT, &[I::End]].concat(), size)),
    shape("ifs in a row with a result", 12_000, ifs_with_a_result),
    shape("ifs in a row that change ten locals", 2_000, ifs_with_ten_locals),
    shape("ifs in a row that use one condition", 20_000, one_condition),
    shape("returns", 15_000, |size| row(&[&IF[..], &[I::Return, I::End]].concat(), size)),
    shape("returns of eight values", 5_000, wide_returns),
    shape("branches with eight values", 20_000, wide_branches),
    shape("branches to the end of the function", 30_000, |size| {
        row(&[I::LocalGet(0), I::BrIf(0)], size)
    }),
    shape("traps in a row", 15_000, |size| {
        row(&[&IF[..], &[I::Unreachable, I::End]].concat(), size)
    }),
    shape("unreachable operators", 100_000, unreachable_operators),
    shape("unreachable blocks", 50_000, unreachable_blocks),
    shape("unreachable loops behind branches", 20_000, unreachable_loops),
    shape("branches on constants", 20_000, branches_on_constants),
    shape("nothing", 200_000, |size| row(&[I::Nop], size)),
];

const BLOCK: I<'static> = I::Block(BlockType::Empty);
const IF: [I<'static>; 2] = [I::LocalGet(0), I::If(BlockType::Empty)];
const COUNT: [I<'static>; 4] = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0)];
const ELSE_COUNT: [I<'static>; 6] =
    [I::Else, I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0), I::End];
/// The end of a block that may leave it before it changes a local.
const SKIP: [I<'static>; 7] =
    [I::LocalGet(0), I::BrIf(0), I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0), I::End];

/// A function of two i32 parameters with `code` `count` times.
fn row(code: &[I<'_>], count: u32) -> Vec<u8> {
    one_function(&[ValType::I32; 2], 0, &repeat(code, count).collect::<Vec<_>>())
}

fn nested(open: &[I<'_>], close: &[I<'_>], size: u32) -> Vec<u8> {
    let code = repeat(open, size).chain(repeat(close, size));
    one_function(&[ValType::I32; 2], 0, &code.collect::<Vec<_>>())
}

fn branch_tables(size: u32) -> Vec<u8> {
    const TARGETS: u32 = 100;
    let table = I::BrTable((1..TARGETS).collect::<Vec<_>>().into(), TARGETS);
    let one = [I::LocalGet(0), I::If(BlockType::Empty), I::LocalGet(0), table, I::End];
    let code =
        repeat(&[BLOCK], TARGETS).chain(repeat(&one, size)).chain(repeat(&[I::End], TARGETS));
    one_function(&[], 1, &code.collect::<Vec<_>>())
}

fn distinct_targets(size: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[BLOCK], size).collect();
    let targets: Vec<u32> = (0..size - 1).collect();
    code.extend([I::LocalGet(0), I::BrTable(targets.into(), size - 1)]);
    code.extend(repeat(&[I::End, I::LocalGet(0), I::I32Const(3), I::I32Add, I::LocalSet(0)], size));
    one_function(&[], 1, &code)
}

/// A table of `entries` for `targets` blocks.
fn table_of(targets: u32, entries: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[BLOCK], targets).collect();
    let labels: Vec<u32> = (0..entries).map(|entry| entry % targets).collect();
    code.extend([I::LocalGet(0), I::BrTable(labels.into(), 0)]);
    code.extend(repeat(&[&[I::End], &COUNT[..]].concat(), targets));
    one_function(&[], 1, &code)
}

/// Tables in a row, each with `entries` for two blocks.
fn tables(count: u32, entries: u32) -> Vec<u8> {
    let labels: Vec<u32> = (0..entries).map(|entry| entry % 2).collect();
    let jump = [BLOCK, BLOCK, I::LocalGet(0), I::BrTable(labels.into(), 0), I::End];
    row(&[&jump[..], &COUNT, &[I::End]].concat(), count)
}

fn tables_with_values(size: u32) -> Vec<u8> {
    let block = I::Block(BlockType::Result(ValType::I32));
    let table = I::BrTable(vec![0, 1].into(), 0);
    let jump = [block.clone(), block, I::LocalGet(0), I::LocalGet(1), table, I::End];
    row(&[&jump[..], &[I::I32Const(1), I::I32Add, I::End, I::LocalSet(0)]].concat(), size)
}

fn branches_to_all_labels(size: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[BLOCK], size).collect();
    code.extend((0..size).rev().flat_map(|label| [I::LocalGet(0), I::BrIf(label)]));
    code.extend(repeat(&[&COUNT[..], &[I::End]].concat(), size));
    one_function(&[], 1, &code)
}

fn nested_results(size: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[I::Block(BlockType::Result(ValType::I32))], size).collect();
    code.push(I::LocalGet(0));
    code.extend(repeat(&[I::LocalGet(1), I::BrIf(0), I::End], size));
    code.push(I::Drop);
    one_function(&[ValType::I32; 2], 0, &code)
}

fn wide_blocks(size: u32, nested: bool) -> Vec<u8> {
    const VALUES: [ValType; 8] = [ValType::I32; 8];
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&VALUES, &VALUES);
    let mut code: Vec<_> = (0..8).map(I::LocalGet).collect();
    let open = I::Block(BlockType::FunctionType(ty));
    let branch = [I::LocalGet(0), I::BrIf(0), I::LocalGet(1), I::I32Add, I::End];
    if nested {
        code.extend(repeat(&[open], size).chain(repeat(&branch, size)));
    } else {
        code.extend(repeat(&[&[open], &branch[..]].concat(), size));
    }
    builder.function_of(ty, &[], &code);
    builder.finish()
}

fn ifs_in_conditions(size: u32) -> Vec<u8> {
    let result = BlockType::Result(ValType::I32);
    let one = [I::If(result), I::LocalGet(0), I::Else, I::LocalGet(1), I::End];
    let mut code = vec![I::LocalGet(0)];
    code.extend(repeat(&one, size));
    code.push(I::Drop);
    one_function(&[ValType::I32; 2], 0, &code)
}

fn ifs_with_a_result(size: u32) -> Vec<u8> {
    let result = BlockType::Result(ValType::I32);
    let one = [I::LocalGet(0), I::If(result), I::LocalGet(1), I::Else, I::I32Const(3), I::End];
    row(&[&one[..], &[I::LocalSet(0)]].concat(), size)
}

fn ifs_with_ten_locals(size: u32) -> Vec<u8> {
    const LOCALS: u32 = 10;
    let mut one = IF.to_vec();
    for local in 0..LOCALS {
        one.extend([I::LocalGet((local + 1) % LOCALS), I::LocalGet(local), I::I32Add]);
        one.push(I::LocalSet(local));
    }
    one.push(I::End);
    one_function(&[ValType::I32; LOCALS as usize], 0, &repeat(&one, size).collect::<Vec<_>>())
}

fn one_condition(size: u32) -> Vec<u8> {
    let one = [&IF[..], &[I::LocalGet(1), I::I32Const(1), I::I32Add, I::LocalSet(1), I::End]];
    row(&one.concat(), size)
}

/// Eight parameters and eight results, and `code` between.
fn of_eight_values(code: &[I<'_>], size: u32) -> Vec<u8> {
    const VALUES: [ValType; 8] = [ValType::I32; 8];
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&VALUES, &VALUES);
    let mut all: Vec<_> = (0..8).map(I::LocalGet).collect();
    all.extend(repeat(code, size));
    builder.function_of(ty, &[], &all);
    builder.finish()
}

fn wide_returns(size: u32) -> Vec<u8> {
    let mut one = IF.to_vec();
    one.extend((0..8).map(I::LocalGet));
    one.extend([I::Return, I::End]);
    of_eight_values(&one, size)
}

fn wide_branches(size: u32) -> Vec<u8> {
    of_eight_values(&[I::LocalGet(0), I::BrIf(0)], size)
}

fn unreachable_operators(size: u32) -> Vec<u8> {
    let mut code = vec![I::Return];
    code.extend(repeat(&[I::I32Add, I::LocalSet(0)], size));
    one_function(&[ValType::I32], 0, &code)
}

fn unreachable_blocks(size: u32) -> Vec<u8> {
    let mut code = vec![I::Return];
    code.extend(repeat(&[BLOCK], size).chain(repeat(&[I::End], size)));
    one_function(&[ValType::I32], 0, &code)
}

fn unreachable_loops(size: u32) -> Vec<u8> {
    row(&[BLOCK, I::Br(0), I::Loop(BlockType::Empty), I::Br(0), I::End, I::End], size)
}

fn branches_on_constants(size: u32) -> Vec<u8> {
    row(&[&[I::I32Const(1), I::If(BlockType::Empty)], &COUNT[..], &[I::End]].concat(), size)
}
