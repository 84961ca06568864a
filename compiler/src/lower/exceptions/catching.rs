//! Scopes, their clauses, and landing pads.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value, types};
use wasmparser::{Catch, TryTable};

use super::ScopeId;
use crate::lower::context::Lowering;
use crate::lower::optimise::addresses::Mark;
use crate::lower::wasm_state::control::FrameKind;
use crate::wasm::ValueType;

/// A clause: where exceptions with a tag go.
#[derive(Clone, Copy)]
pub(in crate::lower) struct Clause {
    /// The tag; `None` matches all.
    pub(super) tag: Option<u32>,
    /// Whether a reference to the exception is passed after its operands.
    by_reference: bool,
    target: Target,
}

#[derive(Clone, Copy)]
enum Target {
    /// The label of the frame at this height of the control stack.
    Label(usize),
    /// A separate block, for a legacy clause.
    Block,
}

/// A list of clauses, and the code that they apply to.
pub(in crate::lower) struct Scope {
    clauses: Vec<Clause>,
    /// The blocks of legacy clauses, created when first needed.
    blocks: Vec<Option<Block>>,
    /// What is around it.
    pub(super) parent: Option<ScopeId>,
    /// The landing pad, created when first needed.
    pad: Option<Block>,
    /// The number of inlined bodies around it.
    depth: u32,
}

/// An exception on its way to a clause.
#[derive(Clone, Copy)]
pub(super) enum Exception<'v> {
    /// The tag and the operands are known.
    Known(u32, &'v [Value]),
    /// Its exception word.
    Word(Value),
}

impl Lowering<'_, '_> {
    pub(in crate::lower) fn try_table(&mut self, table: &TryTable) {
        if !self.control.is_reachable() {
            return self.open_skipped();
        }
        let (params, results) = self.block_types(table.ty);
        // Labels are those around it.
        let clauses = table.catches.iter().map(|catch| {
            let (tag, by_reference, label) = match *catch {
                Catch::One { tag, label } => (Some(tag), false, label),
                Catch::OneRef { tag, label } => (Some(tag), true, label),
                Catch::All { label } => (None, false, label),
                Catch::AllRef { label } => (None, true, label),
            };
            Clause { tag, by_reference, target: Target::Label(self.control.position_of(label)) }
        });
        let clauses = clauses.collect();
        let scope = self.open_scope(clauses);
        self.open_block(params, results);
        if let Some(scope) = scope {
            let frame = self.control.innermost();
            (frame.kind, frame.scope) = (FrameKind::TryTable(scope), Some(scope));
        }
    }

    /// A scope with the clauses of a legacy `try`.
    pub(super) fn legacy_scope(&mut self, tags: &[Option<u32>]) -> Option<ScopeId> {
        let clause = |&tag| Clause { tag, by_reference: false, target: Target::Block };
        self.open_scope(tags.iter().map(clause).collect())
    }

    /// A scope with these clauses, if there are any and the module can throw.
    fn open_scope(&mut self, mut clauses: Vec<Clause>) -> Option<ScopeId> {
        if clauses.is_empty() || !self.env.throws() {
            return None;
        }
        // Clauses after one that catches everything are never reached.
        let last = clauses.iter().position(|clause| self.is_certain(clause));
        let blocks = vec![None; clauses.len()];
        clauses.truncate(last.map_or(clauses.len(), |last| last + 1));
        let (parent, depth) = (self.control.scope(), self.frame_depth());
        let scopes = &mut self.exceptions.scopes;
        scopes.push(Scope { clauses, blocks, parent, pad: None, depth });
        Some(ScopeId(scopes.len() as u32 - 1))
    }

    /// Whether every exception meets `clause`.
    fn is_certain(&self, clause: &Clause) -> bool {
        clause.tag.is_none() || self.env.module.has_one_tag
    }

    /// The clause of `scope` that catches exceptions with `tag`.
    pub(super) fn clause_for(&mut self, ScopeId(scope): ScopeId, tag: u32) -> Option<usize> {
        let identity = |tag: u32| self.env.module.tags[tag as usize].identity;
        let takes = |clause: &Clause| clause.tag.is_none_or(|own| identity(own) == identity(tag));
        let clauses = &self.exceptions.scopes[scope as usize].clauses;
        self.exceptions.compared += clauses.len();
        clauses.iter().position(takes)
    }

    /// The number of inlined bodies around `scope`.
    pub(super) fn depth_of(&mut self, scope: ScopeId) -> u32 {
        self.scope_data(scope).depth
    }

    /// The landing pad of `scope`.
    pub(super) fn landing_pad(&mut self, scope: ScopeId) -> Block {
        if let Some(pad) = self.scope_data(scope).pad {
            return pad;
        }
        let pad = self.emit.create_block_with(&[ValueType::ExnRef]);
        self.emit.builder.set_cold_block(pad);
        self.scope_data(scope).pad = Some(pad);
        pad
    }

    /// The block of the legacy clause at `position`, if anything branches to it.
    pub(super) fn clause_block(&mut self, scope: ScopeId, position: usize) -> Option<Block> {
        self.scope_data(scope).blocks[position]
    }

    /// Fills the landing pad of `scope`, which ends here, if anything leads to it. Its frame began
    /// at `start`, and is still the innermost one.
    pub(in crate::lower) fn emit_landing_pad(&mut self, scope: ScopeId, start: Mark) {
        if let Some(pad) = self.scope_data(scope).pad {
            self.emit.builder.seal_block(pad);
            self.switch_to_after(pad, start);
            self.control.mark_reachable();
            let word = self.emit.builder.block_params(pad)[0];
            self.arrive(scope);
            self.dispatch(scope, word);
            self.control.mark_unreachable();
        }
        for block in self.scope_data(scope).blocks.clone().into_iter().flatten() {
            self.emit.builder.seal_block(block);
        }
    }

    /// Restores the state that the frames which the exception left have changed.
    fn arrive(&mut self, scope: ScopeId) {
        let depth = self.depth_of(scope);
        self.restore_call_frame(depth);
        self.poll_suspend_flags();
        self.poll_exception();
        self.reload_counters();
    }

    /// Passes control to the first clause that matches the exception.
    fn dispatch(&mut self, scope: ScopeId, word: Value) {
        for position in 0..self.scope_data(scope).clauses.len() {
            let clause = self.scope_data(scope).clauses[position];
            match clause.tag {
                Some(tag) if !self.is_certain(&clause) => {
                    let own = self.tag_of(word);
                    let expected = self.tag_number(tag);
                    let is_same = self.emit.ins().icmp_imm_u(IntCC::Equal, own, expected);
                    let (taken, next) = (self.emit.cold_block(), self.emit.cold_block());
                    self.emit.ins().brif(is_same, taken, &[], next, &[]);
                    self.emit.continue_in(taken);
                    self.deliver(scope, position, Exception::Word(word));
                    self.emit.continue_in(next);
                }
                _ => return self.deliver(scope, position, Exception::Word(word)),
            }
        }
        match self.scope_data(scope).parent {
            Some(parent) => self.go_to_landing_pad(parent, word),
            None => self.throw_out(word),
        }
    }

    pub(super) fn go_to_landing_pad(&mut self, scope: ScopeId, word: Value) {
        let pad = self.landing_pad(scope);
        self.emit.ins().jump(pad, &[BlockArg::Value(word)]);
        self.control.mark_unreachable();
    }

    /// Passes `exception` to the clause at `position` of `scope`.
    pub(super) fn deliver(&mut self, scope: ScopeId, position: usize, exception: Exception<'_>) {
        let clause = self.scope_data(scope).clauses[position];
        let mut values = match (clause.tag, exception) {
            (None, _) => Vec::new(),
            (Some(_), Exception::Known(_, values)) => values.to_vec(),
            (Some(tag), Exception::Word(word)) => self.unpack(tag, word),
        };
        if clause.by_reference {
            let reference = self.reference(clause.tag, exception);
            values.push(reference);
        }
        let target = match clause.target {
            Target::Label(frame) => {
                let depth = self.control.label_of(frame);
                self.label(depth).0
            }
            Target::Block => {
                if clause.tag.is_none() {
                    let word = self.word(exception);
                    values.push(word);
                }
                self.legacy_block(scope, position)
            }
        };
        self.size.add_branch_operands(values.len());
        let values: Vec<BlockArg> = values.into_iter().map(BlockArg::Value).collect();
        self.emit.ins().jump(target, &values);
    }

    /// The block of the legacy clause at `position`. Its parameters are the operands, or the
    /// exception word if the clause catches everything.
    fn legacy_block(&mut self, scope: ScopeId, position: usize) -> Block {
        if let Some(block) = self.clause_block(scope, position) {
            return block;
        }
        let env = self.env;
        let block = match self.scope_data(scope).clauses[position].tag {
            Some(tag) => self.emit.create_block_with(env.module.tag_operands(tag)),
            None => self.emit.create_block_with(&[ValueType::ExnRef]),
        };
        self.scope_data(scope).blocks[position] = Some(block);
        block
    }

    /// The tag's number in an exception word.
    pub(super) fn tag_of(&mut self, word: Value) -> Value {
        if self.env.collector.is_some() {
            return self.tag_of_object(word);
        }
        let number = self.emit.ins().ushr_imm_u(word, 32);
        self.emit.ins().ireduce(types::I32, number)
    }
}
