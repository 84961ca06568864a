//! Calls of runtime helpers. All of them are emitted here.
//!
//! Invariants: arguments have the order and the types of `wamr-abi`'s table. What follows a helper
//! that may raise an exception depends on its [`Failure`]: in software mode, a test of the pending
//! exception; with hardware bounds checks nothing, since the helper unwinds. If a helper returns
//! even then, the caller must test its result.

use cranelift_codegen::ir::{AbiParam, Inst, InstBuilder, Signature, Type, Value, types};
use wamr_abi::helpers::{Extension, Failure, Helper, RuntimeOption, Ty};

use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::target::CALL_CONV;

impl Lowering<'_, '_> {
    /// Calls `helper` and returns its result, if it has one.
    pub(in crate::lower) fn call_helper(
        &mut self,
        helper: Helper,
        args: &[Value],
    ) -> Option<Value> {
        let call = self.emit_helper_call(helper, args);
        if helper.info().failure == Failure::Unwinds {
            self.check_exception();
        }
        self.emit.builder.inst_results(call).first().copied()
    }

    /// Calls a helper whose first parameter is the module instance.
    pub(in crate::lower) fn call_instance_helper(
        &mut self,
        helper: Helper,
        args: &[Value],
    ) -> Option<Value> {
        let instance = self.emit.module_instance();
        let args: Vec<Value> = std::iter::once(instance).chain(args.iter().copied()).collect();
        self.call_helper(helper, &args)
    }

    /// Calls `helper`; the caller has to emit what follows.
    pub(in crate::lower) fn emit_helper_call(&mut self, helper: Helper, args: &[Value]) -> Inst {
        if may_raise(helper) {
            self.commit_trap();
            if self.env.relies_on_guard_pages() {
                self.probe_reserve();
            }
        }
        // In the indirect mode, too, the reference shows that the helper is needed.
        let function = self.emit.function(FuncId::Helper(helper), || helper_signature(helper));
        if !self.env.indirect_helpers {
            return self.emit.ins().call(function, args);
        }
        let address = self.emit.helper_address(helper);
        let signature = self.emit.builder.func.dfg.ext_funcs[function].signature;
        self.emit.ins().call_indirect(signature, address, args)
    }
}

/// Whether a helper takes the runtime's locks, so that it must not run into the guard pages of the
/// stack. `aot_invoke_native` checks the limit by itself, and its thunk does before it. C's memory
/// functions, and helpers that compute with numbers, need hardly any stack.
fn may_raise(helper: Helper) -> bool {
    let is_intrinsic = helper.info().needs == Some(RuntimeOption::AotIntrinsics);
    !is_intrinsic && !matches!(helper, Helper::InvokeNative | Helper::Memset | Helper::Memmove)
}

/// The C signature of a runtime helper.
fn helper_signature(helper: Helper) -> Signature {
    let info = helper.info();
    let mut signature = Signature::new(CALL_CONV);
    signature.params = info.params.iter().map(|&ty| helper_param(ty)).collect();
    signature.returns = info.result.iter().map(|&ty| AbiParam::new(helper_type(ty))).collect();
    signature
}

fn helper_param(ty: Ty) -> AbiParam {
    let param = AbiParam::new(helper_type(ty));
    match ty.extension() {
        Extension::None => param,
        Extension::Zero => param.uext(),
        Extension::Sign => param.sext(),
    }
}

fn helper_type(ty: Ty) -> Type {
    match (ty.is_float(), ty.bits()) {
        (true, 32) => types::F32,
        (true, _) => types::F64,
        (false, 8) => types::I8,
        (false, 32) => types::I32,
        (false, _) => types::I64,
    }
}
