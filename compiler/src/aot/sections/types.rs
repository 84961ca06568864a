//! Init data, function types (`aot/aot_loader.c`, `load_types`, without GC).

use wamr_abi::format;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{FuncType, ValueType};
use crate::aot::section::Record;
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

impl Record<'_> for FuncType {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "types";

    fn write(&self, sink: &mut Sink) -> Result<()> {
        let params = count(&self.params, "parameters")?;
        let results = count(&self.results, "results")?;
        // A record starts at a word boundary, although its first field is a half word.
        sink.align(format::WORD_ALIGN);
        sink.u16(format::TYPE_FUNC);
        sink.u16(params);
        sink.u16(results);
        for value in self.params.iter().chain(&self.results) {
            sink.u8(*value as u8);
        }
        Ok(())
    }

    fn read(source: &mut Source<'_>) -> Result<Self> {
        source.align(format::WORD_ALIGN);
        let start = source.position();
        let flag = source.u16()?;
        if flag != format::TYPE_FUNC {
            let what = format!("type of kind {flag} is not a function type");
            return Err(ContainerError::malformed(start, what));
        }
        let params = source.u16()?;
        let results = source.u16()?;
        Ok(Self { params: values(source, params)?, results: values(source, results)? })
    }
}

/// Writes the number of values, after checking the cells they take together.
fn count(values: &[ValueType], what: &str) -> Result<u16> {
    let cells: u64 = values.iter().map(|value| u64::from(value.cells())).sum();
    let max = format::MAX_TYPE_CELLS;
    if cells > max as u64 {
        return Err(ContainerError::limit(format!(
            "{what} of a function type take {cells} cells of 32 bits; the loader allows {max}"
        )));
    }
    fit(values.len(), || format!("number of {what}"))
}

fn values(source: &mut Source<'_>, count: u16) -> Result<Vec<ValueType>> {
    let start = source.position();
    let bytes = source.bytes(count.into())?;
    let value = |(index, byte): (usize, &u8)| {
        ValueType::from_u8(*byte).ok_or_else(|| unknown_value_type(start + index, *byte))
    };
    bytes.iter().enumerate().map(value).collect()
}

/// Reads one value type.
pub(super) fn value_type(source: &mut Source<'_>) -> Result<ValueType> {
    let start = source.position();
    let byte = source.u8()?;
    ValueType::from_u8(byte).ok_or_else(|| unknown_value_type(start, byte))
}

fn unknown_value_type(offset: usize, byte: u8) -> ContainerError {
    ContainerError::malformed(offset, format!("unknown value type {byte:#x}"))
}
