//! Unrolls loops with a small constant number of iterations into straight code, at level 3.
//!
//! A loop qualifies under these conditions. Its header is entered in one place, with some
//! constants. One branch leads back to the header. And constants decide all branches in between in
//! every iteration: a counter, which is compared with the end. So every iteration except the last
//! takes the same path. That path is cloned once for each of these iterations, before the loop. The
//! blocks of the loop remain for the last iteration, so what they compute is still computed there,
//! for all code that follows. Cranelift then folds what the counter decides.
//!
//! Nested loops are unrolled from the inside out, as long as they stay small. Unlike LLVM, this
//! pass does not combine several iterations of a loop with an unknown number of iterations.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Block, BlockArg, BlockCall, DataFlowGraph, Function, Inst, InstructionData, Opcode, Type, Value,
};
use rustc_hash::FxHashMap;

use super::loops::branch_destinations as destinations;
use crate::limits::unrolling::{LEAST_ADDED, MAX_ADDED, MAX_ADDED_TO_FUNCTION, MAX_TRIPS};

/// Unrolls the loops of `func` that are worth it. The function has just been lowered;
/// `loop_entries` are the jumps into its loops.
pub(super) fn unroll(func: &mut Function, loop_entries: &[Inst]) {
    let counts = |&&entry: &&Inst| passes_constant(func, entry);
    let entries: Vec<Inst> = loop_entries.iter().filter(counts).copied().collect();
    if entries.is_empty() {
        return;
    }
    let mut budget = MAX_ADDED_TO_FUNCTION;
    let mut incoming_edges = incoming(func);
    // Inner loops are entered after the loops around them.
    for entry in entries.into_iter().rev() {
        if budget < LEAST_ADDED {
            break;
        }
        let Some(unrolling) = Unrolling::of(func, &incoming_edges, entry) else { continue };
        let added = unrolling.added.max(LEAST_ADDED);
        if added <= budget {
            budget -= added;
            unrolling.apply(func);
            incoming_edges = incoming(func);
        }
    }
}

/// Whether `jump` passes an integer constant.
fn passes_constant(func: &Function, jump: Inst) -> bool {
    let constants = Constants::default();
    let args = destinations(func, jump).iter().flat_map(|call| call.args(&func.dfg.value_lists));
    args.filter_map(|arg| arg.as_value()).any(|arg| constants.get(&func.dfg, arg).is_some())
}

/// The number of branches to each block.
type Incoming = SecondaryMap<Block, u32>;

fn incoming(func: &Function) -> Incoming {
    let mut incoming = Incoming::new();
    for branch in func.layout.blocks().filter_map(|block| func.layout.last_inst(block)) {
        for call in destinations(func, branch) {
            incoming[call.block(&func.dfg.value_lists)] += 1;
        }
    }
    incoming
}

/// A block on the path through a loop, and which destination of its branch continues the path.
#[derive(Clone, Copy)]
struct Step {
    block: Block,
    destination: usize,
}

/// A loop that can be unrolled.
struct Unrolling {
    /// The jump into it.
    entry: Inst,
    /// The path of all iterations but the last, starting with the header.
    path: Vec<Step>,
    trips: usize,
    /// The position on the path where the last iteration leaves it, and the destination it leaves
    /// to.
    exit: (usize, usize),
    /// The number of instructions of all iterations but the last.
    added: usize,
}

impl Unrolling {
    /// Follows the loop with the values that are constant in it.
    fn of(func: &Function, incoming: &Incoming, entry: Inst) -> Option<Self> {
        let mut constants = Constants::default();
        let header = constants.pass(func, *destinations(func, entry).first()?);
        // The jump into the loop, and one branch back.
        if incoming[header] != 2 {
            return None;
        }
        let path = first_iteration(func, incoming, header, &mut constants)?;
        let insts = path.iter().map(|step| func.layout.block_insts(step.block).count() - 1);
        let insts: usize = insts.sum();
        for trips in 2..=MAX_TRIPS {
            let added = insts * (trips - 1);
            if added > MAX_ADDED {
                break;
            }
            for (position, step) in path.iter().enumerate() {
                constants.add_block(func, step.block);
                let destination = constants.decide(func, step.block)?;
                if destination != step.destination {
                    let exit = (position, destination);
                    return Some(Self { entry, path, trips, exit, added });
                }
                constants.follow(func, *step);
            }
        }
        None
    }

    fn apply(&self, func: &mut Function) {
        let header = self.path[0].block;
        let straight = func.dfg.make_block();
        func.layout.insert_block(straight, header);
        let mut values = FxHashMap::default();
        for param in func.dfg.block_params(header).to_vec() {
            let ty = func.dfg.value_type(param);
            values.insert(param, func.dfg.append_block_param(straight, ty));
        }
        for _ in 1..self.trips {
            for (position, step) in self.path.iter().enumerate() {
                clone_block(func, step.block, straight, &mut values);
                let next = self.path.get(position + 1).map_or(header, |step| step.block);
                pass_params(func, *step, next, &mut values);
            }
        }
        let args: Vec<BlockArg> =
            func.dfg.block_params(header).iter().map(|param| values[param].into()).collect();
        let call = func.dfg.block_call(header, &args);
        let jump = func.dfg.make_inst(jump_to(call));
        func.layout.append_inst(jump, straight);
        let mut call = destinations(func, self.entry)[0];
        call.set_block(straight, &mut func.dfg.value_lists);
        func.dfg.insts[self.entry] = jump_to(call);
        let (last, destination) = self.exit;
        for (position, step) in self.path[..=last].iter().enumerate() {
            let destination = if position == last { destination } else { step.destination };
            let branch = func.layout.last_inst(step.block).expect("blocks end with branches");
            let call = destinations(func, branch)[destination];
            func.dfg.insts[branch] = jump_to(call);
        }
    }
}

/// The path back to `header`, if constants decide it, if it has no other entry, and if it is short.
fn first_iteration(
    func: &Function,
    incoming: &Incoming,
    header: Block,
    constants: &mut Constants,
) -> Option<Vec<Step>> {
    let mut path = Vec::new();
    let (mut block, mut insts) = (header, 0);
    loop {
        for inst in func.layout.block_insts(block) {
            insts += 1;
            if insts > MAX_ADDED || func.dfg.insts[inst].opcode().is_call() {
                return None;
            }
        }
        constants.add_block(func, block);
        let step = Step { block, destination: constants.decide(func, block)? };
        path.push(step);
        block = constants.follow(func, step);
        if block == header {
            return Some(path);
        }
        if incoming[block] != 1 {
            return None;
        }
    }
}

/// Known integers, zero-extended, by value, except those of instructions elsewhere.
#[derive(Default)]
struct Constants(FxHashMap<Value, u64>);

impl Constants {
    fn get(&self, dfg: &DataFlowGraph, value: Value) -> Option<u64> {
        let value = dfg.resolve_aliases(value);
        self.0.get(&value).copied().or_else(|| match dfg.insts[dfg.value_def(value).inst()?] {
            InstructionData::UnaryImm { opcode: Opcode::Iconst, imm } => {
                Some(truncate(imm.bits().cast_unsigned(), dfg.value_type(value)))
            }
            _ => None,
        })
    }

    /// Adds what the instructions of `block` compute.
    fn add_block(&mut self, func: &Function, block: Block) {
        for inst in func.layout.block_insts(block) {
            if let &[result] = func.dfg.inst_results(inst) {
                let ty = func.dfg.value_type(result);
                match self.compute(&func.dfg, inst).filter(|_| ty.bits() <= u64::BITS) {
                    Some(value) => _ = self.0.insert(result, truncate(value, ty)),
                    // Of an iteration before.
                    None => _ = self.0.remove(&result),
                }
            }
        }
    }

    fn compute(&self, dfg: &DataFlowGraph, inst: Inst) -> Option<u64> {
        let get = |value| self.get(dfg, value);
        Some(match dfg.insts[inst] {
            InstructionData::Unary { opcode: Opcode::Uextend, arg } => get(arg)?,
            InstructionData::Binary { opcode, args: [a, b] } => match opcode {
                Opcode::Iadd => get(a)?.wrapping_add(get(b)?),
                Opcode::Isub => get(a)?.wrapping_sub(get(b)?),
                _ => return None,
            },
            InstructionData::IntCompare { opcode: Opcode::Icmp, cond, args: [a, b] } => {
                u64::from(compare(cond, dfg.value_type(a), get(a)?, get(b)?))
            }
            _ => return None,
        })
    }

    /// Which destination the branch at the end of `block` takes, if that is known.
    fn decide(&self, func: &Function, block: Block) -> Option<usize> {
        match func.dfg.insts[func.layout.last_inst(block)?] {
            InstructionData::Jump { .. } => Some(0),
            InstructionData::Brif { arg, .. } => Some(usize::from(self.get(&func.dfg, arg)? == 0)),
            _ => None,
        }
    }

    /// Continues with the next block of the path, with the constants that are passed to it.
    fn follow(&mut self, func: &Function, step: Step) -> Block {
        let branch = func.layout.last_inst(step.block).expect("it was decided");
        self.pass(func, destinations(func, branch)[step.destination])
    }

    /// Assigns the values that `call` passes to the parameters of its block.
    fn pass(&mut self, func: &Function, call: BlockCall) -> Block {
        let (dfg, target) = (&func.dfg, call.block(&func.dfg.value_lists));
        let args = call.args(&dfg.value_lists).map(|arg| self.get(dfg, arg.as_value()?));
        let args: Vec<Option<u64>> = args.collect();
        for (&param, arg) in dfg.block_params(target).iter().zip(args) {
            match arg {
                Some(value) => _ = self.0.insert(param, value),
                None => _ = self.0.remove(&param),
            }
        }
        target
    }
}

fn truncate(value: u64, ty: Type) -> u64 {
    value & (u64::MAX >> (u64::BITS - ty.bits()))
}

fn compare(cond: IntCC, ty: Type, a: u64, b: u64) -> bool {
    let signed = |value: u64| {
        let unused = u64::BITS - ty.bits();
        (value << unused).cast_signed() >> unused
    };
    match cond {
        IntCC::Equal => a == b,
        IntCC::NotEqual => a != b,
        IntCC::UnsignedLessThan => a < b,
        IntCC::UnsignedLessThanOrEqual => a <= b,
        IntCC::UnsignedGreaterThan => a > b,
        IntCC::UnsignedGreaterThanOrEqual => a >= b,
        IntCC::SignedLessThan => signed(a) < signed(b),
        IntCC::SignedLessThanOrEqual => signed(a) <= signed(b),
        IntCC::SignedGreaterThan => signed(a) > signed(b),
        IntCC::SignedGreaterThanOrEqual => signed(a) >= signed(b),
    }
}

/// Appends the instructions of `block`, except the branch, to `target`. `values` maps the values of
/// the loop to those of this iteration.
fn clone_block(
    func: &mut Function,
    block: Block,
    target: Block,
    values: &mut FxHashMap<Value, Value>,
) {
    let insts: Vec<Inst> = func.layout.block_insts(block).collect();
    for &inst in &insts[..insts.len() - 1] {
        let clone = func.dfg.clone_inst(inst);
        let mapped: Vec<Value> =
            func.dfg.inst_values(clone).map(|value| mapped(&func.dfg, values, value)).collect();
        func.dfg.overwrite_inst_values(clone, mapped.into_iter());
        func.layout.append_inst(clone, target);
        let location = func.stencil.srclocs[inst];
        func.stencil.srclocs[clone] = location;
        let results = func.dfg.inst_results(inst).iter().zip(func.dfg.inst_results(clone));
        values.extend(results.map(|(&result, &clone)| (result, clone)));
    }
}

fn mapped(dfg: &DataFlowGraph, values: &FxHashMap<Value, Value>, value: Value) -> Value {
    let value = dfg.resolve_aliases(value);
    values.get(&value).copied().unwrap_or(value)
}

/// Maps the parameters of `next` to the values that `step` passes to it.
fn pass_params(func: &Function, step: Step, next: Block, values: &mut FxHashMap<Value, Value>) {
    let dfg = &func.dfg;
    let branch = func.layout.last_inst(step.block).expect("blocks end with branches");
    let args = destinations(func, branch)[step.destination].args(&dfg.value_lists);
    let passed: Vec<(Value, Value)> = dfg
        .block_params(next)
        .iter()
        .zip(args)
        .filter_map(|(&param, arg)| Some((param, mapped(dfg, values, arg.as_value()?))))
        .collect();
    values.extend(passed);
}

fn jump_to(destination: BlockCall) -> InstructionData {
    InstructionData::Jump { opcode: Opcode::Jump, destination }
}
