//! The symbols of an object file.
//!
//! Global symbols are the functions that the runtime could enter. Each has the name `aot_func#N`,
//! numbered as by wamrc from the first function that is not imported, and one symbol for every name
//! under which it is exported. The rest of the code has local symbols, with the names used in
//! listings.

use std::collections::HashSet;

use cranelift_object::object::write::{Object, Relocation, SectionId, SymbolSection};
use cranelift_object::object::{RelocationFlags, SymbolFlags, SymbolKind, SymbolScope, write};
use wamr_abi::format::SYMBOL_FUNCTION_PREFIX;
use wamr_abi::helpers::Helper;

use super::broken;
use crate::assemble::visible_exports;
use crate::diagnostic::Diagnostic;
use crate::error::{Error, Shown};
use crate::lower::FuncId;
use crate::native::{Image, Place};
use crate::wasm::{ExportKind, Module};

/// Defines the symbols of all code; `warnings` receives the exports without a symbol.
pub(super) fn define(
    object: &mut Object<'_>,
    text: SectionId,
    module: &Module<'_>,
    image: &Image,
    warnings: &mut Vec<Diagnostic>,
) -> Result<(), Error> {
    let imported = module.imported_function_count();
    let own = module.own_functions();
    let mut places: Vec<_> = image.places.iter().map(|(&id, &place)| (place, id)).collect();
    places.sort_unstable_by_key(|(place, _)| place.offset);
    for (place, id) in places {
        if let Some(name) = local_name(id, image) {
            define_one(object, text, &name, place, SymbolScope::Compilation);
        }
    }
    let mut taken: HashSet<String> =
        Helper::ALL.iter().map(|helper| helper.info().symbol.to_owned()).collect();
    for index in own.clone() {
        let name = format!("{SYMBOL_FUNCTION_PREFIX}{}", index - imported);
        define_one(object, text, &name, image.entered(index)?, SymbolScope::Dynamic);
        taken.insert(name);
    }
    for export in visible_exports(module).filter(|export| export.kind == ExportKind::Function) {
        match obstacle(export.name, own.contains(&export.index), &taken) {
            None => {
                let place = image.entered(export.index)?;
                define_one(object, text, export.name, place, SymbolScope::Dynamic);
            }
            Some(reason) => {
                let what = format!("the export {:?} has no symbol: {reason}", Shown(export.name));
                warnings.push(Diagnostic::warning(what));
            }
        }
    }
    Ok(())
}

/// The name of code that is called only by other code of the file.
fn local_name(id: FuncId, image: &Image) -> Option<String> {
    match id {
        FuncId::Helper(_) => Some(format!("stub({id})")),
        FuncId::Function(index) if !image.places.contains_key(&FuncId::Entry(index)) => None,
        FuncId::Entry(_) => None,
        other => Some(other.to_string()),
    }
}

/// Why an export cannot have a symbol. The exports of a module have different names.
fn obstacle(name: &str, has_code: bool, taken: &HashSet<String>) -> Option<&'static str> {
    if !has_code {
        return Some("it is an import, and its code is not in the file");
    }
    if name.is_empty() {
        return Some("symbols need a name");
    }
    if name.contains('@') {
        return Some("linkers read what follows an `@` as a version");
    }
    taken.contains(name).then_some("a function or runtime helper has that name")
}

fn define_one(
    object: &mut Object<'_>,
    text: SectionId,
    name: &str,
    place: Place,
    scope: SymbolScope,
) {
    object.add_symbol(write::Symbol {
        name: name.as_bytes().to_vec(),
        value: place.offset,
        size: place.size,
        kind: SymbolKind::Text,
        scope,
        weak: false,
        section: SymbolSection::Section(text),
        flags: SymbolFlags::None,
    });
}

/// Adds the relocations of the text, and the undefined symbols they refer to.
pub(super) fn refer_to_helpers(
    object: &mut Object<'_>,
    text: SectionId,
    image: &Image,
) -> Result<(), Error> {
    for relocation in &image.relocations {
        let symbol = object.add_symbol(write::Symbol {
            name: relocation.helper.info().symbol.as_bytes().to_vec(),
            value: 0,
            size: 0,
            kind: SymbolKind::Unknown,
            scope: SymbolScope::Unknown,
            weak: false,
            section: SymbolSection::Undefined,
            flags: SymbolFlags::None,
        });
        let relocation = Relocation {
            offset: relocation.offset,
            symbol,
            addend: relocation.addend,
            flags: RelocationFlags::Elf { r_type: relocation.kind },
        };
        object.add_relocation(text, relocation).map_err(|error| broken(&error))?;
    }
    Ok(())
}
