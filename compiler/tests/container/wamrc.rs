//! Files that wamrc made from `wamrc/module.wat`: the model read must match the module, and writing
//! it back must give the same bytes.
//!
//! They come from WAMR's LLVM compiler (`core/iwasm/compilation` of the crate `wamrx-sys`, main of
//! July 2026) with LLVM 19, with `--target=` as in the name and, in this order,
//! `--emit-custom-sections=name`, `--xip` and `--enable-dump-call-stack`; those for 32-bit machines
//! with `--target-abi=eabihf --cpu=cortex-m4`, and with `--target-abi=ilp32 --cpu=generic-rv32
//! --cpu-features=+m,+a,+c --disable-simd`.

use cwamrc::aot::model::*;
use cwamrc::aot::{Container, read, write};
use cwamrc::inspect::report;
use wamr_abi::format::{E_TYPE_XIP, ExportKind, Machine};
use wamr_abi::releases::{ElementOffset, Release};

/// A file and the facts that its name states.
pub(crate) struct Sample {
    e_machine: u16,
    arch: &'static str,
    /// The value that encodes null. If it is 0, runtimes would read it as function 0.
    null: u32,
    pub(crate) bytes: &'static [u8],
}

const fn sample(machine: Machine, bytes: &'static [u8]) -> Sample {
    Sample { e_machine: machine.e_machine(), arch: machine.arch(), null: 0, bytes }
}

const MAIN_X86_64: Sample = sample(Machine::X86_64, include_bytes!("wamrc/main-x86_64.aot"));
const MAIN_AARCH64_XIP: Sample =
    sample(Machine::Aarch64, include_bytes!("wamrc/main-aarch64-xip.aot"));
const MAIN_RISCV64_FRAMES: Sample =
    sample(Machine::Riscv64, include_bytes!("wamrc/main-riscv64-frames.aot"));
// Numbers of ELF: EM_ARM, EM_RISCV.
const MAIN_THUMBV7EM: Sample = Sample {
    e_machine: 40,
    arch: "thumbv7em",
    null: u32::MAX,
    bytes: include_bytes!("wamrc/main-thumbv7em.aot"),
};
const MAIN_RISCV32: Sample = Sample {
    e_machine: 243,
    arch: "riscv32",
    null: u32::MAX,
    bytes: include_bytes!("wamrc/main-riscv32.aot"),
};
/// Every file.
pub(crate) const SAMPLES: [Sample; 5] =
    [MAIN_X86_64, MAIN_AARCH64_XIP, MAIN_RISCV64_FRAMES, MAIN_THUMBV7EM, MAIN_RISCV32];

#[test]
fn written_back_they_are_the_same_bytes() {
    for sample in &SAMPLES {
        let file = read(sample.bytes).unwrap();
        assert_eq!(write(&file, Release::Main).unwrap(), sample.bytes, "{}", file.target.arch);
    }
}

#[test]
fn releases_are_told_by_version_and_layout() {
    for sample in &SAMPLES {
        let container = Container::read(sample.bytes).unwrap();
        assert_eq!(
            (container.version, container.element_offset),
            (6, Some(ElementOffset::InitExpr))
        );
        let releases: Vec<_> = container.releases().collect();
        assert_eq!(releases, [Release::Main]);
    }
}

#[test]
fn declarations_are_those_of_the_module() {
    for sample in &SAMPLES {
        let file = read(sample.bytes).unwrap();
        assert_eq!(file.target.e_machine, sample.e_machine);
        assert_eq!(file.target.arch, sample.arch);
        assert_eq!(file.data_segments[0].offset, InitExpr::I32Const(1024));
        assert_eq!(*file.data_segments[0].bytes, *b"hello, world\0");
        assert!(file.data_segments[1].passive);
        assert_eq!(*file.data_segments[1].bytes, *b"passive");
        let table = Table {
            element_type: RefType::FUNCREF,
            flags: 1,
            possible_grow: true,
            initial: 4,
            maximum: 20,
            init: InitExpr::None,
        };
        assert_eq!(file.tables[0], table);
        assert_eq!(file.tables[1].element_type, RefType::EXTERNREF);
        assert_eq!(file.import_functions[0].name, "host");
        assert_eq!(
            file.types[file.import_functions[0].type_index as usize].to_string(),
            "(i32, f64) -> (i64)"
        );
        assert_eq!(
            (&*file.import_globals[0].name, file.import_globals[0].mutable),
            ("offset", false)
        );
        assert_eq!(file.start_function, Some(1));
        assert_eq!(file.functions.len(), 9);
        globals_are_those_of_the_module(&file, sample.null);
        elements_are_those_of_the_module(&file, sample.null);
        exports_are_those_of_the_module(&file);
    }
}

fn globals_are_those_of_the_module(file: &AotFile<'_>, null: u32) {
    let init: Vec<_> = file.globals.iter().map(|global| global.init.clone()).collect();
    let expected = [
        InitExpr::I32Const(65536),
        InitExpr::I32Const(65552),
        InitExpr::I32Const(1040),
        InitExpr::F32Const(1.5f32.to_bits()),
        InitExpr::F64Const((-0.0f64).to_bits()),
        InitExpr::I64Const(-3),
        InitExpr::RefFunc(2),
        InitExpr::RefNull(null),
        InitExpr::GlobalGet(0),
    ];
    assert_eq!(init, expected);
    let at = |global, address| AuxGlobal { global: Some(global), address };
    assert_eq!(
        file.aux_stack,
        AuxStack {
            data_end: at(3, 1040),
            heap_base: at(2, 65552),
            stack_top: at(1, 65536),
            stack_size: 65536 - 1040,
        }
    );
}

fn elements_are_those_of_the_module(file: &AotFile<'_>, null: u32) {
    let segments: Vec<_> = file
        .element_segments
        .iter()
        .map(|segment| (segment.mode(), segment.offset.clone(), segment.values.clone()))
        .collect();
    let null = InitExpr::RefNull(null);
    let expected = [
        (
            ElementMode::Active,
            InitExpr::I32Const(0),
            vec![InitExpr::RefFunc(2), InitExpr::RefFunc(3)],
        ),
        (ElementMode::Active, InitExpr::GlobalGet(0), vec![InitExpr::RefFunc(2), null.clone()]),
        (ElementMode::Passive, InitExpr::None, vec![InitExpr::RefFunc(0), null.clone()]),
        (ElementMode::Passive, InitExpr::None, vec![null]),
        (ElementMode::Declarative, InitExpr::None, vec![InitExpr::RefFunc(3)]),
    ];
    assert_eq!(segments, expected);
}

fn exports_are_those_of_the_module(file: &AotFile<'_>) {
    let exports: Vec<_> =
        file.exports.iter().map(|export| (export.kind, export.index, &*export.name)).collect();
    let expected = [
        (ExportKind::Memory, 0, "memory"),
        (ExportKind::Table, 0, "table"),
        (ExportKind::Global, 2, "__heap_base"),
        (ExportKind::Global, 3, "__data_end"),
        (ExportKind::Func, 2, "factorial"),
        (ExportKind::Func, 3, "trap"),
        (ExportKind::Func, 4, "store"),
        (ExportKind::Func, 5, "call"),
        (ExportKind::Func, 6, "tables"),
        (ExportKind::Func, 7, "bulk"),
        (ExportKind::Func, 8, "host"),
        (ExportKind::Func, 9, "multi"),
    ];
    assert_eq!(exports, expected);
}

#[test]
fn function_names_are_those_of_the_module() {
    let file = read(MAIN_X86_64.bytes).unwrap();
    let [CustomSection::Name(subsections)] = &file.custom_sections[..] else { panic!("{file:?}") };
    let [NameSubsection::Functions { names, .. }] = &subsections[..] else { panic!("{file:?}") };
    let names: Vec<_> = names.iter().map(|name| (name.function, &*name.name)).collect();
    assert_eq!(names, [(0, "host"), (1, "start"), (2, "factorial"), (3, "trap")]);
}

/// In 32-bit files, offsets of functions and relocations have half the width.
#[test]
fn code_of_32_bit_machines_has_its_places() {
    // The relocation types that objdump calls R_ARM_THM_CALL and R_RISCV_CALL_PLT, and the symbols
    // that are called.
    for (sample, kind, symbols) in [
        (MAIN_THUMBV7EM, 10, ["aot_invoke_native", "__aeabi_ddiv"]),
        (MAIN_RISCV32, 19, ["aot_invoke_native", "__divdf3"]),
    ] {
        let file = read(sample.bytes).unwrap();
        assert!(!file.target.is_64_bit(), "{}", sample.arch);
        let offsets: Vec<_> = file.functions.iter().map(|function| function.code_offset).collect();
        assert!(offsets.is_sorted() && offsets[0] < offsets[8], "{offsets:?}");
        let [group] = &file.relocation_groups[..] else { panic!("{:?}", file.relocation_groups) };
        for symbol in symbols {
            let mut calls = group.relocations.iter().filter(|found| found.symbol == symbol);
            assert!(calls.all(|call| call.kind == kind && call.addend == 0), "{symbol}");
        }
        let places = group.relocations.iter().map(|relocation| relocation.offset);
        assert!(places.clone().all(|place| place < file.text.code.len() as u64));
        assert!(places.collect::<std::collections::BTreeSet<_>>().len() > 10);
        let report = report(sample.bytes).unwrap();
        assert_eq!((report.target.bits, &*report.releases), (32, &["main".to_owned()][..]));
        let kinds = report.relocations.iter().flat_map(|group| &group.uses);
        assert!(kinds.into_iter().all(|used| used.kind.starts_with("R_")), "{report}");
    }
}

#[test]
fn files_executed_in_place_have_native_symbols_for_relocations() {
    let file = read(MAIN_AARCH64_XIP.bytes).unwrap();
    assert_eq!(file.target.e_type, E_TYPE_XIP);
    assert!(file.relocation_groups.is_empty());
    let [CustomSection::NativeSymbols(symbols)] = &file.custom_sections[..] else {
        panic!("{file:?}")
    };
    for symbol in ["aot_set_exception_with_id", "aot_invoke_native", "f64#400D99999999999A"] {
        assert!(symbols.iter().any(|found| found == symbol), "{symbol} is not in {symbols:?}");
    }
}

#[test]
fn call_stack_frames_need_cells() {
    let file = read(MAIN_RISCV64_FRAMES.bytes).unwrap();
    // Function 5, `call`, has two i32 parameters.
    assert_eq!(file.functions[4].max_local_cells, 2);
    assert!(file.functions.iter().any(|function| function.max_stack_cells > 0));
    let symbols = file.relocation_groups.iter().flat_map(|group| &group.relocations);
    assert!(symbols.into_iter().any(|relocation| relocation.symbol == "aot_alloc_frame"));
}
