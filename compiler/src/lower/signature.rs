//! Wasm types as Cranelift signatures.
//!
//! WAMR calls a wasm function with the platform's C convention: the execution environment, the
//! parameters, then one pointer for each result after the first. Source:
//! `wasm_runtime_invoke_native` in `core/iwasm/common/wasm_runtime_common.c` and
//! `aot_call_function` in `core/iwasm/aot/aot_runtime.c`.

use cranelift_codegen::ir::{AbiParam, Signature, Type, types};
use cranelift_codegen::isa::CallConv;

use super::parameters::{native_result_types, native_types};
use crate::target::{CALL_CONV, Vectors};
use crate::wasm::{FuncType, ValueType};

/// The type of addresses on every supported target.
pub(crate) const POINTER: Type = types::I64;

/// The representation of a wasm value in code. References are 32-bit numbers: a function index, or
/// the host's handle; null is all ones. Where they are objects, they are addresses; null is 0.
pub(crate) fn clif_type(ty: ValueType) -> Type {
    match ty {
        ValueType::I32 | ValueType::FuncRef | ValueType::ExternRef => types::I32,
        ValueType::I64 | ValueType::ExnRef | ValueType::Object => types::I64,
        ValueType::F32 => types::F32,
        ValueType::F64 => types::F64,
        ValueType::V128 => types::I8X16,
    }
}

/// The signature of functions of type `ty` with the convention `call_conv`.
pub(crate) fn function_signature(
    ty: &FuncType,
    call_conv: CallConv,
    vectors: Vectors,
) -> Signature {
    let mut signature = Signature::new(call_conv);
    signature.params.reserve(1 + ty.params.len());
    signature.params.push(AbiParam::new(POINTER));
    // The upper half of 32-bit values is undefined, so no extension is declared for them.
    signature.params.extend(native_types(&ty.params, vectors).map(AbiParam::new));
    let mut results = ty.results.iter();
    if let Some(&first) = results.next() {
        signature.returns.extend(native_result_types(first, vectors).map(AbiParam::new));
    }
    signature.params.extend(results.map(|_| AbiParam::new(POINTER)));
    signature
}

/// The signature of the thunk that calls imports of type `ty`: the function index comes last.
/// Imports have vectors only if the runtime supports them.
pub(crate) fn import_thunk_signature(ty: &FuncType) -> Signature {
    let mut signature = function_signature(ty, CALL_CONV, Vectors::Everywhere);
    signature.params.push(AbiParam::new(types::I32));
    signature
}

/// The signature of the thunks that raise a trap.
pub(crate) fn trap_thunk_signature() -> Signature {
    let mut signature = Signature::new(CALL_CONV);
    signature.params.push(AbiParam::new(POINTER));
    signature
}
