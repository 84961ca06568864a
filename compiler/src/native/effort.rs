//! How much work optimisation may take on a function.
//!
//! Some of Cranelift's algorithms take time or memory that grows with the square of what they work
//! on. Its backtracking register allocator keeps, for each value, a record for about every block
//! that the value is alive in: 5,000 values that are alive in as many blocks come from 38 KB of wasm
//! and took 15 s and 1.6 GB. A function that is too much for it is compiled as at level 0, by
//! algorithms that need time and memory in proportion to the size.
//!
//! Lives are measured after the middle end, which may prolong them. The figure is an estimate:
//! blocks count in the order of the layout, which for WebAssembly's structured control flow keeps
//! every loop together.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Function, Value};

use super::loops::{Loops, destinations};

/// The most blocks in which the middle end looks for equal computations. 300,000 in a row took
/// minutes. CPython has 12,600 in one function.
const MAX_BLOCKS: usize = 60_000;

/// The most pairs of a value and a block in which it is alive that the backtracking allocator gets.
/// The most that a function of CPython, clang-format, SQLite or CanvasKit has is 1.1 million.
const MAX_LIVE_PAIRS: u64 = 8_000_000;

/// The most arguments of branches, which the allocator merges with the parameters of their targets.
/// A chain of 50,000 takes 2.7 s, and one of 100,000 four times as long. CPython has 17,000 in one
/// function.
const MAX_BRANCH_ARGUMENTS: usize = 100_000;

/// Whether `func`, just lowered, is too much for the optimising middle end.
pub(super) fn exceeds_middle_end(func: &Function) -> bool {
    func.dfg.num_blocks() > MAX_BLOCKS
}

/// Whether `func`, as the middle end left it, is too much for the backtracking register allocator.
pub(super) fn exceeds_backtracking(func: &Function) -> bool {
    let (values, blocks) = (func.dfg.num_values() as u64, func.dfg.num_blocks() as u64);
    // Most functions are too small to be worth a look.
    values * blocks > MAX_LIVE_PAIRS
        && (branch_arguments(func) > MAX_BRANCH_ARGUMENTS
            || live_pairs(func, MAX_LIVE_PAIRS) > MAX_LIVE_PAIRS)
}

fn branch_arguments(func: &Function) -> usize {
    let destinations = func.layout.blocks().flat_map(|block| destinations(func, block));
    destinations.map(|call| call.args(&func.dfg.value_lists).count()).sum()
}

/// Where a value is alive: from its definition's block to that of its last use, as positions in the
/// layout.
#[derive(Clone, Copy, Default)]
struct Life {
    start: u32,
    end: u32,
}

/// The number of pairs of a value and a block in which it is alive, or some number above `limit`.
fn live_pairs(func: &Function, limit: u64) -> u64 {
    let lives = lives(func);
    let loops = Loops::of(func);
    let mut pairs = 0;
    for life in lives.values() {
        // A value from outside of a loop that is used in it stays alive until the loop ends. Each
        // step of the search crosses a block that counts, so the search is no more work than that.
        let mut end = life.end;
        let mut around = loops.innermost[life.end as usize];
        while let Some(header) = around.filter(|&header| header > life.start) {
            end = end.max(loops.end[header as usize].unwrap_or(end));
            around = loops.outer[header as usize];
        }
        pairs += u64::from(end - life.start);
        if pairs > limit {
            break;
        }
    }
    pairs
}

fn lives(func: &Function) -> SecondaryMap<Value, Life> {
    let mut lives: SecondaryMap<Value, Life> = SecondaryMap::with_capacity(func.dfg.num_values());
    for (block, position) in func.layout.blocks().zip(0..) {
        let mut define = |value| lives[value] = Life { start: position, end: position };
        func.dfg.block_params(block).iter().copied().for_each(&mut define);
        for inst in func.layout.block_insts(block) {
            func.dfg.inst_results(inst).iter().copied().for_each(&mut define);
        }
    }
    for (block, position) in func.layout.blocks().zip(0..) {
        for inst in func.layout.block_insts(block) {
            for value in func.dfg.inst_values(inst) {
                let life = &mut lives[func.dfg.resolve_aliases(value)];
                life.end = life.end.max(position);
            }
        }
    }
    lives
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::{Function, InstBuilder, Type, types};
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

    use super::live_pairs;

    const I32: Type = types::I32;

    /// `values` constants, then `blocks` blocks in a row, of which the last one uses the constants;
    /// with `back`, the last one may branch to the first.
    fn function(values: u32, blocks: u32, used_in: u32, back: bool) -> Function {
        let mut func = Function::new();
        let mut context = FunctionBuilderContext::new();
        let mut builder = FunctionBuilder::new(&mut func, &mut context);
        let entry = builder.create_block();
        builder.switch_to_block(entry);
        let constants: Vec<_> =
            (0..values).map(|value| builder.ins().iconst(I32, i64::from(value))).collect();
        let row: Vec<_> = (0..blocks).map(|_| builder.create_block()).collect();
        let exit = builder.create_block();
        builder.ins().jump(row[0], &[]);
        for (at, &block) in row.iter().enumerate() {
            builder.switch_to_block(block);
            if at == used_in as usize {
                for &constant in &constants {
                    builder.ins().iadd_imm_s(constant, 1);
                }
            }
            match row.get(at + 1) {
                Some(&next) => builder.ins().jump(next, &[]),
                None if back => {
                    let condition = builder.ins().iconst(I32, 1);
                    builder.ins().brif(condition, row[0], &[], exit, &[])
                }
                None => builder.ins().jump(exit, &[]),
            };
        }
        builder.switch_to_block(exit);
        builder.ins().return_(&[]);
        builder.seal_all_blocks();
        func
    }

    #[test]
    fn a_value_lives_until_its_last_use() {
        assert_eq!(live_pairs(&function(10, 100, 49, false), u64::MAX), 10 * 50);
        assert_eq!(live_pairs(&function(10, 100, 99, false), u64::MAX), 10 * 100);
    }

    #[test]
    fn a_value_used_in_a_loop_lives_until_the_loop_ends() {
        assert_eq!(live_pairs(&function(10, 100, 0, true), u64::MAX), 10 * 100);
        assert_eq!(live_pairs(&function(10, 100, 0, false), u64::MAX), 10);
    }

    #[test]
    fn counting_ends_at_the_limit() {
        let pairs = live_pairs(&function(1_000, 100, 99, false), 1_000);
        assert!((1_001..2_000).contains(&pairs), "{pairs}");
    }
}
