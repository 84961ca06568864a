//! Values, and their encoding for the C API.
//!
//! Floats are kept as bits, so that the payload of a NaN survives. WAMR identifies an `externref`
//! with a host pointer. The shim never dereferences it and uses the number + 1, so that null stays
//! free.

use crate::context::Access;
use crate::types::ValType;

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
            Val::ExternRef(_) => ValType::ExternRef,
        }
    }

    /// The bits of the value in the host's encoding, zero-extended.
    pub(crate) fn to_bits(self) -> u128 {
        match self {
            Val::I32(value) => value.cast_unsigned().into(),
            Val::I64(value) => value.cast_unsigned().into(),
            Val::F32(bits) => bits.into(),
            Val::F64(bits) => bits.into(),
            Val::V128(bits) => bits,
            Val::FuncRef(index) => index.unwrap_or(NULL_REF).into(),
            Val::ExternRef(number) => {
                number.map_or(NULL_OBJECT, |number| u64::from(number) + 1).into()
            }
        }
    }

    /// The inverse of [`Val::to_bits`]; higher bits are ignored.
    pub(crate) fn from_bits(ty: ValType, bits: u128) -> Val {
        match ty {
            ValType::I32 => Val::I32(bits as i32),
            ValType::I64 => Val::I64(bits as i64),
            ValType::F32 => Val::F32(bits as u32),
            ValType::F64 => Val::F64(bits as u64),
            ValType::V128 => Val::V128(bits),
            ValType::FuncRef => Val::FuncRef(Some(bits as u32).filter(|&index| index != NULL_REF)),
            ValType::ExternRef => Val::ExternRef(match bits as u64 {
                // `wasm_externref_ref2obj` returns a null pointer for a null reference.
                0 | NULL_OBJECT => None,
                object => Some((object - 1) as u32),
            }),
        }
    }

    /// Appends the value to the arguments of `wasm_runtime_call_wasm`.
    pub(crate) fn push_cells(self, cells: &mut Vec<u32>) {
        let bits = self.to_bits();
        cells.extend((0..self.ty().cells()).map(|cell| (bits >> (32 * cell)) as u32));
    }

    /// Takes a value from the front of the results of `wasm_runtime_call_wasm`.
    pub(crate) fn take_cells(ty: ValType, cells: &mut &[u32]) -> Val {
        let (own, rest) = cells.split_at(ty.cells());
        *cells = rest;
        let bits = own.iter().rev().fold(0u128, |bits, &cell| bits << 32 | u128::from(cell));
        Val::from_bits(ty, bits)
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
        // SAFETY: the value has `stored_size(ty)` bytes, at most 16.
        unsafe { access.read(address, &mut bytes[..stored_size(ty)]) };
        Val::from_stored(ty, access, bytes)
    }

    /// Like [`Val::read_stored`], for a value that has been read already; the bytes after it are
    /// zero.
    pub(crate) fn from_stored(ty: ValType, access: &dyn Access, bytes: [u8; 16]) -> Option<Val> {
        let bits = u128::from_le_bytes(bytes);
        if ty != ValType::ExternRef {
            return Some(Val::from_bits(ty, bits));
        }
        access.extern_object(bits as u32).map(|object| Val::from_bits(ty, object.into()))
    }

    /// The bytes of the value as the instance behind `access` stores it, and their number.
    pub(crate) fn to_stored(self, access: &dyn Access) -> Option<([u8; 16], usize)> {
        let mut bits = self.to_bits();
        if let Val::ExternRef(_) = self {
            bits = access.extern_reference(bits as u64)?.into();
        }
        Some((bits.to_le_bytes(), stored_size(self.ty())))
    }
}

/// Size in bytes of a value in an instance.
pub(crate) fn stored_size(ty: ValType) -> usize {
    match ty {
        ValType::I32 | ValType::F32 | ValType::FuncRef | ValType::ExternRef => 4,
        ValType::I64 | ValType::F64 => 8,
        ValType::V128 => 16,
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
        let mut cells = Vec::new();
        for value in values {
            value.push_cells(&mut cells);
        }
        let mut rest = cells.as_slice();
        for value in values {
            assert_eq!(Val::take_cells(value.ty(), &mut rest), value);
        }
        assert!(rest.is_empty());
    }

    #[test]
    fn cells_are_little_endian() {
        let mut cells = Vec::new();
        Val::I64(0x1111_2222_3333_4444).push_cells(&mut cells);
        assert_eq!(cells, [0x3333_4444, 0x1111_2222]);
    }
}
