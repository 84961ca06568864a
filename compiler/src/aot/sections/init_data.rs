//! Section 1, init data: sub-tables, one after another without markers (`aot/aot_loader.c`,
//! `load_init_data_section`).

use wamr_abi::format::{SectionId, WORD_ALIGN};
use wamr_abi::releases::ElementOffset;

use super::{element, entry, memory, table};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::AotFile;
use crate::aot::section::{Section, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The init data section.
pub(super) struct InitDataSection;

impl Section for InitDataSection {
    const ID: SectionId = SectionId::InitData;

    fn write(file: &AotFile<'_>, layout: ElementOffset, sink: &mut Sink) -> Result<()> {
        memory::write(file, sink)?;
        table::write(&file.tables, sink)?;
        element::write(&file.element_segments, layout, sink)?;
        write_list(&file.types, sink)?;
        write_list(&file.import_globals, sink)?;
        write_list(&file.globals, sink)?;
        write_list(&file.import_functions, sink)?;
        entry::write(file, sink)?;
        write_list(&file.object_data, sink)
    }

    fn read<'a>(
        source: &mut Source<'a>,
        layout: ElementOffset,
        file: &mut AotFile<'a>,
    ) -> Result<()> {
        memory::read(source, file)?;
        file.tables = table::read(source)?;
        file.element_segments = element::read(source, layout)?;
        file.types = read_list(source)?;
        file.import_globals = read_list(source)?;
        file.globals = read_list(source)?;
        source.align(WORD_ALIGN);
        let imports = source.position();
        file.import_functions = read_list(source)?;
        let types = file.types.len();
        if file.import_functions.iter().any(|import| import.type_index as usize >= types) {
            return Err(ContainerError::malformed(imports, "unknown type of an imported function"));
        }
        entry::read(source, file)?;
        file.object_data = read_list(source)?;
        source.finish(Self::ID.name())
    }
}
