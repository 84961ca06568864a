//! Value types: a byte each, and with garbage collection the heap types of references that have no
//! byte of their own (`interpreter/wasm.h`, `VALUE_TYPE_*`, `REF_TYPE_*`, `HEAP_TYPE_*`).
//!
//! The heap type of such a reference is at another place in each record. For globals there is none.
//! So a byte is read as a reference to [`HeapType::UNKNOWN`] first.

use wamr_abi::format::{heap_type, value_type};

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{HeapType, RefType, StorageType, TargetInfo, ValueType};
use crate::aot::section::Layout;
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The byte of what a field holds, with garbage collection.
pub(super) fn storage_byte(ty: StorageType) -> u8 {
    match ty {
        StorageType::I8 => value_type::I8,
        StorageType::I16 => value_type::I16,
        StorageType::Value(ty) => gc_value_byte(ty),
    }
}

/// The byte of a value type, with garbage collection.
pub(super) fn gc_value_byte(ty: ValueType) -> u8 {
    match ty {
        ValueType::I32 => value_type::I32,
        ValueType::I64 => value_type::I64,
        ValueType::F32 => value_type::F32,
        ValueType::F64 => value_type::F64,
        ValueType::V128 => value_type::V128,
        ValueType::Ref(ty) => gc_reference_byte(ty),
    }
}

/// The byte of a reference type, with garbage collection.
fn gc_reference_byte(ty: RefType) -> u8 {
    if !ty.nullable {
        return value_type::NON_NULL_REF;
    }
    match ty.heap {
        HeapType::Func => value_type::FUNCREF,
        HeapType::Extern => value_type::EXTERNREF,
        HeapType::Any => value_type::ANYREF,
        HeapType::Eq => value_type::EQREF,
        HeapType::I31 => value_type::I31REF,
        HeapType::Struct => value_type::STRUCTREF,
        HeapType::Array => value_type::ARRAYREF,
        HeapType::None => value_type::NULLREF,
        HeapType::NoExtern => value_type::NULLEXTERNREF,
        HeapType::NoFunc => value_type::NULLFUNCREF,
        HeapType::Type(_) => value_type::NULLABLE_REF,
    }
}

/// The byte of a value type in the layout.
pub(super) fn value_byte(ty: ValueType, layout: Layout<'_>) -> Result<u8> {
    match ty {
        ValueType::Ref(_) if layout.has_gc() => Ok(gc_value_byte(ty)),
        ValueType::FUNCREF | ValueType::EXTERNREF => Ok(gc_value_byte(ty)),
        ValueType::Ref(ty) => Err(needs_gc(ty)),
        _ => Ok(gc_value_byte(ty)),
    }
}

/// The byte of the type of elements of a table or segment in the layout.
pub(super) fn element_byte(ty: RefType, layout: Layout<'_>) -> Result<u8> {
    match ty {
        _ if layout.has_gc() => Ok(gc_reference_byte(ty)),
        RefType::FUNCREF | RefType::EXTERNREF | RefType::FUNC => Ok(gc_reference_byte(ty)),
        _ => Err(needs_gc(ty)),
    }
}

fn needs_gc(ty: RefType) -> ContainerError {
    ContainerError::unsupported(format!("type {ty} in a file without garbage collection"))
}

/// The value type with this byte in the layout.
pub(super) fn value_from_byte(byte: u8, layout: Layout<'_>) -> Option<ValueType> {
    match storage_from_byte(byte)? {
        StorageType::I8 | StorageType::I16 => None,
        StorageType::Value(ty) => value_byte(ty, layout).is_ok().then_some(ty),
    }
}

/// The type of elements with this byte in the layout.
pub(super) fn element_from_byte(byte: u8, layout: Layout<'_>) -> Option<RefType> {
    if !layout.has_gc() && byte == value_type::NON_NULL_REF {
        return Some(RefType::FUNC);
    }
    match value_from_byte(byte, layout)? {
        ValueType::Ref(ty) => Some(ty),
        _ => None,
    }
}

/// What a field with this byte holds, with garbage collection.
pub(super) fn storage_from_byte(byte: u8) -> Option<StorageType> {
    let nullable = |heap| ValueType::Ref(RefType { nullable: true, heap });
    Some(StorageType::Value(match byte {
        value_type::I8 => return Some(StorageType::I8),
        value_type::I16 => return Some(StorageType::I16),
        value_type::I32 => ValueType::I32,
        value_type::I64 => ValueType::I64,
        value_type::F32 => ValueType::F32,
        value_type::F64 => ValueType::F64,
        value_type::V128 => ValueType::V128,
        value_type::FUNCREF => nullable(HeapType::Func),
        value_type::EXTERNREF => nullable(HeapType::Extern),
        value_type::ANYREF => nullable(HeapType::Any),
        value_type::EQREF => nullable(HeapType::Eq),
        value_type::I31REF => nullable(HeapType::I31),
        value_type::STRUCTREF => nullable(HeapType::Struct),
        value_type::ARRAYREF => nullable(HeapType::Array),
        value_type::NULLREF => nullable(HeapType::None),
        value_type::NULLEXTERNREF => nullable(HeapType::NoExtern),
        value_type::NULLFUNCREF => nullable(HeapType::NoFunc),
        value_type::NULLABLE_REF => nullable(HeapType::UNKNOWN),
        value_type::NON_NULL_REF => {
            ValueType::Ref(RefType { nullable: false, heap: HeapType::UNKNOWN })
        }
        _ => return None,
    }))
}

/// The reference in a field whose heap type the record has at another place.
pub(super) fn separate_reference(ty: StorageType) -> Option<RefType> {
    match ty {
        StorageType::Value(ValueType::Ref(ty)) => has_separate_heap_type(ty).then_some(ty),
        _ => None,
    }
}

/// Whether the byte of the type leaves its heap type open, with garbage collection.
pub(super) fn has_separate_heap_type(ty: RefType) -> bool {
    !ty.nullable || matches!(ty.heap, HeapType::Type(_))
}

/// Appends a heap type.
pub(super) fn write_heap_type(heap: HeapType, sink: &mut Sink) -> Result<()> {
    let number = match heap {
        HeapType::Func => heap_type::FUNC,
        HeapType::Extern => heap_type::EXTERN,
        HeapType::Any => heap_type::ANY,
        HeapType::Eq => heap_type::EQ,
        HeapType::I31 => heap_type::I31,
        HeapType::Struct => heap_type::STRUCT,
        HeapType::Array => heap_type::ARRAY,
        HeapType::None => heap_type::NONE,
        HeapType::NoExtern => heap_type::NOEXTERN,
        HeapType::NoFunc => heap_type::NOFUNC,
        HeapType::Type(index) => i32::try_from(index).map_err(|_| {
            ContainerError::limit(format!("type index {index} does not fit a reference type"))
        })?,
    };
    sink.u32(number.cast_unsigned());
    Ok(())
}

/// Reads the heap type of a reference, and completes its type. `types` is the number of types, if
/// it is known yet.
pub(super) fn read_heap_type(
    source: &mut Source<'_>,
    nullable: bool,
    types: Option<usize>,
) -> Result<RefType> {
    let start = source.position();
    let number = source.u32()?.cast_signed();
    let heap = match number {
        heap_type::FUNC => HeapType::Func,
        heap_type::EXTERN => HeapType::Extern,
        heap_type::ANY => HeapType::Any,
        heap_type::EQ => HeapType::Eq,
        heap_type::I31 => HeapType::I31,
        heap_type::STRUCT => HeapType::Struct,
        heap_type::ARRAY => HeapType::Array,
        heap_type::NONE => HeapType::None,
        heap_type::NOEXTERN => HeapType::NoExtern,
        heap_type::NOFUNC => HeapType::NoFunc,
        0.. if types.is_none_or(|types| (number.cast_unsigned() as usize) < types) => {
            HeapType::Type(number.cast_unsigned())
        }
        _ => {
            return Err(ContainerError::malformed(start, format!("unknown heap type {number}")));
        }
    };
    Ok(RefType { nullable, heap })
}

/// Reads the byte that says whether a reference can be null, as the byte of its type has already
/// said.
pub(super) fn check_nullable(found: u16, ty: RefType, offset: usize) -> Result<()> {
    if found == u16::from(ty.nullable) {
        return Ok(());
    }
    Err(ContainerError::malformed(offset, format!("nullable value {found} of a reference type")))
}

/// Reads the byte of a value type.
pub(super) fn read_value_byte(source: &mut Source<'_>, layout: Layout<'_>) -> Result<ValueType> {
    let start = source.position();
    let byte = source.u8()?;
    value_from_byte(byte, layout).ok_or_else(|| unknown_value_type(start, byte))
}

/// The error for a byte that is no type.
pub(super) fn unknown_value_type(offset: usize, byte: u8) -> ContainerError {
    ContainerError::malformed(offset, format!("unknown value type {byte:#x}"))
}

/// The bytes that a field takes in an object.
pub(super) fn storage_size(ty: StorageType, target: &TargetInfo<'_>) -> u64 {
    match ty {
        StorageType::I8 => 1,
        StorageType::I16 => 2,
        StorageType::Value(ty) => 4 * u64::from(ty.cells(target)),
    }
}
