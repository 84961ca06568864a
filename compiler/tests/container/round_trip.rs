//! Generated models, written for every release and read back, and the bytes of records that the
//! smallest file does not have.

use cwamrc::aot::model::{
    AotFile, CustomSection, ElementSegment, Function, FunctionName, InitExpr, NameSubsection,
    RefType, Relocation, RelocationGroup, TargetInfo, Text, TypeDef,
};
use cwamrc::aot::{Container, ContainerErrorKind, write};
use wamr_abi::format::{self, CustomId, Machine};
use wamr_abi::releases::{ElementOffset, Release};

use super::generate::{Generator, model};
use super::generate_gc::gc_model;

const MODELS: u64 = 2000;

fn reads_back(file: &AotFile<'_>, release: Release) {
    let bytes = write(file, release).unwrap();
    let container = Container::read(&bytes).unwrap();
    assert_eq!(container.file, *file, "{release}");
    assert_eq!(container.version, release.facts().version);
    if let Some(layout) = container.element_offset {
        assert_eq!(layout, release.facts().element_offset);
    }
    let needs = container.requirements();
    assert_eq!(release.refuses(&needs), None, "{release}");
    assert_eq!(bytes.len() as u64, end_of_last_section(&container), "{release}");
}

/// Nothing may follow the last section: the loader would read it as another section.
fn end_of_last_section(container: &Container<'_>) -> u64 {
    let last = container.sections.last().unwrap();
    (last.offset + last.size) as u64
}

/// A model that no release misreads. Release 2.0.0 checks only whether the first imported global is
/// mutable, and does not know 64-bit memories.
fn portable_model(seed: u64, arithmetic: bool) -> AotFile<'static> {
    portable(model(&mut Generator::new(seed), arithmetic))
}

fn portable(mut file: AotFile<'static>) -> AotFile<'static> {
    if let Some(first) = file.import_globals.first_mut() {
        first.mutable = false;
    }
    for memory in &mut file.memories {
        memory.flags &= !format::MEMORY_64;
    }
    file
}

#[test]
fn every_release_reads_back_what_was_written() {
    for seed in 0..MODELS {
        let file = portable_model(seed, false);
        Release::all().for_each(|release| reads_back(&file, release));
    }
}

#[test]
fn every_release_reads_back_files_with_garbage_collection() {
    for seed in 0..MODELS {
        let file = portable(gc_model(&mut Generator::new(seed)));
        Release::all().for_each(|release| reads_back(&file, release));
    }
}

#[test]
fn arithmetic_is_for_new_releases_only() {
    let mut refused = 0;
    for seed in 0..MODELS {
        let file = portable_model(seed, true);
        for release in Release::all() {
            match write(&file, release) {
                Ok(_) => reads_back(&file, release),
                Err(error) => {
                    assert_eq!(error.kind(), ContainerErrorKind::Unsupported);
                    assert!(release < Release::V2_4_0, "{release}: {error}");
                    assert!(error.what().contains("arithmetic in constant expressions"));
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > MODELS, "only {refused} of the models had arithmetic");
}

/// An offset written as `i64.const` has the same bytes in both layouts, so such a file runs on
/// 2.3.1 and on 2.4.0.
#[test]
fn i64_offsets_are_common_to_all_releases() {
    let mut file = model(&mut Generator::new(1), false);
    file.element_segments = vec![ElementSegment {
        flags: 0,
        element_type: RefType::FUNCREF,
        table_index: 0,
        offset: InitExpr::I64Const(5),
        values: vec![InitExpr::REF_NULL],
    }];
    let old = write(&file, Release::V2_3_1).unwrap();
    let new = write(&file, Release::V2_4_0).unwrap();
    assert_eq!(old, new);
    let container = Container::read(&old).unwrap();
    assert_eq!(container.element_offset, None);
    let releases: Vec<_> = Release::that_run(container.requirements()).collect();
    assert_eq!(releases, [Release::V2_3_0, Release::V2_3_1, Release::V2_4_0]);
}

/// The bytes of an active segment in both layouts, by hand.
#[test]
fn element_offsets_are_laid_out_as_the_release_reads_them() {
    let mut file = AotFile::default();
    file.target.bin_type = 2;
    file.target.e_type = 1;
    file.element_segments = vec![ElementSegment {
        flags: 0,
        element_type: RefType::FUNCREF,
        table_index: 1,
        offset: InitExpr::I32Const(-2),
        values: vec![InitExpr::RefFunc(3)],
    }];
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let old: Vec<u8> = words(&[1, 0, 0x70, 1, 0x41, 0xffff_fffe, 0, 0x70, 0, 1, 0xd2, 3]);
    let new: Vec<u8> = words(&[1, 0, 0x70, 1, 0x41, 0xffff_fffe, 0x70, 0, 1, 0xd2, 3]);
    for (release, expected) in [(Release::V2_3_1, old), (Release::V2_4_0, new)] {
        let bytes = write(&file, release).unwrap();
        let container = Container::read(&bytes).unwrap();
        // No memories, data segments, or tables: four empty counts, then the segments.
        let start = container.sections[1].offset + 5 * 4;
        assert_eq!(bytes[start..][..expected.len()], expected, "{release}");
        assert_eq!(container.element_offset, Some(release.facts().element_offset));
    }
    assert_eq!(Release::V2_3_1.facts().element_offset, ElementOffset::Fixed);
}

/// The bytes of custom sections. Native symbols are stored from the last slot to the first; names
/// have words and NULs where wasm has LEB128.
#[test]
fn custom_sections_are_as_the_loader_reads_them() {
    let name = |function, name: &'static str| FunctionName { function, name: name.into() };
    let file = AotFile {
        custom_sections: vec![
            CustomSection::NativeSymbols(vec!["first".into(), "second".into()]),
            CustomSection::Name(vec![NameSubsection::Functions {
                names: vec![name(1, "named"), name(2, "main")],
                stated_size: None,
            }]),
            CustomSection::Raw { name: "producers".into(), bytes: vec![1, 2, 3].into() },
        ],
        ..AotFile::default()
    };
    let bytes = write(&file, Release::V2_4_5).unwrap();
    let native: &[&[u8]] = &[
        &[100, 0, 0, 0, 26, 0, 0, 0],
        &[CustomId::NativeSymbol as u8, 0, 0, 0],
        &[2, 0, 0, 0],
        &[7, 0],
        b"second\0",
        &[0],
        &[6, 0],
        b"first\0",
        &[0, 0],
    ];
    let names: &[&[u8]] = &[
        &[100, 0, 0, 0, 47, 0, 0, 0],
        &[CustomId::Name as u8, 0, 0, 0],
        &[4, 0, 0, 0],
        b"name",
        &[1, 0, 0, 0, 27, 0, 0, 0],
        &[2, 0, 0, 0],
        &[1, 0, 0, 0, 6, 0],
        b"named\0",
        &[2, 0, 0, 0, 5, 0],
        b"main\0",
        &[0],
    ];
    let raw: &[&[u8]] = &[
        &[100, 0, 0, 0, 19, 0, 0, 0],
        &[CustomId::Raw as u8, 0, 0, 0],
        &[10, 0],
        b"producers\0",
        &[1, 2, 3],
    ];
    let expected = [native, names, raw].concat().concat();
    assert_eq!(bytes[bytes.len() - expected.len()..], expected);
}

/// An empty name without its NUL, which the loader accepts, is written with one. Then the size
/// stated in the file is correct again.
#[test]
fn an_empty_name_without_its_nul_is_written_with_it() {
    let function = Function::default();
    let name = FunctionName { function: 0, name: "".into() };
    let names = NameSubsection::Functions { names: vec![name], stated_size: None };
    let after = NameSubsection::Other { id: 2, bytes: b"".as_slice().into() };
    let file = AotFile {
        types: vec![TypeDef::default()],
        text: Text { literal: b"".as_slice().into(), code: b"code".as_slice().into() },
        functions: vec![function],
        custom_sections: vec![CustomSection::Name(vec![names, after])],
        ..AotFile::new(TargetInfo::relocatable(Machine::X86_64, 0, 0))
    };
    let mut bytes = write(&file, Release::Main).unwrap();
    // Number of names, function, length, NUL.
    let record = b"\x01\0\0\0\0\0\0\0\x01\0\0";
    let at = bytes.windows(record.len()).rposition(|found| found == record).unwrap();
    bytes[at + record.len() - 3] = 0;
    let read = Container::read(&bytes).unwrap().file;
    assert_eq!(read, file);
    let again = write(&read, Release::Main).unwrap();
    assert_eq!(Container::read(&again).unwrap().file, read);
}

/// For 32-bit machines, addends and the offsets of functions and relocations are 32-bit words.
#[test]
fn offsets_of_32_bit_machines_are_words() {
    let relocation =
        |offset, addend| Relocation { offset, addend, kind: 10, symbol: "memcpy".into() };
    let relocations = vec![relocation(2, -4), relocation(0xffff_fffe, 0x7fff_ffff)];
    let mut file = AotFile {
        types: vec![TypeDef::default()],
        text: Text { literal: b"".as_slice().into(), code: [0; 16].as_slice().into() },
        functions: vec![Function { code_offset: 8, ..Function::default() }; 2],
        relocation_groups: vec![RelocationGroup { name: ".rel.text".into(), relocations }],
        ..AotFile::new(TargetInfo::relocatable(Machine::X86_64, 0, 0))
    };
    file.target.bin_type = 0;
    let bytes = write(&file, Release::Main).unwrap();
    let container = Container::read(&bytes).unwrap();
    assert_eq!(container.file, file);
    let words =
        |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let body = |index: usize| {
        let section = container.sections[index];
        &bytes[section.offset..][..section.size]
    };
    assert_eq!(body(3), words(&[8, 8, 0, 0, 0, 0, 0, 0]));
    let records = words(&[1, 0, 2, 2, 0xffff_fffc, 10, 1, 0xffff_fffe, 0x7fff_ffff, 10, 1]);
    assert!(body(5).ends_with(&records), "{:?}", body(5));
    for (offset, addend) in [(1 << 32, 0), (0, 1 << 31), (0, -(1 << 31) - 1)] {
        let group = &mut file.relocation_groups[0];
        group.relocations[0] = relocation(offset, addend);
        let error = write(&file, Release::Main).unwrap_err();
        assert_eq!(error.kind(), ContainerErrorKind::Limit, "{error}");
    }
}
