//! Builds the content of an `.aot` file from the module and the image.
//!
//! This is the last stage before the writer. Every table of the file is built here from the wasm
//! module, and the text comes from the image. No decision here affects code, except the layout of
//! the instance, which both sides take from [`InstanceLayout`].

mod custom;
mod features;
mod init_data;
mod memory;
mod names;
mod objects;

pub(crate) use custom::NAME_SECTION;
pub(crate) use features::feature_flags;
pub(crate) use names::{check_imports, hidden_exports, renamed_globals, visible_exports};

use std::borrow::Cow;

use wamr_abi::format::{self, ExportKind};

use crate::aot::model::{self, AotFile};
use crate::error::Error;
use crate::lower::{Added, FuncId, native_symbol_slot};
use crate::native::Image;
use crate::options::Options;
use crate::wamr::InstanceLayout;
use crate::wamr::aux_stack;
use crate::wasm::{self, Module};

/// The content of the file with `text`, which `image` describes, and with these feature flags.
pub(crate) fn assemble<'a>(
    module: &'a Module<'_>,
    layout: &InstanceLayout,
    added: &Added,
    text: Vec<u8>,
    image: &Image,
    feature_flags: u64,
    options: &Options,
) -> Result<AotFile<'a>, Error> {
    check_imports(module)?;
    let target = options.target();
    let mut target_info =
        model::TargetInfo::relocatable(target.machine(), target.elf_flags(), feature_flags);
    if options.indirect_mode {
        target_info.e_type = format::E_TYPE_XIP;
    }
    let requested = custom::sections(module, options);
    let custom_sections = native_symbols(image).into_iter().chain(requested).collect();
    Ok(AotFile {
        target: target_info,
        memories: memory::memories(module),
        data_segments: init_data::data_segments(module),
        tables: init_data::tables(module, layout),
        element_segments: init_data::element_segments(module, options.release),
        types: init_data::types(module, target.vectors())?,
        import_globals: init_data::import_globals(module),
        globals: init_data::globals(module),
        import_functions: init_data::import_functions(module),
        start_function: start_function(module, added),
        aux_stack: aux_stack::find(module),
        object_data: Vec::new(),
        text: aligned(text),
        functions: functions(module, added, image)?,
        reference_maps: model::ReferenceMaps::NoReferences,
        exports: exports(module),
        relocation_groups: relocations(image),
        custom_sections,
    })
}

fn aligned(text: Vec<u8>) -> model::Text<'static> {
    model::Text {
        // Aligns the code, and with it the constants in the code, to 16.
        literal: Cow::Borrowed(&[0; format::LITERAL_FILLER_SIZE]),
        code: Cow::Owned(text),
    }
}

/// The names of the addresses that the code takes from the runtime's table, if there are any.
fn native_symbols(image: &Image) -> Option<model::CustomSection<'static>> {
    let last = image.indirect_helpers.last()?;
    let mut names =
        vec![Cow::Borrowed(format::UNUSED_NATIVE_SYMBOL); native_symbol_slot(*last) as usize + 1];
    for helper in &image.indirect_helpers {
        names[native_symbol_slot(*helper) as usize] = Cow::Borrowed(helper.symbol());
    }
    Some(model::CustomSection::NativeSymbols(names))
}

/// The type of the added function that the runtime calls instead of the start function, if there is
/// one. It comes after all others.
fn wrapper_type(module: &Module<'_>, added: &Added) -> Option<u32> {
    let imported = module.imported_start().map(|start| module.canonical_function_type(start));
    added.collector.as_ref().map(|collector| collector.start_type).or(imported)
}

fn start_function(module: &Module<'_>, added: &Added) -> Option<u32> {
    let wrapper = wrapper_type(module, added).map(|_| module.functions.len() as u32);
    wrapper.or(module.start)
}

fn functions(
    module: &Module<'_>,
    added: &Added,
    image: &Image,
) -> Result<Vec<model::Function>, Error> {
    let own = module
        .own_functions()
        .map(|index| (image.entered(index), module.canonical_function_type(index)));
    let wrapper = wrapper_type(module, added);
    let wrapper = wrapper.map(|ty| (image.place(FuncId::StartWrapper), ty));
    own.chain(wrapper)
        .map(|(place, type_index)| {
            Ok(model::Function {
                code_offset: place?.offset,
                type_index,
                max_local_cells: 0,
                max_stack_cells: 0,
            })
        })
        .collect()
}

fn exports<'a>(module: &Module<'a>) -> Vec<model::Export<'a>> {
    let convert = |export: &wasm::Export<'a>| model::Export {
        kind: match export.kind {
            wasm::ExportKind::Function => ExportKind::Func,
            wasm::ExportKind::Table => ExportKind::Table,
            wasm::ExportKind::Memory => ExportKind::Memory,
            wasm::ExportKind::Global => ExportKind::Global,
        },
        index: export.index,
        name: Cow::Borrowed(export.name),
    };
    visible_exports(module).map(convert).collect()
}

fn relocations(image: &Image) -> Vec<model::RelocationGroup<'static>> {
    let relocations: Vec<_> = image
        .relocations
        .iter()
        .map(|relocation| model::Relocation {
            offset: relocation.offset,
            addend: relocation.addend,
            kind: relocation.kind,
            symbol: Cow::Borrowed(relocation.helper.info().symbol),
        })
        .collect();
    if relocations.is_empty() {
        return Vec::new();
    }
    vec![model::RelocationGroup { name: format::RELOCATION_GROUP_TEXT.into(), relocations }]
}
