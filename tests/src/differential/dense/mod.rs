//! A second generator, for what wasm-smith's modules seldom do: long runs of code that accesses
//! memory, tables, globals and calls one after the other, so that an optimiser with wrong
//! assumptions about one of them is detected.
//!
//! wasm-smith chooses any operator that fits the stack. This generator starts from the type that it
//! needs ("an i64"), so that nearly all of its code runs, and operands are mostly in range.
//!
//! Invariants: as for wasm-smith's modules, they are valid WebAssembly 2.0 without SIMD, plus the
//! requested proposals; every call terminates; and every NaN that an operator computes is replaced
//! by the same one before its bits are visible.

mod atomics;
mod body;
mod exceptions;
mod objects;
mod operators;
mod shapes;
mod tables;
mod tail_calls;
mod vector_operators;
mod vectors;

use wasm_encoder::{
    CodeSection, ConstExpr, DataCountSection, DataSection, ElementSection, Elements, EntityType,
    ExportKind, ExportSection, FunctionSection, GlobalSection, GlobalType, ImportSection,
    MemorySection, MemoryType, Module, RefType, TableSection, TableType, TagKind, TagSection,
    TagType, TypeSection, ValType,
};

use super::host;
use super::kind::{Boundary, Proposals};
use super::prepare::{self, Prepared};
use super::steer::Steer;
use crate::random::Random;
use body::Body;
pub use exceptions::Encoding;
use exceptions::Tag;
use operators::OperatorChoice;
pub(super) use operators::{LOADS, PARTIAL, STORES, TOTAL};
use shapes::Shape;
pub(super) use vector_operators::{
    DOUBLES as VECTOR_DOUBLES, FLOATS as VECTOR_FLOATS, TOTAL as VECTOR_TOTAL,
};

/// The value types that every module uses.
const TYPES: &[ValType] =
    &[ValType::I32, ValType::I64, ValType::F32, ValType::F64, ValType::FUNCREF, ValType::EXTERNREF];

/// A function type: parameters and results.
pub(super) type Signature = (Vec<ValType>, Vec<ValType>);

/// Bytes of each data segment, and elements of each element segment.
const SEGMENT_SIZE: usize = 40;
/// Passive segments of either kind; one active one follows.
pub(super) const PASSIVE_SEGMENTS: u32 = 2;
/// A passive segment of any objects, in modules with garbage collection. It comes after the active and the declared
/// ones.
const OBJECT_SEGMENT: u32 = PASSIVE_SEGMENTS + 3;
/// The table of any objects, in modules with garbage collection. After it come those of one type of objects.
const OBJECT_TABLE: u32 = 3;

/// What bodies need to know about the module.
pub(super) struct Outline {
    /// The signatures, by type index. Some are equal. Those of structures and arrays are empty.
    pub(super) types: Vec<Signature>,
    /// The first types, in modules with garbage collection.
    pub(super) shapes: Vec<Shape>,
    /// Type indexes of all functions, imports first.
    pub(super) functions: Vec<u32>,
    /// How many are imported.
    pub(super) imported_functions: u32,
    /// The tags of exceptions.
    pub(super) tags: Vec<Tag>,
    /// The types that occur.
    pub(super) value_types: Vec<ValType>,
    /// Types of the globals, the fuel excluded; all but the first few are mutable.
    pub(super) globals: Vec<ValType>,
    /// Index of the first mutable global.
    pub(super) first_mutable: u32,
    /// Element types of the tables.
    pub(super) tables: Vec<RefType>,
    /// Proposals in use beyond WebAssembly 2.0 without SIMD.
    pub(super) proposals: Proposals,
    /// Whether some values stay inside.
    closed: bool,
    /// Whether the memory is shared.
    pub(super) shared_memory: bool,
}

impl Outline {
    /// Whether an operator may occur. With a closed boundary, lanes are not truncated. On riscv64
    /// Cranelift uses `vfcvt.rtz` for that, and qemu 7.2 ends with a failed assertion when it
    /// translates one without another float operation before it in its block (`decode_save_opc` in
    /// target/riscv/translate.c).
    fn takes(&self, operator: &OperatorChoice) -> bool {
        let vectors = operator.takes.first() == Some(&ValType::V128);
        !(self.closed && vectors && format!("{:?}", operator.instruction).contains("Trunc"))
    }

    /// Index of the global that holds the fuel.
    pub(super) fn fuel(&self) -> u32 {
        self.globals.len() as u32
    }

    /// The signature of a function.
    pub(super) fn signature(&self, function: u32) -> &Signature {
        &self.types[self.functions[function as usize] as usize]
    }
}

/// The dense module of `seed`. With SIMD, tail calls, exceptions or garbage collection, it imports nothing.
pub fn module(seed: u64, proposals: Proposals, boundary: Boundary) -> Prepared {
    let mut random = Random::new(seed);
    let outline = outline(&mut random, proposals, boundary);
    let wasm = encode(&outline, &mut random);
    prepare::prepare(wasm, outline.fuel(), Steer::Off, boundary)
}

/// All types that a module with these proposals uses.
fn value_types(proposals: Proposals) -> Vec<ValType> {
    let vectors = proposals.vectors.then_some(ValType::V128);
    let references = proposals.exceptions == Some(Encoding::Current);
    let references = references.then_some(ValType::EXNREF);
    let objects = shapes::value_types().filter(|_| proposals.collection);
    TYPES.iter().copied().chain(vectors).chain(references).chain(objects).collect()
}

fn outline(random: &mut Random, proposals: Proposals, boundary: Boundary) -> Outline {
    let closed = boundary != Boundary::Open;
    let (mut types, mut functions): (Vec<Signature>, Vec<u32>) = (Vec::new(), Vec::new());
    let mut shapes = Vec::new();
    let has_imports = !proposals.vectors && !proposals.tail_calls && proposals.exceptions.is_none();
    let value_types = value_types(proposals);
    if proposals.collection {
        shapes = shapes::shapes(random);
        types.resize(shapes.len(), Signature::default());
        let early: Vec<ValType> = value_types.iter().copied().filter(shapes::is_early).collect();
        for ty in shapes::FUNCTIONS {
            types[ty as usize] = object_signature(random, &early);
            functions.push(ty);
        }
    }
    for signature in host::signatures().filter(|_| has_imports) {
        functions.push(types.len() as u32);
        types.push(signature);
    }
    let imported_functions = if has_imports { functions.len() as u32 } else { 0 };
    for index in 0..6 + random.below(5) {
        // With a closed boundary, every second function can be called from outside.
        let has_all = !closed || index % 2 == 1;
        functions.push(types.len() as u32);
        types.push(match (has_all, proposals.collection) {
            (true, true) => object_signature(random, &value_types),
            (true, false) => signature(random, &value_types),
            (false, _) => signature(random, TYPES),
        });
    }
    // Equal types under two indexes must be treated as one.
    types.push(types[random.below(types.len())].clone());
    let encoding = proposals.exceptions;
    let tags =
        encoding.map(|encoding| exceptions::tags(random, encoding, &value_types, &mut types));
    let global_types = if boundary == Boundary::Closed { TYPES } else { &value_types };
    let first_mutable = global_types.len() as u32;
    let globals = [global_types, global_types, &[ValType::I32, ValType::I64]].concat();
    let mut tables = vec![RefType::FUNCREF, RefType::EXTERNREF, RefType::FUNCREF];
    if proposals.collection {
        let objects = [true, false].map(|nullable| shapes::concrete(shapes::BASE, nullable));
        tables.extend([&[RefType::ANYREF], &objects[..]].concat());
    }
    let shared_memory = proposals.atomics && random.below(2) == 0;
    Outline {
        types,
        shapes,
        functions,
        imported_functions,
        tags: tags.unwrap_or_default(),
        value_types,
        globals,
        first_mutable,
        tables,
        proposals,
        closed,
        shared_memory,
    }
}

fn signature(random: &mut Random, value_types: &[ValType]) -> Signature {
    // Sometimes more parameters than there are registers for them.
    let params = random.choose(&[0, 1, 2, 3, 4, 7, 15]);
    let results = random.choose(&[0, 1, 1, 1, 2, 3, 5]);
    let mut list = |count| (0..count).map(|_| random.choose(value_types)).collect();
    (list(params), list(results))
}

/// A signature in which some references are never null.
fn object_signature(random: &mut Random, value_types: &[ValType]) -> Signature {
    let (mut params, mut results) = signature(random, value_types);
    for ty in params.iter_mut().chain(&mut results) {
        if let ValType::Ref(ty) = ty
            && *ty != RefType::EXNREF
            && random.below(4) == 0
        {
            ty.nullable = false;
        }
    }
    (params, results)
}

fn encode(outline: &Outline, random: &mut Random) -> Vec<u8> {
    let mut types = TypeSection::new();
    if !outline.shapes.is_empty() {
        shapes::encode(&outline.shapes, &outline.types, &mut types);
    }
    for (params, results) in &outline.types[outline.shapes.len()..] {
        types.ty().function(params.iter().copied(), results.iter().copied());
    }
    let mut imports = ImportSection::new();
    for (name, index) in host::names().zip(0..outline.imported_functions) {
        imports.import(host::HOST_MODULE, name, EntityType::Function(index));
    }
    let own = outline.imported_functions as usize..outline.functions.len();
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for index in own {
        functions.function(outline.functions[index]);
        code.function(&Body::generate(outline, index as u32, random));
    }
    // `prepare` replaces these exports.
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut module = Module::new();
    module
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&tables(outline, random))
        .section(&memory(outline, random));
    if !outline.tags.is_empty() {
        module.section(&tags(outline));
    }
    module
        .section(&globals(outline, random))
        .section(&exports)
        .section(&elements(outline, random))
        .section(&DataCountSection { count: PASSIVE_SEGMENTS + 1 })
        .section(&code)
        .section(&data(random));
    module.finish()
}

fn memory(outline: &Outline, random: &mut Random) -> MemorySection {
    let mut memories = MemorySection::new();
    let minimum = random.choose(&[1, 1, 2]);
    memories.memory(MemoryType {
        minimum,
        maximum: Some(minimum + random.below(4) as u64),
        memory64: false,
        shared: outline.shared_memory,
        page_size_log2: None,
    });
    memories
}

fn tables(outline: &Outline, random: &mut Random) -> TableSection {
    let mut tables = TableSection::new();
    for &element_type in &outline.tables {
        let minimum = 20 + random.below(20) as u64;
        let maximum = random.choose(&[None, Some(minimum), Some(minimum + 8)]);
        // Without a maximum, the limit of a growing table is WAMR's own choice.
        let bounded = outline.proposals.vectors || outline.proposals.exceptions.is_some();
        let maximum = maximum.or(bounded.then_some(minimum + 20));
        let ty = TableType { element_type, minimum, maximum, table64: false, shared: false };
        if element_type.nullable {
            tables.table(ty);
        } else {
            tables.table_with_init(ty, &initial(outline, element_type, random));
        }
    }
    tables
}

fn tags(outline: &Outline) -> TagSection {
    let mut tags = TagSection::new();
    for tag in &outline.tags {
        tags.tag(TagType { kind: TagKind::Exception, func_type_idx: tag.ty });
    }
    tags
}

/// A constant expression of a type that only modules with garbage collection have.
fn initial(outline: &Outline, ty: RefType, random: &mut Random) -> ConstExpr {
    shapes::initial(&outline.shapes, &outline.functions, ty, random)
}

fn globals(outline: &Outline, random: &mut Random) -> GlobalSection {
    let mut globals = GlobalSection::new();
    let mut add = |val_type, mutable, value: &ConstExpr| {
        globals.global(GlobalType { val_type, mutable, shared: false }, value);
    };
    for (&ty, index) in outline.globals.iter().zip(0..) {
        let bits = random.next_u64();
        let value = match ty {
            ValType::I32 => ConstExpr::i32_const(bits as i32),
            ValType::I64 => ConstExpr::i64_const(bits.cast_signed()),
            ValType::F32 => ConstExpr::f32_const(f32::from_bits(bits as u32).into()),
            ValType::F64 => ConstExpr::f64_const(f64::from_bits(bits).into()),
            ValType::V128 => ConstExpr::v128_const(i128::from(bits.cast_signed()) << 40),
            ValType::FUNCREF => ConstExpr::ref_func(bits as u32 % outline.functions.len() as u32),
            ValType::Ref(ty) if outline.proposals.collection => initial(outline, ty, random),
            _ => ConstExpr::ref_null(wasm_encoder::HeapType::EXTERN),
        };
        add(ty, index >= outline.first_mutable, &value);
    }
    add(ValType::I32, true, &ConstExpr::i32_const(0));
    globals
}

fn elements(outline: &Outline, random: &mut Random) -> ElementSection {
    let mut elements = ElementSection::new();
    let count = outline.functions.len();
    let mut functions =
        |size| -> Vec<u32> { (0..size).map(|_| random.below(count) as u32).collect() };
    for _ in 0..PASSIVE_SEGMENTS {
        elements.passive(Elements::Functions(functions(SEGMENT_SIZE).into()));
    }
    // Leaves room for null elements at both ends.
    elements.active(None, &ConstExpr::i32_const(2), Elements::Functions(functions(16).into()));
    elements.active(Some(2), &ConstExpr::i32_const(1), Elements::Functions(functions(18).into()));
    if outline.closed {
        // Functions that are not exported must be declared before `ref.func` can name them.
        let all: Vec<u32> = (0..count as u32).collect();
        elements.declared(Elements::Functions(all.into()));
    }
    if outline.proposals.collection {
        let mut objects = |ty: RefType, size| {
            let all: Vec<_> = (0..size).map(|_| initial(outline, ty, random)).collect();
            Elements::Expressions(ty, all.into())
        };
        elements.passive(objects(RefType::ANYREF, SEGMENT_SIZE));
        let start = ConstExpr::i32_const(2);
        for table in OBJECT_TABLE..outline.tables.len() as u32 {
            elements.active(Some(table), &start, objects(outline.tables[table as usize], 16));
        }
    }
    elements
}

fn data(random: &mut Random) -> DataSection {
    let mut data = DataSection::new();
    for _ in 0..PASSIVE_SEGMENTS {
        data.passive(random.bytes(SEGMENT_SIZE));
    }
    data.active(0, &ConstExpr::i32_const(random.below(1000) as i32), random.bytes(2000));
    data
}
