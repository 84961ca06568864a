//! Slots for objects: two that are needed after the same call have different ones.

use cranelift_codegen::ir::Value;
use rustc_hash::FxHashMap;

use super::liveness::Safepoint;

/// A slot for each object that needs one.
pub(super) struct Slots {
    slots: FxHashMap<Value, u32>,
    count: u32,
}

impl Slots {
    /// Gives each object the first slot that no other has at any of its safepoints.
    pub(super) fn assign(safepoints: &[Safepoint]) -> Self {
        let mut at: FxHashMap<Value, Vec<u32>> = FxHashMap::default();
        let mut order = Vec::new();
        for (safepoint, index) in safepoints.iter().zip(0..) {
            for &value in &safepoint.live {
                let all = at.entry(value).or_default();
                if all.is_empty() {
                    order.push(value);
                }
                all.push(index);
            }
        }
        // By safepoint, the slots that are taken, one bit each.
        let mut taken: Vec<Vec<u64>> = vec![Vec::new(); safepoints.len()];
        let mut slots = FxHashMap::default();
        let mut count = 0;
        let mut used: Vec<u64> = Vec::new();
        for value in order {
            let all = &at[&value];
            used.clear();
            for &index in all {
                let here = &taken[index as usize];
                used.resize(used.len().max(here.len()), 0);
                used.iter_mut().zip(here).for_each(|(all, here)| *all |= here);
            }
            let word = used.iter().position(|&word| word != u64::MAX).unwrap_or(used.len());
            let bit = used.get(word).map_or(0, |word| word.trailing_ones());
            for &index in all {
                let here = &mut taken[index as usize];
                here.resize(here.len().max(word + 1), 0);
                here[word] |= 1 << bit;
            }
            let slot = word as u32 * u64::BITS + bit;
            count = count.max(slot + 1);
            slots.insert(value, slot);
        }
        Self { slots, count }
    }

    /// The number of slots.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// The slot of an object that has one.
    pub(super) fn of(&self, value: Value) -> u32 {
        self.slots[&value]
    }

    /// The same for any value.
    pub(super) fn find(&self, value: Value) -> Option<u32> {
        self.slots.get(&value).copied()
    }
}
