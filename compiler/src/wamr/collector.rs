//! Tables and globals that code needs in a runtime that collects garbage, after those of the module.
//!
//! The collector finds references in tables and in globals, and not in registers or on the native
//! stack. So a table serves as a stack of the references that functions need later
//! (`lower/roots.rs`). Other tables keep the objects of functions, and the contents of segments.

use super::counters::{add_global, starts_threads};
use crate::error::{Error, Shown};
use crate::limits::collector::ROOTS;
use crate::wasm::{Module, ObjectMode, SegmentMode, Table, ValueType};

/// What [`install`] adds, by index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    /// The table of references that functions need later.
    pub(crate) roots: u32,
    /// The table of the objects of functions, in the order of [`Collector::functions`]. They are
    /// made when they are first needed.
    pub(crate) function_objects: u32,
    /// The functions that have objects, in ascending order.
    pub(crate) functions: Vec<u32>,
    /// The first of the globals with the runtime's types (`WASMRttType`), one for each type.
    pub(crate) runtime_types: u32,
    /// For each element segment that operators can use, the table with its elements.
    pub(crate) segments: Vec<Option<u32>>,
    /// For each data segment that operators can use, the global that is not 0 after `data.drop`.
    pub(crate) dropped_data: Vec<Option<u32>>,
    /// For each type that others extend and that extends another, the global with the type at run
    /// time for which a cast to it has succeeded last.
    pub(crate) last_casts: Vec<Option<u32>>,
    /// The global with the environment of the outermost call, as a number.
    pub(crate) owner: u32,
    /// The type of the function that the runtime calls at the start.
    pub(crate) start_type: u32,
}

impl Collector {
    /// The place of the object of `function` in its table.
    pub(crate) fn function_slot(&self, function: u32) -> u32 {
        let place = self.functions.binary_search(&function);
        place.expect("validation finds all functions that are referred to") as u32
    }
}

/// Adds them to `module`, if references are objects.
pub(crate) fn install(module: &mut Module<'_>) -> Result<Option<Collector>, Error> {
    if !module.has_objects() {
        return Ok(None);
    }
    refuse_threads(module)?;
    let start_type = module.add_start_type();
    let functions: Vec<u32> = module.functions_with_references().into_iter().collect();
    let runtime_types = module.globals.len() as u32;
    (0..module.types.len()).for_each(|_| _ = add_global(module, 0));
    let last_casts = (0..module.types.len() as u32).map(|index| {
        let is_first = module.canonical_types[index as usize] == index;
        let is_between = module.is_extended(index) && !module.is_root(index);
        (is_first && is_between).then(|| add_global(module, 0))
    });
    let last_casts = last_casts.collect();
    let owner = add_global(module, 0);
    let dropped_data = (0..module.data.len()).map(|index| {
        let passive = matches!(module.data[index].mode, SegmentMode::Passive);
        passive.then(|| add_global(module, 0))
    });
    let dropped_data = dropped_data.collect();
    let roots = add_table(module, ROOTS);
    let function_objects = add_table(module, functions.len() as u32);
    let segments = (0..module.objects.segments.len()).map(|index| {
        let segment = &module.objects.segments[index];
        let is_passive = matches!(segment.mode, ObjectMode::Passive);
        let size = segment.items.len() as u32;
        is_passive.then(|| add_table(module, size))
    });
    let segments = segments.collect();
    Ok(Some(Collector {
        roots,
        function_objects,
        functions,
        runtime_types,
        segments,
        dropped_data,
        last_casts,
        owner,
        start_type,
    }))
}

/// Refuses a module that starts threads: WAMR's collector does not stop them. In others, nobody
/// shares a memory that is declared as shared.
fn refuse_threads(module: &mut Module<'_>) -> Result<(), Error> {
    if let Some(import) = module.imported_functions.iter().find(|import| starts_threads(import)) {
        let what = format!(
            "the module uses garbage collection and imports {}.{}, but WAMR's collector does not \
                stop threads",
            Shown(import.module),
            Shown(import.name)
        );
        return Err(Error::unsupported(what).with_hint("build the module without threads"));
    }
    for memory in &mut module.memories {
        module.lost_sharing |= std::mem::take(&mut memory.shared);
    }
    Ok(())
}

fn add_table(module: &mut Module<'_>, size: u32) -> u32 {
    module.tables.push(Table {
        element: ValueType::Object,
        initial: size,
        maximum: Some(size),
        is_64: false,
    });
    module.tables.len() as u32 - 1
}
