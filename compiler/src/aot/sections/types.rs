//! Init data, function types (`aot/aot_loader.c`, `load_types`, without GC).

use wamr_abi::format::{self, value_type};

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{CompositeType, FuncType, RefType, TypeDef, ValueType};
use crate::aot::section::Record;
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

impl Record<'_> for TypeDef {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "types";

    fn write(&self, sink: &mut Sink) -> Result<()> {
        let CompositeType::Func(ty) = &self.composite else {
            return Err(ContainerError::unsupported(
                "a structure or an array in a file without garbage collection",
            ));
        };
        let params = count(&ty.params, "parameters")?;
        let results = count(&ty.results, "results")?;
        // A record starts at a word boundary, although its first field is a half word.
        sink.align(format::WORD_ALIGN);
        sink.u16(format::TYPE_FUNC);
        sink.u16(params);
        sink.u16(results);
        for value in ty.params.iter().chain(&ty.results) {
            sink.u8(value_byte(*value));
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
        Ok(Self::function(FuncType {
            params: values(source, params)?,
            results: values(source, results)?,
        }))
    }
}

/// Writes the number of values, after checking the cells they take together.
fn count(values: &[ValueType], what: &str) -> Result<u16> {
    let cells: u64 = values.iter().map(|value| u64::from(value.cells(&Default::default()))).sum();
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
        from_byte(*byte).ok_or_else(|| unknown_value_type(start + index, *byte))
    };
    bytes.iter().enumerate().map(value).collect()
}

/// Reads one value type.
pub(super) fn read_value_type(source: &mut Source<'_>) -> Result<ValueType> {
    let start = source.position();
    let byte = source.u8()?;
    from_byte(byte).ok_or_else(|| unknown_value_type(start, byte))
}

fn unknown_value_type(offset: usize, byte: u8) -> ContainerError {
    ContainerError::malformed(offset, format!("unknown value type {byte:#x}"))
}

/// The byte of a value type.
pub(super) fn value_byte(ty: ValueType) -> u8 {
    match ty {
        ValueType::I32 => value_type::I32,
        ValueType::I64 => value_type::I64,
        ValueType::F32 => value_type::F32,
        ValueType::F64 => value_type::F64,
        ValueType::V128 => value_type::V128,
        ValueType::Ref(ty) => reference_byte(ty),
    }
}

/// The byte of a reference type.
pub(super) fn reference_byte(ty: RefType) -> u8 {
    match ty {
        RefType::EXTERNREF => value_type::EXTERNREF,
        RefType { nullable: true, .. } => value_type::FUNCREF,
        RefType { nullable: false, .. } => value_type::NON_NULL_REF,
    }
}

/// The value type with this byte.
fn from_byte(byte: u8) -> Option<ValueType> {
    Some(match byte {
        value_type::I32 => ValueType::I32,
        value_type::I64 => ValueType::I64,
        value_type::F32 => ValueType::F32,
        value_type::F64 => ValueType::F64,
        value_type::V128 => ValueType::V128,
        value_type::FUNCREF => ValueType::FUNCREF,
        value_type::EXTERNREF => ValueType::EXTERNREF,
        _ => return None,
    })
}

/// The type of elements with this byte.
pub(super) fn element_type(byte: u8) -> Option<RefType> {
    match byte {
        value_type::FUNCREF => Some(RefType::FUNCREF),
        value_type::EXTERNREF => Some(RefType::EXTERNREF),
        value_type::NON_NULL_REF => Some(RefType::FUNC),
        _ => None,
    }
}
