//! How the functions of a module call each other.
//!
//! WAMR enters functions by the C convention, in which a caller removes the arguments that it put on
//! the stack, so that it must stay there until the callee returns. In a module with tail calls the
//! functions have a convention of their own, in which the callee removes them. What the runtime
//! enters is then an *entry*, a function of the C convention that calls the function proper.
//!
//! The runtime's array of function pointers holds the entries only. The distance from an entry to
//! its function lies in front of the entry, so that a call through a table passes the entry by:
//! neither does it take part in the stack of mutual tail calls, nor does it cost calls much.
//!
//! Only a module with tail calls pays for any of this. Whether it has some is known only when bodies
//! are read, so a module is lowered as if it had none, and once more from the start when one is met.

use cranelift_codegen::ir::{Function, InstBuilder, MemFlagsData, UserFuncName, Value, types};
use cranelift_codegen::isa::CallConv;

use super::Environment;
use super::context::Lowering;
use super::function::FunctionLowerer;
use super::signature::{POINTER, function_signature};
use super::symbol::Symbol;
use crate::target::{CALL_CONV, TAIL_CALL_CONV};
use crate::wasm::Module;

/// How the functions of a module call each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Convention {
    /// Like the runtime calls them.
    C,
    /// So that tail calls take no stack.
    Tail,
}

/// Bytes in front of an entry. The last 4 of them are the signed distance from the entry to its
/// function; the others keep the entry aligned.
pub(crate) const ENTRY_PREFIX_SIZE: usize = 16;
/// Offset of the distance from the entry.
const DISTANCE_OFFSET: i32 = -4;

impl Convention {
    /// Cranelift's name of it.
    pub(super) fn call_conv(self) -> CallConv {
        match self {
            Self::C => CALL_CONV,
            Self::Tail => TAIL_CALL_CONV,
        }
    }

    /// For every function whether it needs an entry: if the runtime calls functions otherwise, and
    /// may call this one. It knows exports, the start function, and references; `ref.func` in a
    /// body may only name a function that occurs in one of the other places.
    pub(super) fn entered(self, module: &Module<'_>) -> Vec<bool> {
        let mut entered = vec![false; module.functions.len()];
        if self == Self::C {
            return entered;
        }
        for index in module.functions_named_outside() {
            entered[index as usize] = index >= module.imported_function_count();
        }
        entered
    }
}

/// Makes the entry of function `index`.
pub(crate) fn lower_entry<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    index: u32,
) {
    let ty = env.module.function_type(index);
    func.name = UserFuncName::User(Symbol::Entry(index).to_external_name());
    func.signature = function_signature(ty, CALL_CONV, env.vectors);
    let mut lowering = lowerer.begin(env, func, ty);
    if env.stack_checks {
        lowering.check_stack(0);
    }
    let symbol = Symbol::Function(index);
    let function = lowering.function(symbol, || env.function_signature(index).clone());
    let args = lowering.received_params();
    lowering.start_clock();
    let call = lowering.ins().call(function, &args);
    lowering.leave_module();
    let results = lowering.builder.inst_results(call).to_vec();
    lowering.ins().return_(&results);
    lowering.finish();
}

impl Lowering<'_, '_> {
    /// The address at which functions of this module enter a function of this module, whose index
    /// is known to exist.
    pub(super) fn callee_address(&mut self, function: Value) -> Value {
        let entered_by_runtime = self.load_function_pointer(function);
        match self.env.convention {
            Convention::C => entered_by_runtime,
            Convention::Tail => {
                let flags = MemFlagsData::trusted().with_readonly();
                let base = entered_by_runtime;
                let distance = self.ins().load(types::I32, flags, base, DISTANCE_OFFSET);
                let distance = self.ins().sextend(POINTER, distance);
                self.ins().iadd(base, distance)
            }
        }
    }
}
