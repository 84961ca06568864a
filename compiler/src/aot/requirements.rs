//! What a file needs of a release.

use wamr_abi::format::{self, Machine, feature};
use wamr_abi::releases::{ElementOffset, Features};

use super::model::{AotFile, ElementSegment, InitExpr};

/// Features of `file` that some releases cannot take.
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
        global_get_behind_mutable_import: file
            .import_globals
            .first()
            .is_some_and(|global| global.mutable)
            && init_exprs(file).any(reads_global),
    }
}

/// The layout that `segments` were read in, if another one has other bytes.
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
    data.chain(elements).chain(file.globals.iter().map(|global| &global.init))
}
