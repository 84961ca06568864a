//! Init data, element segments (`aot/aot_loader.c`, `load_table_init_data_list`).
//!
//! This is the only record whose layout depends on the release; see [`ElementOffset`].

use wamr_abi::format::{WORD_ALIGN, init_expr};
use wamr_abi::releases::ElementOffset;

use super::types::{element_type, reference_byte};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{ElementSegment, InitExpr, RefType};
use crate::aot::section::{Record, read_list, write_list};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The size of flags, element type, table, offset type, 8 bytes of reference type, and count.
const MIN_SIZE: usize = 28;
/// The reference type of GC runtimes, skipped by the others: type, nullable, heap type.
const REF_TYPE_SIZE: usize = 8;
const NAME: &str = "element segments";

/// Appends the list.
pub(super) fn write(
    segments: &[ElementSegment],
    layout: ElementOffset,
    sink: &mut Sink,
) -> Result<()> {
    sink.count(segments.len(), NAME)?;
    for segment in segments {
        sink.u32(segment.flags);
        sink.u32(reference_byte(segment.element_type).into());
        sink.u32(segment.table_index);
        match layout {
            ElementOffset::Fixed => write_fixed(&segment.offset, sink)?,
            ElementOffset::InitExpr => segment.offset.write(sink)?,
        }
        sink.u16(reference_byte(segment.element_type).into());
        sink.u16(0);
        sink.u32(0);
        write_list(&segment.values, sink)?;
    }
    Ok(())
}

/// Reads the list.
pub(super) fn read(source: &mut Source<'_>, layout: ElementOffset) -> Result<Vec<ElementSegment>> {
    let count = source.count(MIN_SIZE, NAME)?;
    (0..count)
        .map(|_| {
            let flags = source.u32()?;
            let element_type = read_element_type(source)?;
            let table_index = source.u32()?;
            let offset = match layout {
                ElementOffset::Fixed => read_fixed(source, element_type)?,
                ElementOffset::InitExpr => InitExpr::read(source)?,
            };
            source.bytes(REF_TYPE_SIZE)?;
            let values = read_list(source)?;
            Ok(ElementSegment { flags, element_type, table_index, offset, values })
        })
        .collect()
}

fn read_element_type(source: &mut Source<'_>) -> Result<RefType> {
    let number = source.u32()?;
    u8::try_from(number).ok().and_then(element_type).ok_or_else(|| {
        source.malformed(format!("unknown element type {number:#x} of an element segment"))
    })
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
fn read_fixed(source: &mut Source<'_>, element_type: RefType) -> Result<InitExpr> {
    source.align(WORD_ALIGN);
    let start = source.position();
    let invalid = |what| ContainerError::malformed(start, what);
    let kind = source.u32()?;
    let value = source.u64()?;
    if source.clone().u16()? != u16::from(reference_byte(element_type)) {
        return Err(invalid("reference type of an element segment is not its element type".into()));
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
