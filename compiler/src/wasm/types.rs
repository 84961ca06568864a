//! Value types and function types: those of WebAssembly 2.0, and references to exceptions.
//!
//! Reference types are opaque here; lowering decides what a reference is at run time.

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
        if ty == wasmparser::RefType::FUNCREF {
            Ok(Self::FuncRef)
        } else if ty == wasmparser::RefType::EXTERNREF {
            Ok(Self::ExternRef)
        } else if is_exception(ty) {
            Ok(Self::ExnRef)
        } else {
            Err(Error::unsupported(format!("reference type {ty}")))
        }
    }
}

/// Whether references of type `ty` are to exceptions, or null.
fn is_exception(ty: wasmparser::RefType) -> bool {
    use wasmparser::{AbstractHeapType, HeapType};
    matches!(
        ty.heap_type(),
        HeapType::Abstract { shared: false, ty: AbstractHeapType::Exn | AbstractHeapType::NoExn }
    )
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
