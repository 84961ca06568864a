//! Init data, types of files with garbage collection (`aot/aot_loader.c`, `load_types`,
//! `WASM_ENABLE_GC`).
//!
//! A type begins with its relations to others. Value types are bytes; the heap types of references
//! that have no byte of their own follow in a map, in the order of the values.

use std::collections::HashMap;

use wamr_abi::format;
use wamr_abi::layout::struct_object;

use super::types::{check_cells, count, values};
use super::value_type::{
    check_nullable, gc_value_byte, read_heap_type, separate_reference, storage_byte,
    storage_from_byte, storage_size, unknown_value_type, write_heap_type,
};
use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{
    CompositeType, FieldType, FuncType, RecGroup, RefType, StorageType, TypeDef, ValueType,
};
use crate::aot::section::{Layout, Record};
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// The size of the least record: one that names an equal type.
const MIN_SIZE: usize = 8;
/// The size of an entry of a map: index, type byte, nullable, heap type.
const MAP_ENTRY_SIZE: usize = 8;

/// Appends the list.
pub(super) fn write(layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    sink.count(layout.types.len(), TypeDef::NAME)?;
    let mut uses = Uses::default();
    for ty in layout.types {
        sink.align(format::WORD_ALIGN);
        sink.u16(kind(&ty.composite));
        if let Some(earlier) = ty.same_as {
            uses.count(earlier)?;
            sink.u8(1);
            sink.u32(earlier);
            continue;
        }
        sink.u8(0);
        sink.u8(ty.is_final.into());
        sink.u32(ty.parent.unwrap_or(format::NO_INDEX));
        sink.u16(ty.group.size);
        sink.u16(ty.group.place);
        write_composite(&ty.composite, layout, sink)?;
    }
    Ok(())
}

/// Reads the list.
pub(super) fn read(source: &mut Source<'_>, layout: Layout<'_>) -> Result<Vec<TypeDef>> {
    let total = source.count(MIN_SIZE, TypeDef::NAME)?;
    let mut types = Vec::new();
    let mut uses = Uses::default();
    let mut next = RecGroup::ALONE;
    for index in 0..total {
        source.align(format::WORD_ALIGN);
        let start = source.position();
        let invalid = |what| ContainerError::malformed(start, what);
        let kind = source.u16()?;
        let is_same = source.u8()? != 0;
        let ty = if is_same {
            read_same_as(source, &types)?
        } else {
            read_type(source, kind, index, (total, layout))?
        };
        if let Some(earlier) = ty.same_as {
            uses.count(earlier).map_err(|error| error.at(start))?;
        }
        if kind != self::kind(&ty.composite) {
            return Err(invalid("kind of a type is not that of the type that it equals"));
        }
        // The loader relates the types of a group when it has read the last one.
        if ty.group.place != next.place || (next.place > 0 && ty.group.size != next.size) {
            return Err(invalid("types of a recursion group are not one after another"));
        }
        let is_last = ty.group.place + 1 == ty.group.size;
        next = RecGroup { place: if is_last { 0 } else { ty.group.place + 1 }, ..ty.group };
        types.push(ty);
    }
    match next.place {
        0 => Ok(types),
        _ => Err(source.malformed("types of a recursion group are missing")),
    }
}

/// Counts the types that equal each type.
#[derive(Default)]
struct Uses(HashMap<u32, u16>);

impl Uses {
    fn count(&mut self, earlier: u32) -> Result<()> {
        let uses = self.0.entry(earlier).or_default();
        if *uses == format::MAX_EQUAL_TYPES {
            return Err(ContainerError::limit(format!(
                "more than {} types equal type {earlier}",
                format::MAX_EQUAL_TYPES
            )));
        }
        *uses += 1;
        Ok(())
    }
}

fn kind(composite: &CompositeType) -> u16 {
    match composite {
        CompositeType::Func(_) => format::TYPE_FUNC,
        CompositeType::Struct(_) => format::TYPE_STRUCT,
        CompositeType::Array(_) => format::TYPE_ARRAY,
    }
}

/// Reads the rest of a type that equals an earlier one. If that one does so, too, the first of them
/// is named.
fn read_same_as(source: &mut Source<'_>, types: &[TypeDef]) -> Result<TypeDef> {
    let start = source.position();
    source.u8()?;
    let index = source.u32()?;
    let earlier = types.get(index as usize).ok_or_else(|| {
        ContainerError::malformed(start, format!("type equals type {index}, which comes later"))
    })?;
    Ok(TypeDef::same_as(earlier.same_as.unwrap_or(index), &earlier.composite))
}

/// Reads the rest of the type with this index and kind. There are `total` types.
fn read_type(
    source: &mut Source<'_>,
    kind: u16,
    index: usize,
    (total, layout): (usize, Layout<'_>),
) -> Result<TypeDef> {
    let start = source.position();
    let invalid = |what| ContainerError::malformed(start, what);
    let is_final = source.u8()? != 0;
    let parent = Some(source.u32()?).filter(|parent| *parent != format::NO_INDEX);
    if parent.is_some_and(|parent| parent as usize >= index) {
        return Err(invalid("supertype comes later than its subtype".into()));
    }
    let group = RecGroup { size: source.u16()?, place: source.u16()? };
    if group.place >= group.size {
        return Err(invalid(format!(
            "place {} in a recursion group of {} types",
            group.place, group.size
        )));
    }
    let composite = match kind {
        format::TYPE_FUNC => CompositeType::Func(read_function(source, total, layout)?),
        format::TYPE_STRUCT => CompositeType::Struct(read_fields(source, total, layout)?),
        format::TYPE_ARRAY => CompositeType::Array(read_element(source, total)?),
        _ => return Err(invalid(format!("unknown kind {kind} of a type"))),
    };
    Ok(TypeDef { composite, same_as: None, is_final, parent, group })
}

fn write_composite(composite: &CompositeType, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    match composite {
        CompositeType::Func(ty) => write_function(ty, layout, sink),
        CompositeType::Struct(fields) => write_fields(fields, layout, sink),
        CompositeType::Array(element) => {
            sink.u16(element.mutable.into());
            sink.u8(storage_byte(element.storage));
            if let Some(ty) = separate_reference(element.storage) {
                sink.u8(ty.nullable.into());
                write_heap_type(ty.heap, sink)?;
            }
            Ok(())
        }
    }
}

fn write_function(ty: &FuncType, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    let params = count(&ty.params, "parameters", layout)?;
    let results = count(&ty.results, "results", layout)?;
    let values = || ty.params.iter().chain(&ty.results).copied();
    sink.u16(params);
    sink.u16(results);
    sink.u16(map_size(values().map(StorageType::Value), "a function type")?);
    values().for_each(|value| sink.u8(gc_value_byte(value)));
    write_map(values().map(StorageType::Value), sink)
}

fn read_function(source: &mut Source<'_>, total: usize, layout: Layout<'_>) -> Result<FuncType> {
    let start = source.position();
    let params = source.u16()?;
    let results = source.u16()?;
    let map_size = source.u16()?;
    let mut params = values(source, params, layout)?;
    let mut results = values(source, results, layout)?;
    check_cells(&params, "parameters", layout).map_err(|error| error.at(start))?;
    check_cells(&results, "results", layout).map_err(|error| error.at(start))?;
    let mut map = MapSource::new(source, map_size, total)?;
    for (index, value) in params.iter_mut().chain(&mut results).enumerate() {
        map.complete_value(index, value)?;
    }
    map.finish()?;
    Ok(FuncType { params, results })
}

fn write_fields(fields: &[FieldType], layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    check_reference_offsets(fields, layout)?;
    let storage = || fields.iter().map(|field| field.storage);
    sink.u16(fit(fields.len(), || "number of the fields of a structure".into())?);
    sink.u16(map_size(storage(), "a structure")?);
    for field in fields {
        sink.u8(field.mutable.into());
        sink.u8(storage_byte(field.storage));
    }
    write_map(storage(), sink)
}

fn read_fields(
    source: &mut Source<'_>,
    total: usize,
    layout: Layout<'_>,
) -> Result<Vec<FieldType>> {
    let start = source.position();
    let count = source.u16()?;
    let map_size = source.u16()?;
    let mut fields = (0..count)
        .map(|_| {
            let mutable = mutable(source.position(), source.u8()?.into())?;
            Ok(FieldType { mutable, storage: read_storage_byte(source)? })
        })
        .collect::<Result<Vec<_>>>()?;
    let mut map = MapSource::new(source, map_size, total)?;
    for (index, field) in fields.iter_mut().enumerate() {
        map.complete(index, &mut field.storage)?;
    }
    map.finish()?;
    check_reference_offsets(&fields, layout).map_err(|error| error.at(start))?;
    Ok(fields)
}

fn read_element(source: &mut Source<'_>, total: usize) -> Result<FieldType> {
    let mutable = mutable(source.position(), source.u16()?)?;
    let mut storage = read_storage_byte(source)?;
    if let Some(ty) = separate_reference(storage) {
        check_nullable(source.u8()?.into(), ty, source.position())?;
        storage = reference(read_heap_type(source, ty.nullable, Some(total))?);
    }
    Ok(FieldType { mutable, storage })
}

fn reference(ty: RefType) -> StorageType {
    StorageType::Value(ValueType::Ref(ty))
}

fn mutable(offset: usize, flags: u16) -> Result<bool> {
    match flags {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(ContainerError::malformed(offset, format!("unknown flags {flags:#x} of a field"))),
    }
}

fn read_storage_byte(source: &mut Source<'_>) -> Result<StorageType> {
    let start = source.position();
    let byte = source.u8()?;
    storage_from_byte(byte).ok_or_else(|| unknown_value_type(start, byte))
}

/// The number of entries of the map of these values.
fn map_size(values: impl Iterator<Item = StorageType>, what: &str) -> Result<u16> {
    let entries = values.filter(|value| separate_reference(*value).is_some()).count();
    fit(entries, || format!("number of the references of {what}"))
}

/// Appends the map of these values.
fn write_map(values: impl Iterator<Item = StorageType>, sink: &mut Sink) -> Result<()> {
    for (index, value) in values.enumerate() {
        if let Some(ty) = separate_reference(value) {
            sink.align(format::WORD_ALIGN);
            sink.u16(fit(index, || "place of a reference in its type".into())?);
            sink.u8(storage_byte(value));
            sink.u8(ty.nullable.into());
            write_heap_type(ty.heap, sink)?;
        }
    }
    Ok(())
}

/// Reads a map.
struct MapSource<'s, 'a> {
    source: &'s mut Source<'a>,
    /// Entries that have not been read yet.
    left: u16,
    /// The number of types.
    types: usize,
}

impl<'s, 'a> MapSource<'s, 'a> {
    fn new(source: &'s mut Source<'a>, size: u16, types: usize) -> Result<Self> {
        if size > 0 {
            source.align(format::WORD_ALIGN);
        }
        source.clone().bytes(usize::from(size) * MAP_ENTRY_SIZE)?;
        Ok(Self { source, left: size, types })
    }

    /// Completes the type of a value if its byte left its heap type open.
    fn complete(&mut self, index: usize, value: &mut StorageType) -> Result<()> {
        let Some(ty) = separate_reference(*value) else {
            return Ok(());
        };
        let start = self.source.position();
        let invalid = |what| ContainerError::malformed(start, what);
        self.left = self.left.checked_sub(1).ok_or_else(|| invalid("heap type is missing"))?;
        let place = self.source.u16()?;
        if usize::from(place) != index || self.source.u8()? != storage_byte(*value) {
            return Err(invalid("heap type of another value"));
        }
        check_nullable(self.source.u8()?.into(), ty, start)?;
        *value = reference(read_heap_type(self.source, ty.nullable, Some(self.types))?);
        Ok(())
    }

    fn complete_value(&mut self, index: usize, value: &mut ValueType) -> Result<()> {
        let mut storage = StorageType::Value(*value);
        self.complete(index, &mut storage)?;
        if let StorageType::Value(complete) = storage {
            *value = complete;
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self.left {
            0 => Ok(()),
            left => Err(self.source.malformed(format!("{left} heap types without a value"))),
        }
    }
}

/// Refuses structures with references that the collector would not find.
fn check_reference_offsets(fields: &[FieldType], layout: Layout<'_>) -> Result<()> {
    let mut offset = u64::from(struct_object::FIELDS);
    for (index, field) in fields.iter().enumerate() {
        let size = storage_size(field.storage, layout.target);
        if !format::packs_fields(layout.target.e_machine) {
            offset = offset.next_multiple_of(size.min(format::WORD_ALIGN as u64));
        }
        let is_reference = matches!(field.storage, StorageType::Value(ValueType::Ref(_)));
        if is_reference && offset > format::MAX_REFERENCE_OFFSET {
            return Err(ContainerError::limit(format!(
                "reference in field {index} of a structure is at byte {offset}; the collector \
                 finds references up to byte {}",
                format::MAX_REFERENCE_OFFSET
            )));
        }
        offset += size;
    }
    Ok(())
}
