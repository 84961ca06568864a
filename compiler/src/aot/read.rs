//! Reads the model from bytes, for files of every release since 2.0.0.
//!
//! The reader accepts what the loader accepts (`aot/aot_loader.c`, `load`), with the checks of its
//! newest version on the indices that users of the model follow. Bytes that the loader skips are
//! not checked. The model borrows from the file.

use wamr_abi::format::{self, SectionId};
use wamr_abi::releases::{ElementOffset, Release, Requirements};

use super::error::{ContainerError, Result};
use super::model::AotFile;
use super::requirements::{distinct_layout, features, oldest_with_symbols, unresolved_symbols};
use super::sections::{SECTIONS, read_custom};
use super::source::Source;

/// A file, together with what its bytes say in addition to its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container<'a> {
    /// Version word.
    pub version: u32,
    /// The layout of the element segments; none if both layouts give the same bytes.
    pub element_offset: Option<ElementOffset>,
    /// Where the sections are, in file order.
    pub sections: Vec<SectionRange>,
    /// The content.
    pub file: AotFile<'a>,
}

/// Where a section is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionRange {
    /// Which section.
    pub id: SectionId,
    /// File offset of its body; its header is the 8 bytes before.
    pub offset: usize,
    /// Bytes of its body.
    pub size: usize,
}

/// Reads the content of a file.
///
/// # Errors
/// `Malformed` if the bytes are not an `.aot` file or the file is damaged; `Unsupported` for kinds
/// of files with another layout (big-endian targets) and for unknown versions; `Limit` for limits
/// of the loader and for constant expressions nested too deep.
pub fn read(bytes: &[u8]) -> Result<AotFile<'_>, ContainerError> {
    Container::read(bytes).map(|container| container.file)
}

impl<'a> Container<'a> {
    /// Reads a file, together with what its bytes say in addition to its content; fails as
    /// [`read`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, ContainerError> {
        let mut source = Source::new(bytes);
        let (version, layouts) = read_header(&mut source)?;
        let bodies = read_frames(&mut source)?;
        let (layout, file) = read_bodies(&bodies, layouts)?;
        Ok(Self {
            version,
            element_offset: distinct_layout(&file.element_segments, layout),
            sections: bodies.iter().map(Body::range).collect(),
            file,
        })
    }

    /// The releases that load and run the file, oldest first: those that meet its requirements and
    /// have runtimes with its symbols.
    pub fn releases(&self) -> impl Iterator<Item = Release> + use<> {
        let oldest = oldest_with_symbols(&self.file);
        Release::that_run(self.requirements())
            .filter(move |&release| oldest.is_ok_and(|oldest| oldest <= release))
    }

    /// Symbols that no runtime of `release` for the file's machine has, in alphabetical order.
    pub fn unresolved_symbols(&self, release: Release) -> Vec<&str> {
        unresolved_symbols(&self.file, release)
    }

    /// What a release must support to run the file, except symbols.
    pub fn requirements(&self) -> Requirements {
        Requirements {
            version: self.version,
            element_offset: self.element_offset,
            features: features(&self.file),
        }
    }
}

/// Magic and version word.
fn read_header(source: &mut Source<'_>) -> Result<(u32, Layouts)> {
    let magic = source.u32().ok();
    if magic == Some(format::MAGIC.swap_bytes()) {
        return Err(ContainerError::unsupported("file for a big-endian target").at(0));
    }
    if magic != Some(format::MAGIC) {
        return Err(ContainerError::malformed(0, "not an .aot file: magic header not detected"));
    }
    let start = source.position();
    let version = source.u32()?;
    let layouts = Layouts::of(version).ok_or_else(|| {
        let what = format!("no known release of WAMR has AOT version {version}");
        ContainerError::unsupported(what).at(start)
    })?;
    Ok((version, layouts))
}

/// The possible layouts of element segments in files of one version.
#[derive(Clone, Copy)]
struct Layouts {
    /// The layout of the oldest release that accepts the version.
    first: ElementOffset,
    /// Release 2.4.0 uses the new layout under the old version numbers.
    other: Option<ElementOffset>,
}

impl Layouts {
    fn of(version: u32) -> Option<Self> {
        let mut layouts = Release::all()
            .map(Release::facts)
            .filter(|facts| facts.accepted_versions.contains(&version))
            .map(|facts| facts.element_offset);
        let first = layouts.next()?;
        Some(Self { first, other: layouts.find(|layout| *layout != first) })
    }
}

/// A section that has not been read yet.
struct Body<'a> {
    id: SectionId,
    size: usize,
    source: Source<'a>,
}

impl Body<'_> {
    fn range(&self) -> SectionRange {
        SectionRange { id: self.id, offset: self.source.position(), size: self.size }
    }
}

/// Splits the file into sections and checks their order.
fn read_frames<'a>(source: &mut Source<'a>) -> Result<Vec<Body<'a>>> {
    let mut bodies = Vec::new();
    while !source.is_empty() {
        source.align(format::WORD_ALIGN);
        let start = source.position();
        let number = source.u32()?;
        let id = SectionId::from_u32(number).ok_or_else(|| {
            ContainerError::malformed(start, format!("invalid section id {number}"))
        })?;
        if SECTIONS.get(bodies.len()).map_or(SectionId::Custom, |section| section.id) != id {
            let what = format!("invalid section order: {} section", id.name());
            return Err(ContainerError::malformed(start, what));
        }
        let size = source.count(1, "bytes of a section")?;
        bodies.push(Body { id, size, source: source.range(size)? });
    }
    match SECTIONS.get(bodies.len()) {
        Some(missing) => Err(source.malformed(format!("{} section missing", missing.id.name()))),
        None => Ok(bodies),
    }
}

/// Reads the sections with the layout that fits.
///
/// If neither fits, the error of the first layout is reported, since 2.4.0 is only one of many
/// releases.
fn read_bodies<'a>(bodies: &[Body<'a>], layouts: Layouts) -> Result<(ElementOffset, AotFile<'a>)> {
    read_in_layout(bodies, layouts.first).map(|file| (layouts.first, file)).or_else(|error| {
        let other = layouts
            .other
            .and_then(|layout| read_in_layout(bodies, layout).ok().map(|file| (layout, file)));
        other.ok_or(error)
    })
}

fn read_in_layout<'a>(bodies: &[Body<'a>], layout: ElementOffset) -> Result<AotFile<'a>> {
    let mut file = AotFile::default();
    let (numbered, custom) = bodies.split_at(SECTIONS.len());
    for (section, body) in SECTIONS.iter().zip(numbered) {
        (section.read)(&mut body.source.clone(), layout, &mut file)?;
    }
    for body in custom {
        read_custom(&mut body.source.clone(), &mut file)?;
    }
    Ok(file)
}
