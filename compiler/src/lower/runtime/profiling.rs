//! Code for runtimes that are built for profiling.
//!
//! **Calls** (`WAMR_BUILD_PERF_PROFILING=1`): a frame records when a function was entered, and is
//! counted when it is popped. The caller of a function pushes its frame and pops it again, with the
//! runtime's helpers. The runtime does so when it enters the module, and code does so here. The
//! thunk that calls an import pushes the import's frame. A function that returns because of an
//! exception leaves its frames to the runtime, which pops and counts them.
//!
//! In wamrc's code, functions can push their own frames, built by the code itself. But then the
//! runtime's helper, which pushes the frames of imports, overwrites frames if a host function calls
//! the module.
//!
//! **The native stack** (`WAMR_BUILD_MEMORY_PROFILING=1`): each function compares its stack
//! pointer, below which it uses nothing, with the lowest one so far. wamrc instead adds an estimate
//! of the stack usage of calls.
//!
//! Source: `aot_alloc_frame`, `aot_free_frame` and `aot_call_function` in
//! `core/iwasm/aot/aot_runtime.c`; `native_stack_top_min` in `core/iwasm/common/wasm_exec_env.h`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;

use crate::lower::context::Lowering;
use crate::lower::signature::POINTER;

impl Lowering<'_, '_> {
    /// If calls are profiled, pushes the frame of `function`, which is about to be called.
    pub(in crate::lower) fn enter_callee(&mut self, function: Value) {
        if !self.env.profiles_calls {
            return;
        }
        let exec_env = self.emit.exec_env();
        let has_room = self.call_helper(Helper::AllocFrame, &[exec_env, function]);
        let has_room = has_room.expect("the helper tells whether there was room");
        self.trap_unless(has_room, TrapId::AlreadyThrown);
    }

    /// The same for the function with this index.
    pub(in crate::lower) fn enter_known_callee(&mut self, function: u32) {
        if self.env.profiles_calls {
            let function = self.emit.ins().iconst(types::I32, i64::from(function));
            self.enter_callee(function);
        }
    }

    /// If calls are profiled, pops the innermost frame, of a function that has returned.
    pub(in crate::lower) fn leave_callee(&mut self) {
        if self.env.profiles_calls {
            let exec_env = self.emit.exec_env();
            self.call_helper(Helper::FreeFrame, &[exec_env]);
        }
    }

    /// Pops the frames above `own`, which belong to functions that an exception has left.
    pub(in crate::lower) fn pop_frames_above(&mut self, own: Value) {
        let [look, pop, next] = [(); 3].map(|()| self.emit.cold_block());
        self.emit.ins().jump(look, &[]);
        self.emit.builder.switch_to_block(look);
        let innermost = self.emit.current_frame();
        let is_own = self.emit.ins().icmp(IntCC::Equal, innermost, own);
        self.emit.ins().brif(is_own, next, &[], pop, &[]);
        self.emit.continue_in(pop);
        self.leave_callee();
        self.emit.ins().jump(look, &[]);
        self.emit.builder.seal_block(look);
        self.emit.continue_in(next);
    }

    /// If the native stack is profiled, records its depth, now that the frame is set up.
    pub(in crate::lower) fn note_stack(&mut self) {
        if !self.env.profiles_stack {
            return;
        }
        let stack_pointer = self.emit.ins().get_stack_pointer(POINTER);
        let lowest = self.emit.lowest_stack_pointer();
        let is_lower = self.emit.ins().icmp(IntCC::UnsignedLessThan, stack_pointer, lowest);
        let (lower, next) = (self.emit.cold_block(), self.emit.builder.create_block());
        self.emit.ins().brif(is_lower, lower, &[], next, &[]);
        self.emit.continue_in(lower);
        self.emit.set_lowest_stack_pointer(stack_pointer);
        self.emit.ins().jump(next, &[]);
        self.emit.continue_in(next);
    }
}
