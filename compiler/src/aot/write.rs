//! Writes the model as bytes.

use std::borrow::Cow;

use wamr_abi::format::{self, SectionId};
use wamr_abi::releases::Release;

use super::error::{ContainerError, Result};
use super::model::{AotFile, CustomSection};
use super::read::SectionRange;
use super::requirements::features;
use super::sections::{SECTIONS, SectionCodec, write_custom};
use super::sink::{Sink, file_too_large};

/// Writes `file` for `release`, with its version word and its layout of element segments.
///
/// The value is assumed to be consistent; only sizes are checked.
///
/// # Errors
/// `Limit` if something exceeds its field or a limit of the loader; `Unsupported` if the release
/// does not support something in the file.
pub fn write(file: &AotFile<'_>, release: Release) -> Result<Vec<u8>, ContainerError> {
    let sink = write_around_code(file, release)?;
    sink.finish_with_code(Cow::Borrowed(&file.text.code)).map(|(bytes, _)| bytes)
}

/// Like [`write()`], in the buffer of the code if `file` owns it. Also returns the places of the
/// sections.
pub(crate) fn write_with_sections(
    file: AotFile<'_>,
    release: Release,
) -> Result<(Vec<u8>, Vec<SectionRange>), ContainerError> {
    let sink = write_around_code(&file, release)?;
    sink.finish_with_code(file.text.code)
}

/// Writes everything but the machine code.
fn write_around_code(file: &AotFile<'_>, release: Release) -> Result<Sink> {
    if let Some(refusal) = release.refuses_features(&features(file)) {
        return Err(ContainerError::unsupported(format!(
            "WAMR {release} does not support {refusal}"
        )));
    }
    let mut sink = Sink::with_capacity(capacity(file)?);
    write_sections(file, release, &SECTIONS, &mut sink)?;
    for section in &file.custom_sections {
        write_custom(section, &mut sink)?;
    }
    Ok(sink)
}

/// The offset of the literals of `file` in the bytes that [`write()`] returns.
///
/// # Errors
/// `Limit`, as for [`write()`].
pub(crate) fn literal_offset(
    file: &AotFile<'_>,
    release: Release,
) -> Result<usize, ContainerError> {
    let mut sink = Sink::with_capacity(0);
    let up_to_text = SECTIONS.iter().position(|section| section.id == SectionId::Text);
    let up_to_text = &SECTIONS[..=up_to_text.expect("every file has text")];
    write_sections(file, release, up_to_text, &mut sink)?;
    Ok(sink.position() - file.text.literal.len() - file.text.code.len())
}

/// Writes the header and some of the first sections.
fn write_sections(
    file: &AotFile<'_>,
    release: Release,
    sections: &[SectionCodec],
    sink: &mut Sink,
) -> Result<()> {
    let facts = release.facts();
    sink.u32(format::MAGIC);
    sink.u32(facts.version);
    for section in sections {
        sink.section(section.id, |sink| (section.write)(file, facts.element_offset, sink))?;
    }
    Ok(())
}

/// The size of the file without its machine code: the bytes it carries, and an estimate for the
/// records around them.
fn capacity(file: &AotFile<'_>) -> Result<usize> {
    const NAMES: u64 = 64 << 10;
    const FUNCTION: u64 = 48;
    const ELEMENT: u64 = 8;
    const RELOCATION: u64 = 24;
    let carried = carried_bytes(file);
    if carried > format::MAX_FILE_SIZE {
        return Err(file_too_large());
    }
    let elements: usize = file.element_segments.iter().map(|segment| segment.values.len()).sum();
    let relocations: usize =
        file.relocation_groups.iter().map(|group| group.relocations.len()).sum();
    let records = FUNCTION * file.functions.len() as u64
        + ELEMENT * elements as u64
        + RELOCATION * relocations as u64;
    let code = file.text.code.len() as u64;
    usize::try_from(carried - code + records + NAMES).map_err(|_| file_too_large())
}

/// The size of the content that is copied into the file unchanged.
fn carried_bytes(file: &AotFile<'_>) -> u64 {
    let data = file.data_segments.iter().map(|segment| segment.bytes.len());
    let object_data = file.object_data.iter().map(|section| section.bytes.len());
    let custom = file.custom_sections.iter().map(|section| match section {
        CustomSection::Raw { bytes, .. } | CustomSection::Other { bytes, .. } => bytes.len(),
        CustomSection::NativeSymbols(_) | CustomSection::Name(_) => 0,
    });
    data.chain(object_data)
        .chain(custom)
        .chain([file.text.literal.len(), file.text.code.len()])
        .map(|length| length as u64)
        .sum()
}
