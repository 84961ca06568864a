//! What throws.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::catching::Exception;
use super::unwinder::throw_signature;
use super::{Caught, ScopeId};
use crate::limits::exceptions::MAX_COMPARED_CLAUSES;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::runtime::trap::{TextTrap, UNREACHABLE_CODE};
use crate::wasm::NULL_EXCEPTION;

impl Lowering<'_, '_> {
    pub(in crate::lower) fn throw(&mut self, tag: u32) {
        let operands = self.env.module.tag_operands(tag).len();
        let values = self.top(operands).to_vec();
        self.record_origin();
        let scope = self.control.scope();
        self.throw_known(scope, tag, &values);
    }

    pub(in crate::lower) fn throw_ref(&mut self) {
        let word = self.pop();
        self.commit_trap();
        let null = self.text_trap_block(TextTrap::NullException);
        if !self.env.throws() {
            self.emit.ins().jump(null, &[]);
            self.control.mark_unreachable();
            return;
        }
        let is_null = self.emit.ins().icmp_imm_s(IntCC::Equal, word, NULL_EXCEPTION);
        self.emit.leave_if(is_null, null);
        let scope = self.control.scope();
        self.throw_word(scope, word);
    }

    /// Throws the exception again that a legacy clause has caught.
    pub(super) fn throw_caught(&mut self, scope: Option<ScopeId>, caught: &Caught) {
        match caught {
            Caught::Known(tag, values) => self.throw_known(scope, *tag, values),
            Caught::Any(word, copy) => {
                if let Some(copy) = *copy {
                    self.restore_thrown(copy);
                }
                self.throw_word(scope, *word);
            }
        }
    }

    /// Throws an exception with a known tag. Therefore its clause is also known, if it is in this
    /// function.
    fn throw_known(&mut self, mut scope: Option<ScopeId>, tag: u32, values: &[Value]) {
        let exception = Exception::Known(tag, values);
        while let Some(around) = scope {
            if self.exceptions.compared > MAX_COMPARED_CLAUSES {
                let word = self.word(exception);
                return self.throw_word(scope, word);
            }
            if let Some(clause) = self.clause_for(around, tag) {
                let depth = self.depth_of(around);
                self.leave_frames_above(depth);
                self.deliver(around, clause, exception);
                self.control.mark_unreachable();
                return;
            }
            scope = self.scope_data(around).parent;
        }
        let word = self.word(exception);
        self.commit_call();
        self.throw_out(word);
    }

    fn throw_word(&mut self, scope: Option<ScopeId>, word: Value) {
        match scope {
            Some(scope) => self.go_to_landing_pad(scope, word),
            None => {
                self.commit_call();
                self.throw_out(word);
            }
        }
    }

    /// Throws an exception out of the function.
    pub(super) fn throw_out(&mut self, word: Value) {
        let thrower = self.emit.function(FuncId::Throw, throw_signature);
        self.emit.ins().call(thrower, &[word]);
        self.emit.ins().trap(UNREACHABLE_CODE);
        self.control.mark_unreachable();
    }
}
