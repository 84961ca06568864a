//! Indirect calls with exactly one possible callee.
//!
//! If the only table of a module is neither imported nor exported, and no operator writes to
//! tables, its elements are always those of its segments. If a single element has the type of an
//! indirect call, every call that does not trap goes there. The call becomes a direct one after a
//! comparison of the index, and may be inlined. All other indexes raise a trap, in cold blocks.

use std::collections::HashMap;

use crate::wasm::{ConstExpr, ExportKind, Module, SegmentMode};

/// The only element of a type.
#[derive(Clone, Copy, Debug)]
pub(in crate::lower) struct DevirtualizedCallee {
    /// Its index in the table.
    pub(in crate::lower) element: u32,
    /// A function of the module itself.
    pub(in crate::lower) function: u32,
}

/// The elements that are the only ones of their types, by canonical type index.
pub(in crate::lower) fn devirtualize(
    module: &Module<'_>,
    writes_tables: bool,
) -> Vec<Option<DevirtualizedCallee>> {
    let mut callees = vec![None; module.types.len()];
    let Some(elements) = elements(module).filter(|_| !writes_tables) else { return callees };
    let mut counts = vec![0_u32; module.types.len()];
    for (element, function) in elements {
        let ty = module.canonical_function_type(function) as usize;
        counts[ty] += 1;
        let is_sole = counts[ty] == 1 && function >= module.imported_function_count();
        callees[ty] = is_sole.then_some(DevirtualizedCallee { element, function });
    }
    callees
}

/// The functions in the only table, if only operators could change it.
fn elements(module: &Module<'_>) -> Option<HashMap<u32, u32>> {
    let [table] = module.tables[..] else { return None };
    let shared = !module.imported_tables.is_empty()
        || module.exports.iter().any(|export| export.kind == ExportKind::Table);
    if shared || table.is_64 {
        return None;
    }
    let mut elements = HashMap::new();
    for segment in &module.elements {
        let start = match &segment.mode {
            SegmentMode::Active { offset: ConstExpr::I32(offset), .. } => offset.cast_unsigned(),
            SegmentMode::Active { .. } => return None,
            SegmentMode::Passive | SegmentMode::Declared => continue,
        };
        for (index, item) in segment.items.iter().enumerate() {
            // Elements after the end of the table do not matter: the module cannot be instantiated
            // then.
            let element = start.checked_add(u32::try_from(index).ok()?)?;
            match item {
                ConstExpr::RefFunc(function) => elements.insert(element, *function),
                ConstExpr::RefNull => elements.remove(&element),
                _ => return None,
            };
        }
    }
    Some(elements)
}
