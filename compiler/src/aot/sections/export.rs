//! Section 4, exports (`aot/aot_loader.c`, `load_exports`).

use wamr_abi::format::{ExportKind, SectionId};
use wamr_abi::releases::ElementOffset;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, Export};
use crate::aot::section::{Record, Section, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The export section.
pub(super) struct ExportSection;

impl Section for ExportSection {
    const ID: SectionId = SectionId::Export;

    fn write(file: &AotFile<'_>, _: ElementOffset, sink: &mut Sink) -> Result<()> {
        write_list(&file.exports, (), sink)
    }

    fn read<'a>(source: &mut Source<'a>, _: ElementOffset, file: &mut AotFile<'a>) -> Result<()> {
        let start = source.position();
        file.exports = read_list(source, ())?;
        if let Some(export) = file.exports.iter().find(|export| !exists(export, file)) {
            let what = format!("export `{}` refers to an index that does not exist", export.name);
            return Err(ContainerError::malformed(start, what));
        }
        source.finish(Self::ID.name())
    }
}

fn exists(export: &Export<'_>, file: &AotFile<'_>) -> bool {
    let count = match export.kind {
        ExportKind::Func => file.import_functions.len() + file.functions.len(),
        ExportKind::Table => file.tables.len(),
        ExportKind::Memory => file.memories.len(),
        ExportKind::Global => file.import_globals.len() + file.globals.len(),
    };
    (export.index as usize) < count
}

impl<'a> Record<'a> for Export<'a> {
    const MIN_SIZE: usize = 8;
    const NAME: &'static str = "exports";

    fn write(&self, (): (), sink: &mut Sink) -> Result<()> {
        sink.u32(self.index);
        sink.u8(self.kind as u8);
        sink.string(&self.name, "name of an export")
    }

    fn read(source: &mut Source<'a>, (): ()) -> Result<Self> {
        let index = source.u32()?;
        let byte = source.u8()?;
        let kind = ExportKind::from_u8(byte)
            .ok_or_else(|| source.malformed(format!("unknown kind {byte} of an export")))?;
        Ok(Self { kind, index, name: source.string("name of an export")?.into() })
    }
}
