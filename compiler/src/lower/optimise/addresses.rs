//! What is known about values: host addresses computed for indexes of linear memory, so that
//! accesses to the fields of a structure share one computation, and references that are not null.
//!
//! Invariant: whatever is found here was computed in code that dominates the current position.
//! Control is structured: what is known at the start of a frame is known everywhere in it and after
//! it, and what becomes known inside is forgotten at its end and at its `else`. At level 0 no
//! address is kept, since its register allocator reloads a long-lived value from the stack for each
//! use.

use cranelift_codegen::entity::SecondaryMap;
use cranelift_codegen::entity::packed_option::PackedOption;
use cranelift_codegen::ir::Value;

/// What is known about one value: the values computed for an index.
#[derive(Clone, Copy, Default)]
pub(in crate::lower) struct Computed {
    /// The index in 64 bits.
    pub(in crate::lower) wide: PackedOption<Value>,
    /// The memory base plus the index, if the memory does not move.
    pub(in crate::lower) address: PackedOption<Value>,
    /// Whether it is a reference that is not null.
    pub(in crate::lower) non_null: bool,
}

/// The values computed for all indexes; kept between functions to reuse allocations.
#[derive(Default)]
pub(in crate::lower) struct Addresses {
    by_index: SecondaryMap<Value, Computed>,
    /// The previous value of each changed entry.
    replaced: Vec<(Value, Computed)>,
}

/// A position in the code, for forgetting what became known after it.
#[derive(Clone, Copy)]
pub(in crate::lower) struct Mark(usize);

impl Addresses {
    pub(in crate::lower) fn of(&self, index: Value) -> Computed {
        self.by_index[index]
    }

    pub(in crate::lower) fn remember(&mut self, index: Value, computed: Computed) {
        let before = std::mem::replace(&mut self.by_index[index], computed);
        self.replaced.push((index, before));
    }

    pub(in crate::lower) fn mark(&self) -> Mark {
        Mark(self.replaced.len())
    }

    /// Forgets what became known since `mark`.
    pub(in crate::lower) fn forget_since(&mut self, mark: Mark) {
        for (index, before) in self.replaced.drain(mark.0..).rev() {
            self.by_index[index] = before;
        }
    }

    /// Forgets everything, for another function.
    pub(in crate::lower) fn clear(&mut self) {
        self.forget_since(Mark(0));
    }
}
