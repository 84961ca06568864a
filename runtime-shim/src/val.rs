//! Values, and their encoding for the C API.
//!
//! Floats are kept as bits, so that the payload of a NaN survives. WAMR identifies an `externref`
//! with a host pointer. The shim never dereferences it and uses the number + 1, so that null stays
//! free. References of a runtime with garbage collection are described
//! (`build/csrc/references.h`).

use crate::context::Access;
use crate::types::{References, ValType};

/// A WebAssembly value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Val {
    /// 32-bit integer.
    I32(i32),
    /// 64-bit integer.
    I64(i64),
    /// Bits of a 32-bit float.
    F32(u32),
    /// Bits of a 64-bit float.
    F64(u64),
    /// 128-bit vector, lane 0 in the low bits.
    V128(u128),
    /// Index of a function in its module, or null.
    FuncRef(Option<u32>),
    /// A number chosen by the host, or null.
    ExternRef(Option<u32>),
    /// A reference of another type, or null. Only in a runtime with garbage collection.
    AnyRef(Option<Object>),
    /// An `externref` that the module has made of a reference of its own.
    ExternAny(Object),
}

/// What a reference refers to in a runtime with garbage collection, as far as the host can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A number of 31 bits, extended by its sign.
    I31(i32),
    /// A structure. The host cannot pass one to a module.
    Struct,
    /// An array. The host cannot pass one to a module.
    Array,
    /// What an `externref` becomes inside: a number chosen by the host.
    Host(u32),
}

impl From<f32> for Val {
    fn from(value: f32) -> Val {
        Val::F32(value.to_bits())
    }
}

impl From<f64> for Val {
    fn from(value: f64) -> Val {
        Val::F64(value.to_bits())
    }
}

/// Null of `funcref` everywhere, and of `externref` inside an instance (`NULL_REF`).
const NULL_REF: u32 = u32::MAX;
/// Null of `externref` as an object of the host (`wasm_externref_obj2ref`).
const NULL_OBJECT: u64 = u64::MAX;

/// What a description says about an object: `enum wamr_shim_object`.
mod kind {
    pub(super) const NULL: u32 = 0;
    pub(super) const I31: u32 = 1;
    pub(super) const STRUCT: u32 = 2;
    pub(super) const ARRAY: u32 = 3;
    pub(super) const FUNC: u32 = 4;
    pub(super) const HOST: u32 = 5;
    pub(super) const EXTERN: u32 = 8;
}

impl Object {
    /// Kind and number in a description.
    fn describe(self) -> (u32, u32) {
        match self {
            Object::I31(value) => (kind::I31, value.cast_unsigned()),
            Object::Struct => (kind::STRUCT, 0),
            Object::Array => (kind::ARRAY, 0),
            Object::Host(number) => (kind::HOST, number),
        }
    }

    /// The inverse of [`Object::describe`].
    fn described(kind: u32, number: u32) -> Object {
        match kind {
            kind::I31 => Object::I31(number.cast_signed()),
            kind::STRUCT => Object::Struct,
            kind::ARRAY => Object::Array,
            kind::HOST => Object::Host(number),
            other => unreachable!("an object of kind {other}"),
        }
    }
}

impl Val {
    /// The type of this value.
    pub fn ty(&self) -> ValType {
        match self {
            Val::I32(_) => ValType::I32,
            Val::I64(_) => ValType::I64,
            Val::F32(_) => ValType::F32,
            Val::F64(_) => ValType::F64,
            Val::V128(_) => ValType::V128,
            Val::FuncRef(_) => ValType::FuncRef,
            Val::ExternRef(_) | Val::ExternAny(_) => ValType::ExternRef,
            Val::AnyRef(_) => ValType::AnyRef,
        }
    }

    /// The bits of the value in the host's encoding, zero-extended.
    pub(crate) fn to_bits(self, references: References) -> u128 {
        match self {
            Val::I32(value) => value.cast_unsigned().into(),
            Val::I64(value) => value.cast_unsigned().into(),
            Val::F32(bits) => bits.into(),
            Val::F64(bits) => bits.into(),
            Val::V128(bits) => bits,
            _ if references == References::Objects => self.describe().into(),
            Val::FuncRef(index) => index.unwrap_or(NULL_REF).into(),
            Val::ExternRef(number) => {
                number.map_or(NULL_OBJECT, |number| u64::from(number) + 1).into()
            }
            // No value of such a runtime is either.
            Val::AnyRef(_) | Val::ExternAny(_) => NULL_OBJECT.into(),
        }
    }

    /// The description of a reference.
    fn describe(self) -> u64 {
        let (kind, number) = match self {
            Val::FuncRef(Some(index)) => (kind::FUNC, index),
            Val::ExternRef(Some(number)) => (kind::EXTERN | kind::HOST, number),
            Val::ExternAny(object) => {
                let (kind, number) = object.describe();
                (kind | kind::EXTERN, number)
            }
            Val::AnyRef(Some(object)) => object.describe(),
            _ => (kind::NULL, 0),
        };
        u64::from(kind) << 32 | u64::from(number)
    }

    /// The inverse of [`Val::describe`]. Only a null needs its type.
    fn described(ty: ValType, description: u64) -> Val {
        let (kind, number) = ((description >> 32) as u32, description as u32);
        match kind {
            kind::NULL => match ty {
                ValType::FuncRef => Val::FuncRef(None),
                ValType::ExternRef => Val::ExternRef(None),
                _ => Val::AnyRef(None),
            },
            kind::FUNC => Val::FuncRef(Some(number)),
            kind if kind & kind::EXTERN == 0 => Val::AnyRef(Some(Object::described(kind, number))),
            kind => match Object::described(kind & !kind::EXTERN, number) {
                Object::Host(number) => Val::ExternRef(Some(number)),
                object => Val::ExternAny(object),
            },
        }
    }

    /// The inverse of [`Val::to_bits`]; higher bits are ignored.
    pub(crate) fn from_bits(ty: ValType, bits: u128, references: References) -> Val {
        match ty {
            ValType::I32 => Val::I32(bits as i32),
            ValType::I64 => Val::I64(bits as i64),
            ValType::F32 => Val::F32(bits as u32),
            ValType::F64 => Val::F64(bits as u64),
            ValType::V128 => Val::V128(bits),
            _ if references == References::Objects => Val::described(ty, bits as u64),
            ValType::FuncRef => Val::FuncRef(Some(bits as u32).filter(|&index| index != NULL_REF)),
            ValType::ExternRef => Val::ExternRef(match bits as u64 {
                // `wasm_externref_ref2obj` returns a null pointer for a null reference.
                0 | NULL_OBJECT => None,
                object => Some((object - 1) as u32),
            }),
            ValType::AnyRef => Val::AnyRef(None),
        }
    }

    /// Appends the value to the arguments of `wasm_runtime_call_wasm`.
    pub(crate) fn push_cells(self, references: References, cells: &mut Vec<u32>) {
        let bits = self.to_bits(references);
        let count = self.ty().cells(references);
        cells.extend((0..count).map(|cell| (bits >> (32 * cell)) as u32));
    }

    /// Takes a value from the front of the results of `wasm_runtime_call_wasm`.
    pub(crate) fn take_cells(ty: ValType, references: References, cells: &mut &[u32]) -> Val {
        let (own, rest) = cells.split_at(ty.cells(references));
        *cells = rest;
        let bits = own.iter().rev().fold(0u128, |bits, &cell| bits << 32 | u128::from(cell));
        Val::from_bits(ty, bits, references)
    }

    /// Reads a value in the form in which an instance stores it. `None` if it is an `externref`
    /// that the host never created.
    ///
    /// # Safety
    /// `address`, in the instance that `access` refers to, contains a value of this type, possibly
    /// unaligned.
    pub(crate) unsafe fn read_stored(
        ty: ValType,
        access: &dyn Access,
        address: u64,
    ) -> Option<Val> {
        let mut bytes = [0; 16];
        let size = ty.stored_size(access.references());
        // SAFETY: the value has that many bytes, at most 16.
        unsafe { access.read(address, &mut bytes[..size]) };
        Val::from_stored(ty, access, bytes)
    }

    /// Like [`Val::read_stored`], for a value that has been read already; the bytes after it are
    /// zero.
    pub(crate) fn from_stored(ty: ValType, access: &dyn Access, bytes: [u8; 16]) -> Option<Val> {
        let bits = u128::from_le_bytes(bytes);
        let references = access.references();
        if !has_stored_form(ty, references) {
            return Some(Val::from_bits(ty, bits, references));
        }
        let outside = access.reference_outside(bits as u64)?;
        Some(Val::from_bits(ty, outside.into(), references))
    }

    /// The bytes of the value as the instance behind `access` stores it, and their number.
    pub(crate) fn to_stored(self, access: &dyn Access) -> Option<([u8; 16], usize)> {
        let references = access.references();
        let mut bits = self.to_bits(references);
        if has_stored_form(self.ty(), references) {
            bits = access.reference_inside(bits as u64)?.into();
        }
        Some((bits.to_le_bytes(), self.ty().stored_size(references)))
    }
}

/// Whether instances store values of this type in another form than the host's.
fn has_stored_form(ty: ValType, references: References) -> bool {
    match references {
        References::Numbers => ty == ValType::ExternRef,
        References::Objects => ty.is_reference(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_every_bit() {
        let values = [
            Val::I32(-2),
            Val::I64(i64::MIN + 7),
            Val::F32(0x7fa0_0001),
            Val::F64(0xfff4_0000_0000_0001),
            Val::V128(0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100),
            Val::FuncRef(None),
            Val::FuncRef(Some(0)),
            Val::ExternRef(None),
            Val::ExternRef(Some(0)),
            Val::ExternRef(Some(u32::MAX)),
        ];
        keeps(&values, References::Numbers);
        keeps(&values, References::Objects);
        let objects = [Object::I31(-1), Object::Struct, Object::Array, Object::Host(u32::MAX)];
        let references = objects.map(|object| Val::AnyRef(Some(object)));
        keeps(&references, References::Objects);
        // What the host has made comes back as such.
        let outside = objects[..3].iter().map(|&object| Val::ExternAny(object));
        keeps(&outside.collect::<Vec<_>>(), References::Objects);
        keeps(&[Val::AnyRef(None)], References::Objects);
    }

    fn keeps(values: &[Val], references: References) {
        let mut cells = Vec::new();
        for value in values {
            value.push_cells(references, &mut cells);
        }
        let mut rest = cells.as_slice();
        for value in values {
            assert_eq!(Val::take_cells(value.ty(), references, &mut rest), *value);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn cells_are_little_endian() {
        let mut cells = Vec::new();
        Val::I64(0x1111_2222_3333_4444).push_cells(References::Numbers, &mut cells);
        assert_eq!(cells, [0x3333_4444, 0x1111_2222]);
    }
}
