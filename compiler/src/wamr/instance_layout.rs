//! The places of a module's globals and tables inside the module instance.
//!
//! The runtime computes these places from the file alone, and nothing checks that code and file
//! agree, so both use this module. Source: `create_module_instance` and the static assertions of
//! `core/iwasm/aot/aot_runtime.c`. Globals are packed without alignment; tables follow.

use wamr_abi::layout::{gc_table, instance, memory, table};

use crate::error::Error;
use crate::wasm::{Module, References, Table, ValueType};

/// WAMR allocates in advance all slots that a growing table may ever have. As with wamrc, a table
/// may grow to this size, or to twice its initial size, if the module declares a larger maximum.
const GROWABLE_TABLE_MINIMUM: u32 = 1024;

/// Offsets are displacements of loads and stores, which are signed 32-bit numbers.
const MAX_OFFSET: u64 = i32::MAX as u64;

/// The variable part of a module instance.
pub(crate) struct InstanceLayout {
    globals: Vec<u32>,
    tables: Vec<TableLayout>,
}

/// A table inside the module instance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TableLayout {
    /// Offset of the table from the start of the instance.
    pub(crate) offset: u32,
    /// The maximum size that the file declares.
    pub(crate) maximum: u32,
    /// Whether slots beyond the initial size exist.
    pub(crate) growable: bool,
}

impl InstanceLayout {
    /// Lays out the instance of `module`.
    pub(crate) fn new(module: &Module<'_>) -> Result<Self, Error> {
        let memories = memory_count(module) as u64;
        let mut offset =
            u64::from(instance::GLOBAL_TABLE_DATA) + memories * u64::from(memory::SIZE);
        let mut globals = Vec::with_capacity(module.globals.len());
        for global in &module.globals {
            globals.push(checked(offset)?);
            offset += u64::from(global_size(global.value_type));
        }
        let mut tables = Vec::with_capacity(module.tables.len());
        for (ty, index) in module.tables.iter().zip(0..) {
            let grows = module.growth.tables.contains(&index);
            let layout = table_layout(ty, grows, checked(offset)?);
            let slots = if layout.growable { layout.maximum } else { ty.initial };
            let elements = table_places(module.references).elements;
            offset += u64::from(elements) + u64::from(slots) * u64::from(table::SLOT_SIZE);
            tables.push(layout);
        }
        checked(offset)?;
        Ok(Self { globals, tables })
    }

    /// Offset of global `index` from the start of the instance.
    pub(crate) fn global(&self, index: u32) -> u32 {
        self.globals[index as usize]
    }

    /// Table `index`.
    pub(crate) fn table(&self, index: u32) -> TableLayout {
        self.tables[index as usize]
    }
}

/// Offsets in a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TablePlaces {
    /// Of the current number of elements.
    pub(crate) size: u32,
    /// Of the first element.
    pub(crate) elements: u32,
}

/// The offsets in tables with these references.
pub(crate) fn table_places(references: References) -> TablePlaces {
    const { assert!(table::SLOT_SIZE == gc_table::SLOT_SIZE) }
    match references {
        References::Indexes => TablePlaces { size: table::CUR_SIZE, elements: table::ELEMS },
        References::Objects => TablePlaces { size: gc_table::CUR_SIZE, elements: gc_table::ELEMS },
    }
}

/// The number of memories that the file declares. It is at least one, since wamrc's files always
/// have one and the runtime's layout depends on it.
pub(crate) fn memory_count(module: &Module<'_>) -> usize {
    module.memories.len().max(1)
}

fn checked(offset: u64) -> Result<u32, Error> {
    if offset > MAX_OFFSET {
        return Err(Error::limit("globals and tables of more than 2 GiB per instance"));
    }
    Ok(offset as u32)
}

fn table_layout(ty: &Table, grows: bool, offset: u32) -> TableLayout {
    let clamp = ty.initial.saturating_mul(2).max(GROWABLE_TABLE_MINIMUM);
    let maximum = ty.maximum.map_or(clamp, |maximum| maximum.min(clamp));
    TableLayout { offset, maximum, growable: grows && maximum > ty.initial }
}

/// Size of a global in the instance, in bytes. References are 32-bit numbers, unless they are
/// addresses of objects.
pub(crate) fn global_size(ty: ValueType) -> u32 {
    match ty {
        ValueType::I32 | ValueType::F32 | ValueType::FuncRef | ValueType::ExternRef => 4,
        ValueType::I64 | ValueType::F64 | ValueType::ExnRef | ValueType::Object => 8,
        ValueType::V128 => 16,
    }
}
