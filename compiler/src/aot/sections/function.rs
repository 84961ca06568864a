//! Section 3, functions: one array per field (`aot/aot_loader.c`, `load_function_section`). With
//! garbage collection, the reference map of each function follows, imports first.

use std::borrow::Cow;

use wamr_abi::format::{self, SectionId};
use wamr_abi::releases::ElementOffset;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, ReferenceMaps, TypeDef};
use crate::aot::section::Section;
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// The minimum size in bytes of a function in all four arrays together; on a 64-bit machine, there
/// are four more.
pub(super) const LEAST_RECORD_SIZE: usize = 16;

/// The function section.
pub(super) struct FunctionSection;

impl Section for FunctionSection {
    const ID: SectionId = SectionId::Function;

    fn write(file: &AotFile<'_>, _: ElementOffset, sink: &mut Sink) -> Result<()> {
        let functions = &file.functions;
        for function in functions {
            sink.machine_word(&file.target, function.code_offset, "offset of a function")?;
        }
        functions.iter().for_each(|function| sink.u32(function.type_index));
        functions.iter().for_each(|function| sink.u32(function.max_local_cells));
        functions.iter().for_each(|function| sink.u32(function.max_stack_cells));
        if file.target.has_gc() { write_maps(file, sink) } else { Ok(()) }
    }

    /// Fills in the functions that the init data section counted.
    fn read<'a>(source: &mut Source<'a>, _: ElementOffset, file: &mut AotFile<'a>) -> Result<()> {
        let code_size = file.text.code.len() as u64;
        for function in &mut file.functions {
            let start = source.position();
            function.code_offset = source.machine_word(&file.target)?;
            if function.code_offset >= code_size {
                return Err(ContainerError::malformed(start, "function outside of the code"));
            }
        }
        for function in &mut file.functions {
            let start = source.position();
            function.type_index = source.u32()?;
            if TypeDef::resolve_function(&file.types, function.type_index).is_none() {
                return Err(ContainerError::malformed(start, "unknown type of a function"));
            }
        }
        for function in &mut file.functions {
            function.max_local_cells = source.u32()?;
        }
        for function in &mut file.functions {
            function.max_stack_cells = source.u32()?;
        }
        if file.target.has_gc() {
            file.reference_maps = read_maps(source, file)?;
        }
        source.finish(Self::ID.name())
    }
}

/// Appends the reference maps.
fn write_maps(file: &AotFile<'_>, sink: &mut Sink) -> Result<()> {
    let maps = match &file.reference_maps {
        ReferenceMaps::Stated(maps) => maps.as_slice(),
        ReferenceMaps::NoReferences => {
            for cells in cells_without_references(file) {
                sink.u32(fit(cells, || "number of cells of parameters".into())?);
                (0..cells).for_each(|_| sink.u8(0));
            }
            return Ok(());
        }
    };
    for map in maps {
        sink.count(map.len(), "cells of locals")?;
        sink.bytes(map);
    }
    Ok(())
}

/// Reads the reference maps.
fn read_maps<'a>(source: &mut Source<'a>, file: &AotFile<'_>) -> Result<ReferenceMaps<'a>> {
    let functions = file.import_functions.len() + file.functions.len();
    let maps = (0..functions)
        .map(|_| {
            let cells = source.count(1, "cells of locals")?;
            source.bytes(cells)
        })
        .collect::<Result<Vec<_>>>()?;
    let is_plain =
        |(map, cells): (&&[u8], usize)| map.len() == cells && map.iter().all(|cell| *cell == 0);
    if maps.iter().zip(cells_without_references(file)).all(is_plain) {
        return Ok(ReferenceMaps::NoReferences);
    }
    Ok(ReferenceMaps::Stated(maps.into_iter().map(Cow::Borrowed).collect()))
}

/// The number of cells in the map of each function, imports first, if none holds a reference.
fn cells_without_references(file: &AotFile<'_>) -> impl Iterator<Item = usize> {
    // Many imports may have the same type.
    let mut by_type = vec![None; file.types.len()];
    let imports = file.import_functions.iter().map(move |import| {
        let cells = by_type.get_mut(import.type_index as usize)?;
        Some(*cells.get_or_insert_with(|| parameter_cells(file, import.type_index)))
    });
    let imports = imports.map(|cells| format::MIN_IMPORT_CELLS.max(cells.unwrap_or_default()));
    imports.chain(file.functions.iter().map(|_| 0))
}

fn parameter_cells(file: &AotFile<'_>, type_index: u32) -> usize {
    let params = file.function_type(type_index).map_or(&[][..], |ty| &ty.params);
    params.iter().map(|param| param.cells(&file.target) as usize).sum()
}
