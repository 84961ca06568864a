//! The table of references at the boundary between the module and its host.
//!
//! After a trap, the references of the functions that it left are still in the table. They do no
//! harm: nothing was collected while they were there, and nothing is as long as they are. Whoever
//! enters the module from outside empties the table. Calls of the host put its size back, since
//! functions may have trapped meanwhile that the host called.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::context::Lowering;

/// What an entry restores.
pub(in crate::lower) struct Entered {
    /// The size of the table.
    size: Value,
    /// Whose call is the outermost one.
    owner: Value,
}

impl Lowering<'_, '_> {
    /// The size of the table of references, if there is one.
    pub(in crate::lower) fn roots(&mut self) -> Option<Value> {
        let table = self.env.collector?.roots;
        Some(self.emit.added_table_size(table))
    }

    /// Sets the size of the table to an earlier one.
    pub(in crate::lower) fn restore_roots(&mut self, size: Option<Value>) {
        if let (Some(collector), Some(size)) = (self.env.collector, size) {
            self.emit.set_added_table_size(collector.roots, size);
        }
    }

    /// Empties the table if no function of the module is under way, as far as that is known: the
    /// runtime has no frame below its own, and no other environment has entered the module and not
    /// returned.
    pub(in crate::lower) fn enter_from_outside(&mut self) -> Option<Entered> {
        let collector = self.env.collector?;
        let size = self.emit.added_table_size(collector.roots);
        let owner = self.emit.load_global(collector.owner);
        let exec_env = self.emit.exec_env();
        let is_outermost = self.emit.is_outermost();
        let is_free = self.emit.ins().icmp_imm_u(IntCC::Equal, owner, 0);
        let is_own = self.emit.ins().icmp(IntCC::Equal, owner, exec_env);
        let may_take = self.emit.ins().bor(is_free, is_own);
        let empties = self.emit.ins().band(is_outermost, may_take);
        let none = self.emit.ins().iconst(types::I32, 0);
        let nobody = self.emit.ins().iconst(types::I64, 0);
        let size = self.emit.ins().select(empties, none, size);
        let during = self.emit.ins().select(empties, exec_env, owner);
        let owner = self.emit.ins().select(empties, nobody, owner);
        self.emit.set_added_table_size(collector.roots, size);
        self.emit.store_global(collector.owner, during);
        Some(Entered { size, owner })
    }

    /// Restores what it was before.
    pub(in crate::lower) fn return_outside(&mut self, entered: Option<Entered>) {
        if let (Some(collector), Some(Entered { size, owner })) = (self.env.collector, entered) {
            self.emit.set_added_table_size(collector.roots, size);
            self.emit.store_global(collector.owner, owner);
        }
    }
}
