//! Locals and globals (spec section 4.4.5).

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn local_get(&mut self, local: u32) {
        let value = self.builder.use_var(self.locals[local as usize].1);
        self.push(value);
    }

    pub(super) fn local_set(&mut self, local: u32) {
        let value = self.pop();
        self.builder.def_var(self.locals[local as usize].1, value);
    }

    pub(super) fn local_tee(&mut self, local: u32) {
        let value = self.pop();
        self.builder.def_var(self.locals[local as usize].1, value);
        self.push(value);
    }

    pub(super) fn global_get(&mut self, global: u32) {
        let value = self.load_global(global);
        self.push(value);
    }

    pub(super) fn global_set(&mut self, global: u32) {
        let value = self.pop();
        if self.env.aux_stack_pointer == Some(global) {
            self.check_aux_stack(value);
        }
        self.store_global(global, value);
    }
}
