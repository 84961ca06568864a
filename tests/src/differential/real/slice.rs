//! Cuts functions out of a program: a chosen one, and the functions that it calls, if they are
//! small. Other callees become stubs.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::sync::OnceLock;

use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, HeapType, Instruction,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};
use wasmparser::{FuncType, FunctionBody, Operator};

use super::super::dense::{VECTOR_DOUBLES, VECTOR_FLOATS};
use super::super::nan::Floats;
use super::mutate::{self, Rate};
use super::program::{Global, Program};
use crate::random::Random;

/// The largest body that is cut out, in bytes.
const MAX_BODY: u32 = 2500;
/// Functions with their own bodies.
const MAX_FUNCTIONS: usize = 6;
/// Functions that the kept ones call and that become stubs.
const MAX_STUBS: usize = 30;
/// Size of each table.
const TABLE_SIZE: u32 = 24;
/// Data and numbers in globals stay below this.
const ADDRESS_LIMIT: i64 = 0x7000;

/// A self-contained module, and the global that holds its fuel.
pub(super) struct Cut {
    pub(super) wasm: Vec<u8>,
    pub(super) fuel: u32,
}

/// Operators that are left out: they have a generator of their own, or this compiler or the oracles
/// do not support them.
const EXCLUDED: &[&str] = &[
    "Atomic",
    "Throw",
    "Try",
    "Catch",
    "Rethrow",
    "Delegate",
    "Struct",
    "Array",
    "Cont",
    "Resume",
    "Suspend",
    "Switch",
    "BrOn",
    "CallRef",
    "ReturnCall",
    "MemoryInit",
    "DataDrop",
    "TableInit",
    "ElemDrop",
    "Relaxed",
    "Add128",
    "Sub128",
    "MulWide",
    "RefI31",
    "I31",
    "RefCast",
    "RefTest",
    "RefEq",
    "RefAs",
    "Convert",
    "TypedSelectMulti",
    "MemoryDiscard",
];

/// Cuts something out of `program`, if the random choice can be cut out.
pub(super) fn cut(
    program: &Program,
    vectors: bool,
    rate: Rate,
    random: &mut Random,
) -> Option<Cut> {
    let first = program.imported_functions + random.below(program.bodies());
    let mut kept: Vec<u32> = Vec::new();
    let mut stubs: Vec<u32> = Vec::new();
    let mut waiting = vec![first as u32];
    while let Some(function) = waiting.pop() {
        if kept.contains(&function) || stubs.contains(&function) {
            continue;
        }
        let callees = (kept.len() < MAX_FUNCTIONS)
            .then(|| program.body(function).and_then(|body| examine(program, &body, vectors)))
            .flatten();
        match callees {
            Some(callees) if takes(program.signature(function)?, vectors) => {
                kept.push(function);
                waiting.extend(callees);
            }
            _ if kept.is_empty() => return None,
            _ => stubs.push(function),
        }
    }
    let signatures = kept.iter().chain(&stubs).map(|&function| program.signature(function));
    let are_taken = signatures.map(|ty| ty.is_some_and(|ty| takes(ty, vectors)));
    if stubs.len() > MAX_STUBS || !are_taken.into_iter().all(|taken| taken) {
        return None;
    }
    Slicer::new(program, vectors, &kept, &stubs)?.module(rate, random).ok()
}

fn takes(ty: &FuncType, vectors: bool) -> bool {
    ty.params().iter().chain(ty.results()).all(|&ty| takes_value(ty, vectors))
}

fn takes_value(ty: wasmparser::ValType, vectors: bool) -> bool {
    match ty {
        wasmparser::ValType::V128 => vectors,
        wasmparser::ValType::Ref(ty) => {
            // wasm-smith's modules with vectors have references in tables only, and so have these.
            !vectors && (ty == wasmparser::RefType::FUNCREF || ty == wasmparser::RefType::EXTERNREF)
        }
        _ => true,
    }
}

/// What the function calls, if it can be cut out.
fn examine(program: &Program, body: &FunctionBody<'_>, vectors: bool) -> Option<Vec<u32>> {
    let range = body.range();
    if range.end - range.start > u64::from(MAX_BODY) {
        return None;
    }
    for group in body.get_locals_reader().ok()? {
        let (count, ty) = group.ok()?;
        if count > 200 || !takes_value(ty, vectors) {
            return None;
        }
    }
    let mut callees = Vec::new();
    for operator in body.get_operators_reader().ok()? {
        callees.extend(examine_operator(program, &operator.ok()?, vectors)?);
    }
    Some(callees)
}

/// What the operator calls or refers to, if it is one that is cut out.
fn examine_operator(
    program: &Program,
    operator: &Operator<'_>,
    vectors: bool,
) -> Option<Option<u32>> {
    let name = name(operator);
    // `AnyConvertExtern` and its like, not conversions of numbers.
    let excluded = |part: &&str| match *part {
        "Convert" => name.starts_with("Any") || name.starts_with("Extern"),
        part => name.contains(part),
    };
    let has_references = name.starts_with("Ref") || name.starts_with("Table");
    if EXCLUDED.iter().any(excluded) || (vectors && has_references) {
        return None;
    }
    if is_vector(&name) && !vectors {
        return None;
    }
    match *operator {
        Operator::Call { function_index } | Operator::RefFunc { function_index } => {
            Some(Some(function_index))
        }
        Operator::CallIndirect { type_index, table_index } => {
            let ty = program.types.get(type_index as usize)?.as_ref()?;
            let table = *program.tables.get(table_index as usize)?;
            (takes(ty, vectors) && table == wasmparser::RefType::FUNCREF).then_some(None)
        }
        Operator::RefNull { hty } => [wasmparser::HeapType::FUNC, wasmparser::HeapType::EXTERN]
            .contains(&hty)
            .then_some(None),
        Operator::TypedSelect { ty } => takes_value(ty, vectors).then_some(None),
        Operator::GlobalGet { global_index } | Operator::GlobalSet { global_index } => {
            let global = program.globals.get(global_index as usize)?;
            takes_value(global.ty, vectors).then_some(None)
        }
        _ => Some(None),
    }
}

/// Whether an operator with this name has to do with vectors: `V128Load`, `I8x16Add`.
fn is_vector(name: &str) -> bool {
    let shape =
        name.trim_start_matches(['I', 'F']).trim_start_matches(|c: char| c.is_ascii_digit());
    name.starts_with("V128") || (shape.starts_with('x') && name.starts_with(['I', 'F']))
}

/// wasmparser's and wasm-encoder's name of an operator, which are the same.
fn name(operator: &impl std::fmt::Debug) -> String {
    let text = format!("{operator:?}");
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    text[..end].to_owned()
}

/// Writes the module.
struct Slicer<'a> {
    program: &'a Program,
    vectors: bool,
    kept: &'a [u32],
    stubs: &'a [u32],
    /// New indexes of functions and types, by the old ones.
    functions: BTreeMap<u32, u32>,
    types: BTreeMap<u32, u32>,
    used_types: Vec<u32>,
    /// New indexes of the globals whose types are taken.
    globals: BTreeMap<u32, u32>,
}

impl Reencode for Slicer<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, Error> {
        Ok(self.functions[&function])
    }

    fn global_index(&mut self, global: u32) -> Result<u32, Error> {
        Ok(self.globals[&global])
    }

    fn type_index(&mut self, ty: u32) -> Result<u32, Error> {
        Ok(self.new_type(ty))
    }

    fn type_index_unpacked(&mut self, ty: wasmparser::UnpackedIndex) -> Result<u32, Error> {
        let index = ty.as_module_index().expect("no type is canonical before validation");
        Ok(self.new_type(index))
    }
}

impl<'a> Slicer<'a> {
    fn new(program: &'a Program, vectors: bool, kept: &'a [u32], stubs: &'a [u32]) -> Option<Self> {
        let functions = kept.iter().chain(stubs).copied().zip(0..).collect();
        let globals = program.globals.iter().zip(0..);
        let taken = globals.filter(|(global, _)| takes_value(global.ty, vectors));
        let globals = taken.map(|(_, old)| old).zip(0..).collect();
        let (types, used_types) = Default::default();
        Some(Self { program, vectors, kept, stubs, functions, types, used_types, globals })
    }

    fn new_type(&mut self, old: u32) -> u32 {
        let used_types = &mut self.used_types;
        *self.types.entry(old).or_insert_with(|| {
            used_types.push(old);
            used_types.len() as u32 - 1
        })
    }

    fn module(mut self, rate: Rate, random: &mut Random) -> Result<Cut, Error> {
        let fuel = self.globals.len() as u32;
        let mut functions = FunctionSection::new();
        let mut code = CodeSection::new();
        for &function in self.kept.iter().chain(self.stubs) {
            functions.function(self.new_type(self.program.functions[function as usize]));
        }
        for &function in self.kept {
            let body = self.program.body(function).expect("it was examined");
            code.function(&self.function(function, &body, fuel, rate, random)?);
        }
        for &function in self.stubs {
            code.function(&self.stub(function)?);
        }
        let globals = self.globals(random)?;
        let tables = self.tables()?;
        let elements = self.elements();
        let mut types = TypeSection::new();
        for &old in &self.used_types.clone() {
            let ty = self.program.types[old as usize].as_ref().expect("it was examined").clone();
            types.ty().func_type(&self.func_type(ty)?);
        }
        // `prepare` exports everything by itself, in place of this.
        let mut exports = ExportSection::new();
        exports.export("fuel", ExportKind::Global, fuel);
        let mut module = Module::new();
        module.section(&types).section(&functions);
        if !self.program.tables.is_empty() {
            module.section(&tables);
        }
        if self.program.has_memory {
            module.section(&memory(random));
        }
        module.section(&globals).section(&exports).section(&elements).section(&code);
        if self.program.has_memory {
            module.section(&self.data());
        }
        Ok(Cut { wasm: module.finish(), fuel })
    }

    fn function(
        &mut self,
        index: u32,
        body: &FunctionBody<'_>,
        fuel: u32,
        rate: Rate,
        random: &mut Random,
    ) -> Result<Function, Error> {
        let params = self.program.signature(index).expect("it was examined").params();
        let mut types = self.val_types(params.to_vec())?;
        let mut groups = Vec::new();
        for group in body.get_locals_reader()? {
            let (count, ty) = group?;
            let ty = self.val_type(ty)?;
            groups.push((count, ty));
            types.extend((0..count).map(|_| ty));
        }
        let temporaries = types.len() as u32;
        groups.extend([(1, ValType::F32), (1, ValType::F64)]);
        groups.extend(self.vectors.then_some((1, ValType::V128)));
        let mut function = Function::new(groups);
        burn(&mut function, fuel);
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            let name = name(&operator);
            let is_loop = matches!(operator, Operator::Loop { .. });
            let instruction = self.instruction(operator)?;
            for changed in mutate::change(instruction, &name, &types, rate, random) {
                function.instruction(&changed);
                canonicalise(&mut function, &changed, temporaries);
            }
            if is_loop {
                burn(&mut function, fuel);
            }
        }
        Ok(function)
    }

    /// A function that gives a parameter of the right type, or else a number, for each result.
    fn stub(&mut self, index: u32) -> Result<Function, Error> {
        let ty = self.program.signature(index).expect("it was examined").clone();
        let mut function = Function::new([]);
        for result in ty.results() {
            if let Some(parameter) = ty.params().iter().position(|param| param == result) {
                function.instruction(&Instruction::LocalGet(parameter as u32));
            } else {
                let value = constant(self.val_type(*result)?, i64::from(index) % 100);
                function.instruction(&value);
            }
        }
        function.instruction(&Instruction::End);
        Ok(function)
    }

    fn globals(&mut self, random: &mut Random) -> Result<GlobalSection, Error> {
        let mut section = GlobalSection::new();
        for &Global { ty, mutable, number } in &self.program.globals {
            if !takes_value(ty, self.vectors) {
                continue;
            }
            let val_type = self.val_type(ty)?;
            // What was an address in a large memory is one in a small memory.
            let small = number.rem_euclid(ADDRESS_LIMIT) & !15;
            let number = if number.abs() < ADDRESS_LIMIT { number } else { small };
            let ty = GlobalType { val_type, mutable, shared: false };
            section.global(ty, &ConstExpr::extended([constant(val_type, number)]));
        }
        let ty = GlobalType { val_type: ValType::I32, mutable: true, shared: false };
        section.global(ty, &ConstExpr::i32_const(100 + random.below(200) as i32));
        Ok(section)
    }

    fn tables(&mut self) -> Result<TableSection, Error> {
        let mut section = TableSection::new();
        for &ty in &self.program.tables {
            let element_type = match ty {
                wasmparser::RefType::EXTERNREF => RefType::EXTERNREF,
                _ => RefType::FUNCREF,
            };
            let minimum = u64::from(TABLE_SIZE);
            let maximum = Some(minimum + 6);
            section.table(TableType {
                element_type,
                table64: false,
                minimum,
                maximum,
                shared: false,
            });
        }
        Ok(section)
    }

    /// Every function, in turn, in the tables of functions; each is declared, too.
    fn elements(&self) -> ElementSection {
        let count = self.functions.len() as u32;
        let mut section = ElementSection::new();
        for (ty, table) in self.program.tables.iter().zip(0..) {
            if *ty == wasmparser::RefType::FUNCREF {
                let functions: Vec<u32> = (0..TABLE_SIZE - 8).map(|at| at % count).collect();
                let items = Elements::Functions(functions.into());
                section.active(Some(table), &ConstExpr::i32_const(4), items);
            }
        }
        let all: Vec<u32> = (0..count).collect();
        section.declared(Elements::Functions(all.into()));
        section
    }

    fn data(&self) -> DataSection {
        let mut section = DataSection::new();
        for (offset, bytes) in &self.program.data {
            let offset = offset.rem_euclid(ADDRESS_LIMIT) as i32;
            section.active(0, &ConstExpr::i32_const(offset), bytes.iter().copied());
        }
        section
    }
}

fn memory(random: &mut Random) -> MemorySection {
    let minimum = random.choose(&[1, 1, 2]);
    let maximum = Some(minimum + random.below(4) as u64);
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum,
        maximum,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    section
}

fn constant(ty: ValType, number: i64) -> Instruction<'static> {
    match ty {
        ValType::I32 => Instruction::I32Const(number as i32),
        ValType::I64 => Instruction::I64Const(number),
        ValType::F32 => Instruction::F32Const(f32::from_bits(number as u32).into()),
        ValType::F64 => Instruction::F64Const(f64::from_bits(number.cast_unsigned()).into()),
        ValType::V128 => Instruction::V128Const(i128::from(number)),
        ValType::EXTERNREF => Instruction::RefNull(HeapType::EXTERN),
        _ => Instruction::RefNull(HeapType::FUNC),
    }
}

/// Ends the function if the fuel is used up; otherwise, uses some.
fn burn(function: &mut Function, fuel: u32) {
    function.instructions().global_get(fuel).i32_eqz().if_(BlockType::Empty).unreachable().end();
    function.instructions().global_get(fuel).i32_const(1).i32_sub().global_set(fuel);
}

/// What an operator gives that may compute a NaN.
fn computes_nan(instruction: &Instruction<'_>) -> Option<Floats> {
    static VECTORS: OnceLock<[HashSet<String>; 2]> = OnceLock::new();
    let name = name(instruction);
    let arithmetic =
        ["Ceil", "Floor", "Trunc", "Nearest", "Sqrt", "Add", "Sub", "Mul", "Div", "Min", "Max"];
    match name.split_at_checked(3) {
        Some(("F32", rest)) if arithmetic.contains(&rest) || rest == "DemoteF64" => {
            return Some(Floats::F32);
        }
        Some(("F64", rest)) if arithmetic.contains(&rest) || rest == "PromoteF32" => {
            return Some(Floats::F64);
        }
        _ => {}
    }
    let [floats, doubles] = VECTORS.get_or_init(|| {
        [VECTOR_FLOATS, VECTOR_DOUBLES].map(|table| {
            table.iter().map(|operator| format!("{:?}", operator.instruction)).collect()
        })
    });
    if doubles.contains(&name) {
        return Some(Floats::F64x2);
    }
    floats.contains(&name).then_some(Floats::F32x4)
}

/// Replaces any NaN that `instruction` has left on the stack by the canonical one.
fn canonicalise(function: &mut Function, instruction: &Instruction<'_>, temporaries: u32) {
    let Some(floats) = computes_nan(instruction) else { return };
    let temporary = match floats {
        Floats::F32 => temporaries,
        Floats::F64 => temporaries + 1,
        Floats::F32x4 | Floats::F64x2 => temporaries + 2,
    };
    floats.canonicalise(function, temporary);
}
