//! The report as text, in the style of `readelf` and `wasm-objdump`.
//!
//! Empty lists are left out. Names come from the file and are escaped.

use std::fmt::{self, Display, Formatter};

use wamr_abi::format::{SectionId, feature};

use super::report::*;

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.header(f)?;
        self.sections(f)?;
        self.memory(f)?;
        self.tables(f)?;
        self.types(f)?;
        self.imports(f)?;
        self.globals(f)?;
        self.functions(f)?;
        list(f, "Exports", &self.exports, |f, _, export| {
            write!(f, "{:<6} {:>5}  {}", export.kind, export.index, Name(&export.name))
        })?;
        self.linking(f)
    }
}

impl Report {
    fn has_gc(&self) -> bool {
        self.features.iter().any(|name| name == feature::GARBAGE_COLLECTION_NAME)
    }

    fn header(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let target = &self.target;
        let kind = if target.xip { "executed in place" } else { "relocatable" };
        let or_none = |names: &[String]| match names {
            [] => "none".to_owned(),
            names => names.join(", "),
        };
        writeln!(f, "WAMR AOT file, version {}, {} bytes", self.version, self.size)?;
        writeln!(
            f,
            "  target    {}, {}{kind} (e_machine {}, e_flags {:#x})",
            target.arch.escape_debug(),
            if target.bits == 32 { "32-bit, " } else { "" },
            target.e_machine,
            target.e_flags
        )?;
        writeln!(f, "  runs on   {}", or_none(&self.releases))?;
        if !self.unresolved_symbols.is_empty() {
            let symbols = or_none(&self.unresolved_symbols);
            writeln!(f, "  lacks     {}: no runtime of this kind has it", Name(&symbols))?;
        }
        let says = "            a runtime of another AOT version reports \"unknown binary \
            version\": choose it with --wamr-version";
        writeln!(f, "{says}")?;
        if self.has_gc() {
            writeln!(f, "            only runtimes built with garbage collection load it")?;
        }
        writeln!(f, "  features  {}", or_none(&self.features))
    }

    fn sections(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut custom = self.custom_sections.iter();
        list(f, "Sections, with offset and size", &self.sections, |f, _, section| {
            write!(f, "{:#010x} {:>10}  {}", section.offset, section.size, section.name)?;
            // Every section after the numbered ones is custom.
            let Some(custom) =
                (section.name == SectionId::Custom.name()).then(|| custom.next()).flatten()
            else {
                return Ok(());
            };
            write!(f, ": {}", custom.kind)?;
            custom.name.iter().try_for_each(|name| write!(f, " {}", Name(name)))
        })
    }

    fn memory(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "Memories", &self.memories, |f, index, memory| {
            let Memory { initial_pages, maximum_pages, bytes_per_page, .. } = memory;
            write!(f, "[{index}] {initial_pages} to {maximum_pages} pages of {bytes_per_page}")?;
            flag(f, !memory.has_maximum, "no maximum stated")?;
            flag(f, memory.shared, "shared")?;
            flag(f, memory.memory64, "64-bit")
        })?;
        list(f, "Data segments", &self.data_segments, |f, index, segment| {
            write!(f, "[{index}] {} memory {}", segment.mode, segment.memory)?;
            segment.offset.iter().try_for_each(|offset| write!(f, " at {offset}"))?;
            write!(f, ", {} bytes", segment.size)
        })
    }

    fn tables(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "Tables", &self.tables, |f, index, table| {
            let Table { element_type, initial, maximum, .. } = table;
            write!(f, "[{index}] {element_type}, {initial} to {maximum}")?;
            flag(f, !table.has_maximum, "no maximum stated")?;
            flag(f, table.may_grow, "may grow")?;
            flag(f, table.table64, "64-bit")?;
            table.init.iter().try_for_each(|init| write!(f, ", each {init}"))
        })?;
        list(f, "Element segments", &self.element_segments, |f, index, segment| {
            write!(f, "[{index}] {} table {}", segment.mode, segment.table)?;
            segment.offset.iter().try_for_each(|offset| write!(f, " at {offset}"))?;
            write!(f, ", {} of {}", segment.count, segment.element_type)
        })
    }

    fn types(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "Types", &self.types, |f, index, ty| {
            write!(f, "[{index}] {ty}")?;
            match self.type_relations.get(index) {
                Some(TypeRelations { group_start, group_size, .. }) if *group_size > 1 => {
                    write!(f, ", group {group_start} to {}", group_start + group_size - 1)
                }
                _ => Ok(()),
            }
        })
    }

    fn imports(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "Imported functions", &self.import_functions, |f, index, import| {
            write!(f, "[{index}] {}.{}", Name(&import.module), Name(&import.name))?;
            self.ty(f, import.type_index)
        })?;
        list(f, "Imported globals", &self.import_globals, |f, index, import| {
            let (module, name) = (Name(&import.module), Name(&import.name));
            write!(f, "[{index}] {module}.{name} {}", import.value_type)?;
            flag(f, import.mutable, "mutable")
        })
    }

    fn globals(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "Globals", &self.globals, |f, _, global| {
            write!(f, "[{}] {} = {}", global.index, global.value_type, global.init)?;
            flag(f, global.mutable, "mutable")
        })?;
        let aux = &self.aux_stack;
        let places = [
            ("data end", &aux.data_end),
            ("heap base", &aux.heap_base),
            ("stack top", &aux.stack_top),
        ];
        let known: Vec<_> = places.into_iter().filter(|(_, aux)| aux.global.is_some()).collect();
        list(f, "C stack and heap", &known, |f, _, (what, aux)| {
            write!(f, "{what:<9} {:#010x}", aux.address)?;
            aux.global.iter().try_for_each(|global| write!(f, ", global {global}"))
        })?;
        match known[..] {
            [] => Ok(()),
            _ => writeln!(f, "  stack size {}", aux.stack_size),
        }
    }

    fn functions(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { code_size, literal_size, .. } = self;
        writeln!(f, "\nCode: {code_size} bytes, after {literal_size} bytes of literals")?;
        if let Some(exceptions) = &self.exceptions {
            let Exceptions { table_offset, calls, landing_pads } = exceptions;
            writeln!(
                f,
                "Exceptions: {landing_pads} landing pads for {calls} calls, table at {table_offset:#x}"
            )?;
        }
        self.start_function.iter().try_for_each(|start| writeln!(f, "Start function: {start}"))?;
        list(f, "Functions, with code offset and size", &self.functions, |f, _, function| {
            let Function { index, code_offset, code_size, .. } = function;
            write!(f, "[{index}] {code_offset:#010x} {code_size:>8}")?;
            function.name.iter().try_for_each(|name| write!(f, "  {}", Name(name)))?;
            self.ty(f, function.type_index)
        })
    }

    fn linking(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, "Data sections", &self.object_data, |f, _, data| {
            write!(f, "{:>8}  {}", data.size, Name(&data.name))
        })?;
        for group in &self.relocations {
            writeln!(f, "\nRelocations in {} ({})", Name(&group.name), group.count)?;
            lines(f, &group.uses, |f, _, used| {
                write!(f, "{:>8}  {:<24} {}", used.count, used.kind, Name(&used.symbol))
            })?;
        }
        list(f, "Native symbols", &self.native_symbols, |f, slot, symbol| {
            write!(f, "[{slot}] {}", Name(symbol))
        })
    }

    /// Writes the signature of a type, ` type N (…) -> (…)`.
    fn ty(&self, f: &mut Formatter<'_>, index: u32) -> fmt::Result {
        write!(f, "  type {index}")?;
        let relations = self.type_relations.get(index as usize);
        let first = relations.and_then(|relations| relations.same_as).unwrap_or(index);
        self.types.get(first as usize).iter().try_for_each(|ty| write!(f, " {ty}"))
    }
}

/// Writes a list under a title with its length; nothing if it is empty.
fn list<T>(
    f: &mut Formatter<'_>,
    title: &str,
    items: &[T],
    item: impl FnMut(&mut Formatter<'_>, usize, &T) -> fmt::Result,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title} ({})", items.len())?;
    lines(f, items, item)
}

/// Writes one item per line.
fn lines<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    mut item: impl FnMut(&mut Formatter<'_>, usize, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, value) in items.iter().enumerate() {
        f.write_str("  ")?;
        item(f, index, value)?;
        f.write_str("\n")?;
    }
    Ok(())
}

/// Writes `, text` if `holds`.
fn flag(f: &mut Formatter<'_>, holds: bool, text: &str) -> fmt::Result {
    if holds { write!(f, ", {text}") } else { Ok(()) }
}

/// A name of the file, safe to print.
struct Name<'n>(&'n str);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_debug())
    }
}
