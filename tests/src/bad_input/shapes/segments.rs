//! Shapes of segments: elements of tables, and data.

use wasm_encoder::{ConstExpr, Elements, HeapType, RefType, ValType};

use super::module::Builder;
use super::{Shape, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("active segments of elements", 15_000, |size| elements(size, 1, active)),
    shape("active segments of elements for many tables", 8_000, active_in_many_tables),
    shape("passive segments of elements", 20_000, |size| elements(size, 1, passive)),
    shape("declared segments of elements", 20_000, |size| elements(size, 1, declared)),
    shape("a segment of many elements", 100_000, |size| elements(1, size, active)),
    shape("a segment of many expressions", 40_000, expressions),
    shape("a segment of many null references", 40_000, nulls),
    shape("elements that are all different functions", 15_000, different_elements),
    shape("segments that write one element again and again", 15_000, |size| {
        elements(size, 3, active)
    }),
    shape("active segments of data", 20_000, active_data),
    shape("passive segments of data", 30_000, passive_data),
    shape("bytes of data", 400, bytes),
    shape("segments of data with a sum as offset", 8_000, data_at_sums),
    shape("segments of data without bytes", 30_000, empty_data),
];

type Add = fn(&mut Builder, Elements<'_>);

fn active(builder: &mut Builder, elements: Elements<'_>) {
    builder.elements.active(None, &ConstExpr::i32_const(0), elements);
}

fn passive(builder: &mut Builder, elements: Elements<'_>) {
    builder.elements.passive(elements);
}

fn declared(builder: &mut Builder, elements: Elements<'_>) {
    builder.elements.declared(elements);
}

/// A module with a table and a function.
fn with_table(elements: u32) -> Builder {
    let mut builder = Builder::with_memory();
    builder.table(elements.into(), Some(elements.into()));
    builder.function(&[ValType::I32], 0, &[]);
    builder
}

/// Segments of so many elements each, which `add` adds.
fn elements(segments: u32, elements: u32, add: Add) -> Vec<u8> {
    let mut builder = with_table(elements);
    for _ in 0..segments {
        add(&mut builder, Elements::Functions(vec![0; elements as usize].into()));
    }
    builder.finish()
}

fn active_in_many_tables(size: u32) -> Vec<u8> {
    let mut builder = with_table(1);
    for table in 1..size {
        builder.table(1, Some(1));
        let elements = Elements::Functions((&[0]).into());
        builder.elements.active(Some(table), &ConstExpr::i32_const(0), elements);
    }
    builder.finish()
}

fn expressions(size: u32) -> Vec<u8> {
    let mut builder = with_table(size);
    let elements = vec![ConstExpr::ref_func(0); size as usize];
    active(&mut builder, Elements::Expressions(RefType::FUNCREF, elements.into()));
    builder.finish()
}

fn nulls(size: u32) -> Vec<u8> {
    let mut builder = with_table(1);
    let elements = vec![ConstExpr::ref_null(HeapType::EXTERN); size as usize];
    passive(&mut builder, Elements::Expressions(RefType::EXTERNREF, elements.into()));
    builder.finish()
}

fn different_elements(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.table(size.into(), Some(size.into()));
    let ty = builder.ty(&[], &[]);
    for _ in 0..size {
        builder.function_of(ty, &[], &[]);
    }
    let functions: Vec<u32> = (0..size).rev().collect();
    active(&mut builder, Elements::Functions(functions.into()));
    builder.finish()
}

fn active_data(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for at in 0..size {
        builder.data.active(0, &ConstExpr::i32_const(at.cast_signed()), [1, 2]);
    }
    builder.finish()
}

fn passive_data(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for _ in 0..size {
        builder.data.passive([1, 2, 3]);
    }
    builder.finish()
}

fn bytes(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.data.active(0, &ConstExpr::i32_const(0), vec![3; 1_000 * size as usize]);
    builder.finish()
}

fn data_at_sums(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for at in 0..size {
        let offset = ConstExpr::i32_const(at.cast_signed()).with_i32_const(4).with_i32_mul();
        builder.data.active(0, &offset, [1]);
    }
    builder.finish()
}

fn empty_data(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for _ in 0..size {
        builder.data.active(0, &ConstExpr::i32_const(0), []);
    }
    builder.finish()
}
