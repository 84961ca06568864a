//! Exceptions: who catches what is thrown, and how it gets there.
//!
//! An exception is one number of 64 bits, the *exception word*. Its upper half is the tag's number plus
//! one, so that 0 is the null reference. Its lower half holds the operands if they fit, and else the
//! slot in the module's storage that does (`payload.rs`). References to exceptions are these words.
//!
//! Every `try_table`, and every legacy `try`, is a [`Scope`]: a list of clauses and the scope around it.
//! Which scope a place in the code belongs to is known to its innermost frame. A `throw` that meets a
//! clause for its tag in the same function is a branch (`throwing.rs`), across inlined bodies, too.
//! Everything else goes by way of *landing pads*, a block for each scope, which gets an exception word
//! and passes control to the first clause that takes it, or to the landing pad of the scope around
//! (`catching.rs`).
//!
//! A call inside a scope is a `try_call` with its landing pad as the only other destination
//! (`calls.rs`). Cranelift takes all registers as clobbered there, since functions have its `tail`
//! convention; so nothing needs to be restored but the stack and the frame pointer. What leaves a
//! function is thrown by a function that walks through the frames (`unwinder.rs`). Calls that return
//! pay nothing for that.
//!
//! A module without tags can throw nothing, and is compiled as if nobody caught anything.

mod calls;
mod catching;
mod legacy;
mod payload;
mod throwing;
mod unwinder;

use cranelift_codegen::ir::{StackSlot, Value};

pub(super) use catching::Scope;
pub(super) use legacy::{Clause as LegacyClause, State as LegacyState};
pub(crate) use unwinder::lower_throw;

use crate::wasm::{Body, Try};

/// A scope by its position among those of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScopeId(u32);

/// What is known of exceptions in the function that is being lowered.
#[derive(Default)]
pub(super) struct Exceptions<'a> {
    scopes: Vec<Scope>,
    /// Of the innermost body.
    legacy: LegacyState<'a>,
    /// The first free slot when the function was entered, if it gives slots back.
    pub(super) free_slots: Option<Value>,
}

/// What a legacy clause has caught.
pub(super) enum Caught {
    /// An exception with this tag and these operands.
    Known(u32, Vec<Value>),
    /// An exception of any tag, with a copy of its slot if it is thrown once more.
    Any(Value, Option<StackSlot>),
}

impl<'a> super::context::Lowering<'a, '_> {
    /// What follows belongs to `body`; gives what stood there before.
    pub(super) fn begin_body(&mut self, body: &'a Body<'a>) -> LegacyState<'a> {
        std::mem::replace(&mut self.exceptions.legacy, LegacyState::of(body))
    }

    /// The inverse of [`Self::begin_body`], at the end of that body.
    pub(super) fn end_body(&mut self, around: LegacyState<'a>) {
        self.exceptions.legacy = around;
    }

    /// The scope of the current position, if it is in one.
    pub(super) fn scope(&self) -> Option<ScopeId> {
        self.stacks.frames.last()?.scope
    }

    fn scope_data(&mut self, ScopeId(index): ScopeId) -> &mut Scope {
        &mut self.exceptions.scopes[index as usize]
    }

    /// The next legacy `try` of the body.
    fn next_try(&mut self) -> Try {
        self.exceptions.legacy.next()
    }
}
