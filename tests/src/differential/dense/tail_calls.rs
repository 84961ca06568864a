//! Tail calls.

use wasm_encoder::{Instruction as I, ValType};

use super::body::Body;

impl Body<'_> {
    /// Sometimes ends a branch with a tail call of a function with `results`, if there is one.
    /// Returns whether it did.
    pub(super) fn tail_call(&mut self, results: &[ValType]) -> bool {
        let outline = self.outline;
        let gives = |index: &u32| outline.signature(*index).1 == results;
        let fitting: Vec<u32> = (0..outline.functions.len() as u32).filter(gives).collect();
        if fitting.is_empty() || self.chance(3) {
            return false;
        }
        let function = self.random.choose(&fitting);
        self.expressions(&outline.signature(function).0);
        if outline.proposals.collection && self.chance(4) {
            self.call_reference(outline.functions[function as usize], true);
        } else if self.chance(8) {
            // Some element; it has this type or the call traps.
            let table_index = self.random.choose(&[0, 2]);
            self.table_index();
            let type_index = outline.functions[function as usize];
            self.emit(I::ReturnCallIndirect { type_index, table_index });
        } else {
            self.emit(I::ReturnCall(function));
        }
        true
    }
}
