//! The smallest useful file, byte by byte, for three targets.
//!
//! The bytes are those of wamrc (WAMR main, LLVM 19) for
//! `(module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))`.
//! Each field is listed by hand with its meaning. The files run in WAMR.

use cwamrc::aot::model::{
    AotFile, Export, FuncType, Function, Memory, TargetInfo, Text, TypeDef, ValueType,
};
use cwamrc::aot::{Container, SectionRange, read, write};
use wamr_abi::format::{ExportKind, Machine, SectionId};
use wamr_abi::releases::Release;

/// What differs between the targets.
struct Target {
    machine: Machine,
    e_machine: [u8; 2],
    e_flags: [u8; 4],
    arch: &'static [u8; 16],
    code: &'static [u8],
}

const TARGETS: [Target; 3] = [
    Target {
        machine: Machine::X86_64,
        e_machine: [0x3e, 0],
        e_flags: [0; 4],
        arch: b"x86_64\0\0\0\0\0\0\0\0\0\0",
        // lea eax, [rsi + rdx]; ret
        code: &[0x8d, 0x04, 0x16, 0xc3],
    },
    Target {
        machine: Machine::Aarch64,
        e_machine: [0xb7, 0],
        e_flags: [0; 4],
        arch: b"aarch64v8\0\0\0\0\0\0\0",
        // add w0, w1, w2; ret
        code: &[0x20, 0x00, 0x02, 0x0b, 0xc0, 0x03, 0x5f, 0xd6],
    },
    Target {
        machine: Machine::Riscv64,
        e_machine: [0xf3, 0],
        e_flags: [5, 0, 0, 0],
        arch: b"riscv64\0\0\0\0\0\0\0\0\0",
        // addw a0, a1, a2; c.ret; padding
        code: &[0x3b, 0x85, 0xc5, 0x00, 0x82, 0x80, 0x00, 0x00],
    },
];

fn bytes(target: &Target, version: u8) -> Vec<u8> {
    let text_size = 4 + target.code.len() as u8;
    let fields: &[&[u8]] = &[
        b"\0aot",
        &[version, 0, 0, 0],
        // Section 0, target info, 48 bytes.
        &[0, 0, 0, 0, 0x30, 0, 0, 0],
        &[2, 0], // bin_type: little-endian, 64-bit
        &[0, 0], // abi_type
        &[1, 0], // e_type REL
        &target.e_machine,
        &[1, 0, 0, 0], // e_version
        &target.e_flags,
        &[0; 8], // feature_flags
        &[0; 8], // reserved
        target.arch,
        // Section 1, init data, 120 bytes.
        &[1, 0, 0, 0, 0x78, 0, 0, 0],
        &[0, 0, 0, 0], // imported memories
        &[1, 0, 0, 0], // memories
        &[0; 4],       // flags
        &[0, 0, 1, 0], // bytes per page
        &[0; 4],       // initial pages
        &[0; 4],       // maximum pages
        &[0; 4],       // data segments
        &[0; 4],       // imported tables
        &[0; 4],       // tables
        &[0; 4],       // element segments
        &[1, 0, 0, 0], // types
        &[0, 0, 2, 0, 1, 0, 0x7f, 0x7f, 0x7f],
        &[0; 3],       // padding
        &[0; 4],       // imported globals
        &[0; 4],       // globals
        &[0; 4],       // imported functions
        &[1, 0, 0, 0], // functions
        &[0xff; 4],    // start function: none
        &[0xff; 4],
        &[0; 8], // data end
        &[0xff; 4],
        &[0; 8], // heap base
        &[0xff; 4],
        &[0; 8], // stack top, stack bottom
        &[0; 4], // stack size
        &[0; 4], // data sections
        // Section 2, text.
        &[2, 0, 0, 0, text_size, 0, 0, 0],
        &[0; 4], // literal size
        target.code,
        // Section 3, function, 20 bytes.
        &[3, 0, 0, 0, 0x14, 0, 0, 0],
        &[0; 8],       // code offset
        &[0; 4],       // type
        &[2, 0, 0, 0], // local cells
        &[2, 0, 0, 0], // stack cells
        // Section 4, export, 16 bytes.
        &[4, 0, 0, 0, 0x10, 0, 0, 0],
        &[1, 0, 0, 0], // exports
        &[0, 0, 0, 0], // index
        &[0, 0],       // kind func, padding
        &[4, 0],
        b"add\0",
        // Section 5, relocation, 12 bytes.
        &[5, 0, 0, 0, 0x0c, 0, 0, 0],
        &[0; 12], // symbols, size of their strings, groups
    ];
    fields.concat()
}

fn model(target: &Target) -> AotFile<'static> {
    let e_flags = u32::from_le_bytes(target.e_flags);
    AotFile {
        memories: vec![Memory {
            flags: 0,
            bytes_per_page: 65536,
            initial_pages: 0,
            maximum_pages: 0,
        }],
        types: vec![TypeDef::function(FuncType {
            params: vec![ValueType::I32, ValueType::I32],
            results: vec![ValueType::I32],
        })],
        text: Text { literal: (&[]).into(), code: target.code.into() },
        functions: vec![Function {
            code_offset: 0,
            type_index: 0,
            max_local_cells: 2,
            max_stack_cells: 2,
        }],
        exports: vec![Export { kind: ExportKind::Func, index: 0, name: "add".into() }],
        ..AotFile::new(TargetInfo::relocatable(target.machine, e_flags, 0))
    }
}

/// The file for the first target.
pub(crate) fn file() -> Vec<u8> {
    bytes(&TARGETS[0], 6)
}

#[test]
fn the_model_becomes_the_bytes() {
    for target in &TARGETS {
        assert_eq!(write(&model(target), Release::Main).unwrap(), bytes(target, 6));
    }
}

#[test]
fn the_bytes_become_the_model() {
    for target in &TARGETS {
        assert_eq!(read(&bytes(target, 6)).unwrap(), model(target));
    }
}

#[test]
fn releases_differ_in_the_version_word() {
    let versions = [
        (Release::V2_0_0, 3),
        (Release::V2_2_0, 3),
        (Release::V2_3_1, 4),
        (Release::V2_4_0, 4),
        (Release::V2_4_1, 5),
        (Release::V2_4_5, 5),
        (Release::Main, 6),
    ];
    for (release, version) in versions {
        let target = &TARGETS[0];
        assert_eq!(write(&model(target), release).unwrap(), bytes(target, version), "{release}");
    }
}

#[test]
fn sections_are_where_the_listing_has_them() {
    let file = file();
    let range = |id, offset, size| SectionRange { id, offset, size };
    assert_eq!(file.len(), 0x118);
    assert_eq!(
        Container::read(&file).unwrap().sections,
        [
            range(SectionId::TargetInfo, 0x10, 48),
            range(SectionId::InitData, 0x48, 120),
            range(SectionId::Text, 0xc8, 8),
            range(SectionId::Function, 0xd8, 20),
            range(SectionId::Export, 0xf4, 16),
            range(SectionId::Relocation, 0x10c, 12),
        ]
    );
}
