//! Where a module distinguishes references by the type of the function, or by whether they may be
//! null.
//!
//! Neither exists at run time: a reference to a function is its index, or null, and always has the
//! type [`ValueType::FuncRef`](super::ValueType). But two parts of the compiler depend on it. Code
//! has to check references that come from the host. And two bodies are the same for the function
//! cache only if validation gives the same answers about them.

use wasmparser::{HeapType, RefType, TableInit, ValType};

use super::{ConstExpr, ElementSegment, ExportKind, Module, SegmentMode, ValueType};
use crate::error::Error;
use crate::limits::tables::MAX_INITIAL_ELEMENTS;

/// The declarations that mention references to functions of certain types.
#[derive(Default)]
pub(crate) struct TypedReferences<'a> {
    /// For each type, whether it has such parameters or results.
    pub(super) types: Vec<bool>,
    /// Whether each table has such elements.
    pub(super) tables: Vec<bool>,
    /// Whether each global of the module is one.
    pub(super) globals: Vec<bool>,
    /// Whether types extend others, or are not function types.
    pub(super) has_subtypes: bool,
    /// The contents of the sections that types of values and functions come from.
    pub(super) sections: Vec<&'a [u8]>,
}

impl<'a> TypedReferences<'a> {
    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        self.has_subtypes
            || [&self.types, &self.tables, &self.globals].into_iter().flatten().any(|&typed| typed)
    }

    /// What the validity of a body can depend on, other than the body.
    pub(crate) fn declarations(&self) -> impl Iterator<Item = &'a [u8]> {
        self.sections.iter().copied()
    }
}

impl Module<'_> {
    /// Whether a reference can get into the module that only the host knows to be of its type: as
    /// an argument, as a result, or in something that is shared.
    pub(crate) fn gets_typed_references(&self) -> bool {
        // Objects know their types, and the runtime's interface takes them into account.
        if self.has_objects() {
            return false;
        }
        let typed = &self.typed_references;
        let of = |list: &[bool], index: u32| list.get(index as usize).is_some_and(|&typed| typed);
        let function = |index: u32| of(&typed.types, self.functions[index as usize]);
        let imported = |count: usize, list: &[bool]| list.iter().take(count).any(|&typed| typed);
        let exported = self.exports.iter().any(|export| match export.kind {
            ExportKind::Function | ExportKind::Memory => false,
            ExportKind::Table => of(&typed.tables, export.index),
            ExportKind::Global => of(&typed.globals, export.index),
        });
        exported
            || (0..self.imported_function_count()).any(function)
            || self.functions_named_outside().any(function)
            || imported(self.imported_tables.len(), &typed.tables)
            || imported(self.imported_globals.len(), &typed.globals)
    }
}

/// Whether a value of type `ty` is a reference to a function of a certain type, or one that cannot
/// be null.
pub(super) fn is_typed(ty: ValType) -> bool {
    matches!(ty, ValType::Ref(ty) if is_typed_reference(ty))
}

/// The same for a reference.
pub(super) fn is_typed_reference(ty: RefType) -> bool {
    !ty.is_nullable() || is_typed_heap(ty.heap_type())
}

/// Whether `ty` is the type of certain functions.
pub(super) fn is_typed_heap(ty: HeapType) -> bool {
    !matches!(ty, HeapType::Abstract { .. })
}

/// Adds a segment that fills table `index`, which has `size` elements, with its initial value. The
/// segments of the module come later and replace these elements.
pub(super) fn fill_table(
    module: &mut Module<'_>,
    index: u32,
    size: u32,
    element: ValueType,
    init: &TableInit<'_>,
) -> Result<(), Error> {
    let TableInit::Expr(expr) = init else { return Ok(()) };
    let value = ConstExpr::decode(expr, &module.globals)?;
    let filled = module.elements.iter().map(|segment| segment.items.len() as u64).sum::<u64>();
    if value == ConstExpr::RefNull {
        return Ok(());
    }
    if filled + u64::from(size) > MAX_INITIAL_ELEMENTS {
        let what =
            format!("tables with more than {MAX_INITIAL_ELEMENTS} elements that are not null");
        return Err(Error::limit(what).at(expr.get_binary_reader().original_position() as usize));
    }
    let (mode, count) = match size {
        // A body may still refer to the function.
        0 => (SegmentMode::Declared, 1),
        _ => (SegmentMode::Active { index, offset: ConstExpr::I32(0) }, size as usize),
    };
    module.elements.push(ElementSegment { mode, element, items: vec![value; count] });
    module.added_elements += 1;
    Ok(())
}
