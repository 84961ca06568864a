//! Types, tables and globals of a file for a runtime that collects garbage.
//!
//! References to exceptions are structures for the runtime. The types of globals and tables are
//! those at the top of their hierarchies: the collector needs no more, and validation has used the
//! others.

use wasmparser::{AbstractHeapType, CompositeInnerType, HeapType, RefType, StorageType, ValType};

use crate::aot::model::{self, CompositeType, RecGroup, TypeDef};
use crate::error::Error;
use crate::target::Vectors;
use crate::wasm::{Module, TypeDefinition};

/// The types of `module`.
pub(super) fn types(module: &Module<'_>, vectors: Vectors) -> Result<Vec<TypeDef>, Error> {
    let types = module.definitions.iter().zip(&module.canonical_types).zip(0..);
    types.map(|((ty, &first), index)| type_def(ty, first, index, vectors)).collect()
}

fn type_def(
    ty: &TypeDefinition,
    first: u32,
    index: u32,
    vectors: Vectors,
) -> Result<TypeDef, Error> {
    let group = RecGroup { size: small(ty.group_size)?, place: small(index - ty.group)? };
    let composite = match &ty.declared.composite_type.inner {
        CompositeInnerType::Func(ty) => CompositeType::Func(model::FuncType {
            params: values(ty.params(), vectors),
            results: values(ty.results(), vectors),
        }),
        CompositeInnerType::Struct(ty) => {
            CompositeType::Struct(ty.fields.iter().copied().map(field).collect())
        }
        CompositeInnerType::Array(ty) => CompositeType::Array(field(ty.0)),
        CompositeInnerType::Cont(_) => return Err(Error::unsupported("a continuation type")),
    };
    Ok(TypeDef {
        composite,
        same_as: (first != index).then_some(first),
        is_final: ty.declared.is_final,
        parent: ty.supertype(),
        group,
    })
}

fn small(number: u32) -> Result<u16, Error> {
    let error = |_| Error::limit("a recursion group of more than 65535 types");
    u16::try_from(number).map_err(error)
}

fn field(field: wasmparser::FieldType) -> model::FieldType {
    let storage = match field.element_type {
        StorageType::I8 => model::StorageType::I8,
        StorageType::I16 => model::StorageType::I16,
        StorageType::Val(ty) => model::StorageType::Value(value(ty)),
    };
    model::FieldType { mutable: field.mutable, storage }
}

/// Types of parameters or results, with two i64 in place of each vector if the runtime does not
/// support vectors.
fn values(types: &[ValType], vectors: Vectors) -> Vec<model::ValueType> {
    let mut converted = Vec::with_capacity(types.len());
    for &ty in types {
        match (ty, vectors) {
            (ValType::V128, Vectors::InsideOnly { .. }) => {
                converted.extend([model::ValueType::I64; 2]);
            }
            _ => converted.push(value(ty)),
        }
    }
    converted
}

fn value(ty: ValType) -> model::ValueType {
    match ty {
        ValType::I32 => model::ValueType::I32,
        ValType::I64 => model::ValueType::I64,
        ValType::F32 => model::ValueType::F32,
        ValType::F64 => model::ValueType::F64,
        ValType::V128 => model::ValueType::V128,
        ValType::Ref(ty) => model::ValueType::Ref(reference(ty)),
    }
}

fn reference(ty: RefType) -> model::RefType {
    let heap = match ty.heap_type() {
        HeapType::Concrete(index) | HeapType::Exact(index) => {
            let index = index.as_module_index();
            model::HeapType::Type(index.expect("declared types have indexes of the module"))
        }
        HeapType::Abstract { ty, .. } => heap(ty),
    };
    model::RefType { nullable: ty.is_nullable(), heap }
}

fn heap(ty: AbstractHeapType) -> model::HeapType {
    match ty {
        AbstractHeapType::Func => model::HeapType::Func,
        AbstractHeapType::Extern => model::HeapType::Extern,
        AbstractHeapType::Any => model::HeapType::Any,
        AbstractHeapType::None => model::HeapType::None,
        AbstractHeapType::NoExtern => model::HeapType::NoExtern,
        AbstractHeapType::NoFunc => model::HeapType::NoFunc,
        AbstractHeapType::Eq => model::HeapType::Eq,
        AbstractHeapType::Struct => model::HeapType::Struct,
        AbstractHeapType::Array => model::HeapType::Array,
        AbstractHeapType::I31 => model::HeapType::I31,
        AbstractHeapType::Exn
        | AbstractHeapType::NoExn
        | AbstractHeapType::Cont
        | AbstractHeapType::NoCont => model::HeapType::Struct,
    }
}

/// The type at the top of the hierarchy of `ty`, a type in `module`.
fn top(module: &Module<'_>, ty: RefType) -> model::RefType {
    use AbstractHeapType::{Extern, Func, NoExtern, NoFunc};
    let heap = match ty.heap_type() {
        HeapType::Abstract { ty: Func | NoFunc, .. } => model::HeapType::Func,
        HeapType::Abstract { ty: Extern | NoExtern, .. } => model::HeapType::Extern,
        HeapType::Concrete(index) | HeapType::Exact(index) => {
            let index = index.as_module_index().map(|index| index as usize);
            let is_func = index.is_some_and(|index| module.definitions[index].is_func());
            if is_func { model::HeapType::Func } else { model::HeapType::Any }
        }
        HeapType::Abstract { .. } => model::HeapType::Any,
    };
    model::RefType { nullable: true, heap }
}

/// The type of the elements of table `index`. Tables that were added contain anything.
pub(super) fn table_type(module: &Module<'_>, index: usize) -> model::RefType {
    match module.objects.tables.get(index) {
        Some(&ty) => top(module, ty),
        None => model::RefType { nullable: true, heap: model::HeapType::Any },
    }
}

/// The type of global `index`, a reference.
pub(super) fn global_type(module: &Module<'_>, index: usize) -> model::ValueType {
    match module.objects.globals.get(index) {
        Some(&ValType::Ref(ty)) => model::ValueType::Ref(top(module, ty)),
        _ => model::ValueType::I64,
    }
}
