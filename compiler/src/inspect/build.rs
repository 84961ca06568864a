//! Builds the report from the container.

use std::collections::{BTreeSet, HashMap};

use wamr_abi::format::{self, CustomId, ExportKind, feature};
use wamr_abi::releases::Release;
use wamr_abi::symbols::Loader;

use super::report::*;
use crate::aot::model::{self, AotFile, InitExpr, NameSubsection, TypeDef};
use crate::aot::{Container, SectionRange};
use crate::exception_table;

/// Reports on a file of `size` bytes.
pub(super) fn report(size: usize, container: &Container<'_>) -> Report {
    let file = &container.file;
    Report {
        size,
        version: container.version,
        releases: container.releases().map(|release| release.to_string()).collect(),
        unresolved_symbols: unresolved_symbols(container),
        target: target(&file.target),
        features: features(file.target.feature_flags),
        sections: container
            .sections
            .iter()
            .map(|section| Section {
                name: section.id.name(),
                offset: section.offset,
                size: section.size,
            })
            .collect(),
        memories: file.memories.iter().map(memory).collect(),
        data_segments: file.data_segments.iter().map(data_segment).collect(),
        tables: file.tables.iter().map(table).collect(),
        element_segments: file.element_segments.iter().map(element_segment).collect(),
        types: file.types.iter().map(ToString::to_string).collect(),
        type_relations: type_relations(file),
        import_functions: file.import_functions.iter().map(import_function).collect(),
        import_globals: file.import_globals.iter().map(import_global).collect(),
        globals: globals(file),
        start_function: file.start_function,
        aux_stack: aux_stack(&file.aux_stack),
        literal_size: file.text.literal.len(),
        code_size: file.text.code.len(),
        exceptions: exceptions(&file.text.code),
        functions: functions(file),
        exports: file.exports.iter().map(export).collect(),
        object_data: file
            .object_data
            .iter()
            .map(|data| ObjectData { name: data.name.to_string(), size: data.bytes.len() })
            .collect(),
        relocations: relocations(file),
        native_symbols: native_symbols(file),
        custom_sections: custom_sections(container),
    }
}

fn exceptions(code: &[u8]) -> Option<Exceptions> {
    let (offset, rows) = exception_table::find(code)?;
    let landing_pads: BTreeSet<u32> = rows.iter().map(|row| row.handler_offset).collect();
    let (calls, landing_pads) = (rows.len(), landing_pads.len());
    Some(Exceptions { table_offset: offset as u64, calls, landing_pads })
}

fn unresolved_symbols(container: &Container<'_>) -> Vec<String> {
    let newest = Release::that_run(container.requirements()).last();
    let symbols = newest.map_or_else(Vec::new, |release| container.unresolved_symbols(release));
    symbols.into_iter().map(str::to_owned).collect()
}

fn target(target: &model::TargetInfo<'_>) -> Target {
    Target {
        arch: target.arch.to_string(),
        e_machine: target.e_machine,
        e_flags: target.e_flags,
        bits: if target.is_64_bit() { 64 } else { 32 },
        xip: target.e_type == format::E_TYPE_XIP,
    }
}

fn features(flags: u64) -> Vec<String> {
    let name = |bit: u32| {
        let mask = 1 << bit;
        let known = feature::NAMES.iter().find(|(known, _)| *known == mask);
        (flags & mask != 0)
            .then(|| known.map_or_else(|| format!("bit {bit}"), |(_, name)| (*name).to_owned()))
    };
    (0..u64::BITS).filter_map(name).collect()
}

fn memory(memory: &model::Memory) -> Memory {
    Memory {
        bytes_per_page: memory.bytes_per_page,
        initial_pages: memory.initial_pages,
        maximum_pages: memory.maximum_pages,
        has_maximum: memory.flags & format::MEMORY_HAS_MAX != 0,
        shared: memory.flags & format::MEMORY_SHARED != 0,
        memory64: memory.flags & format::MEMORY_64 != 0,
    }
}

fn data_segment(segment: &model::DataSegment<'_>) -> DataSegment {
    DataSegment {
        mode: if segment.passive { "passive" } else { "active" },
        memory: segment.memory_index,
        offset: value(&segment.offset),
        size: segment.bytes.len(),
    }
}

/// A value in text format, if there is one.
fn value(value: &InitExpr) -> Option<String> {
    (*value != InitExpr::None).then(|| value.to_string())
}

fn table(table: &model::Table) -> Table {
    Table {
        element_type: table.element_type.to_string(),
        initial: table.initial,
        maximum: table.maximum,
        has_maximum: table.flags & format::TABLE_HAS_MAX != 0,
        may_grow: table.possible_grow,
        table64: table.flags & format::TABLE_64 != 0,
        init: value(&table.init),
    }
}

fn element_segment(segment: &model::ElementSegment) -> ElementSegment {
    ElementSegment {
        mode: segment.mode().name(),
        table: segment.table_index,
        element_type: segment.element_type.to_string(),
        offset: value(&segment.offset),
        count: segment.values.len(),
        elements: segment.values.iter().map(ToString::to_string).collect(),
    }
}

fn type_relations(file: &AotFile<'_>) -> Vec<TypeRelations> {
    if !file.target.has_gc() {
        return Vec::new();
    }
    let relations = |(index, ty): (usize, &TypeDef)| {
        let earlier = ty.same_as.and_then(|earlier| TypeDef::resolve(&file.types, earlier));
        let TypeDef { is_final, parent, group, .. } = earlier.unwrap_or(ty);
        TypeRelations {
            same_as: ty.same_as,
            supertype: *parent,
            is_final: *is_final,
            group_start: index.saturating_sub(group.place.into()),
            group_size: group.size.into(),
        }
    };
    file.types.iter().enumerate().map(relations).collect()
}

fn import_function(import: &model::ImportFunction<'_>) -> ImportFunction {
    ImportFunction {
        module: import.module.to_string(),
        name: import.name.to_string(),
        type_index: import.type_index,
    }
}

fn import_global(import: &model::ImportGlobal<'_>) -> ImportGlobal {
    ImportGlobal {
        module: import.module.to_string(),
        name: import.name.to_string(),
        value_type: import.value_type.to_string(),
        mutable: import.mutable,
    }
}

fn globals(file: &AotFile<'_>) -> Vec<Global> {
    let imports = file.import_globals.len();
    let global = |(index, global): (usize, &model::Global)| Global {
        index: imports + index,
        value_type: global.value_type.to_string(),
        mutable: global.mutable,
        init: global.init.to_string(),
    };
    file.globals.iter().enumerate().map(global).collect()
}

fn aux_stack(aux: &model::AuxStack) -> AuxStack {
    let global = |aux: model::AuxGlobal| AuxGlobal { global: aux.global, address: aux.address };
    AuxStack {
        data_end: global(aux.data_end),
        heap_base: global(aux.heap_base),
        stack_top: global(aux.stack_top),
        stack_size: aux.stack_size,
    }
}

fn functions(file: &AotFile<'_>) -> Vec<Function> {
    let imports = file.import_functions.len();
    let names = function_names(file);
    let mut entries: Vec<u64> =
        file.functions.iter().map(|function| function.code_offset).collect();
    entries.push(file.text.code.len() as u64);
    entries.sort_unstable();
    let function = |(number, function): (usize, &model::Function)| {
        let index = imports + number;
        let next = entries.partition_point(|entry| *entry <= function.code_offset);
        let end = entries.get(next).copied().unwrap_or(function.code_offset);
        Function {
            index,
            name: names.get(&index).map(|name| (*name).to_owned()),
            type_index: function.type_index,
            code_offset: function.code_offset,
            code_size: end - function.code_offset,
            max_local_cells: function.max_local_cells,
            max_stack_cells: function.max_stack_cells,
        }
    };
    file.functions.iter().enumerate().map(function).collect()
}

/// Names by index: from the name section, otherwise from exports, the first if there are several.
fn function_names<'f>(file: &'f AotFile<'_>) -> HashMap<usize, &'f str> {
    let subsections = file.custom_sections.iter().flat_map(|section| match section {
        model::CustomSection::Name(subsections) => subsections.as_slice(),
        _ => &[],
    });
    let names = subsections.flat_map(|subsection| match subsection {
        NameSubsection::Functions { names, .. } => names.as_slice(),
        NameSubsection::Other { .. } => &[],
    });
    let names = names.map(|name| (name.function as usize, name.name.as_ref()));
    let exports = file
        .exports
        .iter()
        .filter(|export| export.kind == ExportKind::Func)
        .map(|export| (export.index as usize, export.name.as_ref()));
    let mut by_index = HashMap::new();
    for (index, name) in names.chain(exports) {
        by_index.entry(index).or_insert(name);
    }
    by_index
}

fn export(export: &model::Export<'_>) -> Export {
    Export { kind: export.kind.name(), index: export.index, name: export.name.to_string() }
}

fn relocations(file: &AotFile<'_>) -> Vec<RelocationGroup> {
    let target = &file.target;
    let loader = Loader::of(target.bin_type, target.e_machine, target.e_flags, &target.arch);
    let kind_name = |kind| {
        let known = loader.and_then(|loader| loader.relocation_name(kind));
        known.map_or_else(|| format!("type {kind}"), str::to_owned)
    };
    let group = |group: &model::RelocationGroup<'_>| {
        let mut counts: HashMap<(u32, &str), usize> = HashMap::new();
        for relocation in &group.relocations {
            *counts.entry((relocation.kind, &relocation.symbol)).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|(one, one_count), (other, other_count)| {
            other_count.cmp(one_count).then_with(|| one.cmp(other))
        });
        let uses = counts.into_iter().map(|((kind, symbol), count)| RelocationUse {
            kind: kind_name(kind),
            symbol: symbol.to_owned(),
            count,
        });
        RelocationGroup {
            name: group.name.to_string(),
            count: group.relocations.len(),
            uses: uses.collect(),
        }
    };
    file.relocation_groups.iter().map(group).collect()
}

fn native_symbols(file: &AotFile<'_>) -> Vec<String> {
    let symbols = file.custom_sections.iter().flat_map(|section| match section {
        model::CustomSection::NativeSymbols(symbols) => symbols.as_slice(),
        _ => &[],
    });
    symbols.map(ToString::to_string).collect()
}

/// Collects the custom sections, which come last.
fn custom_sections(container: &Container<'_>) -> Vec<CustomSection> {
    let sections = &container.file.custom_sections;
    let first = container.sections.len().saturating_sub(sections.len());
    let section = |(range, section): (&SectionRange, &model::CustomSection<'_>)| {
        let id = match section {
            model::CustomSection::Raw { .. } => CustomId::Raw as u32,
            model::CustomSection::NativeSymbols(_) => CustomId::NativeSymbol as u32,
            model::CustomSection::Name(_) => CustomId::Name as u32,
            model::CustomSection::Other { sub_type, .. } => *sub_type,
        };
        let name = match section {
            model::CustomSection::Raw { name, .. } => Some(name.to_string()),
            _ => None,
        };
        let known = CustomId::from_u32(id);
        let kind = known.map_or_else(|| format!("kind {id}"), |id| id.name().to_owned());
        CustomSection { kind, name, size: range.size }
    };
    container.sections[first..].iter().zip(sections).map(section).collect()
}
