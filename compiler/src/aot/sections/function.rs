//! Section 3, functions: one array per field (`aot/aot_loader.c`, `load_function_section`).

use wamr_abi::format::SectionId;
use wamr_abi::releases::ElementOffset;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::AotFile;
use crate::aot::section::Section;
use crate::aot::sink::Sink;
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
        Ok(())
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
            if function.type_index as usize >= file.types.len() {
                return Err(ContainerError::malformed(start, "unknown type of a function"));
            }
        }
        for function in &mut file.functions {
            function.max_local_cells = source.u32()?;
        }
        for function in &mut file.functions {
            function.max_stack_cells = source.u32()?;
        }
        source.finish(Self::ID.name())
    }
}
