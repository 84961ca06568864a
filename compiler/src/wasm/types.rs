//! Value types and function types: those of WebAssembly 2.0, and references to exceptions.
//!
//! Reference types are opaque here; lowering decides what a reference is at run time. Neither the
//! type of a function that is referred to is part of them, nor whether a reference may be null:
//! validation has used both.

use crate::error::Error;

/// A value type (spec section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ValueType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 128-bit vector.
    V128,
    /// Reference to a function.
    FuncRef,
    /// Reference owned by the host.
    ExternRef,
    /// A reference to an exception; hosts never see one.
    ExnRef,
}

impl ValueType {
    /// Whether values are references that hosts can use.
    pub(crate) fn is_reference(self) -> bool {
        matches!(self, Self::FuncRef | Self::ExternRef)
    }

    pub(crate) fn from_wasmparser(ty: wasmparser::ValType) -> Result<Self, Error> {
        Ok(match ty {
            wasmparser::ValType::I32 => Self::I32,
            wasmparser::ValType::I64 => Self::I64,
            wasmparser::ValType::F32 => Self::F32,
            wasmparser::ValType::F64 => Self::F64,
            wasmparser::ValType::V128 => Self::V128,
            wasmparser::ValType::Ref(reference) => Self::from_ref_type(reference)?,
        })
    }

    pub(crate) fn from_ref_type(ty: wasmparser::RefType) -> Result<Self, Error> {
        use wasmparser::{AbstractHeapType, HeapType};
        Ok(match ty.heap_type() {
            // Only garbage collection has types of other things.
            HeapType::Concrete(_) => Self::FuncRef,
            HeapType::Abstract { shared: false, ty: heap } => match heap {
                AbstractHeapType::Func | AbstractHeapType::NoFunc => Self::FuncRef,
                AbstractHeapType::Extern | AbstractHeapType::NoExtern => Self::ExternRef,
                AbstractHeapType::Exn | AbstractHeapType::NoExn => Self::ExnRef,
                _ => return Err(unsupported(ty)),
            },
            _ => return Err(unsupported(ty)),
        })
    }
}

fn unsupported(ty: wasmparser::RefType) -> Error {
    Error::unsupported(format!("reference type {ty}"))
}

/// A function type (spec section 2.3.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FuncType {
    /// Types of the parameters.
    pub(crate) params: Box<[ValueType]>,
    /// Types of the results.
    pub(crate) results: Box<[ValueType]>,
}

impl FuncType {
    pub(crate) fn from_wasmparser(ty: &wasmparser::FuncType) -> Result<Self, Error> {
        let convert = |types: &[wasmparser::ValType]| {
            types.iter().map(|&ty| ValueType::from_wasmparser(ty)).collect::<Result<Box<[_]>, _>>()
        };
        Ok(Self { params: convert(ty.params())?, results: convert(ty.results())? })
    }
}
