//! Where an exception was thrown, and with which tag it reached the host: code stores both in
//! exported globals, if the options ask for it.
//!
//! The place is the index of a function and an offset in its body, so that the code does not depend
//! on functions elsewhere. Only `throw` stores it: an exception that is caught and thrown again
//! keeps its place, as long as nothing else is thrown meanwhile.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::payload::LARGE;
use crate::lower::context::Lowering;
use crate::options::instrument::thrown_at;

impl Lowering<'_, '_> {
    /// Stores the place of the `throw` that is being lowered.
    pub(super) fn record_origin(&mut self) {
        let Some(origin) = self.env.storage.origin else { return };
        let Some(body) = self.exceptions.legacy.body() else { return };
        let offset = self.position() - body.code.range().start as u32;
        let place = thrown_at(body.validation.index, offset);
        let place = self.emit.ins().iconst(types::I64, place);
        self.emit.store_global(origin.thrown_at, place);
    }

    /// Stores the tag of an exception that becomes a trap.
    pub(super) fn record_uncaught(&mut self, word: Value) {
        let Some(origin) = self.env.storage.origin else { return };
        let number = self.tag_of(word);
        let number = self.emit.ins().uextend(types::I64, number);
        let number = self.emit.ins().band_imm_u(number, LARGE - 1);
        self.emit.store_global(origin.uncaught, number);
    }
}
