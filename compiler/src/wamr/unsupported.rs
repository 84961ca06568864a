//! Error messages that name the proposal that a refused module uses, and why it is not compiled.
//!
//! When the validator refuses a module, [`refine_error`] finds out whether one more proposal would have made
//! the module valid up to that point, and if so names the proposal. That requires a second validation,
//! but only after an error.

use wasmparser::WasmFeatures;

use crate::error::{Error, ErrorKind};
use crate::wasm::{Proposal, SUPPORTED_FEATURES, allowed_features, gets_past, with_parts};

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
    // core/iwasm/common/wasm_memory.c, wasm_allocate_linear_memory: the size is rounded up to a
    // multiple of `os_getpagesize()`, and the bounds are computed from the rounded size.
    (
        WasmFeatures::CUSTOM_PAGE_SIZES,
        "custom page sizes",
        "WAMR rounds every memory up to pages of the machine",
    ),
    (WasmFeatures::STACK_SWITCHING, "stack switching", NOWHERE),
    (WasmFeatures::SHARED_EVERYTHING_THREADS, "shared-everything threads", NOWHERE),
    (WasmFeatures::MEMORY_CONTROL, "memory control", NOWHERE),
    (WasmFeatures::COMPACT_IMPORTS, "compact imports", NOWHERE),
];

const COMBINATION: (&str, &str) = ("a combination of proposals", "one of them is not supported");
const NOWHERE: &str = "WAMR does not support it";

/// Turns an `Invalid` error about `wasm` into an `Unsupported` one that names the proposal, if the
/// module is refused only because it uses one.
pub(crate) fn refine_error(wasm: &[u8], disabled: &[Proposal], error: Error) -> Error {
    let (ErrorKind::Invalid, Some(offset)) = (error.kind(), error.offset()) else {
        return error;
    };
    if !disabled.is_empty() && gets_past(wasm, SUPPORTED_FEATURES, offset) {
        return disabled_proposal(wasm, disabled, offset);
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
fn disabled_proposal(wasm: &[u8], disabled: &[Proposal], offset: usize) -> Error {
    let allowed = allowed_features(disabled);
    let enough =
        |&&proposal: &&Proposal| gets_past(wasm, allowed.union(with_parts(proposal)), offset);
    let what = match disabled.iter().find(enough) {
        Some(proposal) => format!("the module uses {proposal}, which the options disable"),
        None => "the module uses a combination of proposals that the options disable".to_owned(),
    };
    Error::unsupported(what).at(offset).with_hint("allow it, or build the module without it")
}
