//! The locals of the bodies that are being lowered, each in a variable of the function.
//!
//! An inlined body has locals of its own. Their variables are free for other bodies after it.

use cranelift_codegen::ir::Type;
use cranelift_frontend::Variable;

/// The variable of a local, and its type.
pub(super) type Local = (Type, Variable);

/// The locals of one function; kept between functions to reuse allocations.
#[derive(Default)]
pub(super) struct Locals {
    /// Those of the innermost body, by index.
    innermost: Vec<Local>,
    /// Variables that no body uses any more.
    free: Vec<Local>,
}

impl Locals {
    /// Removes everything, for another function.
    pub(super) fn clear(&mut self) {
        self.innermost.clear();
        self.free.clear();
    }

    /// The variable of local `index` of the innermost body.
    pub(super) fn variable(&self, index: u32) -> Variable {
        self.innermost[index as usize].1
    }

    /// How many locals the innermost body has so far.
    pub(super) fn count(&self) -> usize {
        self.innermost.len()
    }

    /// Adds a local to the innermost body.
    pub(super) fn push(&mut self, local: Local) {
        self.innermost.push(local);
    }

    /// Adds `count` locals that share a variable.
    pub(super) fn push_shared(&mut self, local: Local, count: usize) {
        self.innermost.resize(self.innermost.len() + count, local);
    }

    /// Gives local `index` another variable.
    pub(super) fn replace(&mut self, index: u32, local: Local) {
        self.innermost[index as usize] = local;
    }

    /// A variable of type `ty` that no body uses any more.
    pub(super) fn reuse(&mut self, ty: Type) -> Option<Variable> {
        let position = self.free.iter().rposition(|&(other, _)| other == ty)?;
        Some(self.free.swap_remove(position).1)
    }

    /// Begins an inlined body, without locals. Returns those of the body around it.
    pub(super) fn begin_body(&mut self) -> Vec<Local> {
        std::mem::take(&mut self.innermost)
    }

    /// The inverse of [`Self::begin_body`].
    pub(super) fn end_body(&mut self, around: Vec<Local>) {
        let ended = std::mem::replace(&mut self.innermost, around);
        self.free.extend(ended);
    }
}
