//! Locals and globals (spec section 4.4.5).

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn local_get(&mut self, local: u32) {
        let value = self.emit.builder.use_var(self.locals.variable(local));
        self.push(value);
    }

    pub(super) fn local_set(&mut self, local: u32) {
        let value = self.pop();
        self.emit.builder.def_var(self.locals.variable(local), value);
    }

    pub(super) fn local_tee(&mut self, local: u32) {
        let value = self.pop();
        self.emit.builder.def_var(self.locals.variable(local), value);
        self.push(value);
    }

    pub(super) fn global_get(&mut self, global: u32) {
        let value = self.emit.load_global(global);
        self.push(value);
    }

    pub(super) fn global_set(&mut self, global: u32) {
        let value = self.pop();
        if self.env.aux_stack_pointer == Some(global) {
            self.check_aux_stack(value);
        }
        self.emit.store_global(global, value);
    }
}
