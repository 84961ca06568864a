//! Calls of runtime helpers: the one place that issues them.
//!
//! Invariants: arguments are given in the order of `wamr-abi`'s table and with its types. A helper
//! that may raise an exception is followed by what its [`Failure`] asks for: a test of the pending
//! exception in software mode, or nothing, since it unwinds with hardware bounds checks. One that
//! returns even there leaves the test of its result to the caller.

use cranelift_codegen::ir::{Inst, InstBuilder, Value};
use wamr_abi::helpers::{Failure, Helper, RuntimeOption};

use super::context::Lowering;
use super::signature::helper_signature;
use super::symbol::Symbol;

impl Lowering<'_, '_> {
    /// Calls `helper` and returns its result, if it has one.
    pub(super) fn call_helper(&mut self, helper: Helper, args: &[Value]) -> Option<Value> {
        let call = self.emit_helper_call(helper, args);
        if helper.info().failure == Failure::Unwinds {
            self.check_exception();
        }
        self.builder.inst_results(call).first().copied()
    }

    /// Calls a helper whose first parameter is the module instance.
    pub(super) fn call_instance_helper(&mut self, helper: Helper, args: &[Value]) -> Option<Value> {
        let instance = self.module_instance();
        let args: Vec<Value> = std::iter::once(instance).chain(args.iter().copied()).collect();
        self.call_helper(helper, &args)
    }

    /// Calls `helper` and leaves what follows to the caller.
    pub(super) fn emit_helper_call(&mut self, helper: Helper, args: &[Value]) -> Inst {
        if may_raise(helper) {
            self.commit_trap();
            if self.env.relies_on_guard_pages() {
                self.probe_reserve();
            }
        }
        // In the indirect mode, too, the reference tells that the helper is needed.
        let function = self.function(Symbol::Helper(helper), || helper_signature(helper));
        if !self.env.indirect_helpers {
            return self.ins().call(function, args);
        }
        let address = self.helper_address(helper);
        let signature = self.builder.func.dfg.ext_funcs[function].signature;
        self.ins().call_indirect(signature, address, args)
    }
}

/// Whether a helper takes the runtime's locks, so that it must not run into the guard pages of the
/// stack. `aot_invoke_native` looks at the limit by itself, and its thunk before it; C's memory
/// functions, and those that compute with numbers, need no stack to speak of.
fn may_raise(helper: Helper) -> bool {
    let is_intrinsic = helper.info().needs == Some(RuntimeOption::AotIntrinsics);
    !is_intrinsic && !matches!(helper, Helper::InvokeNative | Helper::Memset | Helper::Memmove)
}
