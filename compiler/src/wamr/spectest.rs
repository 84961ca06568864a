//! Memories and tables of WAMR's own host modules.
//!
//! The runtime gives a compiled module its own storage instead of an imported memory or table, with
//! the size given in the file. So the compiler must know what a host module defines. Source:
//! `load_memory_import` and `load_table_import` of `core/iwasm/interpreter/wasm_loader.c`, which
//! run in wamrc. Other imports get the size that the module declares.

use crate::error::Error;
use crate::wasm::{Import, Module};

/// WAMR's host module for the official tests.
const SPECTEST: &str = "spectest";

/// Initial and maximum size of something that a host module exports.
struct Limits {
    name: &'static str,
    initial: u32,
    maximum: u32,
}

/// In pages.
const SPECTEST_MEMORY: Limits = Limits { name: "memory", initial: 1, maximum: 2 };
/// In elements.
const SPECTEST_TABLE: Limits = Limits { name: "table", initial: 10, maximum: 20 };

/// Replaces the declared sizes of imported memories and tables by those of the host module.
///
/// # Errors
/// `Unsupported` if the import would not link: no such name, or other sizes.
pub(crate) fn resolve(module: &mut Module<'_>) -> Result<(), Error> {
    for (import, memory) in module.imported_memories.iter().zip(&mut module.memories) {
        if import.module == SPECTEST && (memory.is_64 || memory.shared) {
            return Err(unlinkable(import));
        }
        resolve_one(import, &SPECTEST_MEMORY, &mut memory.initial, &mut memory.maximum)?;
    }
    for (import, table) in module.imported_tables.iter().zip(&mut module.tables) {
        resolve_one(import, &SPECTEST_TABLE, &mut table.initial, &mut table.maximum)?;
    }
    Ok(())
}

fn unlinkable(import: &Import<'_>) -> Error {
    let Import { module, name, .. } = import;
    Error::unsupported(format!("unknown import or incompatible import type: {module:?} {name:?}"))
}

fn resolve_one(
    import: &Import<'_>,
    limits: &Limits,
    initial: &mut u32,
    maximum: &mut Option<u32>,
) -> Result<(), Error> {
    if import.module != SPECTEST {
        return Ok(());
    }
    let fits = *initial <= limits.initial && maximum.is_none_or(|most| most >= limits.maximum);
    if import.name != limits.name || !fits {
        return Err(unlinkable(import));
    }
    *initial = limits.initial;
    *maximum = Some(limits.maximum);
    Ok(())
}
