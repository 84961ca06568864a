//! Init data, types (`aot/aot_loader.c`, `load_types`): function types only, without garbage
//! collection. `gc_types.rs` has the other layout.

use wamr_abi::format;

use super::gc_types;
use super::value_type::{unknown_value_type, value_byte, value_from_byte};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{CompositeType, FuncType, TypeDef, ValueType};
use crate::aot::section::{Layout, Record, read_list, write_list};
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// Appends the list.
pub(super) fn write(layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    if layout.has_gc() {
        return gc_types::write(layout, sink);
    }
    write_list(layout.types, layout, sink)
}

/// Reads the list.
pub(super) fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Vec<TypeDef>> {
    if layout.has_gc() { gc_types::read(source, layout) } else { read_list(source, layout) }
}

impl Record<'_, Layout<'_>> for TypeDef {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "types";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        let CompositeType::Func(ty) = &self.composite else {
            return Err(ContainerError::unsupported(format!(
                "type {} in a file without garbage collection",
                self.composite
            )));
        };
        let params = count(&ty.params, "parameters", layout)?;
        let results = count(&ty.results, "results", layout)?;
        // A record starts at a word boundary, although its first field is a half word.
        sink.align(format::WORD_ALIGN);
        sink.u16(format::TYPE_FUNC);
        sink.u16(params);
        sink.u16(results);
        for value in ty.params.iter().chain(&ty.results) {
            sink.u8(value_byte(*value, layout)?);
        }
        Ok(())
    }

    fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Self> {
        source.align(format::WORD_ALIGN);
        let start = source.position();
        let flag = source.u16()?;
        if flag != format::TYPE_FUNC {
            let what = format!("type of kind {flag} is not a function type");
            return Err(ContainerError::malformed(start, what));
        }
        let params = source.u16()?;
        let results = source.u16()?;
        let params = values(source, params, layout)?;
        let results = values(source, results, layout)?;
        check_cells(&params, "parameters", layout).map_err(|error| error.at(start))?;
        check_cells(&results, "results", layout).map_err(|error| error.at(start))?;
        Ok(Self::function(FuncType { params, results }))
    }
}

/// The number of values, after checking the cells they take together.
pub(super) fn count(values: &[ValueType], what: &str, layout: Layout<'_>) -> Result<u16> {
    check_cells(values, what, layout)?;
    fit(values.len(), || format!("number of {what}"))
}

/// Refuses values that take too many cells together.
pub(super) fn check_cells(values: &[ValueType], what: &str, layout: Layout<'_>) -> Result<()> {
    let cells: u64 = values.iter().map(|value| u64::from(value.cells(layout.target))).sum();
    let max = format::MAX_TYPE_CELLS;
    if cells > max as u64 {
        return Err(ContainerError::limit(format!(
            "{what} of a function type take {cells} cells of 32 bits; the loader allows {max}"
        )));
    }
    Ok(())
}

/// Reads the bytes of some value types.
pub(super) fn values(
    source: &mut Source<'_>,
    count: u16,
    layout: Layout<'_>,
) -> Result<Vec<ValueType>> {
    let start = source.position();
    let bytes = source.bytes(count.into())?;
    let value = |(index, byte): (usize, &u8)| {
        value_from_byte(*byte, layout).ok_or_else(|| unknown_value_type(start + index, *byte))
    };
    bytes.iter().enumerate().map(value).collect()
}
