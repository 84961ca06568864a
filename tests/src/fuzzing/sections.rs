//! A module with arbitrary bytes as custom sections: names of functions, sections of DWARF, and
//! others, as written by unknown tools. They are copied or left out, and affect nothing else.

use std::num::NonZeroUsize;

use cwamrc::aot::Container;
use cwamrc::{Artifact, CallStacks, ErrorKind, Options};
use wasm_encoder::{CustomSection, Section};

/// The names of the sections; the first byte of an input chooses one.
const NAMES: &[&str] = &[
    "name",
    ".debug_info",
    ".debug_line",
    ".debug_abbrev",
    ".debug_str",
    "dylink.0",
    "linking",
    "producers",
    "target_features",
    "metadata.code.branch_hint",
    "sourceMappingURL",
    "",
];

pub(super) fn run(data: &[u8]) {
    let Some((&choice, content)) = data.split_first() else { return };
    let name = NAMES[usize::from(choice) % NAMES.len()];
    let plain = plain();
    let mut wasm = plain.clone();
    let section = CustomSection { name: name.into(), data: content.into() };
    section.append_to(&mut wasm);
    let before = choice & 0x80 != 0;
    if before {
        // Right after the preamble, where tools also put sections.
        let mut front = plain[..8].to_vec();
        section.append_to(&mut front);
        front.extend(&plain[8..]);
        wasm = front;
    }
    let options = Options::new().threads(NonZeroUsize::MIN);
    let mut options = options.address_map(choice & 0x40 != 0);
    options.emit_custom_sections = vec![name.to_owned()];
    if choice & 0x20 != 0 {
        options = options.call_stacks(CallStacks::complete());
    }
    let expected = cwamrc::compile(&plain, &options).expect("it is valid without");
    match cwamrc::compile(&wasm, &options) {
        Ok(artifact) => {
            let container =
                Container::read(artifact.bytes()).expect("what was written can be read");
            assert!(!container.file.text.code.is_empty(), "code is there");
            let size = |artifact: &Artifact| artifact.code_range().map(|range| range.len());
            assert_eq!(size(&artifact), size(&expected), "other code");
        }
        Err(error) => assert_ne!(error.kind(), ErrorKind::Internal, "{error}"),
    }
    let object = cwamrc::compile_object(&wasm, &options);
    assert!(object.is_ok_and(|object| object.bytes().starts_with(b"\x7fELF")), "an object file");
}

/// A module with a few functions, imports and exports to have names.
fn plain() -> Vec<u8> {
    let text = r#"(module (import "env" "f" (func (param i32))) (memory 1)
        (func (export "a") (call 0 (i32.const 1))) (func (export "b") (result i32) (i32.const 2)))"#;
    wat::parse_str(text).expect("the text is right")
}

/// Sections as tools write them.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = (0..NAMES.len() as u8).map(|choice| vec![choice, 1, 0]).collect();
    // Names of the module and of two functions.
    let mut names = vec![0x20, 0, 3, 2, b'm', b'm', 1, 9, 2, 0, 2, b'f', b'0', 1, 2, b'f', b'1'];
    seeds.push(names.clone());
    // Names of locals after them.
    names.extend([2, 6, 1, 1, 1, 0, 1, b'x']);
    seeds.push(names);
    // The head of a unit of DWARF 4, and of its table of lines.
    seeds.push([&[1][..], &[11, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0]].concat());
    seeds.push([&[0x42][..], &[23, 0, 0, 0, 4, 0, 9, 0, 0, 0, 1, 1, 1, 0xfb, 14, 13]].concat());
    seeds
}
