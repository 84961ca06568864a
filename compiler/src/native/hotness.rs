//! Selects functions in which a program is likely to spend its time, and which therefore are worth
//! more effort: at level 0 the backtracking register allocator, at levels 2 and 3 Cranelift's
//! middle end.
//!
//! A program spends its time in a small share of its code, which likely contains nested loops, is
//! not too large, and has few calls. So the selected functions are those that are small for the
//! depth of their loops. With the single-pass allocator, code compiles in 3/5 of the time but takes
//! more than twice as long to run, since hardly any value stays in a register from one block to the
//! next. In the other functions, [`redundancy`](super::redundancy) decides about the middle end.
//!
//! Invariants: the answer depends only on the IR of this function, so it does not change when other
//! functions change. Selected functions are small enough that work quadratic in their size is not
//! noticeable. `docs/performance.md` explains how the limits were found.

use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::ir::{Block, ExtFuncData, ExternalName, Function, InstructionData, Opcode};

use super::loops::{Loops, destinations};
use crate::limits::hotness::{FACTOR_PER_LOOP, INSTRUCTIONS_PER_CALL, MAX_SIZE, SIZE};
use crate::lower::FuncId;

/// Whether `func` is worth more effort than most.
pub(super) fn is_hot(func: &Function) -> bool {
    let instructions = func.dfg.num_insts();
    if instructions.max(func.dfg.num_values()) > MAX_SIZE {
        return false;
    }
    let size = instructions.max(func.dfg.num_values()).max(branch_operands(func));
    let limit = if size <= SIZE { SIZE } else { max_size(Loops::of(func).depth()) };
    let calls = calls(func);
    size <= limit && calls.all * INSTRUCTIONS_PER_CALL <= instructions
        || size <= SIZE && calls.own > 0
}

/// The maximum size of a function with loops nested `depth` deep.
fn max_size(depth: u32) -> usize {
    (0..depth).fold(SIZE, |size, _| (size * FACTOR_PER_LOOP).min(MAX_SIZE))
}

/// The number of branch targets and their arguments: one instruction may have any number.
fn branch_operands(func: &Function) -> usize {
    let targets = func.layout.blocks().flat_map(|block| destinations(func, block));
    targets.map(|target| 1 + target.args(&func.dfg.value_lists).len()).sum()
}

/// The calls of a function, except those that raise traps, and those that only lead to a `throw`.
#[derive(Default)]
struct Calls {
    all: usize,
    /// Those of the function itself.
    own: usize,
}

fn calls(func: &Function) -> Calls {
    let mut calls = Calls::default();
    let failing = failing_blocks(func);
    let likely = func.layout.blocks();
    let likely = likely.filter(|&block| !func.layout.is_cold(block) && !failing.contains(block));
    for inst in likely.flat_map(|block| func.layout.block_insts(block)) {
        let data = &func.dfg.insts[inst];
        calls.all += usize::from(data.opcode().is_call());
        if let InstructionData::Call { func_ref, .. } = *data
            && let ExternalName::User(name) = func.dfg.ext_funcs[func_ref].name
        {
            let own = func.name.get_user() == Some(&func.params.user_named_funcs()[name]);
            calls.own += usize::from(own);
        }
    }
    calls
}

/// Moves blocks that only lead to traps to the end of a function that throws or catches.
/// In the middle of a loop, the calls in these blocks would split the live ranges of the loop.
pub(super) fn sink_failing_blocks(func: &mut Function) {
    let failing = failing_blocks(func);
    // Nothing may come before the entry.
    let sunk = func.layout.blocks().skip(1).filter(|block| failing.contains(*block));
    let sunk: Vec<Block> = sunk.collect();
    for block in sunk {
        func.layout.set_cold(block);
    }
}

/// The blocks that only lead to traps, in a function that throws or catches; otherwise none. C++
/// throws by calls that do not return, in the middle of loops. Paths through a loop do not count.
fn failing_blocks(func: &Function) -> EntitySet<Block> {
    let mut failing = EntitySet::new();
    if !handles_exceptions(func) {
        return failing;
    }
    // Blocks mostly follow those that lead to them.
    let blocks: Vec<Block> = func.layout.blocks().collect();
    for block in blocks.into_iter().rev() {
        let Some(last) = func.layout.last_inst(block) else { continue };
        let data = &func.dfg.insts[last];
        let fails = match *data {
            // A call may return, or lead to its landing pad.
            InstructionData::TryCall { exception, .. }
            | InstructionData::TryCallIndirect { exception, .. } => {
                let next = func.dfg.exception_tables[exception].normal_return();
                failing.contains(next.block(&func.dfg.value_lists))
            }
            _ if data.opcode() == Opcode::Trap => true,
            _ => {
                let mut next = destinations(func, block).iter().peekable();
                let lists = &func.dfg.value_lists;
                next.peek().is_some() && next.all(|call| failing.contains(call.block(lists)))
            }
        };
        if fails {
            failing.insert(block);
        }
    }
    failing
}

/// Whether the function has landing pads, or throws exceptions to its callers.
fn handles_exceptions(func: &Function) -> bool {
    let is_throw = |callee: &ExtFuncData| match callee.name {
        ExternalName::User(name) => {
            let name = &func.params.user_named_funcs()[name];
            FuncId::from_external_name(name) == Some(FuncId::Throw)
        }
        _ => false,
    };
    !func.dfg.exception_tables.is_empty() || func.dfg.ext_funcs.values().any(is_throw)
}

#[cfg(test)]
mod tests {
    use super::{MAX_SIZE, SIZE, is_hot};
    use crate::native::loops::tests::function;

    /// The result of `is_hot` for function 0 with `blocks`. It may call itself, function
    /// 1, and in a trap function 2.
    fn hot(blocks: &str) -> bool {
        is_hot(&function(&format!(
            "function u0:0(i32) {{
                fn0 = colocated u0:0(i32)
                fn1 = colocated u0:1(i32)
                fn2 = colocated u0:2(i32)
                {blocks}
            }}"
        )))
    }

    /// `count` instructions that use `v0`.
    fn instructions(count: usize) -> String {
        (0..count).map(|number| format!("v{} = iadd v0, v0\n", 1 + number)).collect()
    }

    /// `count` instructions in loops nested `depth` deep.
    fn nested(depth: usize, count: usize) -> String {
        let outer = (1..depth).map(|block| format!("jump block{block}\nblock{block}:\n"));
        let inner = instructions(count);
        let ends = (1..depth).rev().map(|header| {
            let end = 100 + header;
            format!("block{end}: brif v0, block{header}, block{}\n", end - 1)
        });
        let (outer, ends): (String, String) = (outer.collect(), ends.collect());
        let after = if depth == 1 { 100 } else { 99 + depth };
        format!(
            "block0(v0: i32): {outer} jump block50
            block50: {inner} brif v0, block50, block{after}
            {ends}
            block100: return"
        )
    }

    #[test]
    fn the_smallest_functions_are() {
        assert!(hot(&format!("block0(v0: i32): {} return", instructions(SIZE - 2))));
        assert!(!hot(&format!("block0(v0: i32): {} return", instructions(SIZE))));
    }

    #[test]
    fn loops_are_if_they_are_small_for_their_depth() {
        assert!(hot(&nested(1, SIZE)));
        assert!(!hot(&nested(1, 3 * SIZE)));
        assert!(hot(&nested(2, 3 * SIZE)));
        assert!(!hot(&nested(2, 9 * SIZE)));
        assert!(hot(&nested(9, MAX_SIZE - 100)));
        assert!(!hot(&nested(9, MAX_SIZE)));
    }

    #[test]
    fn functions_with_many_calls_are_not() {
        let with_calls = |calls: usize| {
            format!("{}\n{}\nreturn", nested(1, 110), "call fn1(v0)\n".repeat(calls)).replacen(
                "block100: return",
                "block100:",
                1,
            )
        };
        assert!(hot(&with_calls(2)));
        assert!(!hot(&with_calls(3)));
    }

    #[test]
    fn a_call_for_a_trap_does_not_count() {
        let blocks = |cold| {
            format!(
                "block0(v0: i32): brif v0, block1, block2
                block1 {cold}: call fn2(v0)\nreturn
                block2: return"
            )
        };
        assert!(hot(&blocks("cold")));
        assert!(!hot(&blocks("")));
    }

    #[test]
    fn the_smallest_functions_that_call_themselves_are() {
        let recursive = |count| {
            let calls = "call fn0(v0)\ncall fn0(v0)\ncall fn1(v0)";
            format!("block0(v0: i32): {calls}\n{} return", instructions(count))
        };
        assert!(hot(&recursive(SIZE - 10)));
        assert!(!hot(&recursive(SIZE)));
    }

    #[test]
    fn operands_of_branches_count() {
        let table = |targets| {
            let targets = vec!["block1(v0, v0, v0)"; targets].join(", ");
            format!(
                "block0(v0: i32): br_table v0, block2, [{targets}]
                block1(v1: i32, v2: i32, v3: i32): return
                block2: return"
            )
        };
        assert!(hot(&table(10)));
        assert!(!hot(&table(20)));
    }
}
