//! Blocks, branches and `unreachable` (spec section 4.4.8).

use cranelift_codegen::ir::{InstBuilder, JumpTableData};
use wamr_abi::exceptions::TrapId;
use wasmparser::{BlockType, BrTable};

use super::super::context::Lowering;
use super::super::function::MAX_BRANCH_OPERANDS;

impl Lowering<'_, '_> {
    pub(super) fn block(&mut self, ty: BlockType) {
        if !self.reachable {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        self.open_block(params, results);
    }

    pub(super) fn loop_(&mut self, ty: BlockType) {
        if !self.reachable {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        self.open_loop(params, results);
    }

    pub(super) fn if_(&mut self, ty: BlockType) {
        if !self.reachable {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        self.open_if(params, results);
    }

    pub(super) fn unreachable(&mut self) {
        self.trap(TrapId::Unreachable);
    }

    pub(super) fn br(&mut self, depth: u32) {
        let (target, arity) = self.label(depth);
        self.collect_block_args(arity);
        self.jump_with_args(target);
        self.reachable = false;
    }

    pub(super) fn br_if(&mut self, depth: u32) {
        let condition = self.pop_condition();
        let (target, arity) = self.label(depth);
        self.branch_operands += arity;
        self.collect_block_args(arity);
        let next = self.builder.create_block();
        self.builder.ins().brif(condition, target, &self.stacks.block_args, next, &[]);
        self.builder.switch_to_block(next);
        self.builder.seal_block(next);
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
        self.branch_operands += arity * edges;
        if self.branch_operands > MAX_BRANCH_OPERANDS {
            // The function is refused behind this operator, which must not take the memory first.
            return self.unreachable();
        }
        self.collect_block_args(arity);
        let mut calls = Vec::with_capacity(edges);
        for depth in targets.targets() {
            let depth = depth.expect("validation has read the targets");
            let (target, _) = self.label(depth);
            let dfg = &mut self.builder.func.dfg;
            calls.push(dfg.block_call(target, &self.stacks.block_args));
        }
        let default = self.builder.func.dfg.block_call(default, &self.stacks.block_args);
        let table = self.builder.create_jump_table(JumpTableData::new(default, &calls));
        self.ins().br_table(index, table);
        self.reachable = false;
    }
}
