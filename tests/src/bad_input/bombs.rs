//! Small modules that take a compiler far more time or memory than their size suggests, unless each of
//! its algorithms stays in proportion: each shape made at any size.
//!
//! They are valid and harmless, and cheap to make. What they are aimed at stands beside each.

use wasm_encoder::{
    BlockType, CodeSection, Function, FunctionSection, Instruction as I, MemArg, MemoryType,
    Module, TypeSection, ValType,
};

/// A shape of modules.
pub struct Bomb {
    /// What it is.
    pub name: &'static str,
    /// Makes the module of a size.
    pub build: fn(u32) -> Vec<u8>,
    /// A size at which the shape is a bomb where it meets such an algorithm.
    pub size: u32,
}

const fn bomb(name: &'static str, size: u32, build: fn(u32) -> Vec<u8>) -> Bomb {
    Bomb { name, build, size }
}

/// All shapes.
pub const BOMBS: &[Bomb] = &[
    // Code that is moved out of loops looks through all loops around it, for each of them.
    bomb("computations that could leave nested loops", 5_000, redundant_in_loops),
    // SSA construction makes a chain of aliases as long as the loops are deep, for each local.
    bomb("50 locals used in the innermost of nested loops", 20_000, locals_in_innermost_loop),
    // One value is passed on from loop to loop: the register allocator merges them all.
    bomb("loops in a row with one local", 20_000, loops_in_a_row),
    // The same, and long ways from the end of a loop to the block that dominates its head.
    bomb("nested loops with one local", 29_000, nested_loops),
    // Long ways from branches deep in the code to the blocks that dominate their targets.
    bomb("branch tables out of the same blocks", 8_000, branch_tables),
    // SSA construction goes through the whole table for each of its targets.
    bomb("a branch table with as many targets as entries", 160_000, distinct_targets),
    // The search for parameters with one value goes through all of them for each.
    bomb("locals that move up by one in a loop", 40_000, rotating_locals),
    // All parameters of a loop move up when one is removed.
    bomb("locals that are read in nested loops", 40_000, locals_read_in_loops),
    // Branches to every label around them: long ways to what dominates their targets.
    bomb("branches out of nested blocks", 10_000, branches_to_all_labels),
];

/// A module like most, for comparison: arithmetic, memory, some control.
pub fn plain(size: u32) -> Vec<u8> {
    let mut code = Vec::new();
    for at in 0..size {
        code.extend([
            I::LocalGet(at % 8),
            I::I32Const(at.cast_signed()),
            I::I32Add,
            I::LocalGet((at + 3) % 8),
            I::I32Load(memarg(at % 64)),
            I::I32Mul,
            I::LocalSet((at + 1) % 8),
        ]);
        if at % 5 == 0 {
            code.extend([I::LocalGet(at % 8), I::If(BlockType::Empty), I::LocalGet(1)]);
            code.extend([I::LocalSet(2), I::End]);
        }
    }
    module(&[], 8, &code)
}

fn memarg(offset: u32) -> MemArg {
    MemArg {
        offset: offset.into(),
        align: 2,
        target: wasm_encoder::MemArgTarget::Memory(0),
        ordering: None,
    }
}

/// A module with a page of memory and one function, which has these parameters and so many i32 locals.
fn module(params: &[ValType], locals: u32, code: &[I<'_>]) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function(params.iter().copied(), []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = wasm_encoder::MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut function = Function::new([(locals, ValType::I32)]);
    for instruction in code.iter().chain(&[I::End]) {
        function.instruction(instruction);
    }
    let mut bodies = CodeSection::new();
    bodies.function(&function);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&bodies);
    module.finish()
}

fn repeat<'a>(code: &[I<'a>], count: u32) -> impl Iterator<Item = I<'a>> {
    std::iter::repeat_n(code.to_vec(), count as usize).flatten()
}

const LOOP: I<'static> = I::Loop(BlockType::Empty);
const BLOCK: I<'static> = I::Block(BlockType::Empty);
const BACK: [I<'static>; 3] = [I::LocalGet(0), I::BrIf(0), I::End];
const COUNT: [I<'static>; 4] = [I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(0)];

fn redundant_in_loops(size: u32) -> Vec<u8> {
    let head = [LOOP, I::LocalGet(1), I::LocalGet(2), I::I32Mul, I::I32Const(1), I::I32Add];
    let head = [&head[..], &[I::LocalGet(0), I::I32Add, I::LocalSet(0)]].concat();
    let mut code: Vec<_> = repeat(&head, size).chain(repeat(&BACK, size)).collect();
    store_locals(3, &mut code);
    module(&[ValType::I32; 3], 0, &code)
}

fn locals_in_innermost_loop(size: u32) -> Vec<u8> {
    const LOCALS: u32 = 50;
    let mut code: Vec<_> = repeat(&[LOOP, I::LocalGet(1), I::LocalSet(0)], size).collect();
    code.extend((1..LOCALS).flat_map(|local| [I::LocalGet(local), I::LocalSet(0)]));
    code.extend(repeat(&BACK, size));
    store_locals(LOCALS, &mut code);
    module(&[ValType::I32; LOCALS as usize], 0, &code)
}

/// Uses locals.
fn store_locals(count: u32, code: &mut Vec<I<'_>>) {
    for local in 0..count {
        code.extend([I::I32Const(8 * local.cast_signed()), I::LocalGet(local)]);
        code.push(I::I32Store(memarg(0)));
    }
}

fn loops_in_a_row(size: u32) -> Vec<u8> {
    let one = [LOOP, I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalTee(0), I::BrIf(0), I::End];
    module(&[], 1, &repeat(&one, size).collect::<Vec<_>>())
}

fn nested_loops(size: u32) -> Vec<u8> {
    let head = [&[LOOP], &COUNT[..]].concat();
    module(&[], 1, &repeat(&head, size).chain(repeat(&BACK, size)).collect::<Vec<_>>())
}

fn branch_tables(size: u32) -> Vec<u8> {
    const TARGETS: u32 = 100;
    let table = I::BrTable((1..TARGETS).collect::<Vec<_>>().into(), TARGETS);
    let one = [I::LocalGet(0), I::If(BlockType::Empty), I::LocalGet(0), table, I::End];
    let code =
        repeat(&[BLOCK], TARGETS).chain(repeat(&one, size)).chain(repeat(&[I::End], TARGETS));
    module(&[], 1, &code.collect::<Vec<_>>())
}

fn distinct_targets(size: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[BLOCK], size).collect();
    let targets: Vec<u32> = (0..size - 1).collect();
    code.extend([I::LocalGet(0), I::BrTable(targets.into(), size - 1)]);
    code.extend(repeat(&[I::End, I::LocalGet(0), I::I32Const(3), I::I32Add, I::LocalSet(0)], size));
    module(&[], 1, &code)
}

fn rotating_locals(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP];
    code.extend((1..size).flat_map(|local| [I::LocalGet(local), I::LocalSet(local - 1)]));
    code.extend([I::LocalGet(0), I::I32Const(1), I::I32Add, I::LocalSet(size - 1)]);
    code.extend(BACK);
    module(&[], size, &code)
}

fn locals_read_in_loops(size: u32) -> Vec<u8> {
    let mut code = vec![LOOP; 5];
    code.extend((0..size).flat_map(|local| [I::LocalGet(local), I::Drop]));
    code.extend(repeat(&BACK, 5));
    module(&[], size, &code)
}

fn branches_to_all_labels(size: u32) -> Vec<u8> {
    let mut code: Vec<_> = repeat(&[BLOCK], size).collect();
    code.extend((0..size).rev().flat_map(|label| [I::LocalGet(0), I::BrIf(label)]));
    code.extend(repeat(&[&COUNT[..], &[I::End]].concat(), size));
    module(&[], 1, &code)
}
