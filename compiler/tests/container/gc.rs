//! Files with garbage collection: the bytes of records, listed by hand, and what is refused.

use cwamrc::aot::model::*;
use cwamrc::aot::{Container, ContainerErrorKind, read, write};
use wamr_abi::format::{Machine, feature};
use wamr_abi::releases::Release;

fn empty() -> AotFile<'static> {
    AotFile::new(TargetInfo::relocatable(Machine::X86_64, 0, feature::GARBAGE_COLLECTION))
}

fn with_types(types: Vec<TypeDef>) -> AotFile<'static> {
    AotFile { types, ..empty() }
}

fn of_type(index: u32, nullable: bool) -> RefType {
    RefType { nullable, heap: HeapType::Type(index) }
}

fn nullable(heap: HeapType) -> RefType {
    RefType { nullable: true, heap }
}

fn value(ty: RefType) -> ValueType {
    ValueType::Ref(ty)
}

fn field(mutable: bool, value: ValueType) -> FieldType {
    FieldType { mutable, storage: StorageType::Value(value) }
}

/// `(type (sub (struct (mut i32) (mut i8) (mut i64) (mut (ref null 0)))))`.
fn node() -> TypeDef {
    TypeDef {
        is_final: false,
        ..TypeDef::alone(CompositeType::Struct(vec![
            field(true, ValueType::I32),
            FieldType { mutable: true, storage: StorageType::I8 },
            field(true, ValueType::I64),
            field(true, value(of_type(0, true))),
        ]))
    }
}

/// `(type (array (mut i8)))`.
fn bytes() -> TypeDef {
    TypeDef::alone(CompositeType::Array(FieldType { mutable: true, storage: StorageType::I8 }))
}

/// Writes and reads `file`, and gives the bytes of a section.
fn section(file: &AotFile<'_>, index: usize) -> Vec<u8> {
    let bytes = write(file, Release::Main).unwrap();
    let container = Container::read(&bytes).unwrap();
    assert_eq!(container.file, *file);
    let section = container.sections[index];
    bytes[section.offset..][..section.size].to_vec()
}

/// The bytes of the init data section, without those at the end for what `file` does not have:
/// numbers of globals, imports, functions and data sections, and the auxiliary stack.
fn init_data(file: &AotFile<'_>) -> Vec<u8> {
    const END: usize = 4 * 5 + 12 * 3 + 4 + 4;
    let mut bytes = section(file, 1);
    bytes.truncate(bytes.len() - END);
    bytes
}

/// Empty lists, four bytes each.
const NONE: [u8; 4] = [0; 4];

/// The types are as wamrc writes them.
#[test]
fn structures_and_arrays_are_as_wamrc_writes_them() {
    let expected: &[&[u8]] = &[
        // Imported memories, memories, data segments, imported tables, tables, element segments.
        &NONE.repeat(6),
        &[2, 0, 0, 0],
        // A structure, not equal to another type, not final, no parent, alone in its group.
        &[0x01, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00, 0x00, 0x00],
        // 4 fields, 1 heap type; pairs of mutable and type.
        &[0x04, 0x00, 0x01, 0x00, 0x01, 0x7f, 0x01, 0x78, 0x01, 0x7e, 0x01, 0x63],
        // Field 3: (ref null 0).
        &[0x03, 0x00, 0x63, 0x01, 0x00, 0x00, 0x00, 0x00],
        // An array, final.
        &[0x02, 0x00, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00, 0x00, 0x00],
        // Mutable i8, and a byte before the next word.
        &[0x01, 0x00, 0x78, 0x00],
    ];
    assert_eq!(init_data(&with_types(vec![node(), bytes()])), expected.concat());
}

/// Function types, with the heap types of parameters and results in one map, and a recursion group
/// that occurs twice.
#[test]
fn function_types_have_heap_types_and_relations() {
    let function = TypeDef {
        group: RecGroup { size: 2, place: 0 },
        ..TypeDef::function(FuncType {
            params: vec![value(nullable(HeapType::Any)), value(of_type(1, false))],
            results: vec![value(RefType { nullable: false, heap: HeapType::I31 })],
        })
    };
    let sub = TypeDef {
        composite: CompositeType::Array(field(false, value(of_type(0, true)))),
        same_as: None,
        is_final: true,
        parent: Some(0),
        group: RecGroup { size: 2, place: 1 },
    };
    let again = [TypeDef::same_as(0, &function.composite), TypeDef::same_as(1, &sub.composite)];
    let types = [function, sub].into_iter().chain(again).collect();
    let expected: &[&[u8]] = &[
        &NONE.repeat(6),
        &[4, 0, 0, 0],
        // The first of two.
        &[0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0],
        // 2 parameters, 1 result, 2 heap types.
        &[2, 0, 1, 0, 2, 0, 0x6e, 0x64, 0x64, 0],
        &[0, 0],
        // Value 1: (ref 1). Value 2: (ref i31).
        &[1, 0, 0x64, 0, 1, 0, 0, 0],
        &[2, 0, 0x64, 0, 0xec, 0xff, 0xff, 0xff],
        // The second of two, below type 0.
        &[2, 0, 0, 1, 0, 0, 0, 0, 2, 0, 1, 0],
        // Immutable (ref null 0).
        &[0, 0, 0x63, 1, 0, 0, 0, 0],
        // The same as 0 and 1.
        &[0, 0, 1, 0, 0, 0, 0, 0],
        &[2, 0, 1, 0, 1, 0, 0, 0],
    ];
    assert_eq!(init_data(&with_types(types)), expected.concat());
}

/// The bytes of all types in fields, and the numbers of all heap types.
#[test]
fn every_reference_type_has_its_number() {
    use HeapType::{Any, Array, Eq, Extern, Func, I31, NoExtern, NoFunc, Struct};
    let heaps = [
        (Func, 0x70, -16),
        (Extern, 0x6f, -17),
        (Any, 0x6e, -18),
        (Eq, 0x6d, -19),
        (I31, 0x6c, -20),
        (Struct, 0x6b, -21),
        (Array, 0x6a, -22),
        (HeapType::None, 0x71, -15),
        (NoExtern, 0x72, -14),
        (NoFunc, 0x73, -13_i32),
    ];
    for (heap, byte, number) in heaps {
        let fields = [true, false].map(|nullable| field(false, value(RefType { nullable, heap })));
        let types = vec![TypeDef::alone(CompositeType::Struct(fields.into()))];
        let expected: &[&[u8]] =
            &[&[2, 0, 1, 0, 0, byte, 0, 0x64, 1, 0, 0x64, 0], &number.to_le_bytes()];
        assert!(init_data(&with_types(types)).ends_with(&expected.concat()), "{heap}");
    }
}

/// A table has a heap type if its byte does not say it, and always an initial value.
#[test]
fn tables_have_types_and_values() {
    let table = |element_type, possible_grow, init| Table {
        element_type,
        flags: 1,
        possible_grow,
        initial: 2,
        maximum: 0x1234,
        init,
    };
    let file = AotFile {
        tables: vec![
            table(nullable(HeapType::Any), true, InitExpr::None),
            table(of_type(0, true), false, InitExpr::REF_NULL),
            table(RefType::FUNC, false, InitExpr::RefFunc(7)),
        ],
        ..with_types(vec![bytes()])
    };
    let expected: &[&[u8]] = &[
        &NONE.repeat(4),
        &[3, 0, 0, 0],
        &[0x6e, 1, 1, 0, 2, 0, 0, 0, 0x34, 0x12, 0, 0, 0, 0, 0, 0],
        &[0x63, 1, 0, 1, 2, 0, 0, 0, 0x34, 0x12, 0, 0, 0, 0, 0, 0],
        &[0xd0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        &[0x64, 1, 0, 0, 2, 0, 0, 0, 0x34, 0x12, 0, 0, 0xf0, 0xff, 0xff, 0xff],
        &[0xd2, 0, 0, 0, 7, 0, 0, 0],
        &NONE,
    ];
    assert!(init_data(&file).starts_with(&expected.concat()), "{:x?}", init_data(&file));
}

/// Segments repeat their type with the heap type. Of a type with a byte of its own, the rest is 0.
#[test]
fn element_segments_have_types() {
    let segment = |element_type, values| ElementSegment {
        flags: 1,
        element_type,
        table_index: 0,
        offset: InitExpr::None,
        values,
    };
    let file = AotFile {
        element_segments: vec![
            segment(RefType::FUNCREF, vec![InitExpr::RefFunc(1)]),
            segment(RefType::FUNC, vec![]),
            segment(of_type(0, true), vec![InitExpr::RefI31(-2)]),
        ],
        ..with_types(vec![bytes()])
    };
    let expected: &[&[u8]] = &[
        &NONE.repeat(5),
        &[3, 0, 0, 0],
        &[1, 0, 0, 0, 0x70, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x70, 0, 0, 0, 0, 0, 0, 0],
        &[1, 0, 0, 0, 0xd2, 0, 0, 0, 1, 0, 0, 0],
        &[1, 0, 0, 0, 0x64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x64, 0, 0, 0, 0xf0, 0xff, 0xff, 0xff],
        &NONE,
        &[1, 0, 0, 0, 0x63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x63, 0, 1, 0, 0, 0, 0, 0],
        &[1, 0, 0, 0, 0xd8, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff],
    ];
    assert!(init_data(&file).starts_with(&expected.concat()), "{:x?}", init_data(&file));
}

/// Objects as values of globals, which state their types by one byte.
#[test]
fn objects_are_values_of_globals() {
    let global = |value_type, init| Global { value_type, mutable: false, init };
    let unknown = RefType { nullable: false, heap: HeapType::UNKNOWN };
    let fields =
        [FieldValue::Word(1), FieldValue::Word(2), FieldValue::Double(3), FieldValue::Double(4)];
    let values = [5, 6].map(FieldValue::Word);
    let file = AotFile {
        globals: vec![
            global(value(nullable(HeapType::I31)), InitExpr::RefI31(9)),
            global(value(unknown), InitExpr::StructNew { ty: 0, fields: fields.into() }),
            global(value(nullable(HeapType::Eq)), InitExpr::StructNewDefault { ty: 0 }),
            global(
                value(nullable(HeapType::Array)),
                InitExpr::ArrayNewFixed { element: 0x78, ty: 1, values: values.into() },
            ),
        ],
        ..with_types(vec![node(), bytes()])
    };
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let expected: Vec<u8> = [
        &[4, 0x6c, 0xd8, 9][..],
        &[0x64, 0xd3, 0, 4, 1, 2, 3, 0, 4, 0],
        &[0x6d, 0xd4, 0],
        &[0x6a, 0xd7, 0x78, 1, 2, 5, 6],
    ]
    .into_iter()
    .flat_map(|part: &[u32]| -> Vec<u8> { words(part) })
    .collect();
    let bytes = section(&file, 1);
    assert!(bytes.windows(expected.len()).any(|found| found == expected), "{bytes:x?}");
}

/// After the four arrays come the reference maps, imports first, and nothing at the end.
#[test]
fn functions_have_reference_maps() {
    let params = |params| TypeDef::function(FuncType { params, results: vec![] });
    let import = |type_index| ImportFunction { type_index, module: "".into(), name: "".into() };
    let mut file = AotFile {
        import_functions: vec![import(0), import(1), import(2)],
        functions: vec![Function::default(); 2],
        text: Text { literal: b"".as_slice().into(), code: b"code".as_slice().into() },
        ..with_types(vec![
            params(vec![]),
            params(vec![ValueType::I32, value(nullable(HeapType::Any))]),
            params(vec![ValueType::I32]),
        ])
    };
    let arrays = [0; 2 * (8 + 4 + 4 + 4)];
    // Two cells at least; references have two.
    let plain = [2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0];
    let none = [0; 8];
    assert_eq!(section(&file, 3), [&arrays[..], &plain, &none].concat());
    let maps: [&[u8]; 5] = [&[0, 0], &[0, 1, 1], &[0, 0], &[1, 1, 0], &[]];
    file.reference_maps = ReferenceMaps::Stated(maps.into_iter().map(Into::into).collect());
    let stated: &[&[u8]] = &[
        &[2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0],
        &[3, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
    ];
    assert_eq!(section(&file, 3), [&arrays[..], &stated.concat()].concat());
}

/// All releases read the layout.
#[test]
fn every_release_loads_garbage_collection() {
    let file = with_types(vec![node(), bytes()]);
    let loads = |release| {
        let bytes = write(&file, release).unwrap();
        let container = Container::read(&bytes).unwrap();
        assert!(container.releases().any(|found| found == release), "{release}");
    };
    Release::all().for_each(loads);
}

#[test]
fn other_files_have_no_types_of_garbage_collection() {
    let plain = || AotFile::new(TargetInfo::relocatable(Machine::X86_64, 0, 0));
    let table = |element_type, init| Table {
        element_type,
        flags: 0,
        possible_grow: false,
        initial: 0,
        maximum: 0,
        init,
    };
    let global = |value_type, init| Global { value_type, mutable: false, init };
    let function = |param| {
        TypeDef::function(FuncType { params: vec![ValueType::Ref(param)], results: vec![] })
    };
    let any = nullable(HeapType::Any);
    let cases = [
        (AotFile { types: vec![bytes()], ..plain() }, "type (array (mut i8))"),
        (AotFile { types: vec![function(RefType::FUNC)], ..plain() }, "type (ref func)"),
        (AotFile { tables: vec![table(any, InitExpr::None)], ..plain() }, "type anyref"),
        (
            AotFile { tables: vec![table(RefType::FUNCREF, InitExpr::REF_NULL)], ..plain() },
            "initial value of a table",
        ),
        (
            AotFile {
                globals: vec![global(value(of_type(0, true)), InitExpr::REF_NULL)],
                ..plain()
            },
            "type (ref null 0)",
        ),
        (
            AotFile { globals: vec![global(ValueType::I32, InitExpr::RefI31(1))], ..plain() },
            "ref.i31 (i32.const 1)",
        ),
    ];
    for (file, what) in cases {
        let error = write(&file, Release::Main).unwrap_err();
        assert_eq!(error.kind(), ContainerErrorKind::Unsupported);
        assert_eq!(error.what(), format!("{what} in a file without garbage collection"));
    }
}

/// Counts of 16 bits, and what the runtime could not use.
#[test]
fn limits_are_named() {
    let limit = |types: Vec<TypeDef>| {
        let error = write(&with_types(types), Release::Main).unwrap_err();
        assert_eq!(error.kind(), ContainerErrorKind::Limit, "{error}");
        error.what().to_owned()
    };
    let fits = |types: Vec<TypeDef>| drop(init_data(&with_types(types)));
    let structure = |fields| vec![TypeDef::alone(CompositeType::Struct(fields))];
    let i8 = FieldType { mutable: true, storage: StorageType::I8 };
    let any = field(true, value(nullable(HeapType::Any)));
    fits(structure(vec![i8; 65535]));
    assert_eq!(
        limit(structure(vec![i8; 65536])),
        "number of the fields of a structure 65536 does not fit 16 bits"
    );
    // A header of 8 bytes, and references of 8 bytes.
    fits(structure(vec![any; 8191]));
    assert_eq!(
        limit(structure(vec![any; 8192])),
        "reference in field 8191 of a structure is at byte 65536; the collector finds references \
         up to byte 65535"
    );
    let function = |params, results| {
        let values = |count| vec![value(of_type(0, true)); count];
        vec![TypeDef::function(FuncType { params: values(params), results: values(results) })]
    };
    fits(function(32767, 32767));
    assert_eq!(
        limit(function(32768, 0)),
        "parameters of a function type take 65536 cells of 32 bits; the loader allows 65535"
    );
    let first = TypeDef::default();
    let equal = |count| {
        let same = TypeDef::same_as(0, &first.composite);
        [vec![first.clone()], vec![same; count]].concat()
    };
    fits(equal(65534));
    assert_eq!(limit(equal(65535)), "more than 65534 types equal type 0");
}

/// Numbers of a map and results beyond 16 bits, for machines with one cell for each reference.
#[test]
fn maps_have_16_bits() {
    let function = |params, results| {
        let values = |count| vec![value(of_type(0, true)); count];
        let types =
            vec![TypeDef::function(FuncType { params: values(params), results: values(results) })];
        let mut file = with_types(types);
        file.target.bin_type = 0;
        file
    };
    let bytes = write(&function(65535, 0), Release::Main).unwrap();
    assert_eq!(read(&bytes).unwrap(), function(65535, 0));
    assert_eq!(
        write(&function(65535, 1), Release::Main).unwrap_err().what(),
        "number of the references of a function type 65536 does not fit 16 bits"
    );
}

/// Damage of the types of the first test, at offsets in the init data section, of which the types
/// begin at 28.
#[test]
fn damage_of_types_is_named() {
    let bytes = write(&with_types(vec![node(), bytes()]), Release::Main).unwrap();
    let start = Container::read(&bytes).unwrap().sections[1].offset;
    let cases: [(usize, u8, &str); 15] = [
        (28, 3, "unknown kind 3 of a type"),
        (30, 1, "type equals type 4294967295, which comes later"),
        (32, 0, "supertype comes later than its subtype"),
        (36, 0, "place 0 in a recursion group of 0 types"),
        (36, 2, "types of a recursion group are not one after another"),
        (38, 1, "place 1 in a recursion group of 1 types"),
        (40, 3, "1 heap types without a value"),
        (42, 0, "heap type is missing"),
        (44, 2, "unknown flags 0x2 of a field"),
        (45, 0x65, "unknown value type 0x65"),
        (52, 2, "heap type of another value"),
        (54, 0x64, "heap type of another value"),
        (55, 0, "nullable value 0 of a reference type"),
        (56, 2, "unknown heap type 2"),
        (59, 0xff, "unknown heap type -16777216"),
    ];
    for (offset, value, message) in cases {
        let mut bytes = bytes.clone();
        bytes[start + offset] = value;
        if offset == 32 {
            bytes[start + 33..start + 36].fill(0);
        }
        let error = read(&bytes).unwrap_err();
        assert_eq!(error.what(), message, "{offset}");
        assert_eq!(error.kind(), ContainerErrorKind::Malformed);
    }
}

/// The collector must find every reference. Only one machine puts fields right after each other.
#[test]
fn places_of_references_depend_on_the_machine() {
    let i8 = FieldType { mutable: true, storage: StorageType::I8 };
    let any = field(true, value(nullable(HeapType::Any)));
    let written = |machine, bytes: usize| {
        let fields = [vec![i8; bytes], vec![any]].concat();
        let types = vec![TypeDef::alone(CompositeType::Struct(fields))];
        let target = TargetInfo::relocatable(machine, 0, feature::GARBAGE_COLLECTION);
        write(&AotFile { types, ..AotFile::new(target) }, Release::Main).is_ok()
    };
    let last = 65534 - 8;
    // After 65,534 bytes; 65,536 is the next multiple of 4.
    assert!(written(Machine::X86_64, last));
    for machine in [Machine::Aarch64, Machine::Riscv64] {
        assert!(!written(machine, last));
        assert!(written(machine, last - 2));
    }
}
