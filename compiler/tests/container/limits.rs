//! Models that exceed each limit of the container, with the name of the limit, and the largest
//! models that fit.

use cwamrc::aot::model::*;
use cwamrc::aot::{ContainerErrorKind, read, write};
use wamr_abi::format::{self, ExportKind, Machine, feature};
use wamr_abi::releases::Release;

fn empty() -> AotFile<'static> {
    AotFile::new(TargetInfo::relocatable(Machine::X86_64, 0, 0))
}

fn refusal(file: &AotFile<'_>, release: Release, kind: ContainerErrorKind) -> String {
    let error = write(file, release).unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    error.to_string()
}

fn limit(file: &AotFile<'_>) -> String {
    refusal(file, Release::Main, ContainerErrorKind::Limit)
}

fn fits(file: &AotFile<'_>) {
    let bytes = write(file, Release::Main).unwrap();
    assert_eq!(read(&bytes).unwrap(), *file);
}

#[test]
fn names_have_a_16_bit_length_with_their_nul() {
    let file = |length: usize| AotFile {
        memories: vec![Memory {
            flags: 0,
            bytes_per_page: 65536,
            initial_pages: 0,
            maximum_pages: 0,
        }],
        exports: vec![Export {
            kind: ExportKind::Memory,
            index: 0,
            name: "n".repeat(length).into(),
        }],
        ..empty()
    };
    fits(&file(65534));
    assert_eq!(
        limit(&file(65535)),
        "name of an export of 65535 bytes; the container allows names of at most 65534 bytes"
    );
}

#[test]
fn imports_have_a_16_bit_type_index() {
    let file = |type_index: u32| AotFile {
        types: vec![TypeDef::default(); type_index as usize + 1],
        import_functions: vec![ImportFunction { type_index, module: "m".into(), name: "f".into() }],
        ..empty()
    };
    fits(&file(65535));
    assert_eq!(
        limit(&file(65536)),
        "imported function m.f has type index 65536; the container allows at most 65535 there"
    );
}

#[test]
fn types_have_16_bit_counts_of_cells() {
    let file = |params: &[ValueType], count: usize, results: usize| AotFile {
        types: vec![TypeDef::function(FuncType {
            params: params.repeat(count),
            results: vec![ValueType::F64; results],
        })],
        ..empty()
    };
    fits(&file(&[ValueType::I32], 65535, 0));
    fits(&file(&[ValueType::V128], 16383, 32767));
    let refused = [
        (file(&[ValueType::I32], 65536, 0), "parameters of a function type take 65536 cells"),
        (file(&[ValueType::I64], 32768, 0), "parameters of a function type take 65536 cells"),
        (file(&[], 0, 40000), "results of a function type take 80000 cells"),
    ];
    for (file, message) in refused {
        let error = limit(&file);
        assert!(error.starts_with(message), "{error}");
        assert!(error.ends_with("of 32 bits; the loader allows 65535"), "{error}");
    }
}

#[test]
fn auxiliary_addresses_are_below_4_gib() {
    let file = |address| AotFile {
        aux_stack: AuxStack {
            heap_base: AuxGlobal { global: Some(1), address },
            ..AuxStack::default()
        },
        ..empty()
    };
    fits(&file(0xffff_ffff));
    assert_eq!(limit(&file(1 << 32)), "auxiliary stack address 0x100000000 is over 4 GiB");
}

#[test]
fn architecture_names_have_15_bytes() {
    let file = |arch: &'static str| {
        let mut file = empty();
        file.target.arch = arch.into();
        file
    };
    fits(&file("fifteen-bytes!!"));
    assert_eq!(
        limit(&file("sixteen-bytes!!!")),
        "architecture name `sixteen-bytes!!!` is longer than 15 bytes"
    );
}

/// The segments share borrowed bytes, so the test itself needs little memory.
#[test]
fn files_are_below_4_gib() {
    let bytes = vec![0; 64 << 20];
    let segment = DataSegment {
        passive: true,
        memory_index: 0,
        offset: InitExpr::None,
        bytes: bytes.as_slice().into(),
    };
    let file = AotFile { data_segments: vec![segment; 65], ..empty() };
    assert_eq!(limit(&file), "the .aot file would be larger than 4 GiB");
}

fn nested(depth: usize) -> AotFile<'static> {
    let deeper =
        |inner, _| InitExpr::Binary(BinaryOp::I32Add, Box::new([inner, InitExpr::I32Const(1)]));
    let init = (0..depth).fold(InitExpr::GlobalGet(0), deeper);
    let global = Global { value_type: ValueType::I32, mutable: false, init };
    AotFile { globals: vec![global], ..empty() }
}

#[test]
fn constant_expressions_have_a_bounded_depth() {
    fits(&nested(256));
    assert_eq!(limit(&nested(257)), "constant expression nested deeper than 256");
}

/// A hand-made expression nested far deeper than any stack allows: it must be refused without
/// recursion.
#[test]
fn deep_constant_expressions_in_a_file_are_refused() {
    let bytes = write(&nested(1), Release::Main).unwrap();
    let add = 0x6au32.to_le_bytes();
    let start = bytes.windows(4).position(|window| window == add).unwrap();
    let nest = add.repeat(1_000_000);
    let size = u32::from_le_bytes(bytes[0x44..0x48].try_into().unwrap()) + nest.len() as u32;
    let mut deep = [&bytes[..start], &nest, &bytes[start..]].concat();
    deep[0x44..0x48].copy_from_slice(&size.to_le_bytes());
    let error = read(&deep).unwrap_err();
    assert_eq!(error.kind(), ContainerErrorKind::Limit);
    assert_eq!(error.offset(), Some(start + 256 * 4));
    assert_eq!(error.what(), "constant expression nested deeper than 256");
}

#[test]
fn releases_refuse_what_they_do_not_have() {
    let relocation = |kind, symbol: &'static str| AotFile {
        relocation_groups: vec![RelocationGroup {
            name: ".rela.text".into(),
            relocations: vec![Relocation { offset: 0, addend: 0, kind, symbol: symbol.into() }],
        }],
        ..empty()
    };
    let mut tiny_frames = empty();
    tiny_frames.target.feature_flags = feature::TINY_STACK_FRAME;
    let cases = [
        (nested(1), Release::V2_3_1, "arithmetic in constant expressions over imported globals"),
        (tiny_frames, Release::V2_1_2, "tiny call-stack frames"),
        (
            relocation(42, "aot_func#0"),
            Release::V2_4_5,
            "relocations R_X86_64_GOTPCRELX and R_X86_64_REX_GOTPCRELX",
        ),
        (
            relocation(11, ".srodata.cst8"),
            Release::V2_2_0,
            "references to a data section named .srodata",
        ),
        (memory64(), Release::V2_0_0, "64-bit memories"),
        (
            global_get_after_mutable_import(),
            Release::V2_0_0,
            "global.get in constant expressions while the first imported global is mutable",
        ),
    ];
    for (file, release, feature) in cases {
        assert_eq!(
            refusal(&file, release, ContainerErrorKind::Unsupported),
            format!("WAMR {release} does not support {feature}")
        );
        fits(&file);
    }
}

fn memory64() -> AotFile<'static> {
    let memory = Memory {
        flags: format::MEMORY_64,
        bytes_per_page: 65536,
        initial_pages: 1,
        maximum_pages: 1,
    };
    AotFile { memories: vec![memory], ..empty() }
}

fn global_get_after_mutable_import() -> AotFile<'static> {
    let import = |name: &'static str, mutable| ImportGlobal {
        value_type: ValueType::I32,
        mutable,
        module: "env".into(),
        name: name.into(),
    };
    AotFile {
        import_globals: vec![import("changing", true), import("constant", false)],
        globals: vec![Global {
            value_type: ValueType::I32,
            mutable: false,
            init: InitExpr::GlobalGet(1),
        }],
        ..empty()
    }
}

#[test]
fn old_releases_take_only_simple_element_offsets() {
    let file = AotFile {
        element_segments: vec![ElementSegment {
            flags: 0,
            element_type: RefType::FUNCREF,
            table_index: 0,
            offset: InitExpr::F32Const(0),
            values: vec![],
        }],
        ..empty()
    };
    assert_eq!(
        refusal(&file, Release::V2_0_0, ContainerErrorKind::Unsupported),
        "offset of an element segment that is neither a constant nor global.get"
    );
}
