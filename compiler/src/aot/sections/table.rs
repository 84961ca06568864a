//! Init data, tables (`aot/aot_loader.c`, `load_table_list`).

use wamr_abi::format::WORD_ALIGN;

use super::types::element_type;
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{InitExpr, Table};
use crate::aot::section::{Record, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// Appends the list. Imported tables are among the others, as in files of wamrc.
pub(super) fn write(tables: &[Table], sink: &mut Sink) -> Result<()> {
    sink.u32(0);
    write_list(tables, sink)
}

/// Reads the list.
pub(super) fn read(source: &mut Source<'_>) -> Result<Vec<Table>> {
    source.align(WORD_ALIGN);
    let start = source.position();
    if source.u32()? != 0 {
        return Err(ContainerError::unsupported("records of imported tables").at(start));
    }
    read_list(source)
}

impl Record<'_> for Table {
    const MIN_SIZE: usize = 12;
    const NAME: &'static str = "tables";

    fn write(&self, sink: &mut Sink) -> Result<()> {
        sink.u8(super::types::reference_byte(self.element_type));
        sink.u8(self.flags);
        sink.u8(self.possible_grow.into());
        // The padding byte results from the alignment of the next word.
        sink.u32(self.initial);
        sink.u32(self.maximum);
        Ok(())
    }

    fn read(source: &mut Source<'_>) -> Result<Self> {
        Ok(Self {
            element_type: element_type(source.u8()?)
                .ok_or_else(|| source.malformed("unknown element type of a table"))?,
            flags: source.u8()?,
            possible_grow: source.u8()? != 0,
            initial: source.u32()?,
            maximum: source.u32()?,
            init: InitExpr::None,
        })
    }
}
