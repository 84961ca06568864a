//! Damaged files: reading gives a value or a typed error, never a panic, and what was read can be
//! written.

use cwamrc::aot::model::{AotFile, CompositeType, ReferenceMaps};
use cwamrc::aot::{Container, write};
use cwamrc::{Architecture, OptLevel, Options, inspect};
use wamr_abi::releases::Release;

use super::generate::{Generator, model};
use super::generate_gc::gc_model;
use super::hello;
use super::wamrc::SAMPLES;
use super::wamrc_gc::GC_SAMPLE;

/// Of each file.
const MUTATIONS: usize = 5_000;

/// A file with all kinds of sections and records.
fn rich_file(release: Release) -> Vec<u8> {
    let full = |file: &AotFile<'_>| {
        !file.data_segments.is_empty()
            && !file.element_segments.is_empty()
            && !file.import_globals.is_empty()
            && !file.import_functions.is_empty()
            && !file.functions.is_empty()
            && !file.exports.is_empty()
            && !file.relocation_groups.is_empty()
            && file.custom_sections.len() > 3
    };
    let mut files = (0..).map(|seed| model(&mut Generator::new(seed), false));
    write(&files.find(full).unwrap(), release).unwrap()
}

/// A file with garbage collection and all kinds of types and values.
fn rich_gc_file(release: Release) -> Vec<u8> {
    let has_type = |file: &AotFile<'_>, kind: fn(&CompositeType) -> bool| {
        file.types.iter().any(|ty| kind(&ty.composite))
    };
    let full = |file: &AotFile<'_>| {
        has_type(file, |ty| matches!(ty, CompositeType::Struct(fields) if fields.len() > 2))
            && has_type(file, |ty| matches!(ty, CompositeType::Array(_)))
            && file.types.iter().any(|ty| ty.same_as.is_some())
            && file.types.iter().any(|ty| ty.group.size > 1)
            && file.globals.iter().filter(|global| global.init.is_object()).count() > 1
            && !file.tables.is_empty()
            && !file.element_segments.is_empty()
            && !file.import_functions.is_empty()
            && !file.functions.is_empty()
            && file.reference_maps != ReferenceMaps::NoReferences
    };
    let mut files = (0..).map(|seed| gc_model(&mut Generator::new(seed)));
    write(&files.find(full).unwrap(), release).unwrap()
}

/// A file with landing pads, of which the report gives the number.
fn throwing_file(architecture: Architecture) -> Vec<u8> {
    let text = r#"(module
        (tag $t (param i64))
        (func $throw (param i64) (throw $t (local.get 0)))
        (func (export "f") (param i64) (result i64)
            (block $caught (result i64)
                (try_table (catch $t $caught) (call $throw (local.get 0)))
                (i64.const 0))))"#;
    let options = Options::new().architecture(architecture).opt_level(OptLevel::O0);
    let wasm = wat::parse_str(text).unwrap();
    let file = cwamrc::compile(&wasm, &options).unwrap().into_bytes();
    assert_eq!(inspect::report(&file).unwrap().exceptions.unwrap().landing_pads, 2);
    file
}

/// Reads `bytes`. An error must have an offset within the file; a value must survive writing and
/// reading.
fn probe(bytes: &[u8]) {
    let container = match Container::read(bytes) {
        Ok(container) => container,
        Err(error) => {
            assert!(error.offset().is_some_and(|offset| offset <= bytes.len() + 4), "{error}");
            assert!(inspect::report(bytes).is_err());
            return;
        }
    };
    let report = inspect::report(bytes).unwrap();
    assert!(report.to_string().contains("WAMR AOT file"));
    let needs = container.requirements();
    for release in Release::that_run(needs) {
        let again = write(&container.file, release).unwrap();
        assert_eq!(Container::read(&again).unwrap().file, container.file);
    }
}

/// The files to damage.
fn files() -> Vec<Vec<u8>> {
    let releases = [Release::V2_3_1, Release::V2_4_0, Release::Main];
    let generated = releases.map(rich_file).into_iter().chain(releases.map(rich_gc_file));
    let samples = SAMPLES.iter().map(|sample| sample.bytes).chain([GC_SAMPLE]);
    let made_by_wamrc = samples.map(<[u8]>::to_vec);
    let throwing = Architecture::ALL.iter().map(|&architecture| throwing_file(architecture));
    made_by_wamrc.chain(generated).chain([hello::file()]).chain(throwing).collect()
}

#[test]
fn prefixes_are_refused() {
    for file in files() {
        let container = Container::read(&file).unwrap();
        let ends: Vec<_> =
            container.sections[5..].iter().map(|section| section.offset + section.size).collect();
        for length in 0..file.len() {
            let prefix = &file[..length];
            // Custom sections may be missing; all others are required.
            assert_eq!(Container::read(prefix).is_ok(), ends.contains(&length), "{length}");
            probe(prefix);
        }
    }
}

#[test]
fn mutations_never_panic() {
    let mut random = Generator::new(0x0a07);
    for file in files() {
        let mut bytes = file.clone();
        for _ in 0..MUTATIONS {
            let position = random.below(bytes.len());
            bytes[position] = [0, 1, 0x7f, 0x80, 0xff, random.next() as u8][random.below(6)];
            probe(&bytes);
            bytes[position] = file[position];
        }
    }
}

#[test]
fn several_mutations_at_once_never_panic() {
    let mut random = Generator::new(0xdead);
    for file in [rich_file(Release::Main), rich_gc_file(Release::Main)] {
        for _ in 0..MUTATIONS {
            let mut bytes = file.clone();
            for _ in 0..1 + random.below(8) {
                let position = random.below(bytes.len());
                bytes[position] = random.next() as u8;
            }
            probe(&bytes);
        }
    }
}

#[test]
fn other_files_are_refused_by_their_header() {
    let cases: [(&[u8], &str); 5] = [
        (b"", "not an .aot file: magic header not detected, at offset 0x0 of the .aot file"),
        (
            b"\0asm\x01\0\0\0",
            "not an .aot file: magic header not detected, at offset 0x0 of the .aot file",
        ),
        (b"\0aot", "unexpected end, at offset 0x4 of the .aot file"),
        (b"toa\0\0\0\0\x06", "file for a big-endian target, at offset 0x0 of the .aot file"),
        (
            b"\0aot\x07\0\0\0",
            "no known release of WAMR has AOT version 7, at offset 0x4 of the .aot file",
        ),
    ];
    for (bytes, message) in cases {
        assert_eq!(Container::read(bytes).unwrap_err().to_string(), message);
    }
}

/// Damage that the loader would detect, too, and the offset at which it is reported.
#[test]
fn damage_is_named_with_its_place() {
    let cases: [(usize, u8, &str); 11] = [
        (0x08, 1, "invalid section order: init data section, at offset 0x8"),
        (0x08, 6, "invalid section id 6, at offset 0x8"),
        (0x0f, 1, "16777264 bytes of a section do not fit the file, at offset 0xc"),
        (0x10, 3, "file for a big-endian target, at offset 0x10"),
        (0x14, 2, "object file type 2 is neither relocatable nor XIP, at offset 0x10"),
        (0x20, 0x10, "type equals type 2139029505, which comes later, at offset 0x77"),
        (0x48, 1, "records of imported memories, at offset 0x48"),
        (0x7a, 1, "unknown value type 0x1, at offset 0x7a"),
        (0x90, 7, "start function does not exist, at offset 0x90"),
        (0xd8, 4, "function outside of the code, at offset 0xd8"),
        (0xf8, 1, "export `add` refers to an index that does not exist, at offset 0xf4"),
    ];
    for (position, value, message) in cases {
        let mut bytes = hello::file();
        bytes[position] = value;
        if position == 0x90 {
            bytes[0x91..0x94].fill(0);
        }
        let error = Container::read(&bytes).unwrap_err().to_string();
        assert!(error.starts_with(message), "{position:#x}: {error}");
    }
}
