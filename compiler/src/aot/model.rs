//! An `.aot` file as a plain value.
//!
//! The model contains everything a file says and nothing about its bytes: sizes, counts, offsets of
//! strings and the layout of a release are the business of the writer and the reader. There are two
//! exceptions. wamrc writes two things that no loader looks at, and they are kept so that its files
//! can be written back unchanged: the size it gives the function names, and the payload of
//! `ref.null`.
//!
//! Indices are not resolved here; those of functions and globals count imports first, as in the
//! wasm module. Unless stated otherwise, fields have the meaning of the wasm specification.

mod init_expr;
mod types;

pub use init_expr::{BinaryOp, FieldValue, InitExpr};
pub use types::{
    CompositeType, FieldType, FuncType, HeapType, RecGroup, RefType, StorageType, TypeDef,
    ValueType,
};

use std::borrow::Cow;

use wamr_abi::format::{self, ExportKind, Machine, feature};

/// A whole file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AotFile<'a> {
    /// What the code was compiled for.
    pub target: TargetInfo<'a>,
    /// Memories, imported ones first. The instance layout needs at least one, so a module without a
    /// memory gets one with 0 pages.
    pub memories: Vec<Memory>,
    /// Data segments.
    pub data_segments: Vec<DataSegment<'a>>,
    /// Tables, imported ones first.
    pub tables: Vec<Table>,
    /// Element segments.
    pub element_segments: Vec<ElementSegment>,
    /// Types. Functions, imports and code refer to the first of several equal types.
    pub types: Vec<TypeDef>,
    /// Imported globals.
    pub import_globals: Vec<ImportGlobal<'a>>,
    /// Globals of the module itself.
    pub globals: Vec<Global>,
    /// Imported functions.
    pub import_functions: Vec<ImportFunction<'a>>,
    /// The start function. The loader does not run an imported one.
    pub start_function: Option<u32>,
    /// The place of the module's C stack and heap.
    pub aux_stack: AuxStack,
    /// Data sections of the object file, each mapped to pages of its own.
    pub object_data: Vec<ObjectData<'a>>,
    /// Machine code.
    pub text: Text<'a>,
    /// Functions of the module itself.
    pub functions: Vec<Function>,
    /// Which cells of a frame hold references, for each function, imports first; written with
    /// garbage collection only.
    pub reference_maps: ReferenceMaps<'a>,
    /// Exports.
    pub exports: Vec<Export<'a>>,
    /// Relocations, grouped by the section that they patch.
    pub relocation_groups: Vec<RelocationGroup<'a>>,
    /// Custom sections.
    pub custom_sections: Vec<CustomSection<'a>>,
}

impl<'a> AotFile<'a> {
    /// An empty file for `target`. The loader needs at least one memory.
    pub fn new(target: TargetInfo<'a>) -> Self {
        Self { target, ..Self::default() }
    }

    /// The function type with this index.
    pub fn function_type(&self, index: u32) -> Option<&FuncType> {
        TypeDef::resolve_function(&self.types, index)
    }
}

/// What the code was compiled for (`compilation/aot.h`, `AOTTargetInfo`). Fields that the loader
/// ignores are kept unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TargetInfo<'a> {
    /// Byte order and word size, `format::BIN_TYPE_*`.
    pub bin_type: u16,
    /// Ignored by the loader, 0.
    pub abi_type: u16,
    /// `format::E_TYPE_REL` or `format::E_TYPE_XIP`.
    pub e_type: u16,
    /// The ELF number of the architecture.
    pub e_machine: u16,
    /// The ELF flags of the architecture, ignored by the loader.
    pub e_flags: u32,
    /// `format::feature` bits.
    pub feature_flags: u64,
    /// Ignored by the loader, 0.
    pub reserved: u64,
    /// Name of the architecture; at most 15 bytes.
    pub arch: Cow<'a, str>,
}

impl TargetInfo<'_> {
    /// A relocatable file for `machine`.
    pub fn relocatable(machine: Machine, e_flags: u32, feature_flags: u64) -> Self {
        Self {
            bin_type: format::BIN_TYPE_64_BIT,
            abi_type: 0,
            e_type: format::E_TYPE_REL,
            e_machine: machine.e_machine(),
            e_flags,
            feature_flags,
            reserved: 0,
            arch: machine.arch().into(),
        }
    }

    /// Whether the machine has 64-bit addresses; otherwise, offsets in the code have 32 bits in the
    /// file.
    pub fn is_64_bit(&self) -> bool {
        self.bin_type & format::BIN_TYPE_64_BIT != 0
    }

    /// Whether the file is for runtimes with garbage collection, which have another layout of
    /// types, tables and functions.
    pub fn has_gc(&self) -> bool {
        self.feature_flags & feature::GARBAGE_COLLECTION != 0
    }
}

/// A linear memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// `format::MEMORY_*` bits.
    pub flags: u32,
    /// Page size in bytes: 65536, or the size of the whole memory if no code changes or asks for
    /// it.
    pub bytes_per_page: u32,
    /// Pages at instantiation.
    pub initial_pages: u32,
    /// Pages that it may grow to; 65536 if the module states none.
    pub maximum_pages: u32,
}

/// A data segment. The loader applies every active one to memory 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSegment<'a> {
    /// Copied by `memory.init` only, not at instantiation.
    pub passive: bool,
    /// The memory it initialises.
    pub memory_index: u32,
    /// Its address; [`InitExpr::None`] if passive.
    pub offset: InitExpr,
    /// Its content.
    pub bytes: Cow<'a, [u8]>,
}

/// A table. Its slots are allocated at instantiation: `maximum` slots if it can grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The type of its elements.
    pub element_type: RefType,
    /// `format::TABLE_*` bits.
    pub flags: u8,
    /// Some code grows it.
    pub possible_grow: bool,
    /// Elements at instantiation.
    pub initial: u32,
    /// Elements that it may grow to.
    pub maximum: u32,
    /// The value of its elements at instantiation, written with garbage collection only. Without
    /// one, they are null. The loader takes only constants without objects.
    pub init: InitExpr,
}

/// An element segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementSegment {
    /// The leading flags of the wasm binary format, 0 to 7; see `format::ELEMENT_*`.
    pub flags: u32,
    /// The type of its elements.
    pub element_type: RefType,
    /// The table it initialises.
    pub table_index: u32,
    /// Its position; [`InitExpr::None`] unless active.
    pub offset: InitExpr,
    /// Its elements; null is [`InitExpr::REF_NULL`].
    pub values: Vec<InitExpr>,
}

/// How an element segment is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementMode {
    /// Copied into its table at instantiation.
    Active,
    /// Copied by `table.init` only.
    Passive,
    /// Only declares that its functions can be referenced.
    Declarative,
}

impl ElementMode {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Passive => "passive",
            Self::Declarative => "declarative",
        }
    }
}

impl ElementSegment {
    /// How it is used, by its flags (`interpreter/wasm_runtime.h`, `wasm_elem_is_*`).
    pub fn mode(&self) -> ElementMode {
        match (self.flags & 1, self.flags & 2) {
            (0, _) => ElementMode::Active,
            (_, 0) => ElementMode::Passive,
            _ => ElementMode::Declarative,
        }
    }
}

/// An imported global.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportGlobal<'a> {
    /// Type of its value.
    pub value_type: ValueType,
    /// Whether it can be set.
    pub mutable: bool,
    /// Module that it comes from.
    pub module: Cow<'a, str>,
    /// Name in that module.
    pub name: Cow<'a, str>,
}

/// A global of the module itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Global {
    /// Type of its value.
    pub value_type: ValueType,
    /// Whether it can be set.
    pub mutable: bool,
    /// Its value at instantiation.
    pub init: InitExpr,
}

/// An imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFunction<'a> {
    /// Its type; at most `format::MAX_IMPORT_TYPE_INDEX`.
    pub type_index: u32,
    /// Module that it comes from.
    pub module: Cow<'a, str>,
    /// Name in that module.
    pub name: Cow<'a, str>,
}

/// The place of a module's C stack and heap, as wamrc finds it from `__data_end`, `__heap_base` and
/// the stack pointer (`interpreter/wasm_loader.c`, end of `load_from_sections`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuxStack {
    /// End of the static data.
    pub data_end: AuxGlobal,
    /// Start of the heap.
    pub heap_base: AuxGlobal,
    /// The stack pointer; the value is the bottom of the stack, its highest address.
    pub stack_top: AuxGlobal,
    /// Size of the stack in bytes.
    pub stack_size: u32,
}

/// A global of the auxiliary stack block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuxGlobal {
    /// Its index, imports first; none if the module has no such global.
    pub global: Option<u32>,
    /// The address that it holds, below 4 GiB.
    pub address: u64,
}

/// A data section of the object file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectData<'a> {
    /// Its name. The loader resolves symbols for a few names only (`aot/aot_loader.c`,
    /// `do_text_relocation`).
    pub name: Cow<'a, str>,
    /// Its content.
    pub bytes: Cow<'a, [u8]>,
}

/// The text section.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a> {
    /// Bytes before the code. A multiple of 4; `format::LITERAL_FILLER_SIZE` of them align the
    /// code.
    pub literal: Cow<'a, [u8]>,
    /// The code. A multiple of 4 keeps the loader's PLT aligned.
    pub code: Cow<'a, [u8]>,
}

/// A function of the module itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Function {
    /// Its entry point, relative to the start of the code.
    pub code_offset: u64,
    /// Its type.
    pub type_index: u32,
    /// Cells of parameters and locals, for standard call-stack frames; 0 otherwise.
    pub max_local_cells: u32,
    /// Cells of the operand stack, for standard call-stack frames; 0 otherwise.
    pub max_stack_cells: u32,
}

/// Which cells of the locals in a function's frame hold references: a byte for each cell, 1 or 0.
/// The collector looks at them in standard call-stack frames, and in those that the runtime makes
/// for calls of imports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ReferenceMaps<'a> {
    /// None holds a reference that the collector has to find there. Functions have no cells, and
    /// imports those of their parameters, but at least [`format::MIN_IMPORT_CELLS`].
    #[default]
    NoReferences,
    /// The cells of each function, imports first.
    Stated(Vec<Cow<'a, [u8]>>),
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export<'a> {
    /// What is exported.
    pub kind: ExportKind,
    /// Which one.
    pub index: u32,
    /// Its name; unique.
    pub name: Cow<'a, str>,
}

/// The relocations of one section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelocationGroup<'a> {
    /// `.rela` and the name of the section: `format::RELOCATION_GROUP_TEXT` for the code.
    pub name: Cow<'a, str>,
    /// Applied in this order.
    pub relocations: Vec<Relocation<'a>>,
}

/// A relocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relocation<'a> {
    /// The place to patch, relative to the start of the section; for the text, relative to the
    /// start of the code.
    pub offset: u64,
    /// The addend.
    pub addend: i64,
    /// The ELF number of the relocation type (`format::relocation`).
    pub kind: u32,
    /// The symbol.
    pub symbol: Cow<'a, str>,
}

/// A custom section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CustomSection<'a> {
    /// A custom section of the wasm module.
    Raw {
        /// Its name.
        name: Cow<'a, str>,
        /// Its content.
        bytes: Cow<'a, [u8]>,
    },
    /// Names for the slots of the native-symbol table (`exec_env + 0x40`), by slot: a runtime
    /// helper, a constant such as `f64#3ff0000000000000`, or empty. There is at most one such
    /// section.
    NativeSymbols(Vec<Cow<'a, str>>),
    /// The name section.
    Name(Vec<NameSubsection<'a>>),
    /// Any other section, and a malformed name section, which the loader ignores.
    Other {
        /// Its number, see `format::CustomId`.
        sub_type: u32,
        /// Its body after the number.
        bytes: Cow<'a, [u8]>,
    },
}

/// A subsection of the name section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameSubsection<'a> {
    /// Function names.
    Functions {
        /// By strictly increasing index.
        names: Vec<FunctionName<'a>>,
        /// The size to write instead of the right one: wamrc writes that of the wasm subsection.
        /// The loader only requires that it is not 0 and within the section.
        stated_size: Option<u32>,
    },
    /// Any other, skipped by the loader.
    Other {
        /// Its number in the wasm name section.
        id: u32,
        /// Its content.
        bytes: Cow<'a, [u8]>,
    },
}

/// The name of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionName<'a> {
    /// Which function, imports first.
    pub function: u32,
    /// Its name.
    pub name: Cow<'a, str>,
}
