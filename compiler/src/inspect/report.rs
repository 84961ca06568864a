//! The report as a value. Sizes and offsets are in bytes. Indices of functions and globals count
//! imports first, as in the wasm module.

/// The content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Report {
    /// Size of the file.
    pub size: usize,
    /// AOT version word.
    pub version: u32,
    /// WAMR releases that load and run it, oldest first. A runtime built without a feature that the
    /// file uses may still refuse it.
    pub releases: Vec<String>,
    /// Symbols missing in the newest release that would otherwise load the file.
    pub unresolved_symbols: Vec<String>,
    /// What it was compiled for.
    pub target: Target,
    /// Feature flags, by name; unknown ones as `bit N`.
    pub features: Vec<String>,
    /// Sections in file order.
    pub sections: Vec<Section>,
    /// Memories.
    pub memories: Vec<Memory>,
    /// Data segments.
    pub data_segments: Vec<DataSegment>,
    /// Tables.
    pub tables: Vec<Table>,
    /// Element segments.
    pub element_segments: Vec<ElementSegment>,
    /// Types in text format, but function types as `(i32) -> (i32)`. A type that equals an earlier
    /// one is `same as N`.
    pub types: Vec<String>,
    /// The relations of each type to others; none without garbage collection.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    pub type_relations: Vec<TypeRelations>,
    /// Imported functions.
    pub import_functions: Vec<ImportFunction>,
    /// Imported globals.
    pub import_globals: Vec<ImportGlobal>,
    /// Globals of the module itself.
    pub globals: Vec<Global>,
    /// Start function.
    pub start_function: Option<u32>,
    /// The place of the module's C stack and heap.
    pub aux_stack: AuxStack,
    /// Literals before the code.
    pub literal_size: usize,
    /// Size of the code.
    pub code_size: usize,
    /// The table of landing pads, if the code catches exceptions.
    pub exceptions: Option<Exceptions>,
    /// Functions of the module itself.
    pub functions: Vec<Function>,
    /// Exports.
    pub exports: Vec<Export>,
    /// Data sections of the object file.
    pub object_data: Vec<ObjectData>,
    /// Relocation groups.
    pub relocations: Vec<RelocationGroup>,
    /// Names for the slots of the native-symbol table, by slot.
    pub native_symbols: Vec<String>,
    /// The kinds of the custom sections, in file order.
    pub custom_sections: Vec<CustomSection>,
}

/// What a file was compiled for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Target {
    /// Name of the architecture.
    pub arch: String,
    /// The ELF number of the architecture.
    pub e_machine: u16,
    /// The ELF flags of the architecture.
    pub e_flags: u32,
    /// Width of its addresses: 32 or 64.
    pub bits: u32,
    /// Executed in place, without relocation.
    pub xip: bool,
}

/// The table of landing pads of a file of this compiler.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Exceptions {
    /// The offset of the table in the code.
    pub table_offset: u64,
    /// The number of calls whose exceptions are handled by the code around them.
    pub calls: usize,
    /// The number of landing pads, including those that turn an exception into a trap.
    pub landing_pads: usize,
}

/// Where a section is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Section {
    /// Its name; a custom section has its own in [`Report::custom_sections`].
    pub name: &'static str,
    /// File offset of its body.
    pub offset: usize,
    /// Size of its body.
    pub size: usize,
}

/// A linear memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Memory {
    /// Page size.
    pub bytes_per_page: u32,
    /// Pages at instantiation.
    pub initial_pages: u32,
    /// Pages that it may grow to.
    pub maximum_pages: u32,
    /// The module itself states the maximum.
    pub has_maximum: bool,
    /// Shared between threads.
    pub shared: bool,
    /// 64-bit addresses.
    pub memory64: bool,
}

/// A data segment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct DataSegment {
    /// `active` or `passive`.
    pub mode: &'static str,
    /// The memory it initialises.
    pub memory: u32,
    /// Its address, in text format; none if passive.
    pub offset: Option<String>,
    /// Size of its content.
    pub size: usize,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Table {
    /// The type of its elements.
    pub element_type: String,
    /// Elements at instantiation.
    pub initial: u32,
    /// Elements that it may grow to.
    pub maximum: u32,
    /// The module itself states the maximum.
    pub has_maximum: bool,
    /// Some code grows it.
    pub may_grow: bool,
    /// 64-bit indices.
    pub table64: bool,
    /// The value of its elements at instantiation, in text format; none if they are null.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub init: Option<String>,
}

/// An element segment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ElementSegment {
    /// `active`, `passive` or `declarative`.
    pub mode: &'static str,
    /// The table it initialises.
    pub table: u32,
    /// The type of its elements.
    pub element_type: String,
    /// Its position, in text format; none unless active.
    pub offset: Option<String>,
    /// Number of elements.
    pub count: usize,
    /// The elements, in text format.
    pub elements: Vec<String>,
}

/// How a type depends on others. Of a type that equals an earlier one, these are the relations of
/// the earlier one, but the group is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TypeRelations {
    /// The earlier type that it equals.
    pub same_as: Option<u32>,
    /// Its supertype.
    pub supertype: Option<u32>,
    /// No type has it as its supertype.
    pub is_final: bool,
    /// The first type of its recursion group.
    pub group_start: usize,
    /// The number of types in its recursion group.
    pub group_size: usize,
}

/// An imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ImportFunction {
    /// Module that it comes from.
    pub module: String,
    /// Name in that module.
    pub name: String,
    /// Index of its type.
    pub type_index: u32,
}

/// An imported global.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ImportGlobal {
    /// Module that it comes from.
    pub module: String,
    /// Name in that module.
    pub name: String,
    /// Type of its value.
    pub value_type: String,
    /// Whether it can be set.
    pub mutable: bool,
}

/// A global of the module itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Global {
    /// Its index.
    pub index: usize,
    /// Type of its value.
    pub value_type: String,
    /// Whether it can be set.
    pub mutable: bool,
    /// Its value at instantiation, in text format.
    pub init: String,
}

/// The place of the module's C stack and heap in linear memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AuxStack {
    /// End of the static data.
    pub data_end: AuxGlobal,
    /// Start of the heap.
    pub heap_base: AuxGlobal,
    /// The stack pointer, with the highest address of the stack.
    pub stack_top: AuxGlobal,
    /// Size of the stack.
    pub stack_size: u32,
}

/// A global with an address in linear memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AuxGlobal {
    /// Its index; none if the module has no such global.
    pub global: Option<u32>,
    /// The address that it holds.
    pub address: u64,
}

/// A function of the module itself.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Function {
    /// Its index.
    pub index: usize,
    /// Its name, from the name section or otherwise from an export.
    pub name: Option<String>,
    /// Index of its type.
    pub type_index: u32,
    /// Its entry, relative to the start of the code.
    pub code_offset: u64,
    /// Bytes up to the next entry or the end of the code, including padding.
    pub code_size: u64,
    /// Cells of parameters and locals in a call-stack frame.
    pub max_local_cells: u32,
    /// Cells of the operand stack in a call-stack frame.
    pub max_stack_cells: u32,
}

/// An export.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Export {
    /// `func`, `table`, `memory` or `global`.
    pub kind: &'static str,
    /// Which one.
    pub index: u32,
    /// Its name.
    pub name: String,
}

/// A data section of the object file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ObjectData {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size: usize,
}

/// The relocations of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RelocationGroup {
    /// `.rela` and the name of the section.
    pub name: String,
    /// How many.
    pub count: usize,
    /// The number of relocations per type and symbol, the most frequent first.
    pub uses: Vec<RelocationUse>,
}

/// Relocations of one type with one symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RelocationUse {
    /// The ELF name of the type, or `type N` if no loader supports it.
    pub kind: String,
    /// The symbol.
    pub symbol: String,
    /// How many.
    pub count: usize,
}

/// A custom section.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CustomSection {
    /// `raw` for one of the wasm module, another known kind, or `kind N`.
    pub kind: String,
    /// The name of a raw one.
    pub name: Option<String>,
    /// Size of its body.
    pub size: usize,
}
