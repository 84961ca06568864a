//! Native stack checks in code.
//!
//! In software mode a function compares its stack pointer with the limit in the execution
//! environment once its frame is set up. By then it has already written to the frame, so this is
//! sound only if the frame is smaller than the room that [`RESERVE`] keeps free below every checked
//! stack pointer. The size of a frame is known only after register allocation. A function with a
//! larger frame gets a stack guard: a function of its own that checks for the whole frame before it
//! enters the function.
//!
//! With guard pages, reaching the end of the stack is a fault, which the runtime turns into a trap.
//! This must happen in wasm code: the runtime raises exceptions under a lock, and its signal
//! handler takes the same lock. So code that calls into the runtime touches the stack below first.
//! A frame of several pages touches each page in order. A frame whose pages the target cannot touch
//! in order gets a stack guard, too.
//!
//! Source: `native_stack_boundary` in `core/iwasm/common/wasm_exec_env.h`, which is
//! `WASM_STACK_GUARD_SIZE` above the end of the stack, so in the middle of the guard pages if there
//! are any; `runtime_signal_handler` in `core/iwasm/common/wasm_runtime_common.c`;
//! `wasm_cluster_set_exception` in `core/iwasm/libraries/thread-mgr/thread_manager.c`.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    Function, InstBuilder, MemFlagsData, Signature, UserFuncName, Value, types,
};
use wamr_abi::exceptions::TrapId;

use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::function::FunctionLowerer;
use crate::lower::signature::POINTER;
use crate::lower::{Environment, FuncType, WasmCallConv};

/// Bytes between the stack pointer of a function that passed its check and the runtime's limit.
/// They cover three guard pages (`STACK_OVERFLOW_CHECK_GUARD_PAGE_COUNT`), a small frame that is
/// not checked yet, and the C code of a helper, for which the runtime itself assumes 3 KiB.
const RESERVE: u32 = 16 * 1024;

/// The number of parameters that every target passes in registers.
const REGISTER_PARAMETERS: u32 = 6;

/// The size in bytes of the largest frame of a function that checks its stack pointer by itself.
pub(in crate::lower) const MAX_UNGUARDED_FRAME: u32 = 2048;

/// Steps of this many bytes cannot miss the guard pages.
const PROBE_INTERVAL: u32 = 4096;

/// The reserve for a module with functions of these signatures. The frames of a stack guard and of
/// an import thunk contain the arguments of a call twice, as received and as passed on, and neither
/// frame is checked before it is written.
pub(in crate::lower) fn reserve(signatures: &[Signature]) -> u32 {
    RESERVE + 2 * signatures.iter().map(stack_argument_bytes).max().unwrap_or(0)
}

/// An upper bound of the bytes that a call with `signature` passes on the stack.
fn stack_argument_bytes(signature: &Signature) -> u32 {
    let slot = POINTER.bytes();
    let params = signature.params.iter().map(|param| param.value_type.bytes().max(slot));
    params.sum::<u32>().saturating_sub(REGISTER_PARAMETERS * slot)
}

impl Lowering<'_, '_> {
    /// Raises "native stack overflow" if fewer than `bytes` bytes are left above the reserve.
    pub(in crate::lower) fn check_stack(&mut self, bytes: u32) {
        let stack_pointer = self.emit.ins().get_stack_pointer(POINTER);
        let limit = self.emit.native_stack_boundary();
        // The sum cannot wrap: a limit is an address in user space, and a frame is smaller than 4
        // GiB.
        let needed = i64::from(bytes) + i64::from(self.env.stack_reserve);
        let lowest = self.emit.ins().iadd_imm_u(limit, needed);
        self.trap_if_compare(
            IntCC::UnsignedLessThan,
            stack_pointer,
            lowest,
            TrapId::NativeStackOverflow,
        );
    }

    /// Raises the runtime's exceptions for a stack in linear memory, if its pointer becomes
    /// `pointer`.
    pub(in crate::lower) fn check_aux_stack(&mut self, pointer: Value) {
        let (boundary, bottom) = self.emit.aux_stack_bounds();
        let pointer = self.emit.ins().uextend(POINTER, pointer);
        let overflows = IntCC::UnsignedLessThanOrEqual;
        self.trap_if_compare(overflows, pointer, boundary, TrapId::AuxStackOverflow);
        let underflows = IntCC::UnsignedGreaterThan;
        self.trap_if_compare(underflows, pointer, bottom, TrapId::AuxStackUnderflow);
    }

    /// Reads below the stack pointer. If a helper would run into the guard pages, this function
    /// faults instead.
    pub(in crate::lower) fn probe_reserve(&mut self) {
        let stack_pointer = self.emit.ins().get_stack_pointer(POINTER);
        for step in 1..=RESERVE / PROBE_INTERVAL {
            let offset = -((step * PROBE_INTERVAL) as i32);
            // The load can trap, so it is not removed although its result is unused.
            self.emit.ins().load(types::I8, MemFlagsData::new(), stack_pointer, offset);
        }
    }
}

/// Makes the stack guard of function `index`, whose frame has `frame` bytes.
pub(crate) fn lower_stack_guard<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    index: u32,
    frame: u32,
) {
    func.name = UserFuncName::User(FuncId::Function(index).to_external_name());
    func.signature = env.function_signature(index).clone();
    let ty: &FuncType = env.module.function_type(index);
    let mut lowering = lowerer.begin(env, func, ty);
    let args = lowering.emit.received_params();
    lowering.check_stack(frame);
    let body =
        lowering.emit.function(FuncId::Body(index), || env.function_signature(index).clone());
    match env.call_conv {
        WasmCallConv::C | WasmCallConv::BehindEntries => {
            let call = lowering.emit.ins().call(body, &args);
            let results = lowering.emit.builder.inst_results(call).to_vec();
            lowering.emit.ins().return_(&results);
        }
        // The guard's own frame must be removed, since the body may end with a tail call.
        WasmCallConv::Tail => {
            lowering.emit.ins().return_call(body, &args);
        }
    }
    lowering.finish();
}
