//! Which proposals are compiled, and how an error tells the ones that are not.
//!
//! The validator runs with [`SUPPORTED_FEATURES`] only. When it refuses a module,
//! [`refine_error`] finds out whether one more proposal would have made it valid up to that point,
//! and if so names the proposal. That costs a second validation, on the error path alone.

use crate::error::{Error, ErrorKind};
use wasmparser::{Validator, WasmFeatures};

/// WebAssembly 2.0, relaxed SIMD, extended constant expressions, tail calls, threads, memory64, and
/// wide arithmetic.
pub(crate) const SUPPORTED_FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::WIDE_ARITHMETIC);

/// Proposals that a module may use and this compiler does not take, by their customary names.
const UNSUPPORTED: &[(WasmFeatures, &str)] = &[
    (WasmFeatures::MULTI_MEMORY, "multiple memories"),
    (WasmFeatures::EXCEPTIONS, "exception handling"),
    (WasmFeatures::LEGACY_EXCEPTIONS.union(WasmFeatures::EXCEPTIONS), "legacy exception handling"),
    (WasmFeatures::FUNCTION_REFERENCES, "typed function references"),
    (WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES), "garbage collection"),
    (WasmFeatures::CUSTOM_PAGE_SIZES, "custom page sizes"),
    (WasmFeatures::STACK_SWITCHING.union(WasmFeatures::FUNCTION_REFERENCES), "stack switching"),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything threads"),
    (WasmFeatures::MEMORY_CONTROL, "memory control"),
    (WasmFeatures::COMPACT_IMPORTS, "compact imports"),
];

/// Turns an `Invalid` error about `wasm` into an `Unsupported` one that names the proposal, if a
/// proposal is what the module lacks.
pub(crate) fn refine_error(wasm: &[u8], error: Error) -> Error {
    let (ErrorKind::Invalid, Some(offset)) = (error.kind(), error.offset()) else {
        return error;
    };
    let everything = UNSUPPORTED.iter().fold(SUPPORTED_FEATURES, |set, (one, _)| set.union(*one));
    if !gets_past(wasm, everything, offset) {
        return error;
    }
    let needed = UNSUPPORTED
        .iter()
        .find(|(proposal, _)| gets_past(wasm, SUPPORTED_FEATURES.union(*proposal), offset));
    let name = needed.map_or("a combination of proposals", |(_, name)| name);
    Error::unsupported(format!("the module uses {name}, which is not supported"))
        .at(offset)
        .with_hint("build the module without this proposal, or compile it with wamrc")
}

/// Whether validation with `features` succeeds, or fails only behind `offset`.
fn gets_past(wasm: &[u8], features: WasmFeatures, offset: usize) -> bool {
    match Validator::new_with_features(features).validate_all(wasm) {
        Ok(_) => true,
        Err(error) => error.offset() as usize > offset,
    }
}
