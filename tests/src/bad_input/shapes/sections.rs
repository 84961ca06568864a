//! Shapes of what is declared outside of bodies: types, imports, exports, globals, names.

use wasm_encoder::{
    ConstExpr, CustomSection, EntityType, ExportKind, GlobalType, IndirectNameMap,
    Instruction as I, NameMap, NameSection, Section, ValType,
};

use super::module::{Builder, repeat, table_type};
use super::{Shape, shape};

pub(super) const SHAPES: &[Shape] = &[
    shape("types", 20_000, |size| types(size, numbered)),
    shape("equal types", 60_000, |size| types(size, |_| vec![ValType::I32])),
    shape("types with a hundred parameters", 2_000, |size| types(size, hundred_parameters)),
    shape("types that are used by functions and calls", 3_000, types_in_use),
    shape("imported functions", 10_000, |size| imports(size, false, EntityType::Function(0))),
    shape("imported functions of many modules", 8_000, |size| {
        imports(size, true, EntityType::Function(0))
    }),
    shape("imported functions with one name", 30_000, imports_of_one_name),
    shape("imported globals", 10_000, |size| imports(size, false, EntityType::Global(GLOBAL))),
    shape("imported tables", 10_000, |size| {
        imports(size, false, EntityType::Table(table_type(1, None)))
    }),
    shape("exports of one function", 10_000, |size| exports(size, |_| (ExportKind::Func, 0))),
    shape("exports of everything", 10_000, |size| exports(size, |at| KINDS[at as usize % 4])),
    shape("exports with long names that begin alike", 1_500, long_names),
    shape("globals", 40_000, |size| globals(size, |_| ConstExpr::i32_const(1))),
    shape("globals made of an imported global", 30_000, globals_of_an_import),
    shape("globals that are sums", 10_000, |size| globals(size, |at| sum(at.cast_signed(), 4))),
    shape("a long constant expression", 60_000, |size| globals(1, |_| sum(1, size))),
    shape("a deep constant expression", 40_000, |size| globals(1, |_| deep_sum(size))),
    shape("globals that are exported", 8_000, exported_globals),
    shape("tables", 40_000, |size| tables(size, None)),
    shape("tables that may grow", 30_000, |size| tables(size, Some(100))),
    shape("names of functions", 10_000, |size| names(size, function_names)),
    shape("names of locals", 15_000, |size| names(size, local_names)),
    shape("names of functions that do not exist", 10_000, |size| {
        names(1, |names, _| function_names(names, size))
    }),
    shape("custom sections", 20_000, |size| customs(size, |at| format!("s{at}"), &[1])),
    shape("custom sections with one name", 20_000, |size| customs(size, |_| "name".into(), &[])),
    shape("bytes of a custom section", 400, |size| {
        customs(1, |_| "s".into(), &vec![7; 1_000 * size as usize])
    }),
];

const GLOBAL: GlobalType = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
const KINDS: [(ExportKind, u32); 4] = [
    (ExportKind::Func, 0),
    (ExportKind::Memory, 0),
    (ExportKind::Global, 0),
    (ExportKind::Table, 0),
];

/// Types that depend on a number.
fn numbered(number: u32) -> Vec<ValType> {
    let types = [ValType::I32, ValType::I64, ValType::F32, ValType::F64];
    (0..8).map(|digit| types[(number >> (2 * digit)) as usize % 4]).collect()
}

fn hundred_parameters(number: u32) -> Vec<ValType> {
    [numbered(number), vec![ValType::I64; 92]].concat()
}

fn types(size: u32, params: impl Fn(u32) -> Vec<ValType>) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for number in 0..size {
        builder.ty(&params(number), &[]);
    }
    builder.finish()
}

fn types_in_use(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.table(10, None);
    for number in 0..size {
        let ty = builder.ty(&numbered(number), &[]);
        let mut code: Vec<_> = (0..8).map(I::LocalGet).collect();
        code.extend([I::I32Const(1), I::CallIndirect { type_index: ty, table_index: 0 }]);
        builder.function_of(ty, &[], &code);
    }
    builder.finish()
}

fn imports(size: u32, many_modules: bool, ty: EntityType) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.ty(&[ValType::I32], &[]);
    for import in 0..size {
        let module = if many_modules { format!("m{import}") } else { "env".into() };
        builder.imports.import(&module, &format!("f{import}"), ty);
    }
    builder.finish()
}

fn imports_of_one_name(size: u32) -> Vec<u8> {
    let mut builder = Builder::default();
    builder.ty(&[ValType::I32], &[]);
    for _ in 0..size {
        builder.imports.import("e", "f", EntityType::Function(0));
    }
    builder.finish()
}

/// A module with something of each kind to export.
fn with_everything() -> Builder {
    let mut builder = Builder::with_memory();
    builder.table(10, None);
    builder.globals.global(GLOBAL, &ConstExpr::i32_const(1));
    builder.function(&[], 0, &[]);
    builder
}

fn exports(size: u32, what: impl Fn(u32) -> (ExportKind, u32)) -> Vec<u8> {
    let mut builder = with_everything();
    for number in 0..size {
        let (kind, index) = what(number);
        builder.exports.export(&format!("e{number}"), kind, index);
    }
    builder.finish()
}

fn long_names(size: u32) -> Vec<u8> {
    let mut builder = with_everything();
    let start = "n".repeat(200);
    for number in 0..size {
        builder.exports.export(&format!("{start}{number}"), ExportKind::Func, 0);
    }
    builder.finish()
}

fn globals(size: u32, value: impl Fn(u32) -> ConstExpr) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for number in 0..size {
        builder.globals.global(GLOBAL, &value(number));
    }
    builder.finish()
}

fn globals_of_an_import(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    builder.imports.import("env", "g", EntityType::Global(GLOBAL));
    for _ in 0..size {
        builder.globals.global(GLOBAL, &ConstExpr::global_get(0));
    }
    builder.finish()
}

fn sum(first: i32, terms: u32) -> ConstExpr {
    (0..terms).fold(ConstExpr::i32_const(first), |sum, _| sum.with_i32_const(1).with_i32_add())
}

fn deep_sum(terms: u32) -> ConstExpr {
    let code = repeat(&[I::I32Const(1)], terms + 1).chain(repeat(&[I::I32Add], terms));
    ConstExpr::extended(code)
}

fn exported_globals(size: u32) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    for number in 0..size {
        builder.globals.global(GLOBAL, &ConstExpr::i32_const(number.cast_signed()));
        builder.exports.export(&format!("g{number}"), ExportKind::Global, number);
    }
    builder.finish()
}

fn tables(size: u32, maximum: Option<u64>) -> Vec<u8> {
    let mut builder = Builder::default();
    for _ in 0..size {
        builder.table(1, maximum);
    }
    builder.finish()
}

/// A module of `size` functions with the names that `add` gives.
fn names(size: u32, add: impl Fn(&mut NameSection, u32)) -> Vec<u8> {
    let mut builder = Builder::with_memory();
    let ty = builder.ty(&[ValType::I32], &[]);
    for _ in 0..size {
        builder.function_of(ty, &[], &[]);
    }
    let mut names = NameSection::new();
    add(&mut names, size);
    let mut wasm = builder.finish();
    names.append_to(&mut wasm);
    wasm
}

fn function_names(names: &mut NameSection, size: u32) {
    let mut map = NameMap::new();
    for number in 0..size {
        map.append(number, &format!("function {number}"));
    }
    names.functions(&map);
}

fn local_names(names: &mut NameSection, size: u32) {
    let mut locals = NameMap::new();
    locals.append(0, "local");
    let mut map = IndirectNameMap::new();
    for number in 0..size {
        map.append(number, &locals);
    }
    names.locals(&map);
}

fn customs(size: u32, name: impl Fn(u32) -> String, data: &[u8]) -> Vec<u8> {
    let mut wasm = Builder::with_memory().finish();
    for number in 0..size {
        CustomSection { name: name(number).into(), data: data.into() }.append_to(&mut wasm);
    }
    wasm
}
