//! Checks the result: at each call during which the collector may run, every object that is needed
//! afterwards is in a slot below the stack pointer, and all slots below it have been written.
//!
//! This reads the finished IR and shares no work with the code that made it: which objects are
//! needed is computed by another method, block by block. It runs in builds with assertions, so in
//! all tests, and not in releases.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cranelift_codegen::entity::EntitySet;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{Block, BlockArg, Function, Inst, InstructionData, Opcode, Value};
use rustc_hash::FxHashSet;

use super::SLOT;
use super::places::Places;

/// What is checked.
pub(super) struct Check<'f> {
    pub(super) func: &'f Function,
    pub(super) objects: &'f EntitySet<Value>,
    /// The calls during which the collector may run.
    pub(super) calls: &'f FxHashSet<Inst>,
    pub(super) places: &'f Places,
    /// Where exceptions arrive: the functions that they left have not put back the stack pointer.
    pub(super) pads: &'f [Block],
}

/// What is certain at a position.
#[derive(Clone, PartialEq, Eq)]
struct State {
    /// Whether the stack pointer is above the slots.
    taken: bool,
    /// For each slot that was written, the object in it, if it is known.
    slots: BTreeMap<i32, Option<Value>>,
}

impl State {
    fn meet(&self, other: &Self) -> Self {
        let common = self.slots.iter().filter_map(|(&slot, &one)| {
            let other = *other.slots.get(&slot)?;
            Some((slot, one.filter(|_| one == other)))
        });
        Self { taken: self.taken && other.taken, slots: common.collect() }
    }
}

impl Check<'_> {
    /// Says what is wrong, if something is.
    pub(super) fn run(&self) -> Result<(), String> {
        let cfg = ControlFlowGraph::with_function(self.func);
        let live_at_end = self.live_at_ends(&cfg);
        let entry = self.func.layout.entry_block().ok_or("no code")?;
        let start = State { taken: false, slots: BTreeMap::new() };
        let mut starts = HashMap::from([(entry, start)]);
        let mut pending = vec![entry];
        while let Some(block) = pending.pop() {
            let end = self.pass(block, starts[&block].clone(), None)?;
            for next in cfg.succ_iter(block) {
                let taken = end.taken && !self.pads.contains(&next);
                let end = State { taken, ..end.clone() };
                let merged = starts.get(&next).map_or(end.clone(), |known| known.meet(&end));
                if starts.get(&next) != Some(&merged) {
                    starts.insert(next, merged);
                    pending.push(next);
                }
            }
        }
        for (&block, state) in &starts {
            // Blocks that raise traps are not filled yet, and need nothing.
            if let Some(live) = live_at_end.get(&block) {
                self.pass(block, state.clone(), Some(live))?;
            }
        }
        Ok(())
    }

    /// Follows the instructions of `block`; with the objects that are needed after it, checks its
    /// calls.
    fn pass(
        &self,
        block: Block,
        mut state: State,
        live_at_end: Option<&BTreeSet<Value>>,
    ) -> Result<State, String> {
        for &param in self.func.dfg.block_params(block) {
            forget(&mut state, param);
        }
        let needed = live_at_end.map(|live| self.needed_after_calls(block, live.clone()));
        for inst in self.func.layout.block_insts(block) {
            if let Some(needed) = needed.as_ref().and_then(|needed| needed.get(&inst)) {
                self.check_call(inst, needed, &state)?;
            }
            self.follow(inst, &mut state);
            for &result in self.func.dfg.inst_results(inst) {
                forget(&mut state, result);
            }
        }
        Ok(state)
    }

    fn follow(&self, inst: Inst, state: &mut State) {
        let InstructionData::Store { opcode: Opcode::Store, args: [value, base], offset, .. } =
            self.func.dfg.insts[inst]
        else {
            return;
        };
        let (offset, places) = (i32::from(offset), self.places);
        if base == places.instance && offset == places.size_place {
            state.taken = value == places.end;
            if !state.taken {
                state.slots.clear();
            }
        } else if base == places.address {
            state.slots.insert(offset, Some(value));
        }
    }

    fn check_call(
        &self,
        inst: Inst,
        needed: &BTreeSet<Value>,
        state: &State,
    ) -> Result<(), String> {
        let shown = || self.func.dfg.display_inst(inst);
        if state.taken {
            for slot in 0..self.places.count {
                let offset = (self.places.elements + slot * SLOT as u32) as i32;
                if !state.slots.contains_key(&offset) {
                    return Err(format!("slot {slot} is not written at {}", shown()));
                }
            }
        } else if !needed.is_empty() {
            return Err(format!("no slots are taken at {}", shown()));
        }
        let kept: BTreeSet<Value> = state.slots.values().copied().flatten().collect();
        match needed.iter().find(|value| !kept.contains(value)) {
            Some(lost) => Err(format!("{lost} is in no slot at {}", shown())),
            None => Ok(()),
        }
    }

    /// For each call of `block`, the objects that are needed after it.
    fn needed_after_calls(
        &self,
        block: Block,
        mut live: BTreeSet<Value>,
    ) -> HashMap<Inst, BTreeSet<Value>> {
        let mut needed = HashMap::new();
        let insts: Vec<Inst> = self.func.layout.block_insts(block).collect();
        for &inst in insts.iter().rev() {
            for result in self.func.dfg.inst_results(inst) {
                live.remove(result);
            }
            if self.calls.contains(&inst) {
                needed.insert(inst, live.clone());
            }
            live.extend(self.uses(inst));
        }
        needed
    }

    fn uses(&self, inst: Inst) -> impl Iterator<Item = Value> + '_ {
        let args = self.func.dfg.inst_args(inst).iter().copied();
        args.filter(|&value| self.objects.contains(value))
    }

    /// The objects that are needed after each block, as the solution of the usual equations.
    fn live_at_ends(&self, cfg: &ControlFlowGraph) -> HashMap<Block, BTreeSet<Value>> {
        let blocks: Vec<Block> = self.func.layout.blocks().collect();
        let mut ends: HashMap<Block, BTreeSet<Value>> =
            blocks.iter().map(|&block| (block, self.passed_on(block))).collect();
        let mut changed = true;
        while changed {
            changed = false;
            for &block in blocks.iter().rev() {
                let mut live = ends[&block].clone();
                for inst in self.func.layout.block_insts(block).collect::<Vec<_>>().iter().rev() {
                    for result in self.func.dfg.inst_results(*inst) {
                        live.remove(result);
                    }
                    live.extend(self.uses(*inst));
                }
                for param in self.func.dfg.block_params(block) {
                    live.remove(param);
                }
                for pred in cfg.pred_iter(block) {
                    let end = ends.entry(pred.block).or_default();
                    let before = end.len();
                    end.extend(&live);
                    changed |= end.len() != before;
                }
            }
        }
        ends
    }

    /// The objects that the branch at the end of `block` passes on.
    fn passed_on(&self, block: Block) -> BTreeSet<Value> {
        let dfg = &self.func.dfg;
        let Some(last) = self.func.layout.last_inst(block) else { return BTreeSet::new() };
        let calls = dfg.insts[last].branch_destination(&dfg.jump_tables, &dfg.exception_tables);
        let args = calls.iter().flat_map(|call| call.args(&dfg.value_lists));
        let values = args.filter_map(|arg| match arg {
            BlockArg::Value(value) => Some(value),
            _ => None,
        });
        values.filter(|&value| self.objects.contains(value)).collect()
    }
}

fn forget(state: &mut State, value: Value) {
    for content in state.slots.values_mut() {
        *content = content.filter(|&kept| kept != value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cranelift_codegen::ir::MemFlagsData;

    const SIZE_PLACE: i32 = 600;
    const ELEMENTS: u32 = 608;

    /// The result for a function that keeps its second parameter across a call. `code` comes
    /// before the call; it can use the instance `v0`, the object `v1`, the stack pointer with slots
    /// `v3`, and the address of the slots `v5`.
    fn check(code: &str, count: u32) -> Result<(), String> {
        let text = format!(
            "function %f(i64, i64) -> i64 system_v {{
                sig0 = (i64) system_v
                fn0 = colocated u0:1 sig0
            block0(v0: i64, v1: i64):
                v2 = load.i32 v0+600
                v10 = iconst.i32 1
                v3 = iadd v2, v10
                v4 = uextend.i64 v2
                v5 = iadd v0, v4
                v6 = iconst.i64 0
                {code}
                call fn0(v0)
                return v1
            }}"
        );
        let functions = cranelift_reader::parse_functions(&text).expect("the text is right");
        let func = &functions[0];
        let block = func.layout.entry_block().expect("there is one");
        let values = func.dfg.block_params(block);
        let (instance, object) = (values[0], values[1]);
        let results = |inst: Inst| func.dfg.inst_results(inst).first().copied();
        let computed: Vec<Value> = func.layout.block_insts(block).filter_map(results).collect();
        let mut objects = EntitySet::new();
        objects.insert(object);
        let calls = func.layout.block_insts(block);
        let calls = calls.filter(|&inst| func.dfg.insts[inst].opcode().is_call()).collect();
        let places = Places {
            instance,
            size_place: SIZE_PLACE,
            flags: MemFlagsData::new(),
            end: computed[2],
            count,
            address: computed[4],
            elements: ELEMENTS,
        };
        Check { func, objects: &objects, calls: &calls, places: &places, pads: &[] }.run()
    }

    const TAKEN: &str = "store v3, v0+600";

    #[test]
    fn an_object_in_a_slot_is_kept() {
        assert_eq!(check(&format!("{TAKEN}\nstore v1, v5+608"), 1), Ok(()));
        let other_order = format!("store v1, v5+608\n{TAKEN}");
        assert_eq!(check(&other_order, 1), Ok(()));
        let two = format!("{TAKEN}\nstore v6, v5+608\nstore v1, v5+616");
        assert_eq!(check(&two, 2), Ok(()));
    }

    #[test]
    fn what_is_missing_is_found() {
        let wrong = |code: &str, count, what: &str| {
            let error = check(code, count).expect_err(code);
            assert!(error.contains(what), "{code}: {error}");
        };
        wrong("", 0, "no slots are taken");
        wrong("store v1, v5+608", 1, "no slots are taken");
        wrong(TAKEN, 1, "slot 0 is not written");
        wrong(&format!("{TAKEN}\nstore v6, v5+608"), 1, "v1 is in no slot");
        wrong(&format!("{TAKEN}\nstore v1, v5+616"), 2, "slot 0 is not written");
        let replaced = format!("{TAKEN}\nstore v1, v5+608\nstore v6, v5+608");
        wrong(&replaced, 1, "v1 is in no slot");
        wrong(&format!("{TAKEN}\nstore v1, v5+608\nstore v2, v0+600"), 1, "no slots are taken");
    }
}
