//! Section 2, text: literals and code (`aot/aot_loader.c`, `load_text_section`).

use wamr_abi::format::SectionId;
use wamr_abi::releases::ElementOffset;

use crate::aot::error::Result;
use crate::aot::model::{AotFile, Text};
use crate::aot::section::Section;
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// The text section.
pub(super) struct TextSection;

impl Section for TextSection {
    const ID: SectionId = SectionId::Text;

    fn write(file: &AotFile<'_>, _: ElementOffset, sink: &mut Sink) -> Result<()> {
        sink.u32(fit(file.text.literal.len(), || "size of the literals".into())?);
        sink.bytes(&file.text.literal);
        sink.code(file.text.code.len());
        Ok(())
    }

    fn read<'a>(source: &mut Source<'a>, _: ElementOffset, file: &mut AotFile<'a>) -> Result<()> {
        let literal_size = source.count(1, "bytes of literals")?;
        file.text =
            Text { literal: source.bytes(literal_size)?.into(), code: source.rest()?.into() };
        Ok(())
    }
}
