//! Blocks, branches and `unreachable` (spec section 4.4.8).

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, JumpTableData, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use wamr_abi::exceptions::TrapId;
use wasmparser::{BlockType, BrTable};

use crate::limits::code::MAX_COMPARES;
use crate::lower::context::Lowering;

/// Consecutive entries of a branch table with the same target: those up to `end`.
struct Run {
    end: u32,
    block: Block,
}

/// The runs of a table of `blocks`, if there are few; final entries with the default target are
/// left out.
fn few_runs(blocks: &[Block], default: Block) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::with_capacity(MAX_COMPARES);
    let length = blocks.iter().rposition(|&block| block != default).map_or(0, |last| last + 1);
    for (end, &block) in (1..).zip(&blocks[..length]) {
        let full = runs.len() == MAX_COMPARES;
        match runs.last_mut() {
            Some(run) if run.block == block => run.end = end,
            _ if full => return None,
            _ => runs.push(Run { end, block }),
        }
    }
    (!runs.is_empty()).then_some(runs)
}

impl Lowering<'_, '_> {
    pub(super) fn block(&mut self, ty: BlockType) {
        if !self.control.is_reachable() {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        self.open_block(params, results);
    }

    pub(super) fn loop_(&mut self, ty: BlockType) {
        if !self.control.is_reachable() {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        self.open_loop(params, results);
    }

    pub(super) fn if_(&mut self, ty: BlockType) {
        if !self.control.is_reachable() {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        self.open_if(params, results);
    }

    pub(super) fn unreachable(&mut self) {
        self.trap(TrapId::Unreachable);
    }

    pub(in crate::lower) fn br(&mut self, depth: u32) {
        let (target, arity) = self.label(depth);
        self.collect_block_args(arity);
        self.jump_with_args(target);
        self.control.mark_unreachable();
    }

    pub(super) fn br_if(&mut self, depth: u32) {
        let condition = self.pop_condition();
        self.branch_if(condition, depth);
    }

    /// Branches with the operands on top if `condition` is not zero.
    fn branch_if(&mut self, condition: Value, depth: u32) {
        let (target, arity) = self.label(depth);
        self.size.add_branch_operands(arity);
        self.collect_block_args(arity);
        let next = self.emit.builder.create_block();
        self.emit.builder.ins().brif(condition, target, self.operands.args(), next, &[]);
        self.emit.builder.switch_to_block(next);
        self.emit.builder.seal_block(next);
        self.know_zero(condition);
    }

    pub(super) fn br_on_null(&mut self, depth: u32) {
        let reference = self.pop();
        let is_null = self.is_null(reference);
        self.branch_if(is_null, depth);
        self.push(reference);
    }

    pub(super) fn br_on_non_null(&mut self, depth: u32) {
        let reference = self.top(1)[0];
        let is_null = self.is_null(reference);
        let is_set = self.emit.ins().bxor_imm_u(is_null, 1);
        self.branch_if(is_set, depth);
        self.drop_top(1);
    }

    pub(super) fn br_table(&mut self, targets: &BrTable<'_>) {
        if targets.is_empty() {
            // A table without entries is a plain branch.
            self.drop_top(1);
            return self.br(targets.default());
        }
        let index = self.pop();
        let (default, arity) = self.label(targets.default());
        let edges = targets.len() as usize + 1;
        if self.size.add_branch_operands(arity * edges) {
            // The function is refused after this operator, which must not use the memory before.
            return self.unreachable();
        }
        self.collect_block_args(arity);
        let mut blocks = Vec::with_capacity(edges);
        for depth in targets.targets() {
            let depth = depth.expect("validation has read the targets");
            blocks.push(self.label(depth).0);
        }
        self.control.mark_unreachable();
        if self.env.is_thorough()
            && let Some(runs) = few_runs(&blocks, default)
        {
            return self.compare_and_branch(index, &runs, default);
        }
        blocks.push(default);
        let targets = || blocks.iter().collect::<FxHashSet<_>>().len();
        if self.size.exceeds_with_table(blocks.len(), targets) {
            return self.branch_by_way(index, &blocks);
        }
        blocks.pop();
        let dfg = &mut self.emit.builder.func.dfg;
        let block_args = self.operands.args();
        let calls = blocks.into_iter().map(|block| dfg.block_call(block, block_args));
        let calls: Vec<_> = calls.collect();
        let default = self.emit.builder.func.dfg.block_call(default, self.operands.args());
        let table = self.emit.builder.create_jump_table(JumpTableData::new(default, &calls));
        self.emit.ins().br_table(index, table);
    }

    /// Branches like a table with these targets, the default's last, with the collected block
    /// arguments. The table leads to one extra block for each target, and only these blocks pass
    /// values on.
    fn branch_by_way(&mut self, index: Value, blocks: &[Block]) {
        let mut ways: FxHashMap<Block, Block> = FxHashMap::default();
        let mut targets = Vec::new();
        let calls = blocks.iter().map(|&target| {
            let way = *ways.entry(target).or_insert_with(|| {
                let way = self.emit.builder.create_block();
                targets.push((way, target));
                way
            });
            self.emit.builder.func.dfg.block_call(way, &[])
        });
        let mut calls: Vec<_> = calls.collect();
        let default = calls.pop().expect("there is a default");
        let table = self.emit.builder.create_jump_table(JumpTableData::new(default, &calls));
        self.emit.ins().br_table(index, table);
        for (way, target) in targets {
            self.emit.continue_in(way);
            self.jump_with_args(target);
        }
    }

    /// Branches to the first of `runs` whose end is above `index`, otherwise to `default`.
    fn compare_and_branch(&mut self, index: Value, runs: &[Run], default: Block) {
        for (at, run) in runs.iter().enumerate() {
            let below =
                self.emit.ins().icmp_imm_u(IntCC::UnsignedLessThan, index, i64::from(run.end));
            let args = self.operands.args();
            if at + 1 == runs.len() {
                self.emit.builder.ins().brif(below, run.block, args, default, args);
            } else {
                let next = self.emit.builder.create_block();
                self.emit.builder.ins().brif(below, run.block, args, next, &[]);
                self.emit.builder.switch_to_block(next);
                self.emit.builder.seal_block(next);
            }
        }
    }
}
