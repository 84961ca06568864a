//! Locals and globals (spec section 4.4.5).

use cranelift_frontend::Variable;

use super::super::context::Lowering;

impl Lowering<'_, '_> {
    pub(super) fn local_get(&mut self, local: u32) {
        let value = self.builder.use_var(Variable::from_u32(local));
        self.push(value);
    }

    pub(super) fn local_set(&mut self, local: u32) {
        let value = self.pop();
        self.builder.def_var(Variable::from_u32(local), value);
    }

    pub(super) fn local_tee(&mut self, local: u32) {
        let value = self.pop();
        self.builder.def_var(Variable::from_u32(local), value);
        self.push(value);
    }

    pub(super) fn global_get(&mut self, global: u32) {
        let value = self.load_global(global);
        self.push(value);
    }

    pub(super) fn global_set(&mut self, global: u32) {
        let value = self.pop();
        self.store_global(global, value);
    }
}
