//! Shapes of calls.

use wasm_encoder::{ConstExpr, Elements, EntityType, Instruction as I, ValType};

use super::module::{Builder, repeat};
use super::{Shape, costly, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("calls without arguments", 40_000, |size| calls(&[], &[], size)),
    shape("calls with two arguments", 15_000, |size| calls(&[ValType::I32; 2], &[], size)),
    shape("calls with two vectors", 8_000, |size| calls(&[ValType::V128; 2], &[], size)),
    shape("calls with many arguments", 1_500, |size| calls(&[ValType::I32; 50], &[], size)),
    shape("calls with a thousand arguments", 70, |size| calls(&[ValType::I64; 1_000], &[], size)),
    shape("calls with a result", 15_000, |size| calls(&[], &[ValType::I32], size)),
    shape("calls with eight results", 5_000, |size| calls(&[], &[ValType::I64; 8], size)),
    // Each call takes two bytes, and makes a thousand values.
    shape("calls with a thousand results", 6_000, |size| passed_on(1_000, size)),
    // So many that the bytes of the type and of the first values hardly count.
    costly("calls with forty results", 12_000, |size| passed_on(40, size)),
    shape("calls of floats", 8_000, |size| {
        calls(&[ValType::F32, ValType::F64], &[ValType::F64], size)
    }),
    shape("calls of different functions", 8_000, different_functions),
    shape("calls of an import", 15_000, one_import),
    shape("calls of different imports", 4_000, different_imports),
    shape("calls of imports of different types", 2_000, imports_of_different_types),
    shape("indirect calls", 10_000, |size| indirect_calls(1, 1, size)),
    shape("indirect calls of different types", 6_000, |size| indirect_calls(200, 1, size)),
    shape("indirect calls through many tables", 4_000, |size| indirect_calls(1, 500, size)),
    shape("indirect calls through as many tables", 3_000, |size| indirect_calls(1, size, size)),
    shape("indirect calls of one possible callee", 8_000, sole_callees),
    shape("tail calls", 8_000, tail_calls),
    shape("indirect tail calls", 8_000, indirect_tail_calls),
    shape("tail calls with many arguments", 400, wide_tail_calls),
    shape("references to functions", 15_000, references),
    shape("arguments that are calls", 15_000, nested_arguments),
    costly("values alive across calls", 3_000, alive_across_calls),
];

/// Function 0 with these parameters and results, which calls itself `size` times. The arguments are
/// its parameters; the results are dropped.
fn calls(params: &[ValType], results: &[ValType], size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(params, results);
    let mut one: Vec<_> = (0..params.len() as u32).map(I::LocalGet).collect();
    one.push(I::Call(0));
    one.extend(repeat(&[I::Drop], results.len() as u32));
    let code = repeat(&one, size).chain([I::Unreachable]);
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}

/// Calls that take all results of the call before.
fn passed_on(width: u32, size: u32) -> Vec<u8> {
    let values = vec![ValType::I32; width as usize];
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&values, &values);
    let code = (0..width).map(I::LocalGet).chain(repeat(&[I::Call(0)], size));
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}

fn different_functions(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    let code: Vec<_> = (0..size).flat_map(|at| [I::LocalGet(0), I::Call(at)]).collect();
    builder.function_of(ty, &[], &code);
    for _ in 1..size {
        // Too large to be inlined.
        let body = [I::LocalGet(0), I::Call(0), I::LocalGet(0), I::Call(0)];
        builder.function_of(ty, &[], &repeat(&body, 4).collect::<Vec<_>>());
    }
    builder.finish()
}

fn one_import(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    builder.imports.import("env", "f", EntityType::Function(ty));
    let code = repeat(&[I::LocalGet(0), I::Call(0)], size);
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}

fn different_imports(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    for import in 0..size {
        builder.imports.import("env", &format!("f{import}"), EntityType::Function(ty));
    }
    let code = (0..size).flat_map(|import| [I::LocalGet(0), I::Call(import)]);
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}

/// The parameters of a type that depends on a number.
fn numbered(number: u32) -> Vec<ValType> {
    let types = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    (0..8).map(|digit| types[(number >> (2 * digit)) as usize % 4]).collect()
}

/// Constants for such parameters.
fn arguments(params: &[ValType]) -> impl Iterator<Item = I<'static>> {
    params.iter().map(|ty| match ty {
        ValType::I32 => I::I32Const(1),
        ValType::I64 => I::I64Const(1),
        ValType::F32 => I::F32Const(1.0.into()),
        _ => I::F64Const(1.0.into()),
    })
}

fn imports_of_different_types(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let mut code = Vec::new();
    for number in 0..size {
        let params = numbered(number);
        let ty = builder.ty(&params, &[]);
        builder.imports.import("env", &format!("f{number}"), EntityType::Function(ty));
        code.extend(arguments(&params).chain([I::Call(number)]));
    }
    builder.function(&[], 0, &code);
    builder.finish()
}

/// Indirect calls with `types` types through `tables` tables in turn.
fn indirect_calls(types: u32, tables: u32, size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let own = builder.ty(&[ValType::I32], &[]);
    for _ in 0..tables {
        builder.table(10, Some(20));
    }
    let numbers: Vec<u32> = (0..types).map(|number| builder.ty(&numbered(number), &[])).collect();
    let mut code = Vec::new();
    for at in 0..size {
        let number = at % types;
        let (type_index, table_index) = (numbers[number as usize], at % tables);
        code.extend(arguments(&numbered(number)));
        code.extend([I::LocalGet(0), I::CallIndirect { type_index, table_index }]);
    }
    builder.function_of(own, &[], &code);
    builder.finish()
}

fn sole_callees(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    let other = builder.ty(&[], &[]);
    builder.table(2, Some(2));
    builder.elements.active(None, &ConstExpr::i32_const(0), Elements::Functions((&[0]).into()));
    let call = I::CallIndirect { type_index: other, table_index: 0 };
    builder.function_of(other, &[], &[]);
    let code = repeat(&[I::LocalGet(0), call], size);
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}

const IF: [I<'static>; 2] = [I::LocalGet(0), I::If(wasm_encoder::BlockType::Empty)];

fn tail_calls(size: u32) -> Vec<u8> {
    let one = [&IF[..], &[I::LocalGet(0), I::ReturnCall(0), I::End]].concat();
    let mut builder = Builder::with_memory();
    builder.function(&[ValType::I32], 0, &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

fn indirect_tail_calls(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.table(10, Some(20));
    let call = I::ReturnCallIndirect { type_index: 0, table_index: 0 };
    let one = [&IF[..], &[I::LocalGet(0), I::LocalGet(0), call, I::End]].concat();
    builder.function(&[ValType::I32], 0, &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

fn wide_tail_calls(size: u32) -> Vec<u8> {
    const PARAMS: [ValType; 100] = [ValType::I32; 100];
    let mut one = IF.to_vec();
    one.extend((0..100).map(I::LocalGet));
    one.extend([I::ReturnCall(0), I::End]);
    let mut builder = Builder::with_memory();
    builder.function(&PARAMS, 0, &repeat(&one, size).collect::<Vec<_>>());
    builder.finish()
}

fn references(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.elements.declared(Elements::Functions((&[0]).into()));
    let code = repeat(&[I::RefFunc(0), I::RefIsNull, I::LocalSet(0)], size);
    builder.function(&[ValType::I32], 0, &code.collect::<Vec<_>>());
    builder.finish()
}

fn nested_arguments(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32, ValType::I32], &[ValType::I32]);
    let mut code: Vec<_> = repeat(&[I::LocalGet(0)], size + 1).collect();
    code.extend(repeat(&[I::Call(0)], size));
    builder.function_of(ty, &[], &code);
    builder.finish()
}

fn alive_across_calls(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[], &[ValType::I32]);
    let code = repeat(&[I::Call(0)], size).chain(repeat(&[I::I32Xor], size - 1));
    builder.function_of(ty, &[], &code.collect::<Vec<_>>());
    builder.finish()
}
