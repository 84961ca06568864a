//! The sections and sub-tables of the container, one file each.

mod custom;
mod element;
mod entry;
mod export;
mod function;
mod gc_types;
mod global;
mod import_function;
mod init_data;
mod init_expr;
mod memory;
mod name;
mod object_data;
mod relocation;
mod table;
mod target_info;
mod text;
mod types;
mod value_type;

use wamr_abi::format::SectionId;
use wamr_abi::releases::ElementOffset;

pub(super) use custom::{read as read_custom, write as write_custom};

use super::error::Result;
use super::model::AotFile;
use super::section::Section;
use super::sink::Sink;
use super::source::Source;

/// The functions of a [`Section`].
pub(super) struct SectionCodec {
    pub(super) id: SectionId,
    pub(super) write: fn(&AotFile<'_>, ElementOffset, &mut Sink) -> Result<()>,
    pub(super) read: for<'a> fn(&mut Source<'a>, ElementOffset, &mut AotFile<'a>) -> Result<()>,
}

const fn codec<S: Section>() -> SectionCodec {
    SectionCodec { id: S::ID, write: S::write, read: S::read }
}

/// The sections that every file has, in file order. Custom sections follow.
pub(super) const SECTIONS: [SectionCodec; 6] = [
    codec::<target_info::TargetInfoSection>(),
    codec::<init_data::InitDataSection>(),
    codec::<text::TextSection>(),
    codec::<function::FunctionSection>(),
    codec::<export::ExportSection>(),
    codec::<relocation::RelocationSection>(),
];
