//! Decodes and validates everything except function bodies.
//!
//! Each payload first passes the validator, so the decoding may rely on what validation guarantees.
//! Custom sections are collected without interpreting them, except function names.

use std::collections::{BTreeSet, HashMap};

use wasmparser::{
    ElementItems, ElementKind, ExternalKind, Parser, Payload, TypeRef, ValidPayload, Validator,
    WasmFeatures, types::TypesRef,
};

use super::objects::add_segment;
use super::typed_references::{fill_table, is_typed, is_typed_reference};
use super::{
    Body, ConstExpr, CustomSection, DataSegment, ElementSegment, Export, ExportKind, Global,
    Growth, Import, Memory, Module, NULL_EXCEPTION, NameMap, Objects, References, SegmentMode,
    Table, Tag, TypedReferences, ValueType,
};
use crate::error::{Error, Shown, refused};

/// Decodes the module in `bytes`, which may use `features`, for a runtime with these references.
/// Bodies are split off, and validated later.
pub(crate) fn parse(
    bytes: &[u8],
    features: WasmFeatures,
    references: References,
) -> Result<Module<'_>, Error> {
    check_preamble(bytes)?;
    let mut validator = Validator::new_with_features(features);
    let mut module = empty_module(references);
    let mut parser = Parser::new(0);
    // Some proposals extend the binary format itself: memory64 allows longer numbers for limits.
    parser.set_features(features);
    for payload in parser.parse_all(bytes) {
        let payload = payload.map_err(refused)?;
        match &payload {
            // The validator returns what the body's own validation needs.
            Payload::CodeSectionEntry(body) => module.bodies.push(Body {
                code: body.clone(),
                validation: validator.code_section_entry(body).map_err(refused)?,
            }),
            _ => {
                if let ValidPayload::End(types) = validator.payload(&payload).map_err(refused)? {
                    module.canonical_types = canonical_types(&module, types.as_ref());
                }
                if declares_types(&payload)
                    && let Some((_, range)) = payload.as_section()
                {
                    let section = &bytes[range.start as usize..range.end as usize];
                    module.typed_references.sections.push(section);
                }
                read_payload(&mut module, payload)?;
            }
        }
    }
    module.find_subtypes()?;
    identify_imported_tags(&mut module);
    let has_memory = !module.memories.is_empty();
    module.growth = Growth::of(&module.bodies, has_memory, &module.tables);
    let functions = module.functions.len() as u32;
    if let Some(section) = module.custom_sections.iter().find(|section| section.name == "name") {
        module.function_names = NameMap::parse(section.bytes, section.offset, functions);
    }
    Ok(module)
}

/// Magic bytes, version and layer of a component (component model, binary format); a core module
/// has 1 and 0 for the latter two.
const COMPONENT_PREAMBLE: &[u8] = b"\0asm\x0d\0\x01\0";
const COMPONENT_LAYER_OFFSET: usize = 6;

/// Returns specific errors for common wrong inputs.
fn check_preamble(bytes: &[u8]) -> Result<(), Error> {
    if bytes.is_empty() {
        return Err(Error::invalid("the input is empty", 0));
    }
    if bytes.starts_with(b"\0aot") {
        return Err(Error::invalid("the input is an .aot file, not a wasm module", 0)
            .with_hint("run it as it is, or look at it with `cwamrc inspect`"));
    }
    if !bytes.starts_with(b"\0asm") && !b"\0asm".starts_with(bytes) {
        return Err(Error::invalid("the input is not a wasm module: magic bytes not found", 0));
    }
    if bytes.starts_with(COMPONENT_PREAMBLE) {
        return Err(Error::unsupported("the input is a component, not a core module")
            .at(COMPONENT_LAYER_OFFSET)
            .with_hint(
                "extract its core module first, e.g. with `wasm-tools component unbundle`",
            ));
    }
    Ok(())
}

fn empty_module<'a>(references: References) -> Module<'a> {
    Module {
        references,
        types: Vec::new(),
        definitions: Vec::new(),
        extended_types: BTreeSet::new(),
        function_subtypes: Vec::new(),
        lost_sharing: false,
        objects: Objects::default(),
        canonical_types: Vec::new(),
        imported_functions: Vec::new(),
        imported_globals: Vec::new(),
        imported_tables: Vec::new(),
        imported_memories: Vec::new(),
        functions: Vec::new(),
        tables: Vec::new(),
        memories: Vec::new(),
        globals: Vec::new(),
        tags: Vec::new(),
        imported_tags: Vec::new(),
        exported_tags: Vec::new(),
        has_one_tag: true,
        exports: Vec::new(),
        start: None,
        added_elements: 0,
        elements: Vec::new(),
        data: Vec::new(),
        bodies: Vec::new(),
        custom_sections: Vec::new(),
        function_names: NameMap::default(),
        growth: Growth::default(),
        typed_references: TypedReferences::default(),
    }
}

fn read_payload<'a>(module: &mut Module<'a>, payload: Payload<'a>) -> Result<(), Error> {
    match payload {
        Payload::TypeSection(section) => {
            for group in section {
                module.add_group(group.map_err(refused)?)?;
            }
        }
        Payload::ImportSection(section) => {
            let offset = section.range().start;
            for import in section.into_imports() {
                read_import(module, import.map_err(refused)?, offset)?;
            }
        }
        Payload::FunctionSection(section) => {
            for type_index in section {
                module.functions.push(type_index.map_err(refused)?);
            }
        }
        Payload::TableSection(section) => {
            for table in section {
                add_own_table(module, table.map_err(refused)?)?;
            }
        }
        Payload::MemorySection(section) => {
            for memory in section {
                module.memories.push(convert_memory(memory.map_err(refused)?)?);
            }
        }
        Payload::GlobalSection(section) => {
            for global in section {
                add_own_global(module, global.map_err(refused)?)?;
            }
        }
        Payload::TagSection(section) => {
            for tag in section.into_iter_with_offsets() {
                let (offset, tag) = tag.map_err(refused)?;
                let identity = module.tags.len() as u32;
                module.tags.push(Tag { type_index: tag.func_type_idx, identity, offset });
            }
        }
        Payload::ExportSection(section) => {
            for export in section {
                let export = export.map_err(refused)?;
                match export.kind {
                    ExternalKind::Tag => module.exported_tags.push(export.name),
                    _ => module.exports.push(convert_export(export)?),
                }
            }
        }
        Payload::StartSection { func, .. } => module.start = Some(func),
        Payload::ElementSection(section) => {
            for element in section {
                let element = element.map_err(refused)?;
                match module.references {
                    References::Objects => add_segment(module, element)?,
                    References::Indexes => {
                        let segment = convert_element(element, module)?;
                        module.elements.push(segment);
                    }
                }
            }
        }
        Payload::DataSection(section) => {
            for data in section {
                let data = convert_data(data.map_err(refused)?, &module.globals)?;
                module.data.push(data);
            }
        }
        Payload::CustomSection(section) => module.custom_sections.push(CustomSection {
            name: section.name(),
            bytes: section.data(),
            offset: section.data_offset(),
        }),
        _ => {}
    }
    Ok(())
}

/// Reads an import of the section at `offset`.
fn read_import<'a>(
    module: &mut Module<'a>,
    import: wasmparser::Import<'a>,
    offset: u64,
) -> Result<(), Error> {
    let mut item = Import { module: import.module, name: import.name, type_index: 0 };
    match import.ty {
        TypeRef::Func(type_index) => {
            item.type_index = type_index;
            module.functions.push(type_index);
            module.imported_functions.push(item);
        }
        TypeRef::Global(ty) => {
            add_global(module, ty, None)?;
            module.imported_globals.push(item);
        }
        TypeRef::Table(ty) => {
            add_table(module, ty)?;
            module.imported_tables.push(item);
        }
        TypeRef::Memory(ty) => {
            module.memories.push(convert_memory(ty)?);
            module.imported_memories.push(item);
        }
        TypeRef::Tag(tag) => {
            item.type_index = tag.func_type_idx;
            let identity = module.tags.len() as u32;
            module.tags.push(Tag { type_index: tag.func_type_idx, identity, offset });
            module.imported_tags.push(item);
        }
        TypeRef::FuncExact(_) => {
            return Err(Error::unsupported(format!(
                "kind of import {}.{}",
                Shown(import.module),
                Shown(import.name)
            )));
        }
    }
    Ok(())
}

/// Which tag each imported one is: the first with the same names and type. Tags of the module itself
/// are all different.
fn identify_imported_tags(module: &mut Module<'_>) {
    let mut first = HashMap::new();
    let imports = module.imported_tags.iter().zip(&mut module.tags);
    for ((import, tag), index) in imports.zip(0..) {
        let ty = module.canonical_types[import.type_index as usize];
        tag.identity = *first.entry((import.module, import.name, ty)).or_insert(index);
    }
    module.has_one_tag = module.tags.iter().all(|tag| tag.identity == 0);
}

/// Adds a table with the initial value of its elements.
fn add_own_table<'a>(module: &mut Module<'a>, table: wasmparser::Table<'a>) -> Result<(), Error> {
    let index = module.tables.len() as u32;
    add_table(module, table.ty)?;
    if module.has_objects() {
        return module.objects.add_table(index, table.init);
    }
    let Table { element, initial, .. } = module.tables[index as usize];
    fill_table(module, index, initial, element, &table.init)
}

fn add_table(module: &mut Module<'_>, ty: wasmparser::TableType) -> Result<(), Error> {
    module.typed_references.tables.push(is_typed_reference(ty.element_type));
    module.objects.tables.push(ty.element_type);
    module.tables.push(convert_table(ty, module.references)?);
    Ok(())
}

/// Adds a global with its initial value. Code computes the addresses of objects.
fn add_own_global<'a>(
    module: &mut Module<'a>,
    global: wasmparser::Global<'a>,
) -> Result<(), Error> {
    let ty = ValueType::from_wasmparser(global.ty.content_type, module.references)?;
    if !ty.is_object(module.references) {
        let init = ConstExpr::decode(&global.init_expr, &module.globals)?;
        return add_global(module, global.ty, Some(init));
    }
    let index = module.globals.len() as u32;
    module.objects.add_global(index, global.init_expr)?;
    add_global(module, global.ty, Some(ConstExpr::RefNull))
}

fn add_global(
    module: &mut Module<'_>,
    ty: wasmparser::GlobalType,
    init: Option<ConstExpr>,
) -> Result<(), Error> {
    module.typed_references.globals.push(is_typed(ty.content_type));
    module.objects.globals.push(ty.content_type);
    module.globals.push(convert_global(ty, init, module.references)?);
    Ok(())
}

fn convert_table(ty: wasmparser::TableType, references: References) -> Result<Table, Error> {
    Ok(Table {
        element: ValueType::from_ref_type(ty.element_type, references)?,
        initial: table_size(ty.initial)?,
        maximum: ty.maximum.map(|max| max.min(u32::MAX.into()) as u32),
        is_64: ty.table64,
    })
}

fn table_size(size: u64) -> Result<u32, Error> {
    u32::try_from(size).map_err(|_| Error::limit(format!("a table of {size} elements")))
}

fn convert_memory(ty: wasmparser::MemoryType) -> Result<Memory, Error> {
    let initial = u32::try_from(ty.initial);
    Ok(Memory {
        initial: initial.map_err(|_| Error::limit(format!("a memory of {} pages", ty.initial)))?,
        // A maximum beyond WAMR's range has the same effect as the largest number.
        maximum: ty.maximum.map(|max| max.min(u32::MAX.into()) as u32),
        shared: ty.shared,
        is_64: ty.memory64,
    })
}

fn convert_global(
    ty: wasmparser::GlobalType,
    init: Option<ConstExpr>,
    references: References,
) -> Result<Global, Error> {
    let value_type = ValueType::from_wasmparser(ty.content_type, references)?;
    let init = init.map(|init| match (value_type, init) {
        // A reference to an exception is a 64-bit number, and a host sees nothing else.
        (ValueType::ExnRef, ConstExpr::RefNull) => ConstExpr::I64(NULL_EXCEPTION),
        (_, init) => init,
    });
    Ok(Global { value_type, mutable: ty.mutable, init })
}

fn convert_export(export: wasmparser::Export<'_>) -> Result<Export<'_>, Error> {
    let kind = match export.kind {
        ExternalKind::Func => ExportKind::Function,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        // Exported tags were collected before.
        ExternalKind::Tag | ExternalKind::FuncExact => {
            return Err(Error::unsupported(format!("kind of export {}", Shown(export.name))));
        }
    };
    Ok(Export { name: export.name, kind, index: export.index })
}

fn convert_element(
    element: wasmparser::Element<'_>,
    module: &Module<'_>,
) -> Result<ElementSegment, Error> {
    let (tables, globals) = (&module.tables, &module.globals);
    let mode = match element.kind {
        ElementKind::Passive => SegmentMode::Passive,
        ElementKind::Declared => SegmentMode::Declared,
        ElementKind::Active { table_index, offset_expr } => {
            let index = table_index.unwrap_or(0);
            let offset = ConstExpr::decode(&offset_expr, globals)?;
            let is_64 = tables.get(index as usize).is_some_and(|table| table.is_64);
            SegmentMode::Active {
                index,
                offset: if is_64 { narrow_offset(offset)? } else { offset },
            }
        }
    };
    let (element, items) = match element.items {
        ElementItems::Functions(functions) => (
            ValueType::FuncRef,
            functions
                .into_iter()
                .map(|index| Ok(ConstExpr::RefFunc(index.map_err(refused)?)))
                .collect::<Result<Vec<_>, Error>>()?,
        ),
        ElementItems::Expressions(ty, expressions) => (
            ValueType::from_ref_type(ty, module.references)?,
            expressions
                .into_iter()
                .map(|expr| ConstExpr::decode(&expr.map_err(refused)?, globals))
                .collect::<Result<Vec<_>, Error>>()?,
        ),
    };
    let items = match element {
        // No constant expression gives another one.
        ValueType::ExnRef => items.iter().map(|_| ConstExpr::RefNull).collect(),
        _ => items,
    };
    Ok(ElementSegment { mode, element, items })
}

/// An offset into a table with 64-bit indexes, as a 32-bit offset. One that does not fit is outside
/// of any table, and so is the largest number that fits.
fn narrow_offset(offset: ConstExpr) -> Result<ConstExpr, Error> {
    match offset {
        ConstExpr::I64(value) => {
            Ok(ConstExpr::I32(u32::try_from(value as u64).unwrap_or(u32::MAX) as i32))
        }
        _ => Err(Error::unsupported(
            "an imported global as an offset into a table with 64-bit indexes is not supported",
        )
        .with_hint("WAMR's tables have 32-bit indexes; give the offset as a constant")),
    }
}

fn convert_data<'a>(
    data: wasmparser::Data<'a>,
    globals: &[Global],
) -> Result<DataSegment<'a>, Error> {
    let mode = match data.kind {
        wasmparser::DataKind::Passive => SegmentMode::Passive,
        wasmparser::DataKind::Active { memory_index, offset_expr } => SegmentMode::Active {
            index: memory_index,
            offset: ConstExpr::decode(&offset_expr, globals)?,
        },
    };
    Ok(DataSegment { mode, bytes: data.data })
}

/// Whether types of values, functions, tables or globals come from the section.
fn declares_types(payload: &Payload<'_>) -> bool {
    use Payload::{
        ElementSection, FunctionSection, GlobalSection, ImportSection, TableSection, TagSection,
        TypeSection,
    };
    matches!(
        payload,
        TypeSection(_)
            | ImportSection(_)
            | FunctionSection(_)
            | TableSection(_)
            | GlobalSection(_)
            | TagSection(_)
            | ElementSection(_)
    )
}

/// For each type, the smallest index of an equal one. The validator knows which are equal: functions
/// with references to different functions are not, although they are equal for the runtime.
fn canonical_types(module: &Module<'_>, types: TypesRef<'_>) -> Vec<u32> {
    let mut first = HashMap::with_capacity(module.types.len());
    let indexes = 0..module.types.len() as u32;
    indexes
        .map(|index| *first.entry(types.core_type_at_in_module(index)).or_insert(index))
        .collect()
}
