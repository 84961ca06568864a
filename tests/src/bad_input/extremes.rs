//! Modules at the limits of the format, each built in a few lines.
//!
//! They target the places where a compiler's work or memory may grow faster than its input: one
//! byte that stands for thousands of values, lists that are traversed once per element of another
//! list, nesting that is traversed recursively.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements,
    EntityType, ExportKind, ExportSection, Function, FunctionSection, GlobalSection, GlobalType,
    ImportSection, Instruction as I, MemorySection, MemoryType, Module, NameMap, NameSection,
    RefType, TableSection, TableType, TypeSection, ValType,
};

/// The expected result for an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An `.aot` file.
    Compiled,
    /// An error of this kind.
    Error(cwamrc::ErrorKind),
    /// An `.aot` file or an error of kind `Limit`: either is acceptable.
    CompiledOrLimit,
}

use Expected::{Compiled, CompiledOrLimit};
const INVALID: Expected = Expected::Error(cwamrc::ErrorKind::Invalid);
const LIMIT: Expected = Expected::Error(cwamrc::ErrorKind::Limit);
const UNSUPPORTED: Expected = Expected::Error(cwamrc::ErrorKind::Unsupported);

/// An extreme input.
pub struct Extreme {
    /// What it is.
    pub name: &'static str,
    /// What must come of it.
    pub expected: Expected,
    /// Makes the bytes.
    pub build: fn() -> Vec<u8>,
}

const fn extreme(name: &'static str, expected: Expected, build: fn() -> Vec<u8>) -> Extreme {
    Extreme { name, expected, build }
}

/// All of them.
pub const EXTREMES: &[Extreme] = &[
    extreme("no byte", INVALID, Vec::new),
    extreme("half a magic", INVALID, || b"\0as".to_vec()),
    extreme("magic alone", INVALID, || b"\0asm".to_vec()),
    extreme("header alone", Compiled, || b"\0asm\x01\0\0\0".to_vec()),
    extreme("version 2", INVALID, || b"\0asm\x02\0\0\0".to_vec()),
    extreme("component", UNSUPPORTED, || b"\0asm\x0d\0\x01\0".to_vec()),
    extreme("ELF file", INVALID, || b"\x7fELF\x02\x01\x01\0".to_vec()),
    extreme(".aot file", INVALID, || b"\0aot\x06\0\0\0".to_vec()),
    extreme("section of 4 GiB", INVALID, || b"\0asm\x01\0\0\0\x01\xff\xff\xff\xff\x0f".to_vec()),
    extreme("vector of 4 Gi types", INVALID, || {
        b"\0asm\x01\0\0\0\x01\x05\xff\xff\xff\xff\x0f".to_vec()
    }),
    // Values per byte.
    extreme("50,000 locals", Compiled, || function(&[], &[], [(50_000, ValType::I32)], &[I::Nop])),
    extreme("50,001 locals", INVALID, || function(&[], &[], [(50_001, ValType::I32)], &[I::Nop])),
    extreme("4 Gi locals", INVALID, || {
        function(&[], &[], [(u32::MAX, ValType::I32), (u32::MAX, ValType::I64)], &[I::Nop])
    }),
    extreme("50,000 locals in each of 500 functions", Compiled, many_locals),
    extreme("50,000 locals that change in a loop", CompiledOrLimit, loop_carried_locals),
    extreme("20,000 locals set behind 20,000 branches", LIMIT, || locals_behind_branches(20_000)),
    extreme("4,000 locals set behind 4,000 branches", Compiled, || locals_behind_branches(4_000)),
    extreme("1,000 locals, 1,000 branches back", CompiledOrLimit, many_back_edges),
    extreme("2,000 nested loops, 2,000 locals", CompiledOrLimit, nested_loops_with_locals),
    extreme("1,000 parameters and results", Compiled, || wide_calls(1)),
    extreme("1,001 parameters", INVALID, || function(&[ValType::I32; 1001], &[], [], &[I::Nop])),
    extreme("3,000 calls with 1,000 results", CompiledOrLimit, || wide_calls(3_000)),
    extreme("30,000 calls with 1,000 results", CompiledOrLimit, || wide_calls(30_000)),
    extreme("19,000 branches with 1,000 values", CompiledOrLimit, || wide_branches(19_000)),
    extreme("1,000,000 branches with 1,000 values", LIMIT, || wide_branches(1_000_000)),
    extreme("table of 19,000 targets with 1,000 values", CompiledOrLimit, || wide_br_table(19_000)),
    extreme("table of 100,000 targets with 1,000 values", LIMIT, || wide_br_table(100_000)),
    // Long lists.
    extreme("table of a million targets", CompiledOrLimit, br_table),
    extreme("500 tables of 2,000 targets", CompiledOrLimit, br_tables),
    extreme("100,000 functions", Compiled, many_functions),
    extreme("10,000 functions with 10,000 exports", Compiled, many_exports),
    extreme("100,000 imports", Compiled, many_imports),
    extreme("300,000 globals", Compiled, many_globals),
    extreme("100,000 data segments", Compiled, many_data_segments),
    extreme("50,000 element segments", Compiled, many_element_segments),
    extreme("300,000 types", Compiled, many_types),
    extreme("1,000 types of 1,000 parameters", Compiled, wide_types),
    extreme("2,000 custom sections", Compiled, many_custom_sections),
    // Deep nesting.
    extreme("100,000 blocks in each other", CompiledOrLimit, || nested(I::Block, 100_000)),
    extreme("100,000 loops in each other", CompiledOrLimit, || nested(I::Loop, 100_000)),
    extreme("100,000 ifs in each other", CompiledOrLimit, nested_ifs),
    extreme("a sum of 300,000 terms, deep first", CompiledOrLimit, || sum(300_000, true)),
    extreme("a sum of 300,000 terms, in line", CompiledOrLimit, || sum(300_000, false)),
    extreme("a constant expression of 100,000 terms", Compiled, || constant_sum(100_000, false)),
    extreme("the same with an imported global", LIMIT, || constant_sum(100_000, true)),
    // Long bodies.
    extreme("a body of 7 MB, one block", CompiledOrLimit, || body(7 << 20, &[])),
    extreme("a body of 1 MB of nops", Compiled, nops),
    extreme("20,000 ifs in a row", CompiledOrLimit, || ifs_in_a_row(20_000)),
    extreme("100,000 ifs in a row", CompiledOrLimit, || ifs_in_a_row(100_000)),
    extreme("600,000 additions", CompiledOrLimit, || additions(600_000)),
    extreme("100,000 loads", CompiledOrLimit, || accesses(100_000)),
    extreme("10,000 divisions", CompiledOrLimit, divisions),
    extreme("50,000 calls", CompiledOrLimit, calls),
    extreme("5,000 values alive at once", CompiledOrLimit, || alive(5_000)),
    extreme("20,000 values alive at once", CompiledOrLimit, || alive(20_000)),
    // Sizes that are only declared.
    extreme("table of 4 Gi elements", LIMIT, || table(u32::MAX.into(), None)),
    extreme("table of 10 M elements", Compiled, || table(10_000_000, None)),
    extreme("table that may grow to 4 Gi elements", Compiled, || table(1, Some(u32::MAX.into()))),
    extreme("memory of 4 GiB", Compiled, || memory(65_536)),
    extreme("memory of 4 GiB and a page", INVALID, || memory(65_537)),
    // Names.
    extreme("export name of 65,534 bytes", Compiled, || export_name(65_534)),
    extreme("export name of 65,535 bytes", LIMIT, || export_name(65_535)),
    extreme("export name of 100,001 bytes", INVALID, || export_name(100_001)),
    extreme("import name of 65,535 bytes", LIMIT, || import_name(65_535)),
    extreme("function name of 90,000 bytes", CompiledOrLimit, function_name),
];

fn one_type(params: &[ValType], results: &[ValType]) -> TypeSection {
    let mut types = TypeSection::new();
    types.ty().function(params.iter().copied(), results.iter().copied());
    types
}

fn functions(count: u32) -> FunctionSection {
    let mut functions = FunctionSection::new();
    for _ in 0..count {
        functions.function(0);
    }
    functions
}

/// A module with one function.
fn function<L>(params: &[ValType], results: &[ValType], locals: L, code: &[I<'_>]) -> Vec<u8>
where
    L: IntoIterator<Item = (u32, ValType), IntoIter: ExactSizeIterator>,
{
    let mut function = Function::new(locals);
    for instruction in code {
        function.instruction(instruction);
    }
    function.instruction(&I::End);
    let mut bodies = CodeSection::new();
    bodies.function(&function);
    let mut module = Module::new();
    module.section(&one_type(params, results)).section(&functions(1));
    module.section(&one_memory(1)).section(&bodies);
    module.finish()
}

/// A module with one function without parameters and results.
fn body(size: usize, locals: &[(u32, ValType)]) -> Vec<u8> {
    let mut code = Vec::new();
    // 4 bytes each.
    for _ in 0..size / 5 {
        code.extend([I::I32Const(1), I::I32Const(2), I::I32Add, I::Drop]);
    }
    code.truncate(size / 6 * 4);
    function(&[], &[], locals.to_vec(), &code)
}

fn one_memory(minimum: u64) -> MemorySection {
    let mut memories = MemorySection::new();
    let ty =
        MemoryType { minimum, maximum: None, memory64: false, shared: false, page_size_log2: None };
    memories.memory(ty);
    memories
}

fn many_locals() -> Vec<u8> {
    let mut bodies = CodeSection::new();
    for _ in 0..500 {
        let mut function = Function::new([(50_000, ValType::I64)]);
        function.instruction(&I::End);
        bodies.function(&function);
    }
    let mut module = Module::new();
    module.section(&one_type(&[], &[])).section(&functions(500)).section(&bodies);
    module.finish()
}

fn loop_carried_locals() -> Vec<u8> {
    let mut code = vec![I::Loop(BlockType::Empty)];
    for local in 0..50_000 {
        code.extend([
            I::LocalGet(local),
            I::I32Const(1),
            I::I32Add,
            I::LocalSet((local + 1) % 50_000),
        ]);
    }
    code.extend([I::LocalGet(0), I::BrIf(0), I::End]);
    function(&[], &[], [(50_000, ValType::I32)], &code)
}

fn locals_behind_branches(count: u32) -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..count {
        code.extend([I::Block(BlockType::Empty), I::LocalGet(0), I::BrIf(0), I::End]);
    }
    for local in 0..count {
        code.extend([I::I32Const(1), I::LocalSet(local)]);
    }
    function(&[], &[], [(count, ValType::I32)], &code)
}

fn many_back_edges() -> Vec<u8> {
    let mut code = vec![I::Loop(BlockType::Empty)];
    for local in 0..1_000 {
        code.extend([
            I::LocalGet(local),
            I::I32Const(1),
            I::I32Add,
            I::LocalTee(local),
            I::BrIf(0),
        ]);
    }
    code.push(I::End);
    function(&[], &[], [(1_000, ValType::I32)], &code)
}

fn nested_loops_with_locals() -> Vec<u8> {
    let mut code = Vec::new();
    code.extend((0..2_000).map(|_| I::Loop(BlockType::Empty)));
    for local in 0..2_000 {
        code.extend([I::LocalGet(local), I::I32Const(1), I::I32Add, I::LocalSet(local)]);
    }
    for local in 0..2_000 {
        code.extend([I::LocalGet(local), I::BrIf(0), I::End]);
    }
    function(&[], &[], [(2_000, ValType::I32)], &code)
}

/// A function of 1,000 parameters and results that calls itself `calls` times.
fn wide_calls(calls: usize) -> Vec<u8> {
    let values = [ValType::I32; 1000];
    let mut code: Vec<_> = (0..1_000).map(I::LocalGet).collect();
    code.extend((0..calls).map(|_| I::Call(0)));
    function(&values, &values, [], &code)
}

/// Branches out of the function, each with all its results.
fn wide_branches(branches: usize) -> Vec<u8> {
    let values = [ValType::I32; 1000];
    let mut code: Vec<_> = (0..1_000).map(I::LocalGet).collect();
    for _ in 0..branches {
        code.extend([I::LocalGet(0), I::BrIf(0)]);
    }
    function(&values, &values, [], &code)
}

fn wide_br_table(targets: usize) -> Vec<u8> {
    let values = [ValType::I32; 1000];
    let mut code: Vec<_> = (0..1_000).map(I::LocalGet).collect();
    code.extend([I::LocalGet(0), I::BrTable(vec![0; targets].into(), 0)]);
    function(&values, &values, [], &code)
}

fn br_table() -> Vec<u8> {
    let mut code: Vec<_> = (0..100).map(|_| I::Block(BlockType::Empty)).collect();
    let targets: Vec<u32> = (0..1_000_000).map(|index| index % 100).collect();
    code.extend([I::LocalGet(0), I::BrTable(targets.into(), 0)]);
    code.extend((0..100).map(|_| I::End));
    function(&[ValType::I32], &[], [], &code)
}

fn br_tables() -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..500 {
        let targets: Vec<u32> = (0..2_000).map(|index| index % 2).collect();
        code.extend([
            I::Block(BlockType::Empty),
            I::Block(BlockType::Empty),
            I::LocalGet(0),
            I::BrTable(targets.into(), 0),
            I::End,
            I::End,
        ]);
    }
    function(&[ValType::I32], &[], [], &code)
}

fn many_functions() -> Vec<u8> {
    let mut bodies = CodeSection::new();
    for _ in 0..100_000 {
        let mut function = Function::new([]);
        function.instruction(&I::End);
        bodies.function(&function);
    }
    let mut module = Module::new();
    module.section(&one_type(&[], &[])).section(&functions(100_000)).section(&bodies);
    module.finish()
}

fn many_exports() -> Vec<u8> {
    let mut exports = ExportSection::new();
    let mut bodies = CodeSection::new();
    for index in 0..10_000 {
        exports.export(&format!("f{index}"), ExportKind::Func, index);
        let mut function = Function::new([]);
        function.instruction(&I::End);
        bodies.function(&function);
    }
    let mut module = Module::new();
    module.section(&one_type(&[], &[])).section(&functions(10_000));
    module.section(&exports).section(&bodies);
    module.finish()
}

fn many_imports() -> Vec<u8> {
    let mut imports = ImportSection::new();
    for index in 0..100_000 {
        imports.import("env", &format!("f{index}"), EntityType::Function(0));
    }
    let mut module = Module::new();
    module.section(&one_type(&[], &[])).section(&imports);
    module.finish()
}

fn many_globals() -> Vec<u8> {
    let mut globals = GlobalSection::new();
    for _ in 0..300_000 {
        let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
        globals.global(ty, &ConstExpr::i64_const(1));
    }
    let mut module = Module::new();
    module.section(&globals);
    module.finish()
}

fn many_data_segments() -> Vec<u8> {
    let mut data = DataSection::new();
    for _ in 0..100_000 {
        data.active(0, &ConstExpr::i32_const(0), [1]);
    }
    let mut module = Module::new();
    module.section(&one_memory(1)).section(&data);
    module.finish()
}

fn many_element_segments() -> Vec<u8> {
    let mut elements = ElementSection::new();
    for _ in 0..50_000 {
        elements.passive(Elements::Expressions(
            RefType::EXTERNREF,
            vec![ConstExpr::ref_null(wasm_encoder::HeapType::EXTERN)].into(),
        ));
    }
    let mut module = Module::new();
    module.section(&elements);
    module.finish()
}

fn many_types() -> Vec<u8> {
    let mut types = TypeSection::new();
    for _ in 0..300_000 {
        types.ty().function([ValType::I32], []);
    }
    let mut module = Module::new();
    module.section(&types);
    module.finish()
}

fn wide_types() -> Vec<u8> {
    let mut types = TypeSection::new();
    for _ in 0..1_000 {
        types.ty().function([ValType::I32; 1000], []);
    }
    let mut module = Module::new();
    module.section(&types);
    module.finish()
}

fn many_custom_sections() -> Vec<u8> {
    let mut module = Module::new();
    for _ in 0..2_000 {
        module.section(&CustomSection { name: "name".into(), data: [0; 50].as_slice().into() });
    }
    module.finish()
}

fn nested(open: impl Fn(BlockType) -> I<'static>, depth: usize) -> Vec<u8> {
    let mut code: Vec<_> = (0..depth).map(|_| open(BlockType::Empty)).collect();
    code.extend((0..depth).map(|_| I::End));
    function(&[], &[], [], &code)
}

fn nested_ifs() -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..100_000 {
        code.extend([I::LocalGet(0), I::If(BlockType::Empty)]);
    }
    for _ in 0..100_000 {
        code.extend([I::Else, I::End]);
    }
    function(&[ValType::I32], &[], [], &code)
}

/// A sum whose terms are all pushed first, or added one at a time.
fn sum(terms: usize, deep: bool) -> Vec<u8> {
    let mut code = vec![I::LocalGet(0)];
    if deep {
        code.extend((0..terms).map(|_| I::LocalGet(0)));
        code.extend((0..terms).map(|_| I::I32Add));
    } else {
        for _ in 0..terms {
            code.extend([I::LocalGet(0), I::I32Add]);
        }
    }
    function(&[ValType::I32], &[ValType::I32], [], &code)
}

/// A global whose initial value is a long sum, possibly over an imported one.
fn constant_sum(terms: usize, imported: bool) -> Vec<u8> {
    let ty = GlobalType { val_type: ValType::I32, mutable: false, shared: false };
    let mut imports = ImportSection::new();
    imports.import("env", "g", EntityType::Global(ty));
    let mut value = if imported { ConstExpr::global_get(0) } else { ConstExpr::i32_const(1) };
    for _ in 0..terms {
        value = value.with_i32_const(1).with_i32_add();
    }
    let mut globals = GlobalSection::new();
    globals.global(ty, &value);
    let mut module = Module::new();
    module.section(&imports).section(&globals);
    module.finish()
}

fn nops() -> Vec<u8> {
    function(&[], &[], [], &vec![I::Nop; 1 << 20])
}

fn ifs_in_a_row(count: usize) -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..count {
        code.extend([
            I::LocalGet(0),
            I::If(BlockType::Empty),
            I::LocalGet(1),
            I::LocalSet(0),
            I::End,
        ]);
    }
    function(&[ValType::I32, ValType::I32], &[], [], &code)
}

fn additions(count: i32) -> Vec<u8> {
    let mut code = vec![I::LocalGet(0)];
    code.extend((0..count).flat_map(|_| [I::LocalGet(1), I::I32Add, I::LocalTee(1)]));
    function(&[ValType::I32, ValType::I32], &[ValType::I32], [], &code)
}

fn accesses(count: usize) -> Vec<u8> {
    let at = wasm_encoder::MemArg {
        offset: 8,
        align: 0,
        target: wasm_encoder::MemArgTarget::Memory(0),
        ordering: None,
    };
    let mut code = vec![I::LocalGet(0)];
    code.extend((0..count).map(|_| I::I32Load(at)));
    function(&[ValType::I32], &[ValType::I32], [], &code)
}

fn divisions() -> Vec<u8> {
    let mut code = vec![I::LocalGet(0)];
    for _ in 0..10_000 {
        code.extend([I::LocalGet(1), I::I32DivS]);
    }
    function(&[ValType::I32, ValType::I32], &[ValType::I32], [], &code)
}

fn calls() -> Vec<u8> {
    let mut code = Vec::new();
    for _ in 0..50_000 {
        code.extend([I::LocalGet(0), I::Call(0)]);
    }
    function(&[ValType::I32], &[], [], &code)
}

/// Loads `count` values, and uses them in the same order when all are loaded.
fn alive(count: i32) -> Vec<u8> {
    let at = wasm_encoder::MemArg {
        offset: 0,
        align: 0,
        target: wasm_encoder::MemArgTarget::Memory(0),
        ordering: None,
    };
    let mut code = Vec::new();
    for address in 0..count {
        code.extend([I::I32Const(4 * address), I::I64Load(at)]);
    }
    code.extend((1..count).map(|_| I::I64Xor));
    function(&[], &[ValType::I64], [], &code)
}

fn table(minimum: u64, maximum: Option<u64>) -> Vec<u8> {
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        minimum,
        maximum,
        table64: false,
        shared: false,
    });
    let mut module = Module::new();
    module.section(&tables);
    module.finish()
}

fn memory(pages: u64) -> Vec<u8> {
    let mut module = Module::new();
    module.section(&one_memory(pages));
    module.finish()
}

fn export_name(length: usize) -> Vec<u8> {
    let mut exports = ExportSection::new();
    exports.export(&"n".repeat(length), ExportKind::Memory, 0);
    let mut module = Module::new();
    module.section(&one_memory(1)).section(&exports);
    module.finish()
}

fn import_name(length: usize) -> Vec<u8> {
    let mut imports = ImportSection::new();
    imports.import(&"n".repeat(length), "f", EntityType::Function(0));
    let mut module = Module::new();
    module.section(&one_type(&[], &[])).section(&imports);
    module.finish()
}

fn function_name() -> Vec<u8> {
    let mut wasm = function(&[], &[], [], &[I::Nop]);
    let mut map = NameMap::new();
    map.append(0, &"n".repeat(90_000));
    let mut names = NameSection::new();
    names.functions(&map);
    wasm_encoder::Section::append_to(&names, &mut wasm);
    wasm
}
