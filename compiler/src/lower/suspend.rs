//! Requests of other threads to stop.
//!
//! A thread that shares memory with others is asked to stop by a flag in its execution environment:
//! when another thread traps or exits the program, or the host terminates it. Unless code looks at
//! the flag, a thread that spins never ends. It looks where control comes by again and again: at the
//! head of loops, before tail calls, and after calls, since a callee that was stopped returns. What
//! it returns is of no interest, for nobody goes on with it; the exception is set already.
//!
//! Threads that share no memory have nobody who stops them but the host. It calls
//! `wasm_runtime_terminate`, which sets an exception: in any runtime, with or without threads. Code that is
//! compiled to be stopped looks for it where loops and recursion come by.
//!
//! Source: `check_suspend_flags` in `core/iwasm/compilation/aot_emit_control.c`, and
//! `set_exception_visitor` in `core/iwasm/libraries/thread-mgr/thread_manager.c`.

use cranelift_codegen::ir::InstBuilder;
use wamr_abi::exceptions::TrapId;
use wamr_abi::layout::exec_env;

use super::context::Lowering;

impl Lowering<'_, '_> {
    /// Returns if another thread asks for it.
    pub(super) fn poll_suspend_flags(&mut self) {
        if !self.env.shared_memory {
            return;
        }
        let flags = self.suspend_flags();
        let terminate = i64::from(exec_env::SUSPEND_FLAG_TERMINATE);
        let terminated = self.ins().band_imm_u(flags, terminate);
        self.unwind_if(terminated);
    }

    /// In code that can be stopped, leaves if another thread has set an exception for this instance.
    pub(super) fn poll_exception(&mut self) {
        if !self.env.interruptible {
            return;
        }
        let pending = self.pending_exception_now();
        self.trap_if(pending, TrapId::AlreadyThrown);
    }
}
