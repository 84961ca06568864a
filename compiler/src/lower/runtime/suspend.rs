//! Checks for requests of other threads to stop.
//!
//! A thread that shares memory with others is asked to stop by a flag in its execution environment:
//! when another thread traps or exits the program, or when the host terminates the thread. Unless
//! code checks the flag, a spinning thread never ends. It is checked where control passes
//! regularly: at the head of loops, before tail calls, and after calls, since a callee that was
//! stopped returns. The returned value does not matter, since nobody uses it; the exception is
//! already set.
//!
//! Threads without shared memory can only be stopped by the host. It calls
//! `wasm_runtime_terminate`, which sets an exception, in any runtime with or without threads.
//! Interruptible code checks for it in loops and recursion.
//!
//! Source: `check_suspend_flags` in `core/iwasm/compilation/aot_emit_control.c`, and
//! `set_exception_visitor` in `core/iwasm/libraries/thread-mgr/thread_manager.c`.

use cranelift_codegen::ir::InstBuilder;
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::exec_env;

use crate::lower::context::Lowering;

impl Lowering<'_, '_> {
    /// Returns if another thread asks for it.
    pub(in crate::lower) fn poll_suspend_flags(&mut self) {
        if !self.env.shared_memory {
            return;
        }
        let flags = self.emit.suspend_flags();
        let terminate = i64::from(exec_env::SUSPEND_FLAG_TERMINATE);
        let terminated = self.emit.ins().band_imm_u(flags, terminate);
        self.unwind_if(terminated);
    }

    /// In interruptible code, leaves if another thread has set an exception for this instance.
    pub(in crate::lower) fn poll_exception(&mut self) {
        if !self.env.interruptible {
            return;
        }
        let pending = self.emit.pending_exception_now();
        self.trap_if(pending, TrapId::AlreadyThrown);
    }
}
