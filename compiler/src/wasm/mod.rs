//! Decodes wasm bytes to a plain [`Module`]: types, imports, memories, bodies, constant
//! expressions, names.
//!
//! Invariants: everything outside of function bodies is valid once a `Module` exists. Bodies are
//! not validated yet, and carry what their validation needs, so that it can run together with their
//! translation. Nothing here depends on WAMR or on machine code.

mod collecting;
mod const_expr;
mod definitions;
mod exception_facts;
mod features;
mod growth;
mod mul128;
mod names;
mod objects;
mod operators;
mod outline;
mod parse;
mod passed;
mod plain;
mod proposal;
mod survey;
mod tail_calls;
mod typed_references;
mod types;

pub(crate) use collecting::collecting_functions;
pub(crate) use const_expr::{ArithmeticOp, ConstExpr};
pub(crate) use definitions::TypeDefinition;
pub(crate) use exception_facts::{Try, keeps_references, refers_to_exceptions, tries};
pub(crate) use features::{SUPPORTED_FEATURES, allowed_features, gets_past, with_parts};
pub(crate) use growth::Growth;
pub(crate) use mul128::{Mul128, recognise_mul128};
pub(crate) use names::NameMap;
pub(crate) use objects::{Initialiser, Items, ObjectMode, Objects, Segment};
pub(crate) use operators::{Length, OperatorKind};
pub(crate) use outline::{Outline, Outliner, Reference};
pub(crate) use parse::parse;
pub(crate) use passed::check_passed_values;
pub use proposal::Proposal;
pub(crate) use survey::{Survey, survey};
pub(crate) use tail_calls::{has_tail_calls, some_tail_call};
pub(crate) use typed_references::TypedReferences;
pub(crate) use types::{FuncType, References, ValueType};

use std::collections::BTreeSet;
use std::ops::Range;

use wasmparser::{FuncToValidate, FunctionBody, ValidatorResources};

/// A decoded WebAssembly module. Index spaces are those of the specification: imports come first.
pub(crate) struct Module<'a> {
    /// What references are at run time.
    pub(crate) references: References,
    /// Function types by type index, duplicates included. Other types have no values here.
    pub(crate) types: Vec<FuncType>,
    /// The same types as the module declares them.
    pub(crate) definitions: Vec<TypeDefinition>,
    /// The canonical types that others extend.
    extended_types: BTreeSet<u32>,
    /// For canonical function types, those that extend them; empty if types extend no others.
    function_subtypes: Vec<Vec<u32>>,
    /// Whether a memory was declared as shared, and is not.
    pub(crate) lost_sharing: bool,
    /// What is computed at instantiation, if references are objects.
    pub(crate) objects: Objects<'a>,
    /// For every type, the smallest index of a structurally equal type. WAMR compares these
    /// indexes.
    pub(crate) canonical_types: Vec<u32>,
    /// Imported functions.
    pub(crate) imported_functions: Vec<Import<'a>>,
    /// Imported globals.
    pub(crate) imported_globals: Vec<Import<'a>>,
    /// Imported tables.
    pub(crate) imported_tables: Vec<Import<'a>>,
    /// Imported memories.
    pub(crate) imported_memories: Vec<Import<'a>>,
    /// Type index of every function.
    pub(crate) functions: Vec<u32>,
    /// Every table.
    pub(crate) tables: Vec<Table>,
    /// Every memory.
    pub(crate) memories: Vec<Memory>,
    /// Every global.
    pub(crate) globals: Vec<Global>,
    /// All tags.
    pub(crate) tags: Vec<Tag>,
    /// Imported tags.
    pub(crate) imported_tags: Vec<Import<'a>>,
    /// Names of exported tags, which are not part of `exports`.
    pub(crate) exported_tags: Vec<&'a str>,
    /// Whether there is at most one tag, which may be imported several times.
    pub(crate) has_one_tag: bool,
    /// Exports in module order.
    pub(crate) exports: Vec<Export<'a>>,
    /// The start function.
    pub(crate) start: Option<u32>,
    /// How many element segments, the first ones, only give tables their initial values. Indexes in
    /// bodies count from the next one.
    pub(crate) added_elements: u32,
    /// Element segments.
    pub(crate) elements: Vec<ElementSegment>,
    /// Data segments.
    pub(crate) data: Vec<DataSegment<'a>>,
    /// Bodies of the functions that are not imported.
    pub(crate) bodies: Vec<Body<'a>>,
    /// Custom sections in module order.
    pub(crate) custom_sections: Vec<CustomSection<'a>>,
    /// Function names of the name section.
    pub(crate) function_names: NameMap<'a>,
    /// How bodies use the sizes of memories and tables.
    pub(crate) growth: Growth,
    /// Where references are distinguished by the type of the function.
    pub(crate) typed_references: TypedReferences<'a>,
}

impl Module<'_> {
    /// The type of function `index`.
    pub(crate) fn function_type(&self, index: u32) -> &FuncType {
        &self.types[self.functions[index as usize] as usize]
    }

    /// The types of the operands of exceptions with tag `index`.
    pub(crate) fn tag_operands(&self, index: u32) -> &[ValueType] {
        &self.types[self.tags[index as usize].type_index as usize].params
    }

    /// The canonical type index of function `index`.
    pub(crate) fn canonical_function_type(&self, index: u32) -> u32 {
        self.canonical_types[self.functions[index as usize] as usize]
    }

    /// The start function, if it is an import.
    pub(crate) fn imported_start(&self) -> Option<u32> {
        self.start.filter(|&start| start < self.imported_function_count())
    }

    /// The functions that are referred to outside of bodies, once per reference: by exports, as the
    /// start function, and by references.
    pub(crate) fn functions_named_outside(&self) -> impl Iterator<Item = u32> {
        let exports = self.exports.iter().filter(|export| export.kind == ExportKind::Function);
        let elements = self.elements.iter().flat_map(|segment| &segment.items);
        let globals = self.globals.iter().filter_map(|global| global.init.as_ref());
        let referred = elements.chain(globals).filter_map(|expr| match expr {
            ConstExpr::RefFunc(index) => Some(*index),
            _ => None,
        });
        let objects = self.objects.referenced.iter().copied();
        exports.map(|export| export.index).chain(self.start).chain(referred).chain(objects)
    }

    /// The functions that can be referred to.
    pub(crate) fn functions_with_references(&self) -> BTreeSet<u32> {
        self.functions_named_outside().collect()
    }

    /// Whether threads share the memory.
    pub(crate) fn shares_memory(&self) -> bool {
        self.memories.iter().any(|memory| memory.shared)
    }

    /// Whether addresses in memory have 64 bits.
    pub(crate) fn has_memory64(&self) -> bool {
        self.memories.iter().any(|memory| memory.is_64)
    }

    /// The indexes of the functions that are not imported.
    pub(crate) fn own_functions(&self) -> Range<u32> {
        self.imported_function_count()..self.functions.len() as u32
    }

    /// How many functions are imported.
    pub(crate) fn imported_function_count(&self) -> u32 {
        self.imported_functions.len() as u32
    }
}

/// An import: two names, and the type index for functions (0 for other kinds).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Import<'a> {
    /// Name of the module to import from.
    pub(crate) module: &'a str,
    /// Name of the item.
    pub(crate) name: &'a str,
    /// Type index of an imported function.
    pub(crate) type_index: u32,
}

/// A table type.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// A type of references. For the runtime, a table of references to exceptions is one of functions.
    pub(crate) element: ValueType,
    /// Initial number of elements.
    pub(crate) initial: u32,
    /// Declared maximum.
    pub(crate) maximum: Option<u32>,
    /// Whether indexes and sizes have 64 bits. No table has that many elements, so only the
    /// operators know about it; for the runtime it is a table like any other.
    pub(crate) is_64: bool,
}

/// A memory type; sizes in pages of 64 KiB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Initial number of pages.
    pub(crate) initial: u32,
    /// Declared maximum.
    pub(crate) maximum: Option<u32>,
    /// Whether threads share it.
    pub(crate) shared: bool,
    /// Whether addresses and sizes have 64 bits.
    pub(crate) is_64: bool,
}

/// The null reference to an exception.
pub(crate) const NULL_EXCEPTION: i64 = 0;

/// A tag: the kind of an exception.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag {
    /// The type whose parameters are the operands of the exceptions.
    pub(crate) type_index: u32,
    /// The smallest index of the same tag. Imports with the same two names and the same type are
    /// the same tag.
    pub(crate) identity: u32,
    /// The offset of its declaration in the module.
    pub(crate) offset: u64,
}

/// A global; `init` is `None` for imported ones.
#[derive(Clone, Debug)]
pub(crate) struct Global {
    /// Type of the value.
    pub(crate) value_type: ValueType,
    /// Whether code may change it.
    pub(crate) mutable: bool,
    /// The initial value.
    pub(crate) init: Option<ConstExpr>,
}

/// What an export names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportKind {
    /// A function.
    Function,
    /// A table.
    Table,
    /// A memory.
    Memory,
    /// A global.
    Global,
}

/// An export.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Export<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What it names.
    pub(crate) kind: ExportKind,
    /// Index in the index space of its kind.
    pub(crate) index: u32,
}

/// When a segment takes effect.
#[derive(Clone, Debug)]
pub(crate) enum SegmentMode {
    /// Copied at instantiation, to `offset` of memory or table `index`.
    Active {
        /// Index of the memory or table.
        index: u32,
        /// Where it is copied to.
        offset: ConstExpr,
    },
    /// Copied by `memory.init` or `table.init`.
    Passive,
    /// Only declares functions for `ref.func`.
    Declared,
}

/// An element segment.
#[derive(Clone, Debug)]
pub(crate) struct ElementSegment {
    /// When it takes effect.
    pub(crate) mode: SegmentMode,
    /// `FuncRef` or `ExternRef`.
    pub(crate) element: ValueType,
    /// The elements.
    pub(crate) items: Vec<ConstExpr>,
}

/// A data segment.
#[derive(Clone, Debug)]
pub(crate) struct DataSegment<'a> {
    /// When it takes effect.
    pub(crate) mode: SegmentMode,
    /// Its bytes.
    pub(crate) bytes: &'a [u8],
}

/// A function body that is not validated yet.
pub(crate) struct Body<'a> {
    /// The code.
    pub(crate) code: FunctionBody<'a>,
    /// What its validation needs from the module.
    pub(crate) validation: FuncToValidate<ValidatorResources>,
}

/// A custom section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CustomSection<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its content.
    pub(crate) bytes: &'a [u8],
    /// The offset of the content in the module.
    pub(crate) offset: u64,
}
