//! The section `.eh_frame`: how unwinders find the caller's frame from the frame of a function.

use cranelift_object::object::write::{Object, Relocation, SectionId};
use cranelift_object::object::{RelocationEncoding, RelocationFlags, RelocationKind, SectionKind};
use gimli::LittleEndian;
use gimli::write::{self, EhFrame, EndianVec, FrameTable, RelocateWriter, RelocationTarget};

use super::{add_section, broken};
use crate::error::Error;
use crate::native::TEXT;

/// The alignment of the machine's addresses.
const ALIGNMENT: u64 = 8;

/// The content of the section as far as it is known, and what the linker has to fill in.
struct Section {
    bytes: EndianVec<LittleEndian>,
    relocations: Vec<write::Relocation>,
}

impl RelocateWriter for Section {
    type Writer = EndianVec<LittleEndian>;

    fn writer(&self) -> &Self::Writer {
        &self.bytes
    }

    fn writer_mut(&mut self) -> &mut Self::Writer {
        &mut self.bytes
    }

    fn relocate(&mut self, relocation: write::Relocation) {
        self.relocations.push(relocation);
    }
}

/// Adds the section; `text` is the section with the functions of `frames`.
pub(super) fn add(
    object: &mut Object<'_>,
    text: SectionId,
    frames: &FrameTable,
) -> Result<(), Error> {
    let bytes = EndianVec::new(LittleEndian);
    let mut section = EhFrame(Section { bytes, relocations: Vec::new() });
    frames.write_eh_frame(&mut section).map_err(|error| broken(&error))?;
    let EhFrame(Section { bytes, relocations }) = section;
    let id = add_section(object, ".eh_frame", SectionKind::ReadOnlyData);
    object.set_section_data(id, bytes.into_vec(), ALIGNMENT);
    let symbol = object.section_symbol(text);
    for relocation in relocations {
        if relocation.target != RelocationTarget::Symbol(TEXT) {
            return Err(Error::internal("a frame belongs to no function"));
        }
        let relocation = Relocation {
            offset: relocation.offset as u64,
            symbol,
            addend: relocation.addend,
            flags: RelocationFlags::Generic {
                kind: RelocationKind::Relative,
                encoding: RelocationEncoding::Generic,
                size: 8 * relocation.size,
            },
        };
        object.add_relocation(id, relocation).map_err(|error| broken(&error))?;
    }
    Ok(())
}
