//! The report of files whose content is known, as text and as JSON.

use cwamrc::aot::model::*;
use cwamrc::aot::write;
use cwamrc::inspect::report;
use serde_json::{Value, json, to_value};
use wamr_abi::format::{self, ExportKind, Machine, feature};
use wamr_abi::releases::Release;

use super::hello;
use super::wamrc_gc::GC_SAMPLE;

fn json_of(file: &AotFile<'_>, release: Release) -> Value {
    to_value(report(&write(file, release).unwrap()).unwrap()).unwrap()
}

#[test]
fn text_of_the_hand_listed_file() {
    let expected = "\
WAMR AOT file, version 6, 280 bytes
  target    x86_64, relocatable (e_machine 62, e_flags 0x0)
  runs on   main
            a runtime of another AOT version reports \"unknown binary version\": choose it with --wamr-version
  features  none

Sections, with offset and size (6)
  0x00000010         48  target info
  0x00000048        120  init data
  0x000000c8          8  text
  0x000000d8         20  function
  0x000000f4         16  export
  0x0000010c         12  relocation

Memories (1)
  [0] 0 to 0 pages of 65536, no maximum stated

Types (1)
  [0] (i32, i32) -> (i32)

Code: 4 bytes, after 0 bytes of literals

Functions, with code offset and size (1)
  [0] 0x00000000        4  add  type 0 (i32, i32) -> (i32)

Exports (1)
  func       0  add
";
    assert_eq!(report(&hello::file()).unwrap().to_string(), expected);
}

/// One import, and functions whose code is not in order, two of them at the same offset.
fn functions() -> AotFile<'static> {
    let function = |code_offset| Function { code_offset, ..Function::default() };
    let name = |function, name: &'static str| FunctionName { function, name: name.into() };
    AotFile {
        types: vec![TypeDef::default()],
        import_functions: vec![ImportFunction {
            type_index: 0,
            module: "env".into(),
            name: "f".into(),
        }],
        text: Text { literal: vec![0; 12].into(), code: vec![0; 100].into() },
        functions: vec![function(64), function(0), function(16), function(16)],
        exports: vec![
            Export { kind: ExportKind::Func, index: 1, name: "exported".into() },
            Export { kind: ExportKind::Func, index: 3, name: "also exported".into() },
        ],
        custom_sections: vec![
            CustomSection::NativeSymbols(vec!["memcpy".into(), "aot_invoke_native".into()]),
            CustomSection::Name(vec![NameSubsection::Functions {
                names: vec![name(1, "named"), name(2, "main")],
                stated_size: None,
            }]),
            CustomSection::Raw { name: "producers".into(), bytes: vec![1, 2, 3].into() },
        ],
        ..AotFile::new(TargetInfo::relocatable(Machine::Aarch64, 0, 0))
    }
}

#[test]
fn functions_reach_to_the_next_entry() {
    let json = json_of(&functions(), Release::V2_4_5);
    let of = |key: &str| -> Vec<Value> {
        let functions = json["functions"].as_array().unwrap();
        functions.iter().map(|function| function[key].clone()).collect()
    };
    assert_eq!(of("index"), [1, 2, 3, 4]);
    assert_eq!(of("code_size"), [36, 16, 48, 48]);
    assert_eq!(of("name"), [json!("named"), json!("main"), json!("also exported"), Value::Null]);
    assert_eq!(json["code_size"], 100);
    assert_eq!(json["literal_size"], 12);
    assert_eq!(json["releases"], json!(["2.4.1", "2.4.2", "2.4.3", "2.4.4", "2.4.5"]));
    assert_eq!(json["native_symbols"], json!(["memcpy", "aot_invoke_native"]));
}

#[test]
fn relocations_are_counted_by_type_and_symbol() {
    let relocation = |kind, symbol: &'static str| Relocation {
        offset: 0,
        addend: -4,
        kind,
        symbol: symbol.into(),
    };
    let kinds = |machine, kinds: [u32; 4]| {
        let file = AotFile {
            relocation_groups: vec![RelocationGroup {
                name: format::RELOCATION_GROUP_TEXT.into(),
                relocations: vec![
                    relocation(kinds[0], "aot_set_exception_with_id"),
                    relocation(kinds[1], ".text"),
                    relocation(kinds[2], "memcpy"),
                    relocation(kinds[3], "aot_set_exception_with_id"),
                ],
            }],
            ..AotFile::new(TargetInfo::relocatable(machine, 0, 0))
        };
        json_of(&file, Release::Main)["relocations"].clone()
    };
    assert_eq!(
        kinds(Machine::X86_64, [4, 1, 4, 4]),
        json!([{"name": ".rela.text", "count": 4, "uses": [
            {"kind": "R_X86_64_PLT32", "symbol": "aot_set_exception_with_id", "count": 2},
            {"kind": "R_X86_64_64", "symbol": ".text", "count": 1},
            {"kind": "R_X86_64_PLT32", "symbol": "memcpy", "count": 1},
        ]}])
    );
    let names = |machine, numbers| -> Vec<String> {
        let groups = kinds(machine, numbers);
        let uses = groups[0]["uses"].as_array().unwrap();
        uses.iter().map(|used| used["kind"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        names(Machine::Aarch64, [283, 275, 277, 283]),
        ["R_AARCH64_CALL26", "R_AARCH64_ADR_PREL_PG_HI21", "R_AARCH64_ADD_ABS_LO12_NC"]
    );
    assert_eq!(
        names(Machine::Riscv64, [19, 23, 51, 19]),
        ["R_RISCV_CALL_PLT", "R_RISCV_PCREL_HI20", "type 51"]
    );
}

#[test]
fn everything_else_is_reported() {
    let file = AotFile {
        memories: vec![Memory {
            flags: format::MEMORY_HAS_MAX | format::MEMORY_SHARED,
            bytes_per_page: 65536,
            initial_pages: 2,
            maximum_pages: 9,
        }],
        data_segments: vec![DataSegment {
            passive: false,
            memory_index: 0,
            offset: InitExpr::I32Const(1024),
            bytes: b"data".as_slice().into(),
        }],
        tables: vec![Table {
            element_type: RefType::FUNCREF,
            flags: format::TABLE_HAS_MAX,
            possible_grow: true,
            initial: 3,
            maximum: 5,
            init: InitExpr::None,
        }],
        element_segments: vec![ElementSegment {
            flags: format::ELEMENT_PASSIVE,
            element_type: RefType::EXTERNREF,
            table_index: 0,
            offset: InitExpr::None,
            values: vec![InitExpr::REF_NULL; 2],
        }],
        import_globals: vec![ImportGlobal {
            value_type: ValueType::I32,
            mutable: false,
            module: "env".into(),
            name: "\u{1b}[31m".into(),
        }],
        globals: vec![Global {
            value_type: ValueType::I32,
            mutable: true,
            init: InitExpr::Binary(
                BinaryOp::I32Add,
                Box::new([InitExpr::GlobalGet(0), InitExpr::I32Const(8)]),
            ),
        }],
        aux_stack: AuxStack {
            stack_top: AuxGlobal { global: Some(1), address: 65536 },
            stack_size: 4096,
            ..AuxStack::default()
        },
        object_data: vec![ObjectData { name: ".rodata".into(), bytes: vec![0; 7].into() }],
        ..AotFile::new(TargetInfo::relocatable(
            Machine::Riscv64,
            5,
            feature::BULK_MEMORY | feature::REF_TYPES | 1 << 40,
        ))
    };
    let bytes = write(&file, Release::V2_4_0).unwrap();
    let text = report(&bytes).unwrap().to_string();
    let lines = [
        "  target    riscv64, relocatable (e_machine 243, e_flags 0x5)",
        "  runs on   2.4.0",
        "  features  bulk-memory, reference-types, bit 40",
        "  [0] 2 to 9 pages of 65536, shared",
        "  [0] active memory 0 at i32.const 1024, 4 bytes",
        "  [0] funcref, 3 to 5, may grow",
        "  [0] passive table 0, 2 of externref",
        "  [0] env.\\u{1b}[31m i32",
        "  [1] i32 = i32.add (global.get 0) (i32.const 8), mutable",
        "  stack top 0x00010000, global 1",
        "  stack size 4096",
        "         7  .rodata",
    ];
    for line in lines {
        assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
    }
}

/// Types, tables and globals of the file with garbage collection that wamrc made.
#[test]
fn garbage_collection_is_reported() {
    let report = report(GC_SAMPLE).unwrap();
    let text = report.to_string();
    let lines = [
        "            only runtimes built with garbage collection load it",
        "  features  simd-128bit, garbage-collection",
        "  [0] funcref, 4 to 1024, no maximum stated",
        "  [1] (ref null 0), 3 to 20",
        "  [3] (ref 9), 2 to 1024, no maximum stated, each ref.func 2",
        "  [2] sub (struct (field (ref 3)) (field i31ref)), group 2 to 3",
        "  [3] sub (array (mut (ref null 2))), group 2 to 3",
        "  [4] same as 2, group 4 to 5",
        "  [8] (array i16)",
        "  [10] same as 9",
        "  [0] env.host  type 13 (i32, (ref null 0)) -> (i32)",
        "  [1] (ref ?) = struct.new 0 0x5 0x6 0x7 0x0",
        "  [0] (ref null ?) = ref.null, mutable",
    ];
    for line in lines {
        assert!(text.lines().any(|found| found == line), "{line:?} is not in\n{text}");
    }
    let json = to_value(&report).unwrap();
    let relations = |same_as, supertype, is_final, group_start, group_size| {
        json!({
            "same_as": same_as, "supertype": supertype, "is_final": is_final,
            "group_start": group_start, "group_size": group_size,
        })
    };
    let none = None::<u32>;
    assert_eq!(json["type_relations"][1], relations(none, Some(0), true, 1, 1));
    assert_eq!(json["type_relations"][3], relations(none, none, false, 2, 2));
    assert_eq!(json["type_relations"][5], relations(Some(3), none, false, 4, 2));
    assert_eq!(json["types"][5], "same as 3");
    assert_eq!(json["tables"][1]["element_type"], "(ref null 0)");
    assert_eq!(json["tables"][3]["init"], "ref.func 2");
    assert_eq!(json["globals"][4]["value_type"], "(ref ?)");
}
