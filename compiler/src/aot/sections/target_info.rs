//! Section 0, target info: 48 bytes (`compilation/aot.h`, `AOTTargetInfo`).

use wamr_abi::format::{self, SectionId};
use wamr_abi::releases::ElementOffset;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, TargetInfo};
use crate::aot::section::Section;
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// The target info section.
pub(super) struct TargetInfoSection;

impl Section for TargetInfoSection {
    const ID: SectionId = SectionId::TargetInfo;

    fn write(file: &AotFile<'_>, _: ElementOffset, sink: &mut Sink) -> Result<()> {
        let target = &file.target;
        sink.u16(target.bin_type);
        sink.u16(target.abi_type);
        sink.u16(target.e_type);
        sink.u16(target.e_machine);
        sink.u32(format::E_VERSION);
        sink.u32(target.e_flags);
        sink.u64(target.feature_flags);
        sink.u64(target.reserved);
        sink.bytes(&arch_field(&target.arch)?);
        Ok(())
    }

    fn read<'a>(source: &mut Source<'a>, _: ElementOffset, file: &mut AotFile<'a>) -> Result<()> {
        file.target = read_body(source)?;
        source.finish(Self::ID.name())
    }
}

/// Reads the section, and refuses files with another byte order.
fn read_body<'a>(source: &mut Source<'a>) -> Result<TargetInfo<'a>> {
    let start = source.position();
    let bin_type = source.u16()?;
    if bin_type & format::BIN_TYPE_BIG_ENDIAN != 0 {
        return Err(ContainerError::unsupported("file for a big-endian target").at(start));
    }
    let abi_type = source.u16()?;
    let e_type = source.u16()?;
    if e_type != format::E_TYPE_REL && e_type != format::E_TYPE_XIP {
        let what = format!("object file type {e_type} is neither relocatable nor XIP");
        return Err(ContainerError::malformed(start, what));
    }
    let e_machine = source.u16()?;
    let e_version = source.u32()?;
    if e_version != format::E_VERSION {
        return Err(ContainerError::malformed(start, format!("ELF version {e_version} is not 1")));
    }
    let e_flags = source.u32()?;
    let feature_flags = source.u64()?;
    let reserved = source.u64()?;
    let arch = read_arch(source)?;
    Ok(TargetInfo {
        bin_type,
        abi_type,
        e_type,
        e_machine,
        e_flags,
        feature_flags,
        reserved,
        arch: arch.into(),
    })
}

fn arch_field(arch: &str) -> Result<[u8; format::ARCH_SIZE]> {
    let mut field = [0; format::ARCH_SIZE];
    let max = format::ARCH_SIZE - 1;
    match field[..max].get_mut(..arch.len()) {
        Some(name) => name.copy_from_slice(arch.as_bytes()),
        None => {
            let what = format!("architecture name `{arch}` is longer than {max} bytes");
            return Err(ContainerError::limit(what));
        }
    }
    Ok(field)
}

fn read_arch<'a>(source: &mut Source<'a>) -> Result<&'a str> {
    let start = source.position();
    let field = source.bytes(format::ARCH_SIZE)?;
    field
        .iter()
        .position(|byte| *byte == 0)
        .and_then(|length| std::str::from_utf8(&field[..length]).ok())
        .ok_or_else(|| ContainerError::malformed(start, "invalid architecture name"))
}
