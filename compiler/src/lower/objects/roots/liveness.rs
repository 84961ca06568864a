//! Which objects a function needs after which calls.
//!
//! The blocks where an object is needed are found backwards from each use, one object after the
//! other, so that the work is in proportion to the result.

use cranelift_codegen::entity::{EntitySet, SecondaryMap};
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::instructions::CallInfo;
use cranelift_codegen::ir::{
    Block, BlockArg, ExternalName, FuncRef, Function, Inst, Opcode, Value, ValueDef,
};
use rustc_hash::FxHashSet;

use crate::error::Error;
use crate::limits::collector::MAX_LIVE;
use crate::lower::Environment;
use crate::lower::func_id::FuncId;

/// A call during which the collector may run.
pub(super) struct Safepoint {
    pub(super) inst: Inst,
    pub(super) block: Block,
    /// The objects that are needed after it, in ascending order.
    pub(super) live: Vec<Value>,
}

/// The safepoints of `func` in the order of its blocks. `objects` are values that the code made as
/// objects; others get them through block parameters. Also returns all of them.
pub(super) fn safepoints(
    func: &mut Function,
    objects: EntitySet<Value>,
    env: &Environment<'_>,
) -> Result<(Vec<Safepoint>, EntitySet<Value>), Error> {
    let objects = all_objects(func, objects);
    let calls = collecting_calls(func, env);
    if calls.is_empty() {
        return Ok((Vec::new(), objects));
    }
    let live_at_end = live_at_ends(func, &objects)?;
    let mut safepoints = Vec::new();
    for block in func.layout.blocks() {
        add_safepoints(func, env, block, (&objects, &calls, &live_at_end), &mut safepoints);
    }
    let total = safepoints.iter().map(|each: &Safepoint| each.live.len()).sum::<usize>();
    if total > MAX_LIVE { Err(too_many()) } else { Ok((safepoints, objects)) }
}

/// `made`, and everything that is an object because one of them is passed to it.
fn all_objects(func: &mut Function, made: EntitySet<Value>) -> EntitySet<Value> {
    func.dfg.resolve_all_aliases();
    let mut objects = EntitySet::new();
    for value in made.iter() {
        objects.insert(func.dfg.resolve_aliases(value));
    }
    loop {
        let mut found = false;
        for block in func.layout.blocks() {
            for inst in func.layout.block_insts(block) {
                found |= spread(func, inst, &mut objects);
            }
        }
        if !found {
            return objects;
        }
    }
}

/// Adds what `inst` makes of objects; returns whether there is something new.
fn spread(func: &Function, inst: Inst, objects: &mut EntitySet<Value>) -> bool {
    let dfg = &func.dfg;
    let data = &dfg.insts[inst];
    if data.opcode() == Opcode::Select {
        let args = dfg.inst_args(inst);
        let is_object = objects.contains(args[1]) || objects.contains(args[2]);
        return is_object && objects.insert(dfg.first_result(inst));
    }
    let mut found = false;
    for call in data.branch_destination(&dfg.jump_tables, &dfg.exception_tables) {
        let params = dfg.block_params(call.block(&dfg.value_lists));
        for (arg, &param) in call.args(&dfg.value_lists).zip(params) {
            if matches!(arg, BlockArg::Value(value) if objects.contains(value)) {
                found |= objects.insert(param);
            }
        }
    }
    found
}

/// The calls during which the collector may run.
fn collecting_calls(func: &Function, env: &Environment<'_>) -> FxHashSet<Inst> {
    let mut calls = FxHashSet::default();
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block) {
            if may_collect(func, inst, env) {
                calls.insert(inst);
            }
        }
    }
    calls
}

fn may_collect(func: &Function, inst: Inst, env: &Environment<'_>) -> bool {
    let data = &func.dfg.insts[inst];
    if matches!(data.opcode(), Opcode::ReturnCall | Opcode::ReturnCallIndirect) {
        return false;
    }
    match data.analyze_call(&func.dfg.value_lists, &func.dfg.exception_tables) {
        CallInfo::NotACall => false,
        CallInfo::Indirect(..) => true,
        CallInfo::Direct(callee, _) | CallInfo::DirectWithSig(callee, ..) => {
            callee_of(func, callee).is_none_or(|id| env.may_collect(id))
        }
    }
}

fn callee_of(func: &Function, callee: FuncRef) -> Option<FuncId> {
    match func.dfg.ext_funcs[callee].name {
        ExternalName::User(name) => {
            FuncId::from_external_name(&func.params.user_named_funcs()[name])
        }
        _ => None,
    }
}

/// Whether the objects that a call passes must live until it returns: functions of the module look
/// after their parameters, but the runtime and the host do not.
fn keeps_arguments(func: &Function, inst: Inst, env: &Environment<'_>) -> bool {
    let data = &func.dfg.insts[inst];
    match data.analyze_call(&func.dfg.value_lists, &func.dfg.exception_tables) {
        CallInfo::NotACall => false,
        CallInfo::Indirect(..) => env.indirect_helpers,
        CallInfo::Direct(callee, _) | CallInfo::DirectWithSig(callee, ..) => {
            !matches!(callee_of(func, callee), Some(FuncId::Function(_)))
        }
    }
}

/// The objects that are needed after each block.
type LiveAtEnd = SecondaryMap<Block, Vec<Value>>;

/// Finds them backwards from all uses.
fn live_at_ends(func: &Function, objects: &EntitySet<Value>) -> Result<LiveAtEnd, Error> {
    let cfg = ControlFlowGraph::with_function(func);
    let mut uses: SecondaryMap<Value, Vec<Use>> = SecondaryMap::new();
    for block in func.layout.blocks() {
        for inst in func.layout.block_insts(block) {
            for &value in func.dfg.inst_args(inst) {
                if objects.contains(value) {
                    uses[value].push(Use::In(block));
                }
            }
            let data = &func.dfg.insts[inst];
            let dfg = &func.dfg;
            for call in data.branch_destination(&dfg.jump_tables, &dfg.exception_tables) {
                for arg in call.args(&dfg.value_lists) {
                    if let BlockArg::Value(value) = arg
                        && objects.contains(value)
                    {
                        uses[value].push(Use::AtEnd(block));
                    }
                }
            }
        }
    }
    let mut live = LiveAtEnd::new();
    let mut total = 0;
    let mut walk =
        Walk { func, cfg: &cfg, entered: SecondaryMap::new(), ended: SecondaryMap::new() };
    for value in objects.iter() {
        total += walk.spread(value, &uses[value], &mut live);
        if total > MAX_LIVE {
            return Err(too_many());
        }
    }
    Ok(live)
}

fn too_many() -> Error {
    Error::limit("a function with too many references that stay alive")
}

/// Where a value is used.
#[derive(Clone, Copy)]
enum Use {
    /// By an instruction of the block.
    In(Block),
    /// By the branch at its end, as an argument.
    AtEnd(Block),
}

struct Walk<'f> {
    func: &'f Function,
    cfg: &'f ControlFlowGraph,
    /// The last value that was found to be needed at the start of a block.
    entered: SecondaryMap<Block, Option<Value>>,
    /// The same for its end.
    ended: SecondaryMap<Block, Option<Value>>,
}

impl Walk<'_> {
    /// Notes for each block whether `value` is needed after it. Returns the number of blocks.
    fn spread(&mut self, value: Value, uses: &[Use], live: &mut LiveAtEnd) -> usize {
        let home = match self.func.dfg.value_def(value) {
            ValueDef::Result(inst, _) => self.func.layout.inst_block(inst),
            ValueDef::Param(block, _) => Some(block),
            ValueDef::Union(..) => None,
        };
        let mut count = 0;
        let mut pending: Vec<Block> = Vec::new();
        let needed_at_start = |walk: &mut Self, block: Block, pending: &mut Vec<Block>| {
            if Some(block) != home && walk.entered[block] != Some(value) {
                walk.entered[block] = Some(value);
                pending.push(block);
            }
        };
        for &each in uses {
            match each {
                Use::In(block) => needed_at_start(self, block, &mut pending),
                Use::AtEnd(block) => {
                    if self.ended[block] != Some(value) {
                        self.ended[block] = Some(value);
                        live[block].push(value);
                        count += 1;
                        needed_at_start(self, block, &mut pending);
                    }
                }
            }
        }
        while let Some(block) = pending.pop() {
            for pred in self.cfg.pred_iter(block) {
                if self.ended[pred.block] == Some(value) {
                    continue;
                }
                self.ended[pred.block] = Some(value);
                live[pred.block].push(value);
                count += 1;
                needed_at_start(self, pred.block, &mut pending);
            }
        }
        count
    }
}

/// Adds the safepoints of `block`.
fn add_safepoints(
    func: &Function,
    env: &Environment<'_>,
    block: Block,
    (objects, calls, live_at_end): (&EntitySet<Value>, &FxHashSet<Inst>, &LiveAtEnd),
    safepoints: &mut Vec<Safepoint>,
) {
    let first = safepoints.len();
    let mut live: FxHashSet<Value> = live_at_end[block].iter().copied().collect();
    let mut next = func.layout.last_inst(block);
    while let Some(inst) = next {
        next = func.layout.prev_inst(inst);
        for result in func.dfg.inst_results(inst) {
            live.remove(result);
        }
        let args = || func.dfg.inst_args(inst).iter().filter(|&&arg| objects.contains(arg));
        if calls.contains(&inst) {
            let mut across = live.clone();
            if keeps_arguments(func, inst, env) {
                across.extend(args());
            }
            let mut across: Vec<Value> = across.into_iter().collect();
            across.sort_unstable();
            safepoints.push(Safepoint { inst, block, live: across });
        }
        live.extend(args());
    }
    safepoints[first..].reverse();
}
