//! Exceptions: which clause catches an exception, and how it gets there.
//!
//! An exception is one number of 64 bits, the *exception word*. Its upper half is the tag's number
//! plus one, so that 0 is the null reference. Its lower half contains the operands if they fit, and
//! otherwise the index of the slot in the module's storage that contains them (`payload.rs`).
//! References to exceptions are these words.
//!
//! Every `try_table`, and every legacy `try`, is a [`Scope`]: a list of clauses and the enclosing
//! scope. The innermost frame of a position in the code knows its scope. If a `throw` meets a
//! clause for its tag in the same function, it is a branch (`throwing.rs`), also across inlined
//! bodies. All other exceptions go through *landing pads*. Each scope has one block that gets an
//! exception word and passes control to the first clause that matches, or to the landing pad of the
//! enclosing scope (`catching.rs`).
//!
//! A call inside a scope is a `try_call` with the landing pad as its only other destination
//! (`calls.rs`). Cranelift assumes there, as after the call, that registers which callees preserve
//! have kept their values. An exception that leaves a function is thrown by a function that walks
//! the frames and puts these registers back (`unwinder.rs`). Calls that return execute nothing
//! more. In a module with tail calls, functions have Cranelift's `tail` convention, for which it
//! assumes that a landing pad finds no register preserved.
//!
//! A module without tags cannot throw, and is compiled as if it had no clauses.

mod calls;
mod catching;
mod legacy;
mod objects;
mod origin;
mod payload;
mod throwing;
mod unwinder;

use cranelift_codegen::ir::{StackSlot, Value};

pub(super) use catching::Scope;
pub(super) use legacy::{Clause as LegacyClause, State as LegacyState};
pub(crate) use unwinder::lower_throw;

use crate::wasm::{Body, Try};

/// A scope, by its position among those of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ScopeId(u32);

/// The state for exceptions of the function that is being lowered.
#[derive(Default)]
pub(super) struct Exceptions<'a> {
    scopes: Vec<Scope>,
    /// Of the innermost body.
    legacy: LegacyState<'a>,
    /// The first free slot when the function was entered, if it frees slots.
    free_slots: Option<Value>,
    /// The number of clauses that `throw` operators were compared with.
    compared: usize,
}

/// What a legacy clause has caught.
pub(super) enum Caught {
    /// An exception with this tag and these operands.
    Known(u32, Vec<Value>),
    /// An exception of any tag, with a copy of its slot if it is thrown again.
    Any(Value, Option<StackSlot>),
}

impl<'a> crate::lower::context::Lowering<'a, '_> {
    /// Begins an inlined `body`. Returns the state of the body around it.
    pub(super) fn begin_body(&mut self, body: &'a Body<'a>) -> LegacyState<'a> {
        std::mem::replace(&mut self.exceptions.legacy, LegacyState::of(body))
    }

    /// The inverse of [`Self::begin_body`], at the end of that body.
    pub(super) fn end_body(&mut self, around: LegacyState<'a>) {
        self.exceptions.legacy = around;
    }

    fn scope_data(&mut self, ScopeId(index): ScopeId) -> &mut Scope {
        &mut self.exceptions.scopes[index as usize]
    }

    /// The next legacy `try` of the body.
    fn next_try(&mut self) -> Try {
        self.exceptions.legacy.next(self.env.module.tags.len())
    }
}
