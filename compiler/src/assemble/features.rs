//! The feature flags of a file: what the runtime must have been built with.
//!
//! They turn a missing feature into an early and readable error of the loader. A flag is set only
//! if the module needs the feature, so that small runtimes load everything they can run.

use wamr_abi::format::feature;
use wamr_abi::helpers::RuntimeOption;

use crate::native::Image;
use crate::options::Options;
use crate::target::Vectors;
use crate::wasm::{ConstExpr, Module, SegmentMode, ValueType};

/// Feature flags of the file of `module`, whose code is `image`.
pub(crate) fn feature_flags(module: &Module<'_>, image: &Image, options: &Options) -> u64 {
    let features = used_features(module, image, options.target().vectors());
    let features = match module.has_objects() {
        // The loader expects no other flag for references.
        true => features & !feature::REF_TYPES | feature::GARBAGE_COLLECTION,
        false => features,
    };
    features | call_stacks(options)
}

/// What the module and its code need.
fn used_features(module: &Module<'_>, image: &Image, vectors: Vectors) -> u64 {
    let mut flags = 0;
    let relocated = image.relocations.iter().map(|relocation| relocation.helper);
    for helper in relocated.chain(image.indirect_helpers.iter().copied()) {
        flags |= match helper.info().needs {
            Some(RuntimeOption::BulkMemory) => feature::BULK_MEMORY,
            Some(RuntimeOption::RefTypes) => feature::REF_TYPES,
            Some(RuntimeOption::SharedMemory) => feature::MULTI_THREAD,
            Some(
                RuntimeOption::AotStackFrame
                | RuntimeOption::AotIntrinsics
                // No code calls these yet.
                | RuntimeOption::GarbageCollection,
            )
            | None => 0,
        };
    }
    // A runtime without support for vectors can still run code that uses them inside.
    let is_known = vectors == Vectors::Everywhere;
    if is_known && (image.uses_simd || has_vectors(module)) {
        flags |= feature::SIMD_128BIT;
    }
    if module.shares_memory() {
        flags |= feature::MULTI_THREAD;
    }
    if uses_reference_types(module) {
        flags |= feature::REF_TYPES;
    }
    if module.data.iter().any(|segment| matches!(segment.mode, SegmentMode::Passive)) {
        flags |= feature::BULK_MEMORY;
    }
    flags
}

/// Flags that tell the runtime how to walk the frames for call stacks. The runtime itself creates
/// the frames of profiled calls, which need no flags.
fn call_stacks(options: &Options) -> u64 {
    match options.call_stacks {
        _ if options.instrumentation.profile_calls => 0,
        None => 0,
        Some(frames) if frames.function_index => TINY_FRAMES,
        Some(_) => TINY_FRAMES | feature::FRAME_NO_FUNC_IDX,
    }
}

const TINY_FRAMES: u64 = feature::TINY_STACK_FRAME | feature::FRAME_PER_FUNCTION;

/// Whether there is a vector outside of the code.
fn has_vectors(module: &Module<'_>) -> bool {
    let mut types = module.types.iter().flat_map(|ty| ty.params.iter().chain(&ty.results));
    let mut globals = module.globals.iter().map(|global| &global.value_type);
    let is_vector = |ty: &ValueType| *ty == ValueType::V128;
    types.any(is_vector) || globals.any(is_vector)
}

/// Whether something outside of the code needs reference types: a reference as a value, a null in a
/// constant expression, a segment that is not active, or a table of host references.
fn uses_reference_types(module: &Module<'_>) -> bool {
    let null = |expr: &ConstExpr| matches!(expr, ConstExpr::RefNull);
    let in_types = module
        .types
        .iter()
        .any(|ty| ty.params.iter().chain(&ty.results).any(|ty| ty.is_reference()));
    let in_globals = module.globals.iter().any(|global| global.value_type.is_reference());
    let in_tables = module.tables.len() > 1
        || module.tables.iter().any(|table| table.element == ValueType::ExternRef);
    let in_elements = module.elements.iter().any(|segment| {
        !matches!(segment.mode, SegmentMode::Active { .. }) || segment.items.iter().any(null)
    });
    in_types || in_globals || in_tables || in_elements
}
