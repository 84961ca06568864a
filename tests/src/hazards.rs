//! Instructions of compiled functions that could raise SIGILL or SIGFPE when they are executed, and
//! frames that could step over the guard pages of the stack: each would end the host process.
//!
//! [`in_clif`] judges what lowering emits. A trap instruction is allowed as the marker behind the
//! call of a trap thunk, which does not return with hardware bounds checks. A division is allowed
//! if its divisor is a constant that fits, or if a branch on the operands, of the form that lowering
//! gives it, dominates it. [`in_assembly`] judges what Cranelift adds: prologues, and traps of its
//! own around divisions.
//!
//! Not claimed: that the runtime's helpers and the memory accesses behave.

use cranelift_codegen::dominator_tree::DominatorTree;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, ExternalName, Function, Inst, InstructionData, Opcode, Value};

/// Namespace of trap thunks in the listings.
const TRAP_THUNKS: u32 = 3;

/// The largest frame that may be set up without touching its pages, which is the size of a page.
const PAGE: u64 = 4096;

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

/// What a branch tells about its condition.
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
            // A fault of a memory access is a trap of the runtime's.
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

    /// Whether `condition` says that `dividend` is the least integer, and `divisor` is -1.
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

    /// Whether control comes to `block` only by a branch that tells a fact that `is_wanted`: its
    /// target dominates `block` and has no other predecessor.
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

/// What could go wrong in the disassembly of a function, one line for each place. `guard_pages`
/// tells whether the end of the stack is found by faults, and not by checks.
pub fn in_assembly(assembly: &str, guard_pages: bool) -> Vec<String> {
    let mut hazards = Vec::new();
    let mut previous = "";
    let instructions = assembly.lines().map(str::trim).filter(|line| !line.ends_with(':'));
    for line in instructions {
        if line.starts_with("ud2") && !previous.contains("trap_thunk(") {
            hazards.push(format!("{line}, after {previous}"));
        }
        // Cranelift tests the divisor once more than lowering did.
        let own_trap = line.split("#trap=").nth(1);
        if own_trap.is_some_and(|trap| !trap.starts_with("int_divz")) {
            hazards.push(line.to_owned());
        }
        previous = line;
    }
    if guard_pages {
        hazards.extend(unprobed_frame(assembly));
    }
    hazards
}

/// The instruction that makes a frame without having touched each of its pages.
fn unprobed_frame(assembly: &str) -> Option<String> {
    // Bytes below the frame pointer: where the stack pointer is, and what has been touched.
    let (mut depth, mut touched) = (0, 0);
    for line in assembly.lines().map(str::trim).take_while(|line| *line != "block0:") {
        if let Some(bytes) = operand(line, "subq $", ", %rsp") {
            depth += bytes;
            if depth > touched + PAGE {
                return Some(line.to_owned());
            }
        } else if let Some(bytes) = operand(line, "addq $", ", %rsp") {
            depth -= bytes;
        } else if line == "movl $0x0, (%rsp)" {
            touched = touched.max(depth);
        } else if let Some(rest) = line.strip_prefix("stack_probe_loop ") {
            let bytes = rest.split("frame_size=").nth(1)?.split(',').next()?;
            assert!(rest.ends_with("guard_size=4096"), "{line}");
            touched = touched.max(bytes.parse().ok()?);
        }
    }
    None
}

/// The hexadecimal number between `before` and `after`.
fn operand(line: &str, before: &str, after: &str) -> Option<u64> {
    let digits = line.strip_prefix(before)?.strip_suffix(after)?.strip_prefix("0x")?;
    u64::from_str_radix(digits, 16).ok()
}
