//! Decides whether Cranelift's middle end would find enough to do in a function.
//!
//! The middle end takes a fifth of level-2 compile time and finds little to do in code that has
//! been optimised before: what is computed twice, again in each iteration of a loop, or from
//! constants alone. So a single pass over the function looks for these first.
//!
//! Invariants: the answer depends only on the IR of this function. What costs machines little or
//! nothing does not count, such as parts of addresses and comparisons for branches. Only the speed
//! of the code depends on the answer, so hashes may collide, and loops may be larger than they
//! seem. `docs/performance.md` explains how the limit was found.

use std::hash::{Hash, Hasher};

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::{Block, Function, Inst, InstructionData, Opcode, Value, types};
use rustc_hash::{FxHashSet, FxHasher};

use super::loops::{Loops, destinations};
use crate::limits::redundancy::INSTRUCTIONS_PER_REDUNDANCY;

/// Whether many instructions of `func`, whose aliases are resolved, are redundant.
pub(super) fn is_redundant(func: &Function) -> bool {
    let mut scan = Scan::new(func);
    let (mut redundant, mut instructions) = (0, 0);
    for (block, position) in func.layout.blocks().zip(1..) {
        scan.enter(block, position);
        for inst in func.layout.block_insts(block) {
            instructions += 1;
            redundant += usize::from(scan.is_redundant(inst));
            scan.define(func.dfg.inst_results(inst));
        }
    }
    redundant * INSTRUCTIONS_PER_REDUNDANCY > instructions
}

/// What is known so far, going through a function in layout order.
struct Scan<'a> {
    func: &'a Function,
    loops: Loops,
    /// Results of instructions with only constant operands.
    constants: FxHashSet<Value>,
    /// The position of the block that defines a value, counted from 1; 0 for values defined later.
    defined: SecondaryMap<Value, u32>,
    /// Digests of the computations so far, each with its straight line of code.
    computed: FxHashSet<u64>,
    /// The block before the current one.
    previous: Option<Block>,
    /// The first block of the current straight line of code; tests for traps do not end it.
    line: Block,
    /// The position of the current block, counted from 1.
    position: u32,
    /// The position of the header of the innermost loop.
    header: Option<u32>,
    /// The number of writes to memory so far.
    writes: u32,
}

impl<'a> Scan<'a> {
    fn new(func: &'a Function) -> Self {
        Self {
            func,
            loops: Loops::of(func),
            defined: SecondaryMap::with_capacity(func.dfg.num_values()),
            constants: FxHashSet::default(),
            computed: FxHashSet::default(),
            previous: None,
            line: Block::from_u32(0),
            position: 0,
            header: None,
            writes: 0,
        }
    }

    fn enter(&mut self, block: Block, position: u32) {
        if !self.previous.is_some_and(|previous| self.falls_through(previous, block)) {
            self.line = block;
        }
        (self.previous, self.position) = (Some(block), position);
        self.header = self.loops.innermost[position as usize - 1].map(|header| header + 1);
        self.define(self.func.dfg.block_params(block));
    }

    /// Whether control goes from `block` to `next` unless `block` ends in a trap.
    fn falls_through(&self, block: Block, next: Block) -> bool {
        let pool = &self.func.dfg.value_lists;
        let mut targets = destinations(self.func, block).iter().map(|call| call.block(pool));
        targets.len() == 2
            && targets.all(|target| target == next || self.func.layout.is_cold(target))
    }

    fn define(&mut self, values: &[Value]) {
        for &value in values {
            self.defined[value] = self.position;
        }
    }

    /// Whether the middle end could remove `inst`, or move it out of a loop.
    fn is_redundant(&mut self, inst: Inst) -> bool {
        let data = &self.func.dfg.insts[inst];
        match *data {
            InstructionData::Load { opcode, arg, offset, .. } => {
                let again = (opcode, arg, i32::from(offset), self.writes);
                !self.remember(inst, again)
            }
            InstructionData::Unary { opcode, arg } => {
                opcode != Opcode::Uextend && self.is_redundant_operation(inst, opcode, &[arg])
            }
            InstructionData::Binary { opcode, args } => {
                !self.is_part_of_address(opcode, args)
                    && self.is_redundant_operation(inst, opcode, &args)
            }
            InstructionData::FloatCompare { opcode, args, cond } => {
                self.is_redundant_operation(inst, (opcode, cond), &args)
            }
            InstructionData::Ternary { opcode, args } => {
                self.is_redundant_operation(inst, opcode, &args)
            }
            _ => {
                let opcode = data.opcode();
                self.writes += u32::from(opcode.can_store() || opcode.is_call());
                false
            }
        }
    }

    fn is_redundant_operation(&mut self, inst: Inst, operation: impl Hash, args: &[Value]) -> bool {
        let dfg = &self.func.dfg;
        if dfg.insts[inst].opcode().can_trap() {
            return false;
        }
        if args.iter().all(|&arg| self.is_constant(arg)) {
            self.constants.insert(dfg.first_result(inst));
            return true;
        }
        // Constants are equal if their numbers are equal.
        let numbers = [0, 1, 2].map(|at| args.get(at).and_then(|&arg| self.number(arg)));
        let values = [0, 1, 2].map(|at| args.get(at).filter(|_| numbers[at].is_none()));
        let is_new = self.remember(inst, (operation, numbers, values));
        !is_new || self.is_invariant(values.into_iter().flatten())
    }

    /// Whether all of `args` were computed before the innermost loop.
    fn is_invariant<'v>(&self, mut args: impl Iterator<Item = &'v Value>) -> bool {
        let Some(header) = self.header else { return false };
        args.all(|&arg| (1..header).contains(&self.defined[arg]))
    }

    /// Machines add a constant, and two values, to an address for free.
    fn is_part_of_address(&self, opcode: Opcode, args: [Value; 2]) -> bool {
        let dfg = &self.func.dfg;
        let extends = |value| {
            dfg.value_def(value)
                .inst()
                .is_some_and(|inst| dfg.insts[inst].opcode() == Opcode::Uextend)
        };
        opcode == Opcode::Iadd
            && !self.is_constant(args[0])
            && (self.number(args[1]).is_some()
                || dfg.value_type(args[1]) == types::I64 && extends(args[1]))
    }

    /// Records that `inst` computes `what` in the current line of code. Returns whether that is
    /// new.
    fn remember(&mut self, inst: Inst, what: impl Hash) -> bool {
        let dfg = &self.func.dfg;
        let mut hasher = FxHasher::default();
        (self.line, dfg.value_type(dfg.first_result(inst)), what).hash(&mut hasher);
        self.computed.insert(hasher.finish())
    }

    fn is_constant(&self, value: Value) -> bool {
        self.number(value).is_some() || self.constants.contains(&value)
    }

    /// The constant that `value` is, if an instruction defines it as one.
    fn number(&self, value: Value) -> Option<i64> {
        match self.func.dfg.insts[self.func.dfg.value_def(value).inst()?] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => Some(imm.bits()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_redundant;
    use crate::native::loops::tests::function;

    /// The result of `is_redundant` for a function with `blocks`, the first of which has `v0` to
    /// `v2`.
    fn holds(blocks: &str) -> bool {
        let mut func = function(&format!(
            "function u0:0(i64, i32, i32) {{
                fn0 = colocated u0:1(i32)
                {blocks}
            }}"
        ));
        func.dfg.resolve_all_aliases();
        is_redundant(&func)
    }

    /// The same of one block.
    fn straight(instructions: &str) -> bool {
        holds(&format!("block0(v0: i64, v1: i32, v2: i32): {instructions} return"))
    }

    #[test]
    fn what_is_computed_twice_in_a_block_counts() {
        assert!(straight("v3 = imul v1, v2\nv4 = imul v1, v2\n"));
        assert!(!straight("v3 = imul v1, v2\nv4 = imul v2, v2\n"));
        let twice = |between: &str| {
            format!(
                "block0(v0: i64, v1: i32, v2: i32): v3 = imul v1, v2\n{between}v4 = imul v1, v2\nreturn"
            )
        };
        assert!(holds(&twice("")));
        assert!(!holds(&twice("jump block1\nblock1: ")));
    }

    #[test]
    fn a_test_for_a_trap_is_no_end() {
        let after = |cold: &str| {
            holds(&format!(
                "block0(v0: i64, v1: i32, v2: i32): v3 = imul v1, v2\nbrif v1, block2, block1
                block1: v4 = imul v1, v2\nreturn
                block2 {cold}: trap user1"
            ))
        };
        assert!(after("cold"));
        assert!(!after(""));
    }

    #[test]
    fn equal_constants_are_the_same_operand() {
        assert!(straight(
            "v3 = iconst.i32 5\nv4 = iconst.i32 5\nv5 = imul v1, v3\nv6 = imul v1, v4\n"
        ));
        assert!(!straight(
            "v3 = iconst.i32 5\nv4 = iconst.i32 6\nv5 = imul v1, v3\nv6 = imul v1, v4\n"
        ));
    }

    #[test]
    fn what_is_made_of_constants_counts() {
        let chain = |first: &str| {
            let rest: String = (5..20).map(|n| format!("v{n} = iadd v{}, v3\n", n - 1)).collect();
            let more: String = (20..300).map(|n| format!("v{n} = imul v1, v{}\n", n - 1)).collect();
            straight(&format!("v3 = iconst.i32 5\n{first}\n{rest}{more}"))
        };
        assert!(chain("v4 = iadd v3, v3"));
        assert!(!chain("v4 = iadd v1, v3"));
    }

    #[test]
    fn a_load_counts_unless_memory_was_written_since() {
        let loads =
            |between: &str| straight(&format!("v3 = load.i32 v0\n{between}\nv4 = load.i32 v0\n"));
        assert!(loads(""));
        assert!(!loads("store v1, v0+8"));
        assert!(!loads("call fn0(v1)"));
        assert!(!straight("v3 = load.i32 v0\nv4 = load.i32 v0+4\n"));
    }

    #[test]
    fn what_does_not_change_in_a_loop_counts() {
        let body = |instruction: &str| {
            holds(&format!(
                "block0(v0: i64, v1: i32, v2: i32): jump block1(v1)
                block1(v3: i32): {instruction}\nbrif v3, block1(v4), block2
                block2: return"
            ))
        };
        assert!(body("v4 = imul v1, v2"));
        assert!(!body("v4 = imul v1, v3"));
    }

    #[test]
    fn parts_of_addresses_do_not_count() {
        let address =
            "v3 = uextend.i64 v1\nv4 = iadd v0, v3\nv5 = iconst.i64 8\nv6 = iadd v4, v5\n";
        let again = "v7 = uextend.i64 v1\nv8 = iadd v0, v7\nv9 = iadd v4, v5\n";
        assert!(!straight(&format!("{address}{again}")));
    }

    #[test]
    fn a_little_does_not_count() {
        let instructions = |count| -> String {
            (5..5 + count).map(|n| format!("v{n} = imul v1, v{}\n", n - 1)).collect()
        };
        let twice = "v3 = imul v1, v2\nv4 = imul v1, v2\n";
        assert!(straight(&format!("{twice}{}", instructions(50))));
        assert!(!straight(&format!("{twice}{}", instructions(60))));
    }
}
