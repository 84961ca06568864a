//! Init data, element segments (`aot/aot_loader.c`, `load_table_init_data_list`).
//!
//! This is the only record whose layout depends on the release; see [`ElementOffset`].

use wamr_abi::format::{WORD_ALIGN, init_expr};
use wamr_abi::releases::ElementOffset;

use super::value_type::{
    check_nullable, element_byte, element_from_byte, has_separate_heap_type, read_heap_type,
    write_heap_type,
};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{ElementSegment, InitExpr, RefType};
use crate::aot::section::{Layout, Record, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The size of the reference type: type, nullable, heap type. Runtimes without GC skip it.
const REF_TYPE_SIZE: usize = 8;

impl Record<'_, Layout<'_>> for ElementSegment {
    /// The size of flags, element type, table, offset type, reference type, and count.
    const MIN_SIZE: usize = 28;
    const NAME: &'static str = "element segments";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        let byte = element_byte(self.element_type, layout)?;
        sink.u32(self.flags);
        sink.u32(byte.into());
        sink.u32(self.table_index);
        match layout.element_offset {
            ElementOffset::Fixed => write_fixed(&self.offset, sink)?,
            ElementOffset::InitExpr => self.offset.write(layout, sink)?,
        }
        sink.u16(byte.into());
        write_rest_of_type(self.element_type, layout, sink)?;
        write_list(&self.values, layout, sink)
    }

    fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Self> {
        let flags = source.u32()?;
        let number = source.u32()?;
        let byte = u8::try_from(number).ok();
        let ty = byte.zip(byte.and_then(|byte| element_from_byte(byte, layout)));
        let (byte, element_type) = ty.ok_or_else(|| {
            source.malformed(format!("unknown element type {number:#x} of an element segment"))
        })?;
        let table_index = source.u32()?;
        let offset = match layout.element_offset {
            ElementOffset::Fixed => read_fixed(source, byte)?,
            ElementOffset::InitExpr => InitExpr::read(source, layout)?,
        };
        let element_type = read_rest_of_type(source, (byte, element_type), layout)?;
        let values = read_list(source, layout)?;
        Ok(Self { flags, element_type, table_index, offset, values })
    }
}

/// Appends whether null is an element and the heap type.
fn write_rest_of_type(ty: RefType, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    if layout.has_gc() && has_separate_heap_type(ty) {
        sink.u16(ty.nullable.into());
        return write_heap_type(ty.heap, sink);
    }
    sink.u16(0);
    sink.u32(0);
    Ok(())
}

/// Reads the type again, as the loader does: completely with garbage collection, if the byte leaves
/// the heap type open.
fn read_rest_of_type(
    source: &mut Source<'_>,
    (byte, ty): (u8, RefType),
    layout: Layout<'_>,
) -> Result<RefType> {
    if !layout.has_gc() || !has_separate_heap_type(ty) {
        source.bytes(REF_TYPE_SIZE)?;
        return Ok(ty);
    }
    let start = source.position();
    if source.u16()? != u16::from(byte) {
        return Err(not_the_element_type(start));
    }
    check_nullable(source.u16()?, ty, start)?;
    read_heap_type(source, ty.nullable, None)
}

fn not_the_element_type(offset: usize) -> ContainerError {
    let what = "reference type of an element segment is not its element type";
    ContainerError::malformed(offset, what)
}

/// Writes a type and always a `u64`, of which the loader uses the low half.
fn write_fixed(offset: &InitExpr, sink: &mut Sink) -> Result<()> {
    let (kind, value) = match *offset {
        InitExpr::None => (init_expr::NONE, 0),
        InitExpr::I32Const(value) => (init_expr::I32_CONST, value.cast_unsigned().into()),
        InitExpr::I64Const(value) => (init_expr::I64_CONST, value.cast_unsigned()),
        InitExpr::GlobalGet(global) => (init_expr::GLOBAL_GET, global.into()),
        _ => {
            return Err(ContainerError::unsupported(
                "offset of an element segment that is neither a constant nor global.get",
            ));
        }
    };
    sink.u32(kind);
    sink.u64(value);
    Ok(())
}

/// Reads what [`write_fixed`] writes.
///
/// Release 2.4.0 has the other layout under the same version words. Two words that the loader does
/// not look at distinguish the two: wamrc leaves the value 0 where there is none, and repeats the
/// element type in the reference type that follows. The upper half of other values gives no
/// information, since wamrc does not initialise it.
fn read_fixed(source: &mut Source<'_>, element_type: u8) -> Result<InitExpr> {
    source.align(WORD_ALIGN);
    let start = source.position();
    let invalid = |what| ContainerError::malformed(start, what);
    let kind = source.u32()?;
    let value = source.u64()?;
    if source.clone().u16()? != u16::from(element_type) {
        return Err(not_the_element_type(start));
    }
    // Truncates as the loader does.
    let low = value as u32;
    match kind {
        init_expr::NONE if value == 0 => Ok(InitExpr::None),
        init_expr::I32_CONST => Ok(InitExpr::I32Const(low.cast_signed())),
        init_expr::I64_CONST => Ok(InitExpr::I64Const(value.cast_signed())),
        init_expr::GLOBAL_GET => Ok(InitExpr::GlobalGet(low)),
        _ => Err(invalid(format!("invalid offset {kind:#x} {value:#x} of an element segment"))),
    }
}
