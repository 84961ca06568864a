//! The stores that are necessary: an object that is in its slot already is not stored again.
//!
//! The contents of each slot are followed forward through the function. Where paths meet, a slot
//! has what it has on all of them.

use std::collections::BTreeSet;

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::flowgraph::ControlFlowGraph;
use cranelift_codegen::ir::{Block, Function, Inst, Value};
use rustc_hash::FxHashMap;

use super::liveness::Safepoint;
use super::slots::Slots;
use crate::limits::collector::MAX_FOLLOWED;

/// What a slot contains.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Content {
    /// What the slot had before the function was entered.
    Stale,
    /// Some object or null.
    Something,
    /// This object.
    Object(Value),
}

impl Content {
    /// What the slot has if it comes with either.
    fn meet(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Stale, _) | (_, Self::Stale) => Self::Stale,
            _ => Self::Something,
        }
    }
}

/// The necessary stores of a function.
pub(super) struct Stores {
    /// What to store before each safepoint.
    pub(super) before: Vec<Vec<Value>>,
    /// Slots that have to be set to null when the function is entered.
    unwritten: BTreeSet<u32>,
}

impl Stores {
    /// Finds the stores of `func`, which takes its slots in the block `home`.
    pub(super) fn find(
        func: &Function,
        home: Block,
        safepoints: &[Safepoint],
        slots: &Slots,
    ) -> Self {
        let count = slots.count() as usize;
        if count * func.dfg.num_blocks() > MAX_FOLLOWED {
            let before = safepoints.iter().map(|each| each.live.clone()).collect();
            return Self { before, unwritten: (0..slots.count()).collect() };
        }
        let by_inst: FxHashMap<Inst, usize> =
            safepoints.iter().enumerate().map(|(index, each)| (each.inst, index)).collect();
        let mut flow = Flow { func, safepoints, slots, by_inst, unwritten: BTreeSet::new() };
        let starts = flow.contents_at_starts(home);
        let mut before = vec![Vec::new(); safepoints.len()];
        for block in func.layout.blocks() {
            if let Some(contents) = starts[block].clone() {
                flow.pass(block, contents, |index, value| before[index].push(value));
            }
        }
        Self { before, unwritten: flow.unwritten }
    }

    /// Slots that have to be set to null when the function is entered, in ascending order.
    pub(super) fn unwritten(&self) -> impl Iterator<Item = u32> + '_ {
        self.unwritten.iter().copied()
    }
}

struct Flow<'f> {
    func: &'f Function,
    safepoints: &'f [Safepoint],
    slots: &'f Slots,
    by_inst: FxHashMap<Inst, usize>,
    unwritten: BTreeSet<u32>,
}

impl Flow<'_> {
    /// The contents at the start of each block that is reached from `home`.
    fn contents_at_starts(&mut self, home: Block) -> SecondaryMap<Block, Option<Vec<Content>>> {
        let cfg = ControlFlowGraph::with_function(self.func);
        let mut starts: SecondaryMap<Block, Option<Vec<Content>>> = SecondaryMap::new();
        starts[home] = Some(vec![Content::Stale; self.slots.count() as usize]);
        let mut pending = vec![home];
        while let Some(block) = pending.pop() {
            let Some(contents) = starts[block].clone() else { continue };
            let contents = self.pass(block, contents, |_, _| ());
            for next in cfg.succ_iter(block) {
                let merged = match &starts[next] {
                    None => contents.clone(),
                    Some(known) => {
                        let both = known.iter().zip(&contents);
                        both.map(|(&one, &other)| one.meet(other)).collect()
                    }
                };
                if starts[next].as_ref() != Some(&merged) {
                    starts[next] = Some(merged);
                    pending.push(next);
                }
            }
        }
        // What was found unwritten on the way was assumed for fewer paths than there are.
        self.unwritten.clear();
        starts
    }

    /// The contents after `block`, if they are `contents` before it. `store` is called for each
    /// store before a safepoint.
    fn pass(
        &mut self,
        block: Block,
        mut contents: Vec<Content>,
        mut store: impl FnMut(usize, Value),
    ) -> Vec<Content> {
        for &param in self.func.dfg.block_params(block) {
            self.forget(param, &mut contents);
        }
        for inst in self.func.layout.block_insts(block) {
            if let Some(&index) = self.by_inst.get(&inst) {
                for &value in &self.safepoints[index].live {
                    let content = &mut contents[self.slots.of(value) as usize];
                    if *content != Content::Object(value) {
                        store(index, value);
                        *content = Content::Object(value);
                    }
                }
                let stale = contents.iter().zip(0..).filter(|(each, _)| **each == Content::Stale);
                self.unwritten.extend(stale.map(|(_, slot)| slot));
            }
            for &result in self.func.dfg.inst_results(inst) {
                self.forget(result, &mut contents);
            }
        }
        contents
    }

    /// In the next iteration of a loop, a value is another object.
    fn forget(&self, value: Value, contents: &mut [Content]) {
        if let Some(slot) = self.slots.find(value) {
            let content = &mut contents[slot as usize];
            if *content == Content::Object(value) {
                *content = Content::Something;
            }
        }
    }
}
