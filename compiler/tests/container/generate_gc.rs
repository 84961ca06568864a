//! Random models of files with garbage collection.

use cwamrc::aot::model::*;
use wamr_abi::format::feature;

use super::generate::{Generator, init_expr, model};

/// Reference types by their text: the types that a file can state everywhere.
const ABSTRACT: [HeapType; 10] = [
    HeapType::Func,
    HeapType::Extern,
    HeapType::Any,
    HeapType::Eq,
    HeapType::I31,
    HeapType::Struct,
    HeapType::Array,
    HeapType::None,
    HeapType::NoExtern,
    HeapType::NoFunc,
];

const NUMBERS: [ValueType; 5] =
    [ValueType::I32, ValueType::I64, ValueType::F32, ValueType::F64, ValueType::V128];

/// A model with garbage collection that every release supports.
pub(crate) fn gc_model(random: &mut Generator) -> AotFile<'static> {
    let mut file = model(random, false);
    file.target.feature_flags |= feature::GARBAGE_COLLECTION;
    file.types = types(random);
    let count = file.types.len();
    for table in &mut file.tables {
        table.element_type = reference(random, count);
        table.init = match init_expr(random, false) {
            InitExpr::I64Const(_) => InitExpr::REF_NULL,
            expr => expr,
        };
    }
    for segment in &mut file.element_segments {
        segment.element_type = reference(random, count);
    }
    globals(random, &mut file);
    functions(random, &mut file);
    file
}

/// Some recursion groups. Some equal the group before them.
fn types(random: &mut Generator) -> Vec<TypeDef> {
    let sizes = random.list(4, |random| 1 + random.below(3));
    let total = sizes.iter().sum();
    let mut types: Vec<TypeDef> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    for size in sizes {
        let start = types.len();
        match previous {
            Some((earlier, earlier_size)) if earlier_size == size && random.flip() => {
                for earlier in earlier..earlier + size {
                    let ty = TypeDef::same_as(earlier as u32, &types[earlier].composite);
                    types.push(ty);
                }
            }
            _ => {
                for place in 0..size {
                    let parent = random.index(start + place).filter(|_| random.flip());
                    types.push(TypeDef {
                        composite: composite(random, total),
                        same_as: None,
                        is_final: random.flip(),
                        parent,
                        group: RecGroup { size: size as u16, place: place as u16 },
                    });
                }
                previous = Some((start, size));
            }
        }
    }
    types
}

fn composite(random: &mut Generator, types: usize) -> CompositeType {
    match random.below(3) {
        0 => CompositeType::Func(FuncType {
            params: random.list(5, |random| value(random, types)),
            results: random.list(3, |random| value(random, types)),
        }),
        1 => CompositeType::Struct(random.list(5, |random| field(random, types))),
        _ => CompositeType::Array(field(random, types)),
    }
}

fn field(random: &mut Generator, types: usize) -> FieldType {
    let storage = match random.below(4) {
        0 => StorageType::I8,
        1 => StorageType::I16,
        _ => StorageType::Value(value(random, types)),
    };
    FieldType { mutable: random.flip(), storage }
}

fn value(random: &mut Generator, types: usize) -> ValueType {
    if random.flip() { random.pick(&NUMBERS) } else { ValueType::Ref(reference(random, types)) }
}

fn reference(random: &mut Generator, types: usize) -> RefType {
    let index = random.index(types).filter(|_| random.flip());
    let heap = index.map_or_else(|| random.pick(&ABSTRACT), HeapType::Type);
    RefType { nullable: random.flip(), heap }
}

/// A type as a global has it: some heap types are not stated.
fn global_type(random: &mut Generator) -> ValueType {
    let unknown = |nullable| ValueType::Ref(RefType { nullable, heap: HeapType::UNKNOWN });
    match random.below(4) {
        0 => random.pick(&NUMBERS),
        1 => unknown(random.flip()),
        _ => ValueType::Ref(RefType { nullable: true, heap: random.pick(&ABSTRACT) }),
    }
}

fn globals(random: &mut Generator, file: &mut AotFile<'static>) {
    for import in &mut file.import_globals {
        import.value_type = global_type(random);
    }
    for index in 0..file.globals.len() {
        let init = random.flip().then(|| object(random, file)).flatten();
        let global = &mut file.globals[index];
        global.value_type = global_type(random);
        global.init = init.unwrap_or_else(|| init_expr(random, false));
    }
}

/// An object of some type of the file.
fn object(random: &mut Generator, file: &AotFile<'_>) -> Option<InitExpr> {
    let Some(ty) = random.index(file.types.len()) else {
        return Some(InitExpr::RefI31(random.next() as i32));
    };
    let length = random.below(7) as u32;
    match &TypeDef::resolve(&file.types, ty)?.composite {
        CompositeType::Func(_) => None,
        CompositeType::Struct(_) if random.flip() => Some(InitExpr::StructNewDefault { ty }),
        CompositeType::Struct(fields) => {
            let value = |field: &FieldType| field_value(random, field.storage, file);
            Some(InitExpr::StructNew { ty, fields: fields.iter().map(value).collect() })
        }
        CompositeType::Array(element) => {
            let mut value = || field_value(random, element.storage, file);
            let (value, more) = (value(), (0..length).map(|_| value()).collect());
            let element = element_byte(element.storage);
            Some(match random.below(3) {
                0 => InitExpr::ArrayNew { element, ty, length, value },
                1 => InitExpr::ArrayNewDefault { element, ty, length },
                _ => InitExpr::ArrayNewFixed { element, ty, values: more },
            })
        }
    }
}

/// The byte of a type in the binary format of wasm.
fn element_byte(storage: StorageType) -> u8 {
    match storage {
        StorageType::I8 => 0x78,
        StorageType::I16 => 0x77,
        StorageType::Value(ValueType::I32) => 0x7f,
        StorageType::Value(ValueType::I64) => 0x7e,
        StorageType::Value(ValueType::F32) => 0x7d,
        StorageType::Value(ValueType::F64) => 0x7c,
        StorageType::Value(ValueType::V128) => 0x7b,
        StorageType::Value(ValueType::Ref(ty)) => 0x64 - u8::from(ty.nullable),
    }
}

fn field_value(random: &mut Generator, storage: StorageType, file: &AotFile<'_>) -> FieldValue {
    let word = |random: &mut Generator| FieldValue::Word(random.next() as u32);
    match storage {
        StorageType::I8 | StorageType::I16 => word(random),
        StorageType::Value(ValueType::I32 | ValueType::F32) => word(random),
        StorageType::Value(ValueType::V128) => {
            FieldValue::Vector(std::array::from_fn(|_| random.next() as u8))
        }
        StorageType::Value(ValueType::Ref(_)) if !file.target.is_64_bit() => word(random),
        StorageType::Value(_) => FieldValue::Double(random.next()),
    }
}

/// Gives imports and functions function types, and some of the files reference maps.
fn functions(random: &mut Generator, file: &mut AotFile<'static>) {
    let functions: Vec<u32> = (0..file.types.len() as u32)
        .filter(|index| TypeDef::resolve_function(&file.types, *index).is_some())
        .collect();
    if functions.is_empty() {
        (file.import_functions, file.functions) = (Vec::new(), Vec::new());
    }
    for import in &mut file.import_functions {
        import.type_index = random.pick(&functions);
    }
    for function in &mut file.functions {
        function.type_index = random.pick(&functions);
    }
    let count = file.import_functions.len() + file.functions.len();
    if count > 0 && random.flip() {
        let mut maps: Vec<Vec<u8>> = (0..count).map(|_| random.bytes(9)).collect();
        // Otherwise, it may be what is written without maps.
        maps[0].push(1);
        file.reference_maps = ReferenceMaps::Stated(maps.into_iter().map(Into::into).collect());
    }
    file.start_function = file.start_function.filter(|start| (*start as usize) < count);
    file.exports.retain(|export| {
        export.kind != wamr_abi::format::ExportKind::Func || (export.index as usize) < count
    });
    for section in &mut file.custom_sections {
        if let CustomSection::Name(subsections) = section {
            for subsection in subsections {
                if let NameSubsection::Functions { names, .. } = subsection {
                    names.retain(|name| (name.function as usize) < count);
                }
            }
        }
    }
}
