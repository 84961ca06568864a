//! Value types and function types, as far as code depends on them.
//!
//! Reference types are opaque here; lowering decides what a reference is at run time. Neither the
//! type of what is referred to is part of them, nor whether a reference may be null: validation has
//! used both. The declared types are in [`super::definitions`].

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
    /// Any other reference in a module for a runtime that collects garbage: an object's address.
    Object,
}

/// What references are at run time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum References {
    /// Indexes of functions, and numbers of the host. Every runtime has them.
    #[default]
    Indexes,
    /// Addresses of objects, in a runtime that collects garbage.
    Objects,
}

impl ValueType {
    /// Whether values are references that hosts can use.
    pub(crate) fn is_reference(self) -> bool {
        matches!(self, Self::FuncRef | Self::ExternRef | Self::Object)
    }

    /// Whether values are addresses of objects that the runtime collects. References to exceptions
    /// are, where `references` are objects.
    pub(crate) fn is_object(self, references: References) -> bool {
        self == Self::Object || self == Self::ExnRef && references == References::Objects
    }

    pub(crate) fn from_wasmparser(
        ty: wasmparser::ValType,
        references: References,
    ) -> Result<Self, Error> {
        Ok(match ty {
            wasmparser::ValType::I32 => Self::I32,
            wasmparser::ValType::I64 => Self::I64,
            wasmparser::ValType::F32 => Self::F32,
            wasmparser::ValType::F64 => Self::F64,
            wasmparser::ValType::V128 => Self::V128,
            wasmparser::ValType::Ref(reference) => Self::from_ref_type(reference, references)?,
        })
    }

    pub(crate) fn from_ref_type(
        ty: wasmparser::RefType,
        references: References,
    ) -> Result<Self, Error> {
        use wasmparser::{AbstractHeapType, HeapType};
        let objects = references == References::Objects;
        Ok(match ty.heap_type() {
            HeapType::Concrete(_) if objects => Self::Object,
            // Types of other things need objects.
            HeapType::Concrete(_) => Self::FuncRef,
            HeapType::Abstract { shared: false, ty: heap } => match heap {
                AbstractHeapType::Exn | AbstractHeapType::NoExn => Self::ExnRef,
                AbstractHeapType::Cont | AbstractHeapType::NoCont => return Err(unsupported(ty)),
                _ if objects => Self::Object,
                AbstractHeapType::Func | AbstractHeapType::NoFunc => Self::FuncRef,
                AbstractHeapType::Extern | AbstractHeapType::NoExtern => Self::ExternRef,
                _ => return Err(Error::needs_collector(format!("the reference type {ty}"))),
            },
            HeapType::Abstract { .. } | HeapType::Exact(_) => return Err(unsupported(ty)),
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
    pub(crate) fn from_wasmparser(
        ty: &wasmparser::FuncType,
        references: References,
    ) -> Result<Self, Error> {
        let convert = |types: &[wasmparser::ValType]| {
            let types = types.iter().map(|&ty| ValueType::from_wasmparser(ty, references));
            types.collect::<Result<Box<[_]>, _>>()
        };
        Ok(Self { params: convert(ty.params())?, results: convert(ty.results())? })
    }
}
