//! How large a function has become while it is lowered.
//!
//! A few bytes of wasm can require much memory, or much work of SSA construction. What grows faster
//! than the body is counted here, and a function that exceeds a limit is refused.

use cranelift_codegen::ir::DataFlowGraph;

use crate::limits::inlining::{MAX_CALLER_INSTS, MAX_CALLER_VARIABLES_BY_BLOCKS};
use crate::limits::lowering::{
    MAX_BRANCH_OPERANDS, MAX_IR_SIZE, MAX_LOCALS_BY_BLOCKS, MAX_LOOP_ARGS, MAX_LOOP_PARAM_PAIRS,
    MAX_TABLE_STEPS, OPERATORS_BETWEEN_CHECKS, SMALL_TABLE_STEPS,
};

/// The size of one function so far.
#[derive(Default)]
pub(super) struct Size {
    /// How many operators were lowered.
    operators: u32,
    /// How many variables there are.
    variables: u64,
    /// The operands of all branches.
    branch_operands: usize,
    /// For all branch tables, local and target: the number of entries of the table.
    table_steps: u64,
    /// The pairs of parameters of the same loop, for all loops.
    loop_param_pairs: u64,
    /// The number of locals that all branches to loops pass on, summed over those that ended.
    loop_args: u64,
}

impl Size {
    /// Counts an operator. Returns whether it is time to ask the host whether to continue.
    pub(super) fn add_operator(&mut self) -> bool {
        self.operators = self.operators.wrapping_add(1);
        self.operators.is_multiple_of(OPERATORS_BETWEEN_CHECKS)
    }

    pub(super) fn variables(&self) -> u64 {
        self.variables
    }

    pub(super) fn set_variables(&mut self, count: u64) {
        self.variables = count;
    }

    /// Counts the operands of a branch. Returns whether there are too many now.
    pub(super) fn add_branch_operands(&mut self, count: usize) -> bool {
        self.branch_operands += count;
        self.branch_operands > MAX_BRANCH_OPERANDS
    }

    /// Counts a loop that ends, with so many parameters and branches to it. Returns whether there
    /// is too much work now.
    pub(super) fn add_loop(&mut self, params: u64, branches: u64) -> bool {
        self.loop_param_pairs += params.pow(2);
        self.loop_args += params * branches;
        self.loop_param_pairs > MAX_LOOP_PARAM_PAIRS || self.loop_args > MAX_LOOP_ARGS
    }

    /// Whether SSA construction would take too long for a branch table with so many entries, which
    /// lead to the number of targets that `targets` counts: it goes through the whole table for
    /// each local that a target gets from it. Otherwise, counts the table.
    pub(super) fn exceeds_with_table(
        &mut self,
        entries: usize,
        targets: impl FnOnce() -> usize,
    ) -> bool {
        // Most tables are too small to need a closer look.
        let targets = match self.variables * (entries as u64).pow(2) {
            0..SMALL_TABLE_STEPS => entries,
            _ => targets(),
        };
        let steps = self.table_steps + self.variables * (entries * targets) as u64;
        let exceeds = steps > MAX_TABLE_STEPS;
        if !exceeds {
            self.table_steps = steps;
        }
        exceeds
    }

    /// Whether the function with the IR in `dfg` is too large for inlining more into it.
    pub(super) fn is_large_caller(&self, dfg: &DataFlowGraph) -> bool {
        dfg.num_insts() > MAX_CALLER_INSTS
            || self.branch_operands > MAX_BRANCH_OPERANDS / 2
            || self.variables * dfg.num_blocks() as u64 > MAX_CALLER_VARIABLES_BY_BLOCKS
    }

    /// Which limit `function`, with the IR in `dfg`, exceeds.
    pub(super) fn excess(&self, function: u32, dfg: &DataFlowGraph) -> Option<String> {
        Some(if dfg.num_insts().max(dfg.num_values()) > MAX_IR_SIZE {
            format!("function {function} needs more than {MAX_IR_SIZE} IR instructions")
        } else if self.variables * dfg.num_blocks() as u64 > MAX_LOCALS_BY_BLOCKS {
            format!("function {function} has too many locals for so many blocks")
        } else if self.loop_param_pairs > MAX_LOOP_PARAM_PAIRS {
            format!("function {function} has too many locals in loops")
        } else if self.loop_args > MAX_LOOP_ARGS {
            format!("branches to loops of function {function} pass too many locals")
        } else if self.branch_operands > MAX_BRANCH_OPERANDS {
            format!("branches of function {function} have more than {MAX_BRANCH_OPERANDS} operands")
        } else {
            return None;
        })
    }
}
