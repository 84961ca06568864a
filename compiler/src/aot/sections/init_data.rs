//! Section 1, init data: sub-tables, one after another without markers (`aot/aot_loader.c`,
//! `load_init_data_section`).

use wamr_abi::format::{SectionId, WORD_ALIGN};
use wamr_abi::releases::ElementOffset;

use super::{entry, memory, table, types};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, HeapType, RefType};
use crate::aot::section::{Layout, Section, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The init data section.
pub(super) struct InitDataSection;

impl Section for InitDataSection {
    const ID: SectionId = SectionId::InitData;

    fn write(file: &AotFile<'_>, layout: ElementOffset, sink: &mut Sink) -> Result<()> {
        let layout = Layout::of(file, layout);
        memory::write(file, layout, sink)?;
        table::write(&file.tables, layout, sink)?;
        write_list(&file.element_segments, layout, sink)?;
        types::write(layout, sink)?;
        write_list(&file.import_globals, layout, sink)?;
        write_list(&file.globals, layout, sink)?;
        write_list(&file.import_functions, (), sink)?;
        entry::write(file, sink)?;
        write_list(&file.object_data, (), sink)
    }

    fn read<'a>(
        source: &mut Source<'a>,
        layout: ElementOffset,
        file: &mut AotFile<'a>,
    ) -> Result<()> {
        let before_types = Layout::of(file, layout);
        let (memories, data_segments) = memory::read(source, before_types)?;
        let tables_start = source.position();
        let tables = table::read(source, before_types)?;
        let element_segments = read_list(source, before_types)?;
        file.types = types::read(source, before_types)?;
        (file.memories, file.data_segments) = (memories, data_segments);
        (file.tables, file.element_segments) = (tables, element_segments);
        if let Some(ty) = unknown_element_type(file) {
            let what = format!("unknown element type {ty} of a table or an element segment");
            return Err(ContainerError::malformed(tables_start, what));
        }
        file.import_globals = read_list(source, Layout::of(file, layout))?;
        file.globals = read_list(source, Layout::of(file, layout))?;
        source.align(WORD_ALIGN);
        let imports = source.position();
        file.import_functions = read_list(source, ())?;
        if file.import_functions.iter().any(|it| file.function_type(it.type_index).is_none()) {
            return Err(ContainerError::malformed(imports, "unknown type of an imported function"));
        }
        entry::read(source, file)?;
        file.object_data = read_list(source, ())?;
        source.finish(Self::ID.name())
    }
}

/// A type of elements that refers to a type that does not exist. Tables and segments come before
/// the types.
fn unknown_element_type(file: &AotFile<'_>) -> Option<RefType> {
    let tables = file.tables.iter().map(|table| table.element_type);
    let segments = file.element_segments.iter().map(|segment| segment.element_type);
    tables.chain(segments).find(|ty| match ty.heap {
        HeapType::Type(index) => index as usize >= file.types.len(),
        _ => false,
    })
}
