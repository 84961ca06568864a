//! Init data, number of functions, start function and auxiliary stack
//! (`aot/aot_loader.c`, `load_init_data_section`).

use wamr_abi::format;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, AuxGlobal, AuxStack, Function};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// Appends the block.
pub(super) fn write(file: &AotFile<'_>, sink: &mut Sink) -> Result<()> {
    sink.count(file.functions.len(), "functions")?;
    sink.u32(file.start_function.unwrap_or(format::NO_INDEX));
    let aux = &file.aux_stack;
    for global in [aux.data_end, aux.heap_base, aux.stack_top] {
        sink.u32(global.global.unwrap_or(format::NO_INDEX));
        check_address(global.address)?;
        sink.u64(global.address);
    }
    sink.u32(aux.stack_size);
    Ok(())
}

/// Reads the block; the functions it counts are filled in by their own section.
pub(super) fn read<'a>(source: &mut Source<'a>, file: &mut AotFile<'a>) -> Result<()> {
    let functions = source.count_elsewhere(super::function::LEAST_RECORD_SIZE, "functions")?;
    file.functions = vec![Function::default(); functions];
    let start = source.position();
    file.start_function = index(source)?;
    let total = file.import_functions.len() + functions;
    if file.start_function.is_some_and(|function| function as usize >= total) {
        return Err(ContainerError::malformed(start, "start function does not exist"));
    }
    file.aux_stack = AuxStack {
        data_end: aux_global(source)?,
        heap_base: aux_global(source)?,
        stack_top: aux_global(source)?,
        stack_size: source.u32()?,
    };
    Ok(())
}

fn aux_global(source: &mut Source<'_>) -> Result<AuxGlobal> {
    let start = source.position();
    let global = AuxGlobal { global: index(source)?, address: source.u64()? };
    check_address(global.address).map_err(|error| error.at(start))?;
    Ok(global)
}

fn index(source: &mut Source<'_>) -> Result<Option<u32>> {
    Ok(Some(source.u32()?).filter(|index| *index != format::NO_INDEX))
}

fn check_address(address: u64) -> Result<()> {
    if address < format::MAX_LINEAR_MEMORY_SIZE {
        return Ok(());
    }
    Err(ContainerError::limit(format!("auxiliary stack address {address:#x} is over 4 GiB")))
}
