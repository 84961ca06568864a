//! The calling convention of a module's functions.
//!
//! WAMR enters functions by the C convention. In it, a caller removes the arguments that it put on
//! the stack, so its frame must stay until the callee returns. In a module with tail calls,
//! functions have another convention, in which the callee removes its arguments. The runtime then
//! enters an *entry*, a function of the C convention that calls the actual function.
//!
//! The runtime's array of function pointers contains only entries. The distance from an entry to
//! its function is stored before the entry, so that a call through a table bypasses the entry. So
//! entries do not use stack in mutual tail calls, and calls cost little more.
//!
//! Only a module with tail calls, exceptions or some counters has these costs. Whether it has tail
//! calls is known before anything is lowered (`wasm/tail_calls.rs`). A module has exceptions if it
//! declares tags. Its entries turn uncaught exceptions into traps. Its functions keep the C
//! convention if they can, since values stay in registers across calls that may throw only there
//! (`lower/exceptions`). Entries also measure time, and count for all threads.

use cranelift_codegen::ir::{Function, InstBuilder, MemFlagsData, UserFuncName, Value, types};
use cranelift_codegen::isa::CallConv;

use super::func_id::FuncId;
use super::function::FunctionLowerer;
use super::runtime::emitter::Emitter;
use super::signature::{POINTER, function_signature};
use super::{Added, Environment};
use crate::target::{CALL_CONV, TAIL_CALL_CONV};
use crate::wasm::Module;

/// The calling convention of a module's functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WasmCallConv {
    /// Like the runtime calls them.
    C,
    /// The same, but the runtime calls entries.
    BehindEntries,
    /// The callee removes its arguments, so tail calls take no stack.
    Tail,
}

/// Bytes before an entry. The last 4 are the signed distance from the entry to its function; the
/// others keep the entry aligned.
pub(crate) const ENTRY_PREFIX_SIZE: usize = 16;
/// Offset of the distance from the entry.
const DISTANCE_OFFSET: i32 = -4;

impl WasmCallConv {
    /// What the functions of `module` need, to which `added` was added. `tail_calls` is whether some
    /// body makes a tail call.
    pub(crate) fn of(module: &Module<'_>, added: &Added, tail_calls: bool) -> Self {
        let needs_entries = added.counters.time.is_some() || added.counters.own.is_some();
        // Entries empty the table of references after a trap.
        let throws = !module.tags.is_empty() || module.has_objects();
        match (tail_calls, throws, needs_entries) {
            (true, _, _) | (_, false, true) => Self::Tail,
            (false, true, _) => Self::BehindEntries,
            (false, false, false) => Self::C,
        }
    }

    /// Cranelift's name of it.
    pub(super) fn to_cranelift(self) -> CallConv {
        match self {
            Self::C | Self::BehindEntries => CALL_CONV,
            Self::Tail => TAIL_CALL_CONV,
        }
    }

    /// For every function, whether it needs an entry: that is, if the runtime uses another
    /// convention, and may call this function. The runtime knows exports, the start function, and
    /// references; `ref.func` in a body may only name a function that occurs in one of the other
    /// places.
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
    func.name = UserFuncName::User(FuncId::Entry(index).to_external_name());
    func.signature = function_signature(ty, CALL_CONV, env.vectors);
    let mut lowering = lowerer.begin(env, func, ty);
    if env.stack_checks {
        lowering.check_stack(0);
    }
    let id = FuncId::Function(index);
    let function = lowering.emit.function(id, || env.function_signature(index).clone());
    let args = lowering.emit.received_params();
    lowering.start_clock();
    let roots = lowering.enter_from_outside();
    let results = lowering.call_from_outside(function, &args);
    lowering.return_outside(roots);
    lowering.leave_module();
    lowering.emit.ins().return_(&results);
    lowering.finish();
}

impl Emitter<'_, '_> {
    /// The address at which functions of this module enter a function of this module, whose index
    /// is known to exist.
    pub(super) fn callee_address(&mut self, function: Value) -> Value {
        let entered_by_runtime = self.load_function_pointer(function);
        match self.env.call_conv {
            WasmCallConv::C => entered_by_runtime,
            WasmCallConv::BehindEntries | WasmCallConv::Tail => {
                let flags = MemFlagsData::trusted().with_readonly();
                let base = entered_by_runtime;
                let distance = self.ins().load(types::I32, flags, base, DISTANCE_OFFSET);
                let distance = self.ins().sextend(POINTER, distance);
                self.ins().iadd(base, distance)
            }
        }
    }
}
