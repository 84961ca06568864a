//! Init data, tables (`aot/aot_loader.c`, `load_table_list`).

use wamr_abi::format::WORD_ALIGN;

use super::value_type::{
    check_nullable, element_byte, element_from_byte, has_separate_heap_type, read_heap_type,
    write_heap_type,
};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{InitExpr, Table};
use crate::aot::section::{Layout, Record, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// Appends the list. Imported tables are among the others, as in files of wamrc.
pub(super) fn write(tables: &[Table], layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    sink.u32(0);
    write_list(tables, layout, sink)
}

/// Reads the list.
pub(super) fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Vec<Table>> {
    source.align(WORD_ALIGN);
    let start = source.position();
    if source.u32()? != 0 {
        return Err(ContainerError::unsupported("records of imported tables").at(start));
    }
    read_list(source, layout)
}

impl Record<'_, Layout<'_>> for Table {
    const MIN_SIZE: usize = 12;
    const NAME: &'static str = "tables";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        let ty = self.element_type;
        let has_heap_type = layout.has_gc() && has_separate_heap_type(ty);
        sink.u8(element_byte(ty, layout)?);
        sink.u8(self.flags);
        sink.u8(self.possible_grow.into());
        sink.u8((has_heap_type && ty.nullable).into());
        sink.u32(self.initial);
        sink.u32(self.maximum);
        if has_heap_type {
            write_heap_type(ty.heap, sink)?;
        }
        check_init(&self.init, layout)?;
        if layout.has_gc() { self.init.write(layout, sink) } else { Ok(()) }
    }

    fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Self> {
        let start = source.position();
        let byte = source.u8()?;
        let unknown = || source.malformed(format!("unknown element type {byte:#x} of a table"));
        let mut element_type = element_from_byte(byte, layout).ok_or_else(unknown)?;
        let has_heap_type = layout.has_gc() && has_separate_heap_type(element_type);
        let (flags, possible_grow) = (source.u8()?, source.u8()? != 0);
        let nullable = source.u8()?;
        let (initial, maximum) = (source.u32()?, source.u32()?);
        if has_heap_type {
            check_nullable(nullable.into(), element_type, start)?;
            element_type = read_heap_type(source, element_type.nullable, None)?;
        }
        let start = source.position();
        let init = if layout.has_gc() { InitExpr::read(source, layout)? } else { InitExpr::None };
        check_init(&init, layout).map_err(|error| error.at(start))?;
        Ok(Self { element_type, flags, possible_grow, initial, maximum, init })
    }
}

/// Refuses initial values that the loader refuses.
fn check_init(init: &InitExpr, layout: Layout<'_>) -> Result<()> {
    let what = match init {
        InitExpr::None => return Ok(()),
        _ if !layout.has_gc() => "initial value of a table in a file without garbage collection",
        _ if init.is_object() => "initial value of a table that is an object",
        _ => return Ok(()),
    };
    Err(ContainerError::unsupported(what))
}
