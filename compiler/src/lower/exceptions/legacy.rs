//! The operators of the legacy encoding: `try`, its clauses, `delegate` and `rethrow`.

use cranelift_codegen::ir::StackSlot;
use wasmparser::BlockType;

use super::{Caught, ScopeId};
use crate::lower::context::Lowering;
use crate::lower::wasm_state::control::FrameKind;
use crate::wasm::{Body, Try, tries};

/// What is known about the legacy operators of a body.
#[derive(Default)]
pub(in crate::lower) struct State<'a> {
    body: Option<&'a Body<'a>>,
    /// All `try` operators of the body, read at the first one.
    tries: Option<std::vec::IntoIter<Try>>,
}

impl<'a> State<'a> {
    pub(super) fn of(body: &'a Body<'a>) -> Self {
        Self { body: Some(body), tries: None }
    }

    /// The innermost body.
    pub(super) fn body(&self) -> Option<&'a Body<'a>> {
        self.body
    }

    /// The next `try`, in a module with so many `tags`.
    pub(super) fn next(&mut self, tags: usize) -> Try {
        let tries = self.tries.get_or_insert_with(|| {
            self.body.map_or_else(Vec::new, |body| tries(&body.code, tags)).into_iter()
        });
        tries.next().unwrap_or_default()
    }
}

/// The state of a `try` that is being lowered.
pub(in crate::lower) struct Clause {
    scope: ScopeId,
    /// The position of the next clause.
    next: usize,
    /// The stack slot for a copy of the operands of the caught exception.
    copy: Option<StackSlot>,
    /// What the open clause has caught. `None` if no clause is open, or it is unreachable.
    caught: Option<Caught>,
}

impl Lowering<'_, '_> {
    pub(in crate::lower) fn legacy_try(&mut self, ty: BlockType) {
        // The operators are in order, including unreachable ones.
        let legacy = self.next_try();
        if !self.control.is_reachable() {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(ty);
        if let Some(label) = legacy.delegate {
            // Exceptions go where they would go if they were thrown in that frame.
            let scope = self.control.frame(label).scope;
            self.open_block(params, results);
            self.control.innermost().scope = scope;
            return;
        }
        let scope = self.legacy_scope(&legacy.clauses);
        self.open_block(params, results);
        if legacy.clauses.is_empty() {
            return;
        }
        let copy = legacy.rethrown.then(|| self.slot_copy()).flatten();
        let frame = self.control.innermost();
        frame.scope = scope.or(frame.scope);
        // Without a scope nothing can be caught, and the code in the clauses is unreachable.
        if let Some(scope) = scope {
            frame.kind = FrameKind::Try(Clause { scope, next: 0, copy, caught: None });
        }
    }

    /// `catch` of a tag, or `catch_all`: ends the preceding part of the innermost frame.
    pub(in crate::lower) fn legacy_catch(&mut self, tag: Option<u32>) {
        if matches!(self.control.innermost().kind, FrameKind::Skipped) {
            return;
        }
        if self.control.is_reachable() {
            self.branch_to_exit();
            self.control.mark_unreachable();
        }
        let frame = self.control.innermost();
        let (height, start) = (frame.height, frame.start);
        let FrameKind::Try(clause) = &mut frame.kind else { return };
        let (scope, position) = (clause.scope, clause.next);
        (clause.next, clause.caught) = (position + 1, None);
        let copy = clause.copy;
        if position == 0 {
            self.emit_landing_pad(scope, start);
            let parent = self.scope_data(scope).parent;
            self.control.innermost().scope = parent;
        }
        self.operands.truncate(height);
        let Some(block) = self.clause_block(scope, position) else { return };
        self.switch_to_after(block, start);
        self.control.mark_reachable();
        let values = self.emit.builder.block_params(block).to_vec();
        let caught = match tag {
            Some(tag) => {
                self.operands.extend(&values);
                Caught::Known(tag, values)
            }
            None => {
                if let Some(copy) = copy {
                    self.copy_slot(values[0], copy);
                }
                Caught::Any(values[0], copy)
            }
        };
        if let FrameKind::Try(clause) = &mut self.control.innermost().kind {
            clause.caught = Some(caught);
        }
    }

    /// Throws the exception again that the clause at label `depth` has caught.
    pub(in crate::lower) fn rethrow(&mut self, depth: u32) {
        let FrameKind::Try(clause) = &mut self.control.frame(depth).kind else {
            unreachable!("validation pairs rethrow with a clause, and it is reachable");
        };
        let caught = clause.caught.take().expect("the clause is reachable");
        let scope = self.control.scope();
        self.throw_caught(scope, &caught);
        if let FrameKind::Try(clause) = &mut self.control.frame(depth).kind {
            clause.caught = Some(caught);
        }
    }
}
