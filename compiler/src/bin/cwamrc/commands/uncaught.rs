//! What `cwamrc run` says about an exception that reached the host: its tag, and where it was
//! thrown. The code stores both (`Instrumentation::trace_exceptions`); names come from the module.
//!
//! Nothing is said about exceptions of other threads, whose globals are their own.

use cwamrc::instrument::{THROWN_AT, UNCAUGHT};
use wamr_shim::{Instance, Val};
use wasmparser::{KnownCustom, Name, NameMap, Parser, Payload, TypeRef};

use super::pick::Compiled;

/// The exception and its place, if the instance stores them: `tag 0 "e", thrown by function 3 "f",
/// in app.wat:12:5`.
pub(super) fn describe(instance: &Instance, compiled: &Compiled) -> Option<String> {
    let number = |name| match instance.global(name) {
        Some(Val::I64(value)) => Some(value as u64),
        _ => None,
    };
    let tag = number(UNCAUGHT)?.checked_sub(1)? as u32;
    let place = number(THROWN_AT)?;
    let (function, offset) = ((place >> 32) as u32, place as u32);
    let facts = Facts::read(&compiled.wasm, tag, function);
    let offset = facts.body? + offset as usize;
    let place = compiled.source.place(&compiled.wasm, offset);
    let place =
        place.unwrap_or_else(|| format!("{} (at wasm offset {offset:#x})", compiled.source.name()));
    let (tag, function) = (named(tag, facts.tag), named(function, facts.function));
    Some(format!("tag {tag}, thrown by function {function}, in {place}"))
}

fn named(index: u32, name: Option<String>) -> String {
    name.map_or_else(|| index.to_string(), |name| format!("{index} {name:?}"))
}

/// What the module says about a tag and a function.
#[derive(Default)]
struct Facts {
    /// The name of the tag in the name section, otherwise that of its import or export.
    tag: Option<String>,
    function: Option<String>,
    /// Offset of the function's body.
    body: Option<usize>,
}

impl Facts {
    /// Reads them from a module that was compiled, so it is valid.
    fn read(wasm: &[u8], tag: u32, function: u32) -> Self {
        let mut facts = Self::default();
        let (mut functions, mut tags) = (0, 0);
        let mut symbol = None;
        for payload in Parser::new(0).parse_all(wasm).map_while(Result::ok) {
            match payload {
                Payload::ImportSection(section) => {
                    for import in section.into_imports().map_while(Result::ok) {
                        match import.ty {
                            TypeRef::Func(_) => functions += 1,
                            TypeRef::Tag(_) => {
                                symbol = symbol.or((tags == tag).then(|| import.name.to_owned()));
                                tags += 1;
                            }
                            _ => {}
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    let exports = section.into_iter().map_while(Result::ok);
                    let own = exports.filter(|export| {
                        export.kind == wasmparser::ExternalKind::Tag && export.index == tag
                    });
                    symbol = symbol.or_else(|| own.map(|export| export.name.to_owned()).next());
                }
                Payload::CodeSectionEntry(body) => {
                    if functions == function {
                        facts.body = Some(body.range().start as usize);
                    }
                    functions += 1;
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for name in names.into_iter().map_while(Result::ok) {
                            match name {
                                Name::Function(map) => facts.function = find(map, function),
                                Name::Tag(map) => facts.tag = find(map, tag),
                                _ => {}
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        facts.tag = facts.tag.or(symbol);
        facts
    }
}

fn find(map: NameMap<'_>, index: u32) -> Option<String> {
    let mut names = map.into_iter().map_while(Result::ok);
    names.find(|naming| naming.index == index).map(|naming| naming.name.to_owned())
}
