//! Init data, memories and data segments (`aot/aot_loader.c`, `load_memory_info`).

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, DataSegment, InitExpr, Memory};
use crate::aot::section::{Layout, Record, read_list, write_list};
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// Appends both lists. Imported memories are among the others, since the runtime allocates them
/// itself.
pub(super) fn write(file: &AotFile<'_>, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
    sink.u32(0);
    write_list(&file.memories, (), sink)?;
    write_list(&file.data_segments, layout, sink)
}

/// Reads both lists.
pub(super) fn read<'a>(
    source: &mut Source<'a>,
    layout: Layout<'_>,
) -> Result<(Vec<Memory>, Vec<DataSegment<'a>>)> {
    let start = source.position();
    if source.u32()? != 0 {
        return Err(ContainerError::unsupported("records of imported memories").at(start));
    }
    Ok((read_list(source, ())?, read_list(source, layout)?))
}

impl Record<'_> for Memory {
    const MIN_SIZE: usize = 16;
    const NAME: &'static str = "memories";

    fn write(&self, (): (), sink: &mut Sink) -> Result<()> {
        sink.u32(self.flags);
        sink.u32(self.bytes_per_page);
        sink.u32(self.initial_pages);
        sink.u32(self.maximum_pages);
        Ok(())
    }

    fn read(source: &mut Source<'_>, (): ()) -> Result<Self> {
        Ok(Self {
            flags: source.u32()?,
            bytes_per_page: source.u32()?,
            initial_pages: source.u32()?,
            maximum_pages: source.u32()?,
        })
    }
}

impl<'a> Record<'a, Layout<'_>> for DataSegment<'a> {
    const MIN_SIZE: usize = 16;
    const NAME: &'static str = "data segments";

    fn write(&self, layout: Layout<'_>, sink: &mut Sink) -> Result<()> {
        sink.u32(self.passive.into());
        sink.u32(self.memory_index);
        self.offset.write(layout, sink)?;
        sink.u32(fit(self.bytes.len(), || "size of a data segment".into())?);
        sink.bytes(&self.bytes);
        Ok(())
    }

    fn read(source: &mut Source<'a>, layout: Layout<'_>) -> Result<Self> {
        Ok(Self {
            passive: source.u32()? != 0,
            memory_index: source.u32()?,
            offset: InitExpr::read(source, layout)?,
            bytes: {
                let size = source.count(1, "bytes of a data segment")?;
                source.bytes(size)?.into()
            },
        })
    }
}
