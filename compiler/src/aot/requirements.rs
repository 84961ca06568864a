//! What a file requires of a release.

use std::collections::BTreeSet;

use wamr_abi::format::{self, Machine, feature};
use wamr_abi::releases::{ElementOffset, Features, Release};
use wamr_abi::symbols::Loader;

use super::model::{AotFile, CustomSection, ElementSegment, InitExpr};

/// Features of `file` that some releases do not support.
pub(super) fn features(file: &AotFile<'_>) -> Features {
    let machine = Machine::from_e_machine(file.target.e_machine);
    let relocations = || file.relocation_groups.iter().flat_map(|group| &group.relocations);
    Features {
        extended_const: init_exprs(file).any(|expr| matches!(expr, InitExpr::Binary(..))),
        tiny_frames: file.target.feature_flags & feature::TINY_STACK_FRAME != 0,
        gotpcrelx: machine.is_some_and(|machine| {
            relocations().any(|relocation| machine.is_gotpcrelx(relocation.kind))
        }),
        memory64: file.memories.iter().any(|memory| memory.flags & format::MEMORY_64 != 0),
        small_read_only_data: relocations()
            .any(|relocation| relocation.symbol.starts_with(format::SYMBOL_SMALL_READ_ONLY_DATA)),
        global_get_after_mutable_import: file
            .import_globals
            .first()
            .is_some_and(|global| global.mutable)
            && init_exprs(file).any(reads_global),
    }
}

/// The symbols that no runtime of `release` has, in alphabetical order. For machines without a list
/// in WAMR, nothing is known.
pub(super) fn unresolved_symbols<'f>(file: &'f AotFile<'_>, release: Release) -> Vec<&'f str> {
    let unresolved = |loader: Loader| loader.unresolved(release, &symbols(file));
    loader(file).map_or_else(Vec::new, unresolved)
}

/// The oldest release that has all symbols, or `Err` if none has them.
pub(super) fn oldest_with_symbols(file: &AotFile<'_>) -> Result<Release, ()> {
    let oldest = |loader: Loader| loader.oldest(&symbols(file)).ok_or(());
    loader(file).map_or(Ok(Release::V2_0_0), oldest)
}

fn loader(file: &AotFile<'_>) -> Option<Loader> {
    let target = &file.target;
    Loader::of(target.bin_type, target.e_machine, target.e_flags, &target.arch)
}

/// The names that the loader looks up: targets of relocations, and entries of its table.
fn symbols<'f>(file: &'f AotFile<'_>) -> Vec<&'f str> {
    let mut symbols = BTreeSet::new();
    for relocation in file.relocation_groups.iter().flat_map(|group| &group.relocations) {
        symbols.insert(&*relocation.symbol);
    }
    for section in &file.custom_sections {
        if let CustomSection::NativeSymbols(names) = section {
            symbols.extend(names.iter().map(|name| &**name).filter(|name| is_looked_up(name)));
        }
    }
    symbols.into_iter().collect()
}

/// Whether the loader looks up `name` for its table (`aot/aot_loader.c`,
/// `load_native_symbol_section`).
fn is_looked_up(name: &str) -> bool {
    const OTHERS: [&str; 5] = ["i32#", "i64#", "f32#", "f64#", format::UNUSED_NATIVE_SYMBOL];
    !name.is_empty() && !OTHERS.iter().any(|prefix| name.starts_with(prefix))
}

/// The layout in which `segments` were read, if the other one has different bytes.
pub(super) fn distinct_layout(
    segments: &[ElementSegment],
    layout: ElementOffset,
) -> Option<ElementOffset> {
    let is_common = |segment: &ElementSegment| matches!(segment.offset, InitExpr::I64Const(_));
    (!segments.iter().all(is_common)).then_some(layout)
}

fn reads_global(expr: &InitExpr) -> bool {
    match expr {
        InitExpr::GlobalGet(_) => true,
        InitExpr::Binary(_, operands) => operands.iter().any(reads_global),
        _ => false,
    }
}

fn init_exprs<'f>(file: &'f AotFile<'_>) -> impl Iterator<Item = &'f InitExpr> {
    let data = file.data_segments.iter().map(|segment| &segment.offset);
    let elements = file
        .element_segments
        .iter()
        .flat_map(|segment| segment.values.iter().chain([&segment.offset]));
    let globals = file.globals.iter().map(|global| &global.init);
    data.chain(elements).chain(globals).chain(file.tables.iter().map(|table| &table.init))
}
