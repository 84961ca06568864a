//! A file with garbage collection that wamrc made from `wamrc/gc.wat`: the model read must match
//! the module, and writing it back must give the same bytes.
//!
//! It comes from the same sources as those in `wamrc.rs`, with LLVM 14 and `--enable-gc`.

use cwamrc::aot::model::*;
use cwamrc::aot::{Container, read, write};
use wamr_abi::releases::Release;

/// The file.
pub(crate) const GC_SAMPLE: &[u8] = include_bytes!("wamrc/gc-x86_64.aot");

#[test]
fn written_back_it_is_the_same_bytes() {
    let container = Container::read(GC_SAMPLE).unwrap();
    assert_eq!(write(&container.file, Release::Main).unwrap(), GC_SAMPLE);
    assert_eq!(container.releases().collect::<Vec<_>>(), [Release::Main]);
}

#[test]
fn types_are_those_of_the_module() {
    let file = read(GC_SAMPLE).unwrap();
    let types: Vec<_> = file.types.iter().map(ToString::to_string).collect();
    let expected = [
        "sub (struct (field (mut i32)) (field (mut i8)) (field (mut i64)) (field (mut (ref null 0))))",
        "sub final 0 (struct (field (mut i32)) (field (mut i8)) (field (mut i64)) \
         (field (mut (ref null 0))) (field f64))",
        "sub (struct (field (ref 3)) (field i31ref))",
        "sub (array (mut (ref null 2)))",
        "same as 2",
        "same as 3",
        "(array (mut i64))",
        "(array (mut i8))",
        "(array i16)",
        "(i32) -> (i32)",
        "same as 9",
        "(anyref, (ref 1), i64, (ref null 3), (ref i31)) -> ((ref extern), i32, (ref null 0))",
        "(struct (field v128) (field (mut externref)) (field (ref any)) (field structref) \
         (field arrayref) (field eqref) (field nullref) (field nullfuncref) \
         (field nullexternref) (field funcref))",
        "(i32, (ref null 0)) -> (i32)",
        "() -> ()",
        "(i64, anyref, f32, i31ref, v128, (ref 1)) -> ()",
    ];
    assert_eq!(types, expected);
    let group = |index: usize| (file.types[index].group.place, file.types[index].group.size);
    assert_eq!([group(0), group(2), group(3), group(9)], [(0, 1), (0, 2), (1, 2), (0, 1)]);
    // wamrc writes the first of several equal types.
    let functions: Vec<_> = file.functions.iter().map(|function| function.type_index).collect();
    assert_eq!(functions, [9, 9, 15]);
}

#[test]
fn tables_and_globals_are_those_of_the_module() {
    let file = read(GC_SAMPLE).unwrap();
    let tables: Vec<_> = file
        .tables
        .iter()
        .map(|table| format!("{} {} {}", table.element_type, table.maximum, table.init))
        .collect();
    let expected = [
        "funcref 1024 none",
        "(ref null 0) 20 none",
        "anyref 1024 none",
        "(ref 9) 1024 ref.func 2",
        "i31ref 1024 ref.null",
    ];
    assert_eq!(tables, expected);
    let globals: Vec<_> = file
        .globals
        .iter()
        .map(|global| format!("{} {}", global.value_type, global.init))
        .collect();
    let expected = [
        "(ref null ?) ref.null",
        "(ref ?) struct.new 0 0x5 0x6 0x7 0x0",
        // The module has type 1 here; wamrc always writes 0.
        "(ref null ?) struct.new_default 0",
        "(ref ?) array.new_fixed 6 2 0x1 0x2",
        "(ref ?) array.new 6 0x3 (i32.const 9)",
        "(ref ?) array.new_default 6 (i32.const 4)",
        "i31ref ref.i31 (i32.const -3)",
        "funcref ref.func 2",
        "eqref ref.null",
    ];
    assert_eq!(globals, expected);
    let segments: Vec<_> = file
        .element_segments
        .iter()
        .map(|segment| (segment.mode(), segment.element_type, segment.values.len()))
        .collect();
    let expected = [
        (ElementMode::Active, RefType::FUNCREF, 2),
        (ElementMode::Passive, RefType::FUNCREF, 2),
        (ElementMode::Declarative, RefType::FUNCREF, 1),
    ];
    assert_eq!(segments, expected);
}

/// The cells of parameters and locals, two for each reference. wamrc does not count those of
/// `i31ref`.
#[test]
fn reference_maps_are_those_of_the_functions() {
    let file = read(GC_SAMPLE).unwrap();
    let ReferenceMaps::Stated(maps) = &file.reference_maps else {
        panic!("there are references");
    };
    let maps: Vec<_> = maps.iter().map(AsRef::as_ref).collect();
    let expected: [&[u8]; 5] = [
        &[0, 1, 1],
        &[0, 0],
        &[0],
        &[0, 1, 1, 0, 0],
        // i64, anyref, f32, i31ref, v128, (ref $leaf), and the locals externref, funcref.
        &[0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
    ];
    assert_eq!(maps, expected);
}
