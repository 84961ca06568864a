//! Which proposals are compiled, and error messages that name the others.
//!
//! The validator runs with [`SUPPORTED_FEATURES`] only, without those that the options disable.
//! When it refuses a module, [`refine_error`] finds out whether one more proposal would have made
//! the module valid up to that point, and if so names the proposal. That requires a second
//! validation, but only after an error.

use crate::error::{Error, ErrorKind};
use crate::options::Options;
use crate::proposal::Proposal;
use wasmparser::{Validator, WasmFeatures};

/// WebAssembly 2.0, relaxed SIMD, extended constant expressions, tail calls, threads, memory64, wide
/// arithmetic, and exceptions in both encodings.
const SUPPORTED_FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::WIDE_ARITHMETIC)
    .union(EXCEPTIONS);

/// Tags, and the operators of both encodings.
const EXCEPTIONS: WasmFeatures = WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS);

/// Proposals that a module may use and this compiler does not support: their usual names, and the
/// reason.
const UNSUPPORTED: &[(WasmFeatures, &str, &str)] = &[
    // build-scripts/unsupported_combination.cmake: "Unsupported build configuration: MULTI_MEMORY +
    // AOT".
    (
        WasmFeatures::MULTI_MEMORY,
        "multiple memories",
        "WAMR cannot be built with both them and AOT",
    ),
    // core/iwasm/aot/aot_loader.c: reference types with a heap type are inside `#if
    // WASM_ENABLE_GC`.
    (
        WasmFeatures::FUNCTION_REFERENCES,
        "typed function references",
        "WAMR supports them only with garbage collection, which wamrc can compile",
    ),
    (
        WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES),
        "garbage collection",
        "wamrc can compile it",
    ),
    // core/iwasm/common/wasm_memory.c, wasm_allocate_linear_memory: the size is rounded up to a
    // multiple of `os_getpagesize()`, and the bounds are computed from the rounded size.
    (
        WasmFeatures::CUSTOM_PAGE_SIZES,
        "custom page sizes",
        "WAMR rounds every memory up to pages of the machine",
    ),
    (
        WasmFeatures::STACK_SWITCHING.union(WasmFeatures::FUNCTION_REFERENCES),
        "stack switching",
        NOWHERE,
    ),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything threads", NOWHERE),
    (WasmFeatures::MEMORY_CONTROL, "memory control", NOWHERE),
    (WasmFeatures::COMPACT_IMPORTS, "compact imports", NOWHERE),
];

const COMBINATION: (&str, &str) = ("a combination of proposals", "one of them is not supported");
const NOWHERE: &str = "WAMR does not support it";

/// What a module may use.
pub(crate) fn allowed_features(options: &Options) -> WasmFeatures {
    let disabled = options.disabled_proposals.iter();
    disabled.fold(SUPPORTED_FEATURES, |allowed, &proposal| allowed.difference(features(proposal)))
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
fn with_parts(proposal: Proposal) -> WasmFeatures {
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
    }
}

/// Turns an `Invalid` error about `wasm` into an `Unsupported` one that names the proposal, if the
/// module is refused only because it uses one.
pub(crate) fn refine_error(wasm: &[u8], options: &Options, error: Error) -> Error {
    let (ErrorKind::Invalid, Some(offset)) = (error.kind(), error.offset()) else {
        return error;
    };
    if !options.disabled_proposals.is_empty() && gets_past(wasm, SUPPORTED_FEATURES, offset) {
        return disabled(wasm, options, offset);
    }
    let everything = UNSUPPORTED.iter().fold(SUPPORTED_FEATURES, |set, (one, ..)| set.union(*one));
    if !gets_past(wasm, everything, offset) {
        return error;
    }
    let needed = UNSUPPORTED
        .iter()
        .find(|(proposal, ..)| gets_past(wasm, SUPPORTED_FEATURES.union(*proposal), offset));
    let (name, reason) = needed.map_or(COMBINATION, |&(_, name, reason)| (name, reason));
    Error::unsupported(format!("the module uses {name}, which is not supported"))
        .at(offset)
        .with_hint(format!("{reason}; build the module without it"))
}

/// The error for a module that would be valid up to `offset` with all proposals.
fn disabled(wasm: &[u8], options: &Options, offset: usize) -> Error {
    let allowed = allowed_features(options);
    let enough =
        |&&proposal: &&Proposal| gets_past(wasm, allowed.union(with_parts(proposal)), offset);
    let what = match options.disabled_proposals.iter().find(enough) {
        Some(proposal) => format!("the module uses {proposal}, which the options disable"),
        None => "the module uses a combination of proposals that the options disable".to_owned(),
    };
    Error::unsupported(what).at(offset).with_hint("allow it, or build the module without it")
}

/// Whether validation with `features` succeeds, or fails only after `offset`.
fn gets_past(wasm: &[u8], features: WasmFeatures, offset: usize) -> bool {
    match Validator::new_with_features(features).validate_all(wasm) {
        Ok(_) => true,
        Err(error) => error.offset() as usize > offset,
    }
}
