//! The tables of the init data section, except memories: segments, tables, types, globals, imports.
//!
//! Imported memories and tables are written like the module's own, since the runtime allocates them
//! itself; imported globals and functions keep their names. The table of releases decides what is
//! written differently.

use std::borrow::Cow;

use wamr_abi::format;
use wamr_abi::releases::Release;

use super::names::written;
use super::objects;
use crate::aot::model::{self, InitExpr};
use crate::error::Error;
use crate::target::Vectors;
use crate::wamr::InstanceLayout;
use crate::wasm::{ArithmeticOp, ConstExpr, Module, SegmentMode, ValueType};

pub(super) fn data_segments<'a>(module: &Module<'a>) -> Vec<model::DataSegment<'a>> {
    let convert = |segment: &crate::wasm::DataSegment<'a>| {
        let (passive, memory_index, offset) = match &segment.mode {
            SegmentMode::Active { index, offset } => (false, *index, init_expr(offset)),
            SegmentMode::Passive | SegmentMode::Declared => (true, 0, InitExpr::None),
        };
        model::DataSegment { passive, memory_index, offset, bytes: Cow::Borrowed(segment.bytes) }
    };
    module.data.iter().map(convert).collect()
}

pub(super) fn tables(module: &Module<'_>, layout: &InstanceLayout) -> Vec<model::Table> {
    module
        .tables
        .iter()
        .zip(0..)
        .map(|(table, index)| {
            let layout = layout.table(index);
            model::Table {
                element_type: match module.has_objects() {
                    true => objects::table_type(module, index as usize),
                    false => element_type(table.element),
                },
                flags: if table.maximum.is_some() { format::TABLE_HAS_MAX } else { 0 },
                possible_grow: module.growth.tables.contains(&index),
                initial: table.initial,
                maximum: layout.maximum,
                init: InitExpr::None,
            }
        })
        .collect()
}

pub(super) fn element_segments(
    module: &Module<'_>,
    release: Release,
) -> Vec<model::ElementSegment> {
    let keeps_declared = release.facts().drops_declarative_segments;
    module
        .elements
        .iter()
        .map(|segment| {
            let (flags, table_index, offset) = match &segment.mode {
                SegmentMode::Active { index, offset } => {
                    (format::ELEMENT_ACTIVE, *index, init_expr(offset))
                }
                SegmentMode::Passive => (format::ELEMENT_PASSIVE, 0, InitExpr::None),
                SegmentMode::Declared => (format::ELEMENT_DECLARATIVE, 0, InitExpr::None),
            };
            // If the runtime does not drop declarative segments at instantiation, they are written
            // empty.
            let keep = keeps_declared || !matches!(segment.mode, SegmentMode::Declared);
            let items = if keep { segment.items.as_slice() } else { &[] };
            model::ElementSegment {
                flags,
                element_type: element_type(segment.element),
                table_index,
                offset,
                values: items.iter().map(init_expr).collect(),
            }
        })
        .collect()
}

/// The types, with two i64 in place of each vector if the runtime does not support vectors.
pub(super) fn types(module: &Module<'_>, vectors: Vectors) -> Result<Vec<model::TypeDef>, Error> {
    if module.has_objects() {
        return objects::types(module, vectors);
    }
    let halves = [model::ValueType::I64; 2];
    let convert = |types: &[ValueType]| {
        let mut converted = Vec::with_capacity(types.len());
        for &ty in types {
            match (ty, vectors) {
                (ValueType::V128, Vectors::InsideOnly { .. }) => converted.extend(halves),
                _ => converted.push(value_type(ty)),
            }
        }
        converted
    };
    let types = module
        .types
        .iter()
        .map(|ty| model::FuncType { params: convert(&ty.params), results: convert(&ty.results) })
        .map(model::TypeDef::function);
    Ok(types.collect())
}

pub(super) fn import_globals<'a>(module: &Module<'a>) -> Vec<model::ImportGlobal<'a>> {
    module
        .imported_globals
        .iter()
        .zip(&module.globals)
        .zip(0..)
        .map(|((import, global), index)| model::ImportGlobal {
            value_type: global_type(module, index, global.value_type),
            mutable: global.mutable,
            module: written(import.module, global.value_type.is_reference()),
            name: written(import.name, global.value_type.is_reference()),
        })
        .collect()
}

pub(super) fn globals(module: &Module<'_>) -> Vec<model::Global> {
    let own = module
        .globals
        .iter()
        .zip(0..)
        .filter_map(|(global, index)| Some((global.init.as_ref()?, global, index)));
    own.map(|(init, global, index)| model::Global {
        value_type: global_type(module, index, global.value_type),
        mutable: global.mutable,
        init: init_expr(init),
    })
    .collect()
}

pub(super) fn import_functions<'a>(module: &Module<'a>) -> Vec<model::ImportFunction<'a>> {
    module
        .imported_functions
        .iter()
        .map(|import| model::ImportFunction {
            type_index: module.canonical_types[import.type_index as usize],
            module: Cow::Borrowed(import.module),
            name: Cow::Borrowed(import.name),
        })
        .collect()
}

/// The type of global `index`, a value of type `ty`.
fn global_type(module: &Module<'_>, index: usize, ty: ValueType) -> model::ValueType {
    match ty.is_object(module.references) {
        true => objects::global_type(module, index),
        false => value_type(ty),
    }
}

fn value_type(ty: ValueType) -> model::ValueType {
    match ty {
        ValueType::I32 => model::ValueType::I32,
        // Hosts never see a reference to an exception.
        ValueType::I64 | ValueType::ExnRef => model::ValueType::I64,
        ValueType::F32 => model::ValueType::F32,
        ValueType::F64 => model::ValueType::F64,
        ValueType::V128 => model::ValueType::V128,
        ValueType::FuncRef => model::ValueType::FUNCREF,
        ValueType::ExternRef => model::ValueType::EXTERNREF,
        ValueType::Object => unreachable!("objects have declared types"),
    }
}

fn element_type(ty: ValueType) -> model::RefType {
    match ty {
        ValueType::ExternRef => model::RefType::EXTERNREF,
        _ => model::RefType::FUNCREF,
    }
}

fn init_expr(expr: &ConstExpr) -> InitExpr {
    match expr {
        ConstExpr::I32(value) => InitExpr::I32Const(*value),
        ConstExpr::I64(value) => InitExpr::I64Const(*value),
        ConstExpr::F32(bits) => InitExpr::F32Const(*bits),
        ConstExpr::F64(bits) => InitExpr::F64Const(*bits),
        ConstExpr::V128(bytes) => InitExpr::V128Const(*bytes),
        ConstExpr::GlobalGet(index) => InitExpr::GlobalGet(*index),
        ConstExpr::RefFunc(index) => InitExpr::RefFunc(*index),
        ConstExpr::RefNull => InitExpr::REF_NULL,
        ConstExpr::Binary(op, operands) => InitExpr::Binary(
            binary_op(*op),
            Box::new([init_expr(&operands.0), init_expr(&operands.1)]),
        ),
    }
}

fn binary_op(op: ArithmeticOp) -> model::BinaryOp {
    match op {
        ArithmeticOp::I32Add => model::BinaryOp::I32Add,
        ArithmeticOp::I32Sub => model::BinaryOp::I32Sub,
        ArithmeticOp::I32Mul => model::BinaryOp::I32Mul,
        ArithmeticOp::I64Add => model::BinaryOp::I64Add,
        ArithmeticOp::I64Sub => model::BinaryOp::I64Sub,
        ArithmeticOp::I64Mul => model::BinaryOp::I64Mul,
    }
}
