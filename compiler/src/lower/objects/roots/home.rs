//! Where a function takes its slots: as late as possible, so that paths without calls do not pay.
//!
//! The place dominates all calls after which objects are needed, and all calls that lead to landing
//! pads: a landing pad restores the stack pointer of before. It is in no loop. Every path from it to a return gives the slots back, and no other does, so it also
//! dominates the returns that it reaches.

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{Block, Function, Inst};
use cranelift_codegen::loop_analysis::LoopAnalysis;

use super::is_return;

/// The place, and what depends on it.
pub(super) struct Home {
    /// The slots are taken at the start of this block.
    pub(super) block: Block,
    /// The returns that it reaches.
    pub(super) returns: Vec<Inst>,
    /// The landing pads that can be reached.
    pub(super) pads: Vec<Block>,
}

impl Home {
    /// Finds the place for calls in the blocks `calls`, and for landing pads.
    pub(super) fn find(func: &Function, calls: &[Block], mut pads: Vec<Block>) -> Self {
        let cfg = ControlFlowGraph::with_function(func);
        let domtree = DominatorTree::with_function(func, &cfg);
        let mut loops = LoopAnalysis::new();
        loops.compute(func, &cfg, &domtree);
        let entry = func.layout.entry_block().expect("the function has code");
        pads.retain(|&pad| domtree.is_reachable(pad));
        let calls = calls.iter().copied().filter(|&block| domtree.is_reachable(block));
        let throwing = pads.iter().flat_map(|&pad| cfg.pred_iter(pad)).map(|pred| pred.block);
        let throwing = throwing.filter(|&block| domtree.is_reachable(block));
        let mut block =
            calls.chain(throwing).reduce(|a, b| common(&domtree, a, b)).unwrap_or(entry);
        loop {
            let outside = out_of_loops(&domtree, &loops, block);
            let returns = returns_from(func, &cfg, outside);
            let all = returns.iter().filter_map(|&inst| func.layout.inst_block(inst));
            let moved = all.fold(outside, |a, b| common(&domtree, a, b));
            if moved == block {
                return Self { block, returns, pads };
            }
            block = moved;
        }
    }
}

/// The nearest block that dominates both.
fn common(domtree: &DominatorTree, mut a: Block, b: Block) -> Block {
    while !domtree.block_dominates(a, b) {
        match domtree.idom(a) {
            Some(up) => a = up,
            None => break,
        }
    }
    a
}

/// The last block before all loops around `block` that dominates it.
fn out_of_loops(domtree: &DominatorTree, loops: &LoopAnalysis, mut block: Block) -> Block {
    while let Some(innermost) = loops.innermost_loop(block) {
        match domtree.idom(loops.loop_header(innermost)) {
            Some(before) => block = before,
            None => break,
        }
    }
    block
}

fn returns_from(func: &Function, cfg: &ControlFlowGraph, start: Block) -> Vec<Inst> {
    let mut seen = EntitySet::new();
    seen.insert(start);
    let mut pending = vec![start];
    let mut returns = Vec::new();
    while let Some(block) = pending.pop() {
        returns.extend(func.layout.last_inst(block).filter(|&last| is_return(func, last)));
        for next in cfg.succ_iter(block) {
            if seen.insert(next) {
                pending.push(next);
            }
        }
    }
    returns
}
