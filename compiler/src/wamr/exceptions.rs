//! Storage for exceptions, and the checks at the boundary between a module and its host.
//!
//! The runtime has no support for exceptions: files have no place for tags, and no host can throw,
//! catch or hold an exception. So references to exceptions stay inside the module. Exceptions whose
//! operands do not fit into such a reference are kept in storage that the compiler adds after the
//! module's globals and tables, once per thread.

use super::counters::{add_global, export_global};
use crate::error::{Error, Shown};
use crate::limits::exceptions::{MAX_COMPARED_TAGS, MAX_OPERAND_WORDS, SLOTS};
use crate::options::instrument::{Instrumentation, THROWN_AT, UNCAUGHT};
use crate::wasm::{
    ConstExpr, ExportKind, FuncType, Import, Module, Table, ValueType, keeps_references,
    refers_to_exceptions,
};

/// Where exceptions are kept whose operands do not fit into a reference.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Storage {
    /// The size of such an exception in words; 0 if the module has none.
    pub(crate) words: u32,
    /// The global with the first word of the exception that is being thrown.
    pub(crate) thrown: Option<u32>,
    /// The slots, if references to exceptions exist. An exception that is being thrown is then in
    /// slot 0.
    pub(crate) slots: Option<Slots>,
    /// Whether the numbers of tags with such operands are marked. Where there are few of them, code
    /// compares with each.
    pub(crate) marks_large: bool,
    /// Where exceptions are objects that the runtime collects, the type of those with the first
    /// tag. The types for the other tags follow.
    pub(crate) types: Option<u32>,
    /// What a host can read about exceptions, if the options ask for it.
    pub(crate) origin: Option<Origin>,
}

/// Exported globals with what is known about an exception that reached the host, both i64.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    /// See [`THROWN_AT`].
    pub(crate) thrown_at: u32,
    /// See [`UNCAUGHT`].
    pub(crate) uncaught: u32,
}

/// Storage for exceptions that references refer to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slots {
    /// The table that contains them, one word per element.
    pub(crate) table: u32,
    /// The global with the index of the first free slot, an i64.
    pub(crate) next: u32,
    /// Whether a function frees the slots that were taken during its call when it returns. This is
    /// possible if no reference is stored in globals or in other exceptions.
    pub(crate) released: bool,
}

/// Words that a value takes.
pub(crate) fn words(ty: ValueType) -> u32 {
    if ty == ValueType::V128 { 2 } else { 1 }
}

/// Whether operands of these types fit into a reference together with the tag.
pub(crate) fn fit_into_reference(operands: &[ValueType]) -> bool {
    use ValueType::{ExternRef, F32, FuncRef, I32};
    matches!(operands, [] | [I32 | F32 | FuncRef | ExternRef])
}

/// Adds the storage that `module` needs, after its globals and tables, and what `instrumentation` asks
/// for.
pub(crate) fn install(
    module: &mut Module<'_>,
    instrumentation: &Instrumentation,
) -> Result<Storage, Error> {
    let mut storage = install_operands(module);
    if instrumentation.trace_exceptions && !module.tags.is_empty() {
        let [thrown_at, uncaught] = [THROWN_AT, UNCAUGHT].map(|name| {
            let index = add_global(module, 0);
            export_global(module, name, index).map(|()| index)
        });
        storage.origin = Some(Origin { thrown_at: thrown_at?, uncaught: uncaught? });
    }
    Ok(storage)
}

/// Adds the storage for operands.
fn install_operands(module: &mut Module<'_>) -> Storage {
    if module.has_objects() {
        return Storage { types: module.add_exception_types(), ..Storage::default() };
    }
    let operands = (0..module.tags.len() as u32).map(|tag| module.tag_operands(tag));
    let large = operands.filter(|operands| !fit_into_reference(operands));
    let sizes = large.map(|operands| operands.iter().map(|&ty| words(ty)).sum());
    let sizes: Vec<u32> = sizes.collect();
    let words = sizes.iter().copied().max();
    let Some(words) = words else { return Storage::default() };
    if !module.bodies.iter().any(|body| refers_to_exceptions(&body.code)) {
        let first = add_global(module, 0);
        (1..words).for_each(|_| _ = add_global(module, 0));
        return Storage { words, thrown: Some(first), ..Storage::default() };
    }
    let released = !keeps_references(module);
    let next = add_global(module, 1);
    let table = module.tables.len() as u32;
    module.tables.push(Table {
        element: ValueType::FuncRef,
        initial: SLOTS * words,
        maximum: Some(SLOTS * words),
        is_64: false,
    });
    let slots = Some(Slots { table, next, released });
    let marks_large = sizes.len() > MAX_COMPARED_TAGS;
    Storage { words, slots, marks_large, ..Storage::default() }
}

/// Refuses references to exceptions where a host could see them, and modules that exceed limits.
pub(crate) fn check_boundary(module: &Module<'_>) -> Result<(), Error> {
    check_tags(module)?;
    // For such a runtime they are structures.
    if module.has_objects() {
        return Ok(());
    }
    let refuse = |what: &str| {
        Err(Error::unsupported(format!("{what} has the type exnref, which WAMR does not support"))
            .with_hint("references to exceptions can be used inside the module"))
    };
    for (function, import) in module.imported_functions.iter().enumerate() {
        if has_reference(module.function_type(function as u32)) {
            return refuse(&format!(
                "the imported function {}.{}",
                Shown(import.module),
                Shown(import.name)
            ));
        }
    }
    for (import, global) in module.imported_globals.iter().zip(&module.globals) {
        if global.value_type == ValueType::ExnRef {
            return refuse(&format!(
                "the imported global {}.{}",
                Shown(import.module),
                Shown(import.name)
            ));
        }
    }
    for (import, table) in module.imported_tables.iter().zip(&module.tables) {
        if table.element == ValueType::ExnRef {
            return refuse(&format!(
                "the imported table {}.{}",
                Shown(import.module),
                Shown(import.name)
            ));
        }
    }
    for export in &module.exports {
        let index = export.index as usize;
        let (kind, refused) = match export.kind {
            ExportKind::Function => ("function", has_reference(module.function_type(export.index))),
            ExportKind::Global => ("global", module.globals[index].value_type == ValueType::ExnRef),
            ExportKind::Table => ("table", module.tables[index].element == ValueType::ExnRef),
            ExportKind::Memory => continue,
        };
        if refused {
            return refuse(&format!("the exported {kind} {}", Shown(export.name)));
        }
    }
    let exports_tables = module.exports.iter().any(|export| export.kind == ExportKind::Table);
    let items = module.elements.iter().flat_map(|segment| &segment.items);
    for item in items.filter(|_| exports_tables) {
        match *item {
            ConstExpr::RefFunc(index) if has_reference(module.function_type(index)) => {
                return refuse(&format!("function {index}, which an exported table may hold,"));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Warns about what hosts and other modules cannot do with the tags of `module`.
pub(crate) fn warnings(module: &Module<'_>) -> Vec<String> {
    let exported = module.exported_tags.iter();
    let exported = exported.map(|name| {
        format!("the exported tag {name:?} is left out: WAMR's hosts cannot catch exceptions")
    });
    let imported = module.imported_tags.iter().map(|Import { module, name, .. }| {
        format!(
            "the imported tag {module:?} {name:?} is local to the module: hosts cannot throw it"
        )
    });
    exported.chain(imported).collect()
}

fn check_tags(module: &Module<'_>) -> Result<(), Error> {
    for (tag, declared) in (0..).zip(&module.tags) {
        let size: u32 = module.tag_operands(tag).iter().map(|&ty| words(ty)).sum();
        if size > MAX_OPERAND_WORDS {
            let what =
                format!("tag {tag} has operands of {size} words, more than {MAX_OPERAND_WORDS}");
            return Err(Error::limit(what).at(declared.offset as usize));
        }
    }
    Ok(())
}

/// Whether a parameter or result is a reference to an exception.
fn has_reference(ty: &FuncType) -> bool {
    ty.params.iter().chain(&ty.results).any(|&ty| ty == ValueType::ExnRef)
}
