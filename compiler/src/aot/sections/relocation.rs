//! Section 5, relocations: a table of strings, then groups that refer to it (`aot/aot_loader.c`,
//! `load_relocation_section`).
//!
//! Names of groups and symbols share the table. Each name occurs once, in the order of first use,
//! as in files of wamrc.

use std::collections::HashMap;

use wamr_abi::format::SectionId;
use wamr_abi::releases::ElementOffset;

use crate::aot::error::{ContainerError, Result};
use crate::aot::model::{AotFile, Relocation, RelocationGroup, TargetInfo};
use crate::aot::section::Section;
use crate::aot::sink::{Sink, fit};
use crate::aot::source::Source;

/// The minimum size in bytes of a relocation; on a 64-bit machine, offset and addend have four more
/// each.
const LEAST_RELOCATION_SIZE: usize = 16;
/// Bytes of a group without relocations.
const GROUP_SIZE: usize = 8;
/// Bytes of the offset of a string.
const OFFSET_SIZE: usize = 4;

/// The relocation section.
pub(super) struct RelocationSection;

impl Section for RelocationSection {
    const ID: SectionId = SectionId::Relocation;

    fn write(file: &AotFile<'_>, _: ElementOffset, sink: &mut Sink) -> Result<()> {
        let mut table = StringTable::default();
        for group in &file.relocation_groups {
            table.add(&group.name)?;
            for relocation in &group.relocations {
                table.add(&relocation.symbol)?;
            }
        }
        table.write(sink)?;
        sink.count(file.relocation_groups.len(), "relocation groups")?;
        for group in &file.relocation_groups {
            sink.u32(table.index(&group.name));
            sink.count(group.relocations.len(), "relocations")?;
            for relocation in &group.relocations {
                sink.machine_word(&file.target, relocation.offset, "offset of a relocation")?;
                sink.machine_word_signed(&file.target, relocation.addend, "addend")?;
                sink.u32(relocation.kind);
                sink.u32(table.index(&relocation.symbol));
            }
        }
        Ok(())
    }

    fn read<'a>(source: &mut Source<'a>, _: ElementOffset, file: &mut AotFile<'a>) -> Result<()> {
        let strings = read_strings(source)?;
        let groups = source.count(GROUP_SIZE, "relocation groups")?;
        file.relocation_groups = (0..groups)
            .map(|_| read_group(source, &file.target, &strings))
            .collect::<Result<_>>()?;
        Ok(())
    }
}

/// The strings of the section under construction.
#[derive(Default)]
struct StringTable<'a> {
    strings: Vec<&'a str>,
    indices: HashMap<&'a str, u32>,
}

impl<'a> StringTable<'a> {
    fn add(&mut self, string: &'a str) -> Result<()> {
        if !self.indices.contains_key(string) {
            let index = fit(self.strings.len(), || "number of a relocation symbol".into())?;
            self.indices.insert(string, index);
            self.strings.push(string);
        }
        Ok(())
    }

    /// The number of a string that was added before.
    fn index(&self, string: &str) -> u32 {
        self.indices[string]
    }

    /// Writes the count, the offset of each string, the size of all, and the strings. The offsets
    /// come first, so the strings are collected separately.
    fn write(&self, sink: &mut Sink) -> Result<()> {
        sink.count(self.strings.len(), "relocation symbols")?;
        let mut area =
            Sink::with_capacity(self.strings.iter().map(|string| string.len() + 4).sum());
        for string in &self.strings {
            sink.u32(fit(area.position(), || "offset of a relocation symbol".into())?);
            area.string(string, "name of a relocation symbol")?;
            area.align(2);
        }
        let area = area.finish()?;
        sink.u32(fit(area.len(), || "size of the relocation symbols".into())?);
        sink.bytes(&area);
        Ok(())
    }
}

/// Reads the table; offsets and size must be those of the strings that follow.
fn read_strings<'a>(source: &mut Source<'a>) -> Result<Vec<&'a str>> {
    let count = source.count(OFFSET_SIZE, "relocation symbols")?;
    let start = source.position();
    let offsets = (0..count).map(|_| source.u32()).collect::<Result<Vec<_>>>()?;
    let size = source.count(1, "bytes of relocation symbols")?;
    let mut area = source.range(size)?;
    let area_start = area.position();
    let invalid = || ContainerError::malformed(start, "offsets of relocation symbols are wrong");
    let mut strings = Vec::with_capacity(count);
    for offset in offsets {
        if area.position() - area_start != offset as usize {
            return Err(invalid());
        }
        strings.push(area.string("name of a relocation symbol")?);
        area.align(2);
    }
    if area.position() - area_start != size { Err(invalid()) } else { Ok(strings) }
}

fn read_group<'a>(
    source: &mut Source<'a>,
    target: &TargetInfo<'_>,
    strings: &[&'a str],
) -> Result<RelocationGroup<'a>> {
    let name = read_symbol(source, strings)?;
    let count = source.count(LEAST_RELOCATION_SIZE, "relocations")?;
    let relocations = (0..count)
        .map(|_| {
            Ok(Relocation {
                offset: source.machine_word(target)?,
                addend: source.machine_word_signed(target)?,
                kind: source.u32()?,
                symbol: read_symbol(source, strings)?.into(),
            })
        })
        .collect::<Result<_>>()?;
    Ok(RelocationGroup { name: name.into(), relocations })
}

fn read_symbol<'a>(source: &mut Source<'a>, strings: &[&'a str]) -> Result<&'a str> {
    let index = source.u32()?;
    strings
        .get(index as usize)
        .copied()
        .ok_or_else(|| source.malformed(format!("relocation symbol {index} does not exist")))
}
