//! What the parts of the container have in common: sections, and records in counted lists.
//!
//! Each part just writes its payload; the sink fills in lengths afterwards. Nothing is measured
//! beforehand, so no structure is described twice.

use wamr_abi::format::SectionId;
use wamr_abi::releases::ElementOffset;

use super::error::Result;
use super::model::AotFile;
use super::sink::Sink;
use super::source::Source;

/// A section that occurs once, for reading and writing.
///
/// `layout` is the only difference between releases within a section.
pub(super) trait Section {
    /// Its number.
    const ID: SectionId;

    /// Appends its body.
    fn write(file: &AotFile<'_>, layout: ElementOffset, sink: &mut Sink) -> Result<()>;

    /// Fills in its part of `file` from the section's body. Sections are read in file order, so the
    /// earlier ones are already there.
    fn read<'a>(
        source: &mut Source<'a>,
        layout: ElementOffset,
        file: &mut AotFile<'a>,
    ) -> Result<()>;
}

/// An item of a counted list, for reading and writing.
pub(super) trait Record<'a>: Sized {
    /// Fewest bytes that one takes.
    const MIN_SIZE: usize;
    /// Its name in messages, in the plural.
    const NAME: &'static str;

    /// Appends it.
    fn write(&self, sink: &mut Sink) -> Result<()>;

    /// Reads it.
    fn read(source: &mut Source<'a>) -> Result<Self>;
}

/// Appends a `u32` count and the records.
pub(super) fn write_list<'a, T: Record<'a>>(list: &[T], sink: &mut Sink) -> Result<()> {
    sink.count(list.len(), T::NAME)?;
    list.iter().try_for_each(|record| record.write(sink))
}

/// Reads a `u32` count and that many records.
pub(super) fn read_list<'a, T: Record<'a>>(source: &mut Source<'a>) -> Result<Vec<T>> {
    let count = source.count(T::MIN_SIZE, T::NAME)?;
    (0..count).map(|_| T::read(source)).collect()
}
