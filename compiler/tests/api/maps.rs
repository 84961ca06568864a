//! The maps of an artifact, checked against the file, the module and the source text.

use std::collections::BTreeMap;

use cwamrc::{Architecture, Artifact, OptLevel, Options, SymbolKind, aot, compile, inspect};

use crate::{many_functions, module};

fn artifact(wasm: &[u8], options: &Options) -> Artifact {
    compile(wasm, options).expect("it compiles")
}

/// Functions named by the name section, by exports, or not at all.
const NAMES: &str = r#"(module
    (import "env" "host" (func $host (param i32)))
    (func $named (export "shown") (call $host (i32.const 1)))
    (func (export "second") (export "also second") (call $host (i32.const 2)))
    (func (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1))))"#;

#[test]
fn symbols_are_the_stretches_of_the_code() {
    for &architecture in Architecture::ALL {
        let options = Options::new().architecture(architecture).opt_level(OptLevel::O0);
        let artifact = artifact(&module(NAMES), &options);
        let symbols = artifact.symbols();
        for pair in symbols.windows(2) {
            assert!(pair[0].offset + pair[0].size <= pair[1].offset, "{pair:?}");
        }
        let last = symbols.last().expect("there is code");
        assert!(last.offset + last.size <= artifact.statistics().code_size as u64);

        let named: BTreeMap<u32, &str> = symbols
            .iter()
            .filter(|symbol| symbol.kind == SymbolKind::Function)
            .map(|symbol| (symbol.function.expect("it is a function"), symbol.name.as_str()))
            .collect();
        assert_eq!(named, BTreeMap::from([(1, "named"), (2, "second"), (3, "function(3)")]));

        // The file records where the runtime enters each function.
        let file = aot::read(artifact.bytes()).expect("the file is readable");
        for (function, index) in file.functions.iter().zip(1..) {
            let symbol = artifact.symbol_at(function.code_offset).expect("there is code");
            assert_eq!((symbol.offset, symbol.function), (function.code_offset, Some(index)));
            let end = symbol.offset + symbol.size;
            assert_eq!(artifact.symbol_at(end - 1), Some(symbol));
            assert_ne!(artifact.symbol_at(end), Some(symbol));
        }
        assert_eq!(artifact.symbol_at(u64::MAX), None);
        let helper = symbols.iter().find(|symbol| symbol.name == "aot_invoke_native");
        assert_eq!(helper.map(|symbol| symbol.kind), Some(SymbolKind::Added));
    }
}

#[test]
fn functions_that_the_runtime_enters_elsewhere_have_two_symbols() {
    let text = r#"(module (func $f (export "f") (return_call $g)) (func $g (return_call $f)))"#;
    let artifact = artifact(&module(text), &Options::new());
    let of_f = artifact.symbols().iter().filter(|symbol| symbol.name == "f");
    let mut kinds: Vec<SymbolKind> = of_f.map(|symbol| symbol.kind).collect();
    kinds.sort_by_key(|kind| *kind == SymbolKind::Entry);
    assert_eq!(kinds, [SymbolKind::Function, SymbolKind::Entry]);
}

#[test]
fn sections_are_those_of_the_file() {
    let wasm = many_functions(3);
    let artifact = artifact(&wasm, &Options::new());
    let report = inspect::report(artifact.bytes()).expect("the file is readable");
    let expected: Vec<_> = report
        .sections
        .iter()
        .map(|section| (section.name, section.offset..section.offset + section.size))
        .collect();
    let sections: Vec<_> =
        artifact.sections().iter().map(|section| (section.name, section.range.clone())).collect();
    assert_eq!(sections, expected);
    let file = aot::read(artifact.bytes()).expect("the file is readable");
    let range = artifact.code_range().expect("an .aot file has code");
    assert_eq!(&artifact.bytes()[range], &*file.text.code);

    let object = cwamrc::compile_object(&wasm, &Options::new()).expect("it compiles");
    assert!(object.sections().is_empty() && object.code_range().is_none());
    assert_eq!(object.symbols(), artifact.symbols());
}

/// The offsets of all operators, according to wasmparser, and the function of each.
fn operators(wasm: &[u8], imported: u32) -> BTreeMap<u32, u32> {
    let mut operators = BTreeMap::new();
    let mut function = imported;
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let wasmparser::Payload::CodeSectionEntry(body) = payload.expect("the module is right")
        else {
            continue;
        };
        for operator in body.get_operators_reader().expect("locals").into_iter_with_offsets() {
            let (_, offset) = operator.expect("an operator");
            operators.insert(u32::try_from(offset).expect("a small module"), function);
        }
        function += 1;
    }
    operators
}

#[test]
fn the_address_map_leads_to_operators_and_changes_no_code() {
    let wasm = many_functions(4);
    let operators = operators(&wasm, 0);
    for &architecture in Architecture::ALL {
        for level in [OptLevel::O0, OptLevel::O1, OptLevel::O3] {
            let options = Options::new().architecture(architecture).opt_level(level);
            let plain = artifact(&wasm, &options);
            assert!(plain.address_map().is_none());
            let artifact = artifact(&wasm, &options.address_map(true));
            assert_eq!(artifact.bytes(), plain.bytes());
            let map = artifact.address_map().expect("it was asked for");
            let mut end = 0;
            let mut covered = 0;
            for (range, location) in map.iter() {
                assert!(end <= range.start && range.start < range.end, "{range:?}");
                end = range.end;
                covered += range.end - range.start;
                assert_eq!(operators.get(&location.wasm_offset), Some(&location.function));
                // Nothing is inlined here.
                let symbol = artifact.symbol_at(range.start).expect("there is code");
                assert_eq!(symbol.function, Some(location.function));
                assert_eq!(map.lookup(range.start), Some(location));
                assert_eq!(map.lookup(range.end - 1), Some(location));
            }
            let size = artifact.statistics().code_size as u64;
            assert!(end <= size && covered > size / 2, "{covered} of {size} bytes");
            assert_eq!(map.lookup(size), None);
            assert_eq!(map.lookup(u64::MAX), None);
        }
    }
}

/// The only load of a function is found by its address in the machine code.
#[test]
fn a_load_is_found_in_the_middle_of_its_function() {
    let text = r#"(module (memory 1) (func (export "f") (param i32) (result i32)
        (i32.load offset=0x1234 (i32.mul (local.get 0) (i32.const 7)))))"#;
    let wasm = module(text);
    let artifact = artifact(&wasm, &Options::new().address_map(true));
    let code = &artifact.bytes()[artifact.code_range().expect("there is code")];
    // The offset is the displacement of one instruction.
    let displacement = 0x1234_u32.to_le_bytes();
    let place = code.windows(4).position(|bytes| bytes == displacement).expect("a load");
    let map = artifact.address_map().expect("it was asked for");
    let location = map.lookup(place as u64).expect("a load is an operator");
    assert_eq!(location.function, 0);
    const I32_LOAD: u8 = 0x28;
    assert_eq!(wasm[location.wasm_offset as usize], I32_LOAD);
}

#[test]
fn inlined_code_leads_to_the_function_that_it_was_written_in() {
    let text = r#"(module (memory 1)
        (func $inner (param i32) (result i32) (i32.load8_s offset=0x4321 (local.get 0)))
        (func (export "outer") (param i32) (result i32) (call $inner (local.get 0))))"#;
    let wasm = module(text);
    let artifact = artifact(&wasm, &Options::new().address_map(true));
    let map = artifact.address_map().expect("it was asked for");
    let outer = artifact.symbols().iter().find(|symbol| symbol.name == "outer").expect("outer");
    let inlined = map
        .iter()
        .find(|(range, location)| range.start >= outer.offset && location.function == 0)
        .expect("it is inlined");
    const I32_LOAD8_S: u8 = 0x2c;
    assert_eq!(wasm[inlined.1.wasm_offset as usize], I32_LOAD8_S);
}
