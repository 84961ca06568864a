//! What the user of a file should know: warnings and notes about a module that compiles.
//!
//! Nothing here decides anything about the file.

use wamr_abi::format::feature;

use crate::assemble::{NAME_SECTION, hidden_exports, renamed_globals};
use crate::diagnostic::Diagnostic;
use crate::error::Shown;
use crate::native::Image;
use crate::options::Options;
use crate::wamr::exceptions;
use crate::wasm::Module;

/// Warnings about `module`, whose file has these feature flags.
pub(super) fn warnings(
    module: &Module<'_>,
    feature_flags: u64,
    options: &Options,
) -> Vec<Diagnostic> {
    let mut warnings: Vec<Diagnostic> = hidden_exports(module)
        .map(|export| Shown(export.name))
        .map(|name| format!("the export {name:?} is left out: its name has a NUL"))
        .map(Diagnostic::warning)
        .collect();
    warnings.extend(renamed_globals(module).map(|import| {
        let (library, name) = (Shown(import.module), Shown(import.name));
        Diagnostic::warning(format!(
            "the imported global {library:?} {name:?} has another name in the file: WAMR ends names at \
             a NUL, and long ones have no room"
        ))
    }));
    warnings.extend(exceptions::warnings(module).into_iter().map(Diagnostic::warning));
    warnings.extend(lost_sections(module, options).into_iter().map(Diagnostic::warning));
    let needs_references = feature_flags & feature::REF_TYPES != 0;
    if needs_references && !options.release.facts().reference_types_by_default {
        warnings.push(Diagnostic::about_builds(format!(
            "the module uses reference types, which default builds of WAMR {} lack; \
             build the runtime with WAMR_BUILD_REF_TYPES=1",
            options.release
        )));
    }
    if module.has_memory64() {
        warnings.push(Diagnostic::about_builds(
            "the module uses memory64, which default builds of WAMR lack; \
             build the runtime with WAMR_BUILD_MEMORY64=1",
        ));
    }
    if module.lost_sharing {
        warnings.push(Diagnostic::warning(
            "the shared memory is an ordinary one: a runtime with garbage collection has no threads",
        ));
    }
    warnings
}

/// Warnings about the parts of custom sections that are dropped, although the code does not need
/// them.
fn lost_sections(module: &Module<'_>, options: &Options) -> Vec<String> {
    let mut lost = Vec::new();
    if let Some(error) = module.function_names.malformed() {
        lost.push(format!(
            "the name section is malformed, and names of functions after this are lost: {} (at \
                wasm offset {:#x})",
            error.message(),
            error.offset()
        ));
    }
    for (position, name) in options.emit_custom_sections.iter().enumerate() {
        if options.emit_custom_sections[..position].contains(name) {
            continue;
        }
        if !module.custom_sections.iter().any(|section| section.name == *name) {
            lost.push(format!("the module has no custom section {name:?} to emit"));
        } else if name == NAME_SECTION && module.function_names.iter().len() == 0 {
            lost.push("the name section has no function names to emit".to_owned());
        }
    }
    lost
}

/// The warning about a module that turned out to need garbage collection.
pub(super) fn needs_collector() -> Diagnostic {
    Diagnostic::about_builds(
        "the module uses garbage collection, which default builds of WAMR lack; \
         build the runtime with WAMR_BUILD_GC=1, and without pthread and wasi-threads",
    )
}

/// Notes about `module`, whose code is `image`.
pub(super) fn notes(module: &Module<'_>, image: &Image) -> Vec<Diagnostic> {
    let mut notes = Vec::new();
    if module.has_memory64() {
        let what = "memory accesses are checked in software, since the module uses memory64";
        notes.push(Diagnostic::note(what));
    }
    notes.extend(image.fast_path.iter().map(|&index| {
        let what = format!(
            "function {index} is too complex to optimise, and is compiled as at \
            level 0"
        );
        Diagnostic::note(what).of_function(index)
    }));
    notes
}
