//! The places of fields in structures, as the runtime computes them from the types in the file.
//!
//! Source: `load_types` in `core/iwasm/aot/aot_loader.c`. Nothing checks that code and runtime
//! agree. On x86-64, each field follows the last one directly. On other machines, fields of two
//! bytes are aligned to 2, and larger ones to 4, also those of 8 bytes.

use wamr_abi::layout::struct_object;
use wasmparser::{FieldType, StorageType, ValType};

use crate::error::Error;
use crate::limits::collector::MAX_REFERENCE_OFFSET;
use crate::wasm::{Module, TypeDefinition};

/// Offsets of the fields of each structure, from the start of the object.
pub(crate) struct ObjectLayout {
    fields: Vec<Box<[u32]>>,
}

impl ObjectLayout {
    /// The places in all structures of `module`, on a machine where fields are packed or not.
    pub(crate) fn new(module: &Module<'_>, packed: bool) -> Result<Self, Error> {
        if !module.has_objects() {
            return Ok(Self { fields: Vec::new() });
        }
        let places = |definition: &TypeDefinition| struct_places(definition.fields(), packed);
        let fields = module.definitions.iter().map(places).collect::<Result<_, _>>()?;
        Ok(Self { fields })
    }

    /// The place of field `field` of the structure with type `ty`.
    pub(crate) fn field(&self, ty: u32, field: u32) -> u32 {
        self.fields[ty as usize][field as usize]
    }
}

fn struct_places(fields: &[FieldType], packed: bool) -> Result<Box<[u32]>, Error> {
    let mut next = struct_object::FIELDS;
    let mut places = Vec::with_capacity(fields.len());
    for field in fields {
        let size = storage_size(field.element_type);
        if !packed {
            next = next.next_multiple_of(size.min(4));
        }
        let is_reference = matches!(field.element_type, StorageType::Val(ValType::Ref(_)));
        if is_reference && next > MAX_REFERENCE_OFFSET {
            let what = format!("a structure with references beyond {MAX_REFERENCE_OFFSET} bytes");
            return Err(Error::limit(what));
        }
        places.push(next);
        next += size;
    }
    Ok(places.into())
}

/// The size of a field or an element in bytes.
pub(crate) fn storage_size(ty: StorageType) -> u32 {
    match ty {
        StorageType::I8 => 1,
        StorageType::I16 => 2,
        StorageType::Val(ty) => match ty {
            ValType::I32 | ValType::F32 => 4,
            ValType::I64 | ValType::F64 | ValType::Ref(_) => 8,
            ValType::V128 => 16,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::struct_places;
    use wasmparser::{FieldType, RefType, StorageType, ValType};

    /// The places were read from code of wamrc for a structure `i32, i8, i64, ref`.
    #[test]
    fn places_are_those_of_wamrc() {
        let types = [
            StorageType::Val(ValType::I32),
            StorageType::I8,
            StorageType::Val(ValType::I64),
            StorageType::Val(ValType::Ref(RefType::ANYREF)),
        ];
        let fields = types.map(|element_type| FieldType { element_type, mutable: true });
        let places = |packed| struct_places(&fields, packed).unwrap().to_vec();
        assert_eq!(places(true), [8, 12, 13, 21]);
        assert_eq!(places(false), [8, 12, 16, 24]);
    }
}
