//! Functions that the compiler adds: one per trap, one per type of imported function, and one for
//! an imported start function.
//!
//! They keep rare or long code out of the module's functions. Source of the import protocol:
//! `aot_invoke_native` in `core/iwasm/aot/aot_runtime.c`.

use cranelift_codegen::ir::{
    Function, InstBuilder, MemFlagsData, Signature, StackSlot, StackSlotData, StackSlotKind,
    UserFuncName, Value, types,
};
use wamr_abi::exceptions::TrapId;
use wamr_abi::helpers::Helper;

use super::trap::TextTrap;
use crate::lower::Environment;
use crate::lower::context::Lowering;
use crate::lower::func_id::FuncId;
use crate::lower::function::FunctionLowerer;
use crate::lower::signature::{POINTER, clif_type, import_thunk_signature, trap_thunk_signature};
use crate::wasm::{FuncType, ValueType};

/// The type of a function that raises a trap, as a wasm function type.
pub(in crate::lower) static NO_VALUES: std::sync::LazyLock<FuncType> =
    std::sync::LazyLock::new(|| FuncType { params: Box::default(), results: Box::default() });

/// Makes the function that raises trap `id`.
pub(crate) fn lower_trap_thunk<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    id: TrapId,
) {
    name(func, FuncId::TrapThunk(id), trap_thunk_signature());
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    let id = lowering.emit.ins().iconst(types::I32, i64::from(id as u32));
    let instance = lowering.emit.module_instance();
    lowering.leave_module();
    lowering.raise(instance, id);
    lowering.emit.ins().return_(&[]);
    lowering.finish();
}

/// The message of the trap of a module without gas: WasmEdge's text.
const OUT_OF_GAS: &str = "cost limit exceeded";

/// Makes the function that raises the trap of a module without gas.
pub(crate) fn lower_gas_thunk<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
) {
    lower_thunk_with_text(env, lowerer, func, FuncId::GasThunk, OUT_OF_GAS);
}

/// Makes the function that raises `trap`.
pub(crate) fn lower_text_trap_thunk<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    trap: TextTrap,
) {
    lower_thunk_with_text(env, lowerer, func, FuncId::TextTrapThunk(trap), trap.text());
}

/// The runtime has no number for this trap. So the text is set as the exception, and the stack is
/// unwound as for an exception that is already set.
fn lower_thunk_with_text<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    id: FuncId,
    text: &str,
) {
    name(func, id, trap_thunk_signature());
    let mut lowering = lowerer.begin(env, func, &NO_VALUES);
    // Includes the terminating NUL, padded to whole words.
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize((bytes.len() + 1).next_multiple_of(8), 0);
    let kind = StackSlotKind::ExplicitSlot;
    let slot = StackSlotData::new(kind, bytes.len() as u32, 3);
    let slot = lowering.emit.builder.create_sized_stack_slot(slot);
    let text = lowering.emit.ins().stack_addr(POINTER, slot, 0);
    for (index, word) in bytes.chunks(8).enumerate() {
        let word = word.iter().rev().fold(0, |word, &byte| word << 8 | i64::from(byte));
        let word = lowering.emit.ins().iconst(types::I64, word);
        lowering.emit.ins().store(MemFlagsData::trusted(), word, text, 8 * index as i32);
    }
    let instance = lowering.emit.module_instance();
    lowering.emit_helper_call(Helper::SetException, &[instance, text]);
    lowering.leave_module();
    let id = lowering.emit.ins().iconst(types::I32, i64::from(TrapId::AlreadyThrown as u32));
    lowering.raise(instance, id);
    lowering.emit.ins().return_(&[]);
    lowering.finish();
}

/// Makes the function that calls imports of type `ty`: its parameters are those of a function of
/// that type, and the function index.
pub(crate) fn lower_import_thunk<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
    ty: u32,
) {
    let id = FuncId::ImportThunk(ty);
    let ty = env.ty(ty);
    name(func, id, import_thunk_signature(ty));
    let mut lowering = lowerer.begin(env, func, ty);
    let params = lowering.emit.params().to_vec();
    if !env.stack_checks {
        lowering.check_stack(0);
    }
    lowering.note_stack();
    let (exec_env, function) = (params[0], params[params.len() - 1]);
    let frame = lowering.open_import_frame(function);
    let cells = lowering.store_cells(&params[1..params.len() - 1]);
    let parameter_cells = ty.params.iter().map(|&ty| cell_count(ty)).sum::<u32>();
    let argc = lowering.emit.ins().iconst(types::I32, i64::from(parameter_cells));
    let argv = lowering.emit.ins().stack_addr(POINTER, cells, 0);
    let roots = lowering.roots();
    lowering.leave_module();
    // A failure is either a pending exception, or it has already unwound.
    lowering.call_helper(Helper::InvokeNative, &[exec_env, function, argc, argv]);
    lowering.start_clock();
    lowering.restore_roots(roots);
    lowering.close_import_frame(frame);
    let flags = MemFlagsData::new().with_notrap();
    let result =
        ty.results.first().map(|&ty| lowering.emit.ins().load(clif_type(ty), flags, argv, 0));
    lowering.emit.ins().return_(result.as_slice());
    lowering.finish();
}

/// Makes the function that calls the start function, which must be an import: the runtime runs a
/// start function only if its code is in the file (`execute_post_instantiate_functions` in
/// `core/iwasm/aot/aot_runtime.c`).
pub(crate) fn lower_start_wrapper<'a>(
    env: &'a Environment<'a>,
    lowerer: &mut FunctionLowerer<'a>,
    func: &mut Function,
) {
    let start = env.module.imported_start().expect("the start function is an import");
    let ty = env.module.canonical_function_type(start);
    name(func, FuncId::StartWrapper, env.function_signature(start).clone());
    let mut lowering = lowerer.begin(env, func, env.ty(ty));
    let id = FuncId::ImportThunk(ty);
    let thunk = lowering.emit.function(id, || import_thunk_signature(env.ty(ty)));
    let start = lowering.emit.ins().iconst(types::I32, i64::from(start));
    let exec_env = lowering.emit.exec_env();
    lowering.start_clock();
    lowering.emit.ins().call(thunk, &[exec_env, start]);
    lowering.leave_module();
    lowering.emit.ins().return_(&[]);
    lowering.finish();
}

pub(in crate::lower) fn name(func: &mut Function, id: FuncId, signature: Signature) {
    func.name = UserFuncName::User(id.to_external_name());
    func.signature = signature;
}

impl Lowering<'_, '_> {
    fn raise(&mut self, instance: Value, id: Value) {
        self.emit_helper_call(Helper::SetExceptionWithId, &[instance, id]);
    }

    /// Stores arguments in the runtime's format: cells of 4 bytes, followed by the pointers for
    /// results after the first, which are already part of `params`.
    fn store_cells(&mut self, params: &[Value]) -> StackSlot {
        let width = |lowering: &Self, value| {
            lowering.emit.builder.func.dfg.value_type(value).bytes().div_ceil(4)
        };
        let cells: u32 = params.iter().map(|&value| width(self, value)).sum();
        let result_cells = self.emit.ty().results.first().map_or(0, |&ty| cell_count(ty));
        let bytes = 4 * cells.max(result_cells);
        let slot = self.emit.builder.create_sized_stack_slot(StackSlotData::new(
            StackSlotKind::ExplicitSlot,
            bytes,
            4,
        ));
        let base = self.emit.ins().stack_addr(POINTER, slot, 0);
        let mut offset = 0;
        for &value in params {
            let flags = MemFlagsData::new().with_notrap();
            self.emit.ins().store(flags, value, base, offset);
            offset += 4 * width(self, value) as i32;
        }
        slot
    }
}

/// 4-byte cells that a value takes in the runtime's argument arrays.
fn cell_count(ty: ValueType) -> u32 {
    clif_type(ty).bytes() / 4
}
