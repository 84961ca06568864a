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
            for index in 0..function_count(file) {
                let cells = cells_without_references(file, index);
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
    let maps = (0..function_count(file))
        .map(|_| {
            let cells = source.count(1, "cells of locals")?;
            source.bytes(cells)
        })
        .collect::<Result<Vec<_>>>()?;
    let is_plain = |(index, map): (usize, &&[u8])| {
        map.len() == cells_without_references(file, index) && map.iter().all(|cell| *cell == 0)
    };
    if maps.iter().enumerate().all(is_plain) {
        return Ok(ReferenceMaps::NoReferences);
    }
    Ok(ReferenceMaps::Stated(maps.into_iter().map(Cow::Borrowed).collect()))
}

/// Functions, and imported ones.
fn function_count(file: &AotFile<'_>) -> usize {
    file.import_functions.len() + file.functions.len()
}

/// The cells in the map of the function with this index, imports first, if none holds a reference.
fn cells_without_references(file: &AotFile<'_>, index: usize) -> usize {
    let import = file.import_functions.get(index);
    let ty = import.map(|import| file.function_type(import.type_index));
    ty.map_or(0, |ty| {
        let params = ty.map_or(&[][..], |ty| &ty.params);
        let cells: u32 = params.iter().map(|param| param.cells(&file.target)).sum();
        format::MIN_IMPORT_CELLS.max(cells as usize)
    })
}
