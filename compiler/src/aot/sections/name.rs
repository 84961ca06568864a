//! Section 100, name section: that of the wasm module, with words instead of LEB128
//! (`aot/aot_loader.c`, `load_name_section`; `compilation/aot_emit_aot_file.c`,
//! `get_name_section_size`).

use wamr_abi::format::{NAME_SECTION_NAME, NAME_SUBSECTION_FUNCTION};

use crate::aot::error::Result;
use crate::aot::model::{FunctionName, NameSubsection};
use crate::aot::section::{Record, read_list, write_list};
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// Appends the body after the sub type.
pub(super) fn write(subsections: &[NameSubsection<'_>], sink: &mut Sink) -> Result<()> {
    sink.count(NAME_SECTION_NAME.len(), "bytes")?;
    sink.bytes(NAME_SECTION_NAME.as_bytes());
    for subsection in subsections {
        match subsection {
            NameSubsection::Functions { names, stated_size } => {
                sink.u32(NAME_SUBSECTION_FUNCTION);
                match stated_size {
                    None => sink.sized("function names", |sink| write_list(names, (), sink))?,
                    Some(size) => {
                        sink.u32(*size);
                        write_list(names, (), sink)?;
                    }
                }
            }
            NameSubsection::Other { id, bytes } => {
                sink.u32(*id);
                sink.u32(fit(bytes.len(), || "size of a name subsection".into())?);
                sink.bytes(bytes);
            }
        }
    }
    Ok(())
}

/// Reads the body after the sub type, of a module with `functions` functions.
pub(super) fn read<'a>(
    mut source: Source<'a>,
    functions: usize,
) -> Result<Vec<NameSubsection<'a>>> {
    let length = source.count(1, "bytes")?;
    if source.bytes(length)? != NAME_SECTION_NAME.as_bytes() {
        return Err(source.malformed("invalid name section"));
    }
    let mut subsections = Vec::new();
    let mut previous = None;
    while !source.is_empty() {
        let id = source.u32()?;
        if previous.is_some_and(|previous| previous >= id) {
            return Err(source.malformed("name subsections are out of order"));
        }
        previous = Some(id);
        let size = source.count(1, "bytes")?;
        subsections.push(if id == NAME_SUBSECTION_FUNCTION && size > 0 {
            read_functions(&mut source, size, functions)?
        } else {
            NameSubsection::Other { id, bytes: source.bytes(size)?.into() }
        });
    }
    Ok(subsections)
}

fn read_functions<'a>(
    source: &mut Source<'a>,
    stated_size: usize,
    functions: usize,
) -> Result<NameSubsection<'a>> {
    let start = source.position();
    let names: Vec<FunctionName<'_>> = read_list(source, ())?;
    if !names.is_sorted_by(|first, second| first.function < second.function)
        || names.last().is_some_and(|name| name.function as usize >= functions)
    {
        return Err(source.malformed("indices of function names are wrong"));
    }
    // Empty names may lack their NUL in the file, but are written with it.
    let is_right = source.position() - start == stated_size || written_size(&names)? == stated_size;
    let stated_size = u32::try_from(stated_size).ok().filter(|_| !is_right);
    Ok(NameSubsection::Functions { names, stated_size })
}

fn written_size(names: &[FunctionName<'_>]) -> Result<usize> {
    let mut sink = Sink::with_capacity(0);
    write_list(names, (), &mut sink)?;
    sink.finish().map(|bytes| bytes.len())
}

impl<'a> Record<'a> for FunctionName<'a> {
    const MIN_SIZE: usize = 6;
    const NAME: &'static str = "function names";

    fn write(&self, (): (), sink: &mut Sink) -> Result<()> {
        sink.u32(self.function);
        sink.string(&self.name, "name of a function")
    }

    fn read(source: &mut Source<'a>, (): ()) -> Result<Self> {
        Ok(Self { function: source.u32()?, name: source.string("name of a function")?.into() })
    }
}
