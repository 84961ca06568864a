//! Measures the time that is spent in a module, in ticks of the machine's counter.
//!
//! The clock runs from where the runtime enters the module to where control goes back, and stops
//! while a host function runs. So functions must distinguish who enters them: a module that
//! measures time uses the tail-call convention, in which the runtime enters through entries.
//!
//! Threads that share a memory add to the sum of the first thread (`account.rs`).
//!
//! A fault that the runtime turns into a trap bypasses this code: the time since the module was
//! last entered is then not counted.

use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, types};

use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::target::CALL_CONV;

impl Lowering<'_, '_> {
    /// The runtime has entered the module, or a host function has returned to it.
    pub(in crate::lower) fn start_clock(&mut self) {
        let Some((_, since)) = self.env.clock else { return };
        let now = self.now();
        self.emit.store_global(since, now);
    }

    /// Control is about to leave the module; see [`Lowering::leave_module`].
    pub(in crate::lower) fn stop_clock(&mut self) {
        let Some((sum, since)) = self.env.clock else { return };
        let now = self.now();
        let start = self.emit.load_global(since);
        let passed = self.emit.ins().isub(now, start);
        // After a trap, control may leave once more, through the entry.
        self.emit.store_global(since, now);
        if self.env.shared_memory {
            self.add_to_common(sum, passed);
            return;
        }
        let before = self.emit.load_global(sum);
        let after = self.emit.ins().iadd(before, passed);
        self.emit.store_global(sum, after);
    }

    fn now(&mut self) -> cranelift_codegen::ir::Value {
        let clock = self.emit.function(FuncId::Clock, || {
            let mut signature = Signature::new(CALL_CONV);
            signature.returns.push(AbiParam::new(types::I64));
            signature
        });
        let call = self.emit.ins().call(clock, &[]);
        self.emit.builder.inst_results(call)[0]
    }
}
