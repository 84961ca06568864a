//! What the parts of the container have in common: sections, and records in counted lists.
//!
//! Each part just writes its payload; the sink fills in lengths afterwards. Nothing is measured
//! beforehand, so no structure is described twice.

use wamr_abi::format::SectionId;
use wamr_abi::releases::ElementOffset;

use super::error::Result;
use super::model::{AotFile, TargetInfo, TypeDef};
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

/// What the layout of records depends on.
#[derive(Clone, Copy)]
pub(super) struct Layout<'t> {
    /// How offsets of element segments are written.
    pub(super) element_offset: ElementOffset,
    /// The machine, and whether there is garbage collection.
    pub(super) target: &'t TargetInfo<'t>,
    /// The types of the module. When records before them are read, there are none yet.
    pub(super) types: &'t [TypeDef],
}

impl<'t> Layout<'t> {
    /// The layout for what comes next in `file`, whose target is known.
    pub(super) fn of(file: &'t AotFile<'_>, element_offset: ElementOffset) -> Self {
        Self { element_offset, target: &file.target, types: &file.types }
    }

    /// Whether there is garbage collection.
    pub(super) fn has_gc(self) -> bool {
        self.target.has_gc()
    }
}

/// An item of a counted list, for reading and writing. `L` is what its layout depends on, if it
/// depends on something: a [`Layout`].
pub(super) trait Record<'a, L = ()>: Sized {
    /// Fewest bytes that one takes.
    const MIN_SIZE: usize;
    /// Its name in messages, in the plural.
    const NAME: &'static str;

    /// Appends it.
    fn write(&self, layout: L, sink: &mut Sink) -> Result<()>;

    /// Reads it.
    fn read(source: &mut Source<'a>, layout: L) -> Result<Self>;
}

/// Appends a `u32` count and the records.
pub(super) fn write_list<'a, L: Copy, T: Record<'a, L>>(
    list: &[T],
    layout: L,
    sink: &mut Sink,
) -> Result<()> {
    sink.count(list.len(), T::NAME)?;
    list.iter().try_for_each(|record| record.write(layout, sink))
}

/// Reads a `u32` count and that many records.
pub(super) fn read_list<'a, L: Copy, T: Record<'a, L>>(
    source: &mut Source<'a>,
    layout: L,
) -> Result<Vec<T>> {
    let count = source.count(T::MIN_SIZE, T::NAME)?;
    (0..count).map(|_| T::read(source, layout)).collect()
}
