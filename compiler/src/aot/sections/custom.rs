//! Section 100, custom sections: a number for the kind, and the content (`aot/aot_loader.c`,
//! `load_custom_section`).

use wamr_abi::format::{CustomId, SectionId};

use super::name;
use crate::aot::error::Result;
use crate::aot::model::{AotFile, CustomSection};
use crate::aot::sink::Sink;
use crate::aot::source::Source;

/// Appends one section with its header.
pub(in crate::aot) fn write(section: &CustomSection<'_>, sink: &mut Sink) -> Result<()> {
    sink.section(SectionId::Custom, |sink| match section {
        CustomSection::Raw { name, bytes } => {
            sink.u32(CustomId::Raw as u32);
            sink.string(name, "name of a custom section")?;
            sink.bytes(bytes);
            Ok(())
        }
        CustomSection::NativeSymbols(symbols) => {
            sink.u32(CustomId::NativeSymbol as u32);
            sink.count(symbols.len(), "native symbols")?;
            // The loader fills its table from the last slot to the first.
            symbols.iter().rev().try_for_each(|symbol| sink.string(symbol, "native symbol"))
        }
        CustomSection::Name(subsections) => {
            sink.u32(CustomId::Name as u32);
            name::write(subsections, sink)
        }
        CustomSection::Other { sub_type, bytes } => {
            sink.u32(*sub_type);
            sink.bytes(bytes);
            Ok(())
        }
    })
}

/// Reads the body of one section.
pub(in crate::aot) fn read<'a>(source: &mut Source<'a>, file: &mut AotFile<'a>) -> Result<()> {
    let sub_type = source.u32()?;
    let section = if sub_type == CustomId::Raw as u32 {
        let name = source.string("name of a custom section")?.into();
        CustomSection::Raw { name, bytes: source.rest()?.into() }
    } else if sub_type == CustomId::NativeSymbol as u32 {
        read_native_symbols(source, file)?
    } else {
        // The loader ignores a malformed name section.
        let functions = file.import_functions.len() + file.functions.len();
        let subsections = (sub_type == CustomId::Name as u32)
            .then(|| name::read(source.clone(), functions).ok())
            .flatten();
        match subsections {
            Some(subsections) => CustomSection::Name(subsections),
            None => CustomSection::Other { sub_type, bytes: source.rest()?.into() },
        }
    };
    file.custom_sections.push(section);
    Ok(())
}

fn read_native_symbols<'a>(
    source: &mut Source<'a>,
    file: &AotFile<'a>,
) -> Result<CustomSection<'a>> {
    let is_native = |section: &_| matches!(section, CustomSection::NativeSymbols(_));
    if file.custom_sections.iter().any(is_native) {
        return Err(source.malformed("second native symbol section"));
    }
    let count = source.count(2, "native symbols")?;
    let mut symbols = (0..count)
        .map(|_| source.string("native symbol").map(Into::into))
        .collect::<Result<Vec<_>>>()?;
    symbols.reverse();
    Ok(CustomSection::NativeSymbols(symbols))
}
