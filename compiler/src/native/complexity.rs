//! Estimates the work of optimising a function, and whether it exceeds a limit.
//!
//! Some of Cranelift's algorithms take time or memory that grows with the square of their input, or
//! faster. Its backtracking register allocator keeps a record for each value and almost every block
//! in which the value is live: 38 KB of wasm can produce 5,000 values that are live in as many
//! blocks, which took 15 s and 1.6 GB. Deeply nested loops, branches out of deep code and long
//! chains of block parameters cost as much. A function that exceeds a limit is compiled as at level
//! 0, by algorithms whose time and memory are proportional to the size.
//!
//! The measures are estimates. Each is computed in one pass over the function, and only for
//! functions that are large enough to exceed a limit at all. Live ranges are measured after the
//! middle end, which may prolong them. Blocks count in layout order, which keeps every loop
//! together for WebAssembly's structured control flow.

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::entity::{EntityRef, SecondaryMap};
use cranelift_codegen::ir::{Block, Function, Value};
use rustc_hash::FxHashSet;

use super::loops::{Loops, destinations};
use crate::limits::complexity::{
    MAX_ARGUMENTS, MAX_ARGUMENTS_PER_BYTE, MAX_BLOCKS, MAX_DOMINATOR_STEPS, MAX_LIVE_PAIRS,
    MAX_LIVE_STEPS, MAX_LIVE_VALUES, MAX_LOOP_STEPS, MAX_MERGED_PAIRS, MAX_PARAMETER_STEPS,
    MAX_PASSED_PAIRS, MAX_SINGLE_PASS_PAIRS, MAX_SINGLE_PASS_PAIRS_OF_CATCHERS, MAX_TABLE_ENTRIES,
    MAX_VALUES, MAX_VALUES_PER_BYTE, PARAMETER_STEPS, PARAMETER_STEPS_PER_INSTRUCTION,
};

/// The number of values that all branches in `func` pass.
pub(super) fn branch_arguments(func: &Function) -> u64 {
    let calls = func.layout.blocks().flat_map(|block| destinations(func, block));
    calls.map(|call| call.args(&func.dfg.value_lists).len() as u64).sum()
}

/// Whether branches pass too many values for a body of so many bytes: each local that changes in a
/// loop is passed by each branch back to it.
pub(super) fn exceeds_arguments(arguments: u64, body_size: u64) -> bool {
    arguments > MAX_ARGUMENTS + MAX_ARGUMENTS_PER_BYTE * body_size
}

/// Whether `func`, which was just lowered, is so much larger than its body of so many bytes that it
/// is not worth more effort. A few bytes can be a call with a thousand arguments and results.
pub(super) fn is_expanded(func: &Function, arguments: u64, body_size: u64) -> bool {
    let values = func.dfg.num_values() as u64 + arguments;
    values > MAX_VALUES + MAX_VALUES_PER_BYTE * body_size
}

/// Whether `func`, which was just lowered, is too expensive for the optimising middle end.
pub(super) fn exceeds_middle_end(func: &Function) -> bool {
    let (instructions, blocks) = (func.dfg.num_insts() as u64, func.dfg.num_blocks());
    // Each loop has its own block.
    let deepest = blocks as u64;
    blocks > MAX_BLOCKS
        || instructions.saturating_mul(deepest * deepest) > MAX_LOOP_STEPS
            && loop_steps(func) > MAX_LOOP_STEPS
}

/// For each loop around an instruction, and for each of its operands, the middle end goes through
/// all enclosing loops.
fn loop_steps(func: &Function) -> u64 {
    let depths = Loops::of(func).depths();
    let blocks = func.layout.blocks().zip(depths);
    let steps = blocks.filter(|&(_, depth)| depth > 0).map(|(block, depth)| {
        func.layout.block_insts(block).count() as u64 * u64::from(depth).pow(2)
    });
    steps.fold(0, u64::saturating_add)
}

/// Whether the block parameters in `func` pass values in such an order that the search for
/// parameters that always have the same value would take too long.
///
/// The search goes through all branches until nothing changes. It has to be repeated if a value is
/// passed on before everything that may change it has been seen.
pub(super) fn exceeds_parameter_search(func: &Function, domtree: &DominatorTree) -> bool {
    // Each parameter is a value, and is passed at least once.
    let values = func.dfg.num_values() as u64;
    if values * values <= PARAMETER_STEPS {
        return false;
    }
    let mut complete: SecondaryMap<Value, u32> = SecondaryMap::new();
    let mut arguments = 0;
    for_each_argument(func, domtree, |param, _| {
        arguments += 1;
        complete[param] = arguments;
    });
    let mut position = 0;
    let mut early: FxHashSet<Value> = FxHashSet::default();
    for_each_argument(func, domtree, |param, argument| {
        position += 1;
        let argument = func.dfg.resolve_aliases(argument);
        if param != argument && complete[argument] > position {
            early.insert(argument);
        }
    });
    // The state of a parameter changes at most twice.
    let passes = 2 + 2 * early.len() as u64;
    let usual = PARAMETER_STEPS + PARAMETER_STEPS_PER_INSTRUCTION * func.dfg.num_insts() as u64;
    passes * u64::from(arguments) > usual.min(MAX_PARAMETER_STEPS)
}

/// Calls `see` with every block parameter and each argument for it, in the order of the search.
fn for_each_argument(func: &Function, domtree: &DominatorTree, mut see: impl FnMut(Value, Value)) {
    for &block in domtree.cfg_rpo() {
        for call in destinations(func, block) {
            let params = func.dfg.block_params(call.block(&func.dfg.value_lists));
            let args = call.args(&func.dfg.value_lists).filter_map(|arg| arg.as_value());
            params.iter().zip(args).for_each(|(&param, arg)| see(param, arg));
        }
    }
}

/// Whether `func`, after the middle end, is too expensive for the backtracking register allocator.
pub(super) fn exceeds_backtracking(func: &Function, domtree: &DominatorTree) -> bool {
    let (values, blocks) = (func.dfg.num_values() as u64, func.dfg.num_blocks() as u64);
    let branches = most_branches(func);
    // Each measure has a cheap upper bound, which most functions do not reach.
    table_entries(func) > MAX_TABLE_ENTRIES
        || values * func.dfg.num_insts() as u64 > MAX_LIVE_STEPS && exceeds_live_steps(func)
        || branches * blocks > MAX_DOMINATOR_STEPS
            && dominator_steps(func, domtree) > MAX_DOMINATOR_STEPS
        || values * values > MAX_MERGED_PAIRS && merged_pairs(func) > MAX_MERGED_PAIRS
        || values * branches > MAX_LIVE_PAIRS && exceeds_lives(func)
}

/// Whether `func`, after the middle end, is too expensive even for the single-pass register
/// allocator.
pub(super) fn exceeds_single_pass(func: &Function, domtree: &DominatorTree) -> bool {
    let most = match func.stencil.dfg.exception_tables.is_empty() {
        true => MAX_SINGLE_PASS_PAIRS,
        false => MAX_SINGLE_PASS_PAIRS_OF_CATCHERS,
    };
    func.dfg.num_values() as u64 * most_branches(func) > most
        && single_pass_pairs(func, domtree) > most
}

/// The number of entries of all branch tables.
fn table_entries(func: &Function) -> u64 {
    let tables = func.stencil.dfg.jump_tables.values();
    tables.map(|table| table.all_branches().len() as u64).sum()
}

/// Whether too many values of `func` are live at the same time, from their definition to their last
/// use in layout order.
fn exceeds_live_steps(func: &Function) -> bool {
    let mut defined: SecondaryMap<Value, u32> = SecondaryMap::with_capacity(func.dfg.num_values());
    let mut last: SecondaryMap<Value, u32> = SecondaryMap::with_capacity(func.dfg.num_values());
    let mut position = 0;
    for block in func.layout.blocks() {
        for &param in func.dfg.block_params(block) {
            defined[param] = position;
        }
        for inst in func.layout.block_insts(block) {
            position += 1;
            for &result in func.dfg.inst_results(inst) {
                defined[result] = position;
            }
            for value in func.dfg.inst_values(inst) {
                last[func.dfg.resolve_aliases(value)] = position;
            }
        }
    }
    let steps = func.dfg.values().map(|value| last[value].saturating_sub(defined[value]));
    let steps: u64 = steps.map(u64::from).sum();
    steps > MAX_LIVE_STEPS && steps > MAX_LIVE_VALUES * u64::from(position)
}

/// An upper bound of the number of branches between blocks: two from each block, or those of a
/// table.
fn most_branches(func: &Function) -> u64 {
    2 * func.dfg.num_blocks() as u64 + table_entries(func)
}

/// At the start of each block, the single-pass allocator goes through all values that are live
/// after it, once for each branch that leads there. A branch to a block that has other predecessors
/// gets a block of its own.
fn single_pass_pairs(func: &Function, domtree: &DominatorTree) -> u64 {
    let mut branches: SecondaryMap<Block, u64> = SecondaryMap::with_capacity(func.dfg.num_blocks());
    for call in func.layout.blocks().flat_map(|block| destinations(func, block)) {
        branches[call.block(&func.dfg.value_lists)] += 1;
    }
    // For each value: the number of branches before its definition, and before its last use.
    let mut live_ranges: SecondaryMap<Value, (u64, u64)> =
        SecondaryMap::with_capacity(func.dfg.num_values());
    let mut position = 0;
    for &block in domtree.cfg_rpo() {
        position += branches[block].max(1);
        let params = func.dfg.block_params(block).iter();
        params.for_each(|&param| live_ranges[param] = (position, position));
        for inst in func.layout.block_insts(block) {
            for value in func.dfg.inst_values(inst) {
                let range = &mut live_ranges[func.dfg.resolve_aliases(value)];
                range.1 = range.1.max(position);
            }
            for &result in func.dfg.inst_results(inst) {
                live_ranges[result] = (position, position);
            }
        }
        let calls = destinations(func, block);
        position += calls.len() as u64;
        for arg in calls.iter().flat_map(|call| call.args(&func.dfg.value_lists)) {
            if let Some(value) = arg.as_value() {
                live_ranges[func.dfg.resolve_aliases(value)].1 = position;
            }
        }
    }
    live_ranges.values().map(|(start, end)| end - start).sum()
}

/// For each branch, the allocator walks from its block up the dominator tree to the dominator of
/// its target.
fn dominator_steps(func: &Function, domtree: &DominatorTree) -> u64 {
    let mut depths: SecondaryMap<Block, u64> = SecondaryMap::with_capacity(func.dfg.num_blocks());
    for &block in domtree.cfg_rpo() {
        depths[block] = domtree.idom(block).map_or(0, |dominator| depths[dominator] + 1);
    }
    let mut steps = 0;
    for &block in domtree.cfg_rpo() {
        for call in destinations(func, block) {
            let dominator = domtree.idom(call.block(&func.dfg.value_lists));
            steps += depths[block] - dominator.map_or(0, |dominator| depths[dominator]);
        }
    }
    steps
}

/// The allocator merges the values that are passed for each other into one list, and may go through
/// all of that list for each value that it adds.
fn merged_pairs(func: &Function) -> u64 {
    let mut groups = Groups { parents: (0..func.dfg.num_values() as u32).collect() };
    for call in func.layout.blocks().flat_map(|block| destinations(func, block)) {
        let params = func.dfg.block_params(call.block(&func.dfg.value_lists));
        let args = call.args(&func.dfg.value_lists).filter_map(|arg| arg.as_value());
        params.iter().zip(args).for_each(|(&param, arg)| groups.merge(param, arg));
    }
    groups.pairs()
}

/// Values in groups.
struct Groups {
    /// For each value: itself, or another value of its group.
    parents: Vec<u32>,
}

impl Groups {
    fn find(&mut self, value: usize) -> usize {
        let mut value = value;
        while self.parents[value] as usize != value {
            let parent = self.parents[value] as usize;
            self.parents[value] = self.parents[parent];
            value = parent;
        }
        value
    }

    fn merge(&mut self, a: Value, b: Value) {
        let (a, b) = (self.find(a.index()), self.find(b.index()));
        self.parents[b] = a as u32;
    }

    /// The number of pairs of values in the same group.
    fn pairs(&mut self) -> u64 {
        let mut sizes = vec![0u64; self.parents.len()];
        for value in 0..self.parents.len() {
            let group = self.find(value);
            sizes[group] += 1;
        }
        sizes.iter().map(|size| size * (size - size.min(&1)) / 2).sum()
    }
}

/// A live range: from the block of the definition to that of the last use, as positions in the
/// layout.
#[derive(Clone, Copy, Default)]
struct LiveRange {
    start: u32,
    end: u32,
}

impl LiveRange {
    /// The number of blocks after the first one. A value from outside a loop that is used in the
    /// loop stays live until the loop ends. Each step of the search crosses a block that counts, so
    /// the search takes no more steps than the result.
    fn length(self, loops: &Loops) -> u64 {
        let mut end = self.end;
        let mut around = loops.innermost[self.end as usize];
        while let Some(header) = around.filter(|&header| header > self.start) {
            end = end.max(loops.end[header as usize].unwrap_or(end));
            around = loops.outer[header as usize];
        }
        u64::from(end - self.start)
    }
}

/// Whether the values of `func` are live in too many blocks.
fn exceeds_lives(func: &Function) -> bool {
    let (live_ranges, loops) = (live_ranges(func), Loops::of(func));
    live_pairs(&live_ranges, &loops, MAX_LIVE_PAIRS) > MAX_LIVE_PAIRS
        || passed_pairs(func, &live_ranges, &loops) > MAX_PASSED_PAIRS
}

/// The number of pairs of a value and a block in which it is live, or some number above `limit`.
fn live_pairs(live_ranges: &SecondaryMap<Value, LiveRange>, loops: &Loops, limit: u64) -> u64 {
    let mut pairs = 0;
    for range in live_ranges.values() {
        pairs += range.length(loops);
        if pairs > limit {
            break;
        }
    }
    pairs
}

/// In each block in which a parameter of another block is live, the allocator looks at all branches
/// that pass a value for it.
fn passed_pairs(
    func: &Function,
    live_ranges: &SecondaryMap<Value, LiveRange>,
    loops: &Loops,
) -> u64 {
    let mut branches: SecondaryMap<Block, u64> = SecondaryMap::with_capacity(func.dfg.num_blocks());
    for call in func.layout.blocks().flat_map(|block| destinations(func, block)) {
        branches[call.block(&func.dfg.value_lists)] += 1;
    }
    let params = |block| func.dfg.block_params(block).iter();
    let length = |block| params(block).map(|&param| live_ranges[param].length(loops)).sum::<u64>();
    func.layout.blocks().map(|block| branches[block] * length(block)).sum()
}

fn live_ranges(func: &Function) -> SecondaryMap<Value, LiveRange> {
    let mut live_ranges: SecondaryMap<Value, LiveRange> =
        SecondaryMap::with_capacity(func.dfg.num_values());
    for (block, position) in func.layout.blocks().zip(0..) {
        let mut define = |value| live_ranges[value] = LiveRange { start: position, end: position };
        func.dfg.block_params(block).iter().copied().for_each(&mut define);
        for inst in func.layout.block_insts(block) {
            func.dfg.inst_results(inst).iter().copied().for_each(&mut define);
        }
    }
    for (block, position) in func.layout.blocks().zip(0..) {
        for inst in func.layout.block_insts(block) {
            for value in func.dfg.inst_values(inst) {
                let range = &mut live_ranges[func.dfg.resolve_aliases(value)];
                range.end = range.end.max(position);
            }
        }
    }
    live_ranges
}

#[cfg(test)]
mod tests {
    use cranelift_codegen::ir::{Function, InstBuilder, Type, types};
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

    use super::{Loops, live_ranges};

    fn live_pairs(func: &Function, limit: u64) -> u64 {
        super::live_pairs(&live_ranges(func), &Loops::of(func), limit)
    }

    const I32: Type = types::I32;

    /// `values` constants, then `blocks` blocks in a row, of which the last one uses the constants.
    /// With `back`, the last block may branch to the first.
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
