//! Which proposals the validator accepts.
//!
//! It runs with [`SUPPORTED_FEATURES`] only, without those that are disabled.

use wasmparser::{Validator, WasmFeatures};

use super::Proposal;

/// WebAssembly 2.0, relaxed SIMD, extended constant expressions, tail calls, threads, memory64, wide
/// arithmetic, exceptions in both encodings, typed function references, and garbage collection.
pub(crate) const SUPPORTED_FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::WIDE_ARITHMETIC)
    .union(EXCEPTIONS)
    .union(WasmFeatures::FUNCTION_REFERENCES)
    .union(WasmFeatures::GC);

/// Tags, and the operators of both encodings.
const EXCEPTIONS: WasmFeatures = WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS);

/// The features that a module may use if it may not use the proposals in `disabled`.
pub(crate) fn allowed_features(disabled: &[Proposal]) -> WasmFeatures {
    disabled
        .iter()
        .fold(SUPPORTED_FEATURES, |allowed, &proposal| allowed.difference(features(proposal)))
}

/// What belongs to `proposal` alone.
fn features(proposal: Proposal) -> WasmFeatures {
    let whole = with_parts(proposal);
    match proposal {
        Proposal::BulkMemory => whole.difference(WasmFeatures::BULK_MEMORY_OPT),
        Proposal::ReferenceTypes => whole.difference(WasmFeatures::CALL_INDIRECT_OVERLONG),
        _ => whole,
    }
}

/// The features of `proposal`, including parts of it that have names of their own.
pub(crate) fn with_parts(proposal: Proposal) -> WasmFeatures {
    match proposal {
        Proposal::MutableGlobals => WasmFeatures::MUTABLE_GLOBAL,
        Proposal::SignExtension => WasmFeatures::SIGN_EXTENSION,
        Proposal::SaturatingConversions => WasmFeatures::SATURATING_FLOAT_TO_INT,
        Proposal::MultiValue => WasmFeatures::MULTI_VALUE,
        Proposal::BulkMemory => WasmFeatures::BULK_MEMORY,
        Proposal::BulkMemoryOpt => WasmFeatures::BULK_MEMORY_OPT,
        Proposal::ReferenceTypes => WasmFeatures::REFERENCE_TYPES,
        Proposal::CallIndirectOverlong => WasmFeatures::CALL_INDIRECT_OVERLONG,
        Proposal::Simd => WasmFeatures::SIMD,
        Proposal::RelaxedSimd => WasmFeatures::RELAXED_SIMD,
        Proposal::ExtendedConst => WasmFeatures::EXTENDED_CONST,
        Proposal::TailCalls => WasmFeatures::TAIL_CALL,
        Proposal::Threads => WasmFeatures::THREADS,
        Proposal::Memory64 => WasmFeatures::MEMORY64,
        Proposal::WideArithmetic => WasmFeatures::WIDE_ARITHMETIC,
        Proposal::Exceptions => EXCEPTIONS,
        Proposal::FunctionReferences => WasmFeatures::FUNCTION_REFERENCES,
        Proposal::GarbageCollection => WasmFeatures::GC,
    }
}

/// Whether validation with `features` succeeds, or fails only after `offset`.
pub(crate) fn gets_past(wasm: &[u8], features: WasmFeatures, offset: usize) -> bool {
    match Validator::new_with_features(features).validate_all(wasm) {
        Ok(_) => true,
        Err(error) => error.offset() as usize > offset,
    }
}
