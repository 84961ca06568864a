//! Finds instructions of compiled functions that could raise SIGILL or SIGFPE when they are
//! executed, and frames that could step over the guard pages of the stack. Each of these would end
//! the host process.
//!
//! [`in_clif`] checks what lowering emits. A trap instruction is allowed as the marker after the
//! call of a trap thunk, which does not return with hardware bounds checks. A division is allowed
//! if its divisor is a suitable constant, or if it is dominated by a branch on the operands, in the
//! form that lowering emits. [`in_assembly`] checks what Cranelift adds: prologues, and traps of
//! its own around divisions.
//!
//! Not covered: the runtime's helpers and memory accesses.

mod assembly;

pub use assembly::{in_assembly, is_trap};

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, ExternalName, Function, Inst, InstructionData, Opcode, Value};

/// Namespace of trap thunks in the listings.
const TRAP_THUNKS: u32 = 3;

/// What could go wrong in `function`, one line for each instruction.
pub fn in_clif(function: &Function) -> Vec<String> {
    let graph = ControlFlowGraph::with_function(function);
    let tree = DominatorTree::with_function(function, &graph);
    let checker = Checker { function, graph, tree };
    let blocks = function.layout.blocks().filter(|&block| checker.tree.is_reachable(block));
    blocks
        .flat_map(|block| function.layout.block_insts(block).map(move |inst| (block, inst)))
        .filter(|&(block, inst)| !checker.is_safe(block, inst))
        .map(|(_, inst)| format!("{}: {}", function.name, function.dfg.display_inst(inst)))
        .collect()
}

/// What a branch shows about its condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fact {
    Zero(Value),
    NotZero(Value),
}

struct Checker<'f> {
    function: &'f Function,
    graph: ControlFlowGraph,
    tree: DominatorTree,
}

impl Checker<'_> {
    fn is_safe(&self, block: Block, inst: Inst) -> bool {
        let opcode = self.function.dfg.insts[inst].opcode();
        match opcode {
            Opcode::Trap => self.follows_trap_thunk(inst),
            Opcode::Udiv | Opcode::Urem | Opcode::Srem => self.has_divisor(block, inst),
            Opcode::Sdiv => self.has_divisor(block, inst) && self.has_quotient(block, inst),
            Opcode::Debugtrap => false,
            // The runtime turns a fault of a memory access into a trap.
            _ => !opcode.can_trap() || opcode.can_load() || opcode.can_store(),
        }
    }

    fn follows_trap_thunk(&self, inst: Inst) -> bool {
        let Some(previous) = self.function.layout.prev_inst(inst) else { return false };
        let InstructionData::Call { func_ref, .. } = self.function.dfg.insts[previous] else {
            return false;
        };
        match &self.function.dfg.ext_funcs[func_ref].name {
            ExternalName::User(name) => {
                self.function.params.user_named_funcs()[*name].namespace == TRAP_THUNKS
            }
            _ => false,
        }
    }

    fn has_divisor(&self, block: Block, inst: Inst) -> bool {
        let [_, divisor] = self.operands(inst);
        self.constant(divisor).is_some_and(|value| value != 0)
            || self.knows(block, |fact| fact == Fact::NotZero(divisor))
    }

    fn has_quotient(&self, block: Block, inst: Inst) -> bool {
        let [dividend, divisor] = self.operands(inst);
        let fits = self.constant(divisor).is_some_and(|value| value != -1);
        let is_overflow = |condition| self.is_overflow(condition, dividend, divisor);
        fits || self.knows(block, |fact| matches!(fact, Fact::Zero(value) if is_overflow(value)))
    }

    /// Whether `condition` means that `dividend` is the minimum integer and `divisor` is -1.
    fn is_overflow(&self, condition: Value, dividend: Value, divisor: Value) -> bool {
        let Some((Opcode::Band, [first, second])) = self.binary(condition) else { return false };
        let width = self.function.dfg.value_type(dividend).bits();
        let least = i64::MIN >> (64 - width);
        self.is_equality(first, dividend, least) && self.is_equality(second, divisor, -1)
    }

    fn is_equality(&self, condition: Value, value: Value, constant: i64) -> bool {
        let Some(inst) = self.definition(condition) else { return false };
        match self.function.dfg.insts[inst] {
            InstructionData::IntCompare { cond: IntCC::Equal, .. } => {
                let [left, right] = self.operands(inst);
                left == value && self.constant(right) == Some(constant)
            }
            _ => false,
        }
    }

    /// Whether control reaches `block` only through a branch that shows a fact for which
    /// `is_wanted` holds: its target dominates `block` and has no other predecessor.
    fn knows(&self, block: Block, is_wanted: impl Fn(Fact) -> bool) -> bool {
        let mut current = Some(block);
        while let Some(target) = current {
            let mut predecessors = self.graph.pred_iter(target);
            if let (Some(only), None) = (predecessors.next(), predecessors.next())
                && self.fact(only.inst, target).is_some_and(&is_wanted)
            {
                return true;
            }
            current = self.tree.idom(target);
        }
        false
    }

    /// What is known in `target` if the branch `inst` went there.
    fn fact(&self, inst: Inst, target: Block) -> Option<Fact> {
        let InstructionData::Brif { arg, blocks, .. } = self.function.dfg.insts[inst] else {
            return None;
        };
        let condition = self.function.dfg.resolve_aliases(arg);
        match blocks.map(|call| call.block(&self.function.dfg.value_lists) == target) {
            [true, false] => Some(Fact::NotZero(condition)),
            [false, true] => Some(Fact::Zero(condition)),
            _ => None,
        }
    }

    fn operands(&self, inst: Inst) -> [Value; 2] {
        let arguments = self.function.dfg.inst_args(inst);
        [arguments[0], arguments[1]].map(|value| self.function.dfg.resolve_aliases(value))
    }

    fn definition(&self, value: Value) -> Option<Inst> {
        self.function.dfg.value_def(self.function.dfg.resolve_aliases(value)).inst()
    }

    fn binary(&self, value: Value) -> Option<(Opcode, [Value; 2])> {
        let inst = self.definition(value)?;
        match self.function.dfg.insts[inst] {
            InstructionData::Binary { opcode, .. } => Some((opcode, self.operands(inst))),
            _ => None,
        }
    }

    /// The value of a constant, sign-extended.
    fn constant(&self, value: Value) -> Option<i64> {
        let unused = 64 - self.function.dfg.value_type(value).bits();
        match self.function.dfg.insts[self.definition(value)?] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => {
                Some(imm.bits() << unused >> unused)
            }
            _ => None,
        }
    }
}
