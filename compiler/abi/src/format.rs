//! The `.aot` container: all numbers and names in its sections.
//!
//! This module contains facts only, and no code that reads or writes a file. The facts are the same
//! in every release that [`crate::releases`] lists; differences between releases are stated there.
//! File names refer to the WAMR sources, below `core/iwasm` unless they start with `core`.

pub mod relocation;

/// First four bytes of a file, `\0aot` as a little-endian word (`core/config.h`,
/// `AOT_MAGIC_NUMBER`).
pub const MAGIC: u32 = 0x746f_6100;

/// Size of magic and version word together. The first section header follows (`aot/aot_loader.c`,
/// `create_sections`).
pub const HEADER_SIZE: usize = 8;

/// Size of a section header: `u32` id, `u32` body size.
pub const SECTION_HEADER_SIZE: usize = 8;

/// Alignment in the file of section headers and of every `u32` and `u64`
/// (`aot/aot_loader.c`, `TEMPLATE_READ`: a `u64` is aligned to 4, not to 8).
pub const WORD_ALIGN: usize = 4;

/// Marks an absent start function or auxiliary global (`(uint32)-1`).
pub const NO_INDEX: u32 = u32::MAX;

/// Sections in the order that the loader requires; only custom sections may repeat
/// (`aot/aot_runtime.h`, `AOTSectionType`). Every loader refuses the signature section, 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum SectionId {
    /// Machine, file type, feature flags.
    TargetInfo = 0,
    /// Memories, tables, types, globals, imports, data sections of the object file.
    InitData = 1,
    /// Literals and machine code.
    Text = 2,
    /// Code offset, type and frame size of each function.
    Function = 3,
    /// Exports.
    Export = 4,
    /// Symbols and relocation groups.
    Relocation = 5,
    /// Custom section; its body starts with a [`CustomId`].
    Custom = 100,
}

impl SectionId {
    /// Every id, in file order.
    pub const ALL: [Self; 7] = [
        Self::TargetInfo,
        Self::InitData,
        Self::Text,
        Self::Function,
        Self::Export,
        Self::Relocation,
        Self::Custom,
    ];

    /// The section with this number, if the loader knows it.
    pub fn from_u32(id: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|known| *known as u32 == id)
    }

    /// Name for messages and listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::TargetInfo => "target info",
            Self::InitData => "init data",
            Self::Text => "text",
            Self::Function => "function",
            Self::Export => "export",
            Self::Relocation => "relocation",
            Self::Custom => "custom",
        }
    }
}

/// First word of a custom section's body (`aot/aot_runtime.h`, `AOTCustomSectionType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum CustomId {
    /// A custom section of the wasm module, unchanged.
    Raw = 0,
    /// Names for the slots of `exec_env->native_symbol`.
    NativeSymbol = 1,
    /// Reserved, ignored by the loader.
    AccessControl = 2,
    /// Function names for call stacks.
    Name = 3,
    /// String literals of stringref modules.
    StringLiteral = 4,
}

impl CustomId {
    /// The kind with this number, if the loader knows it.
    pub fn from_u32(id: u32) -> Option<Self> {
        [Self::Raw, Self::NativeSymbol, Self::AccessControl, Self::Name, Self::StringLiteral]
            .into_iter()
            .find(|known| *known as u32 == id)
    }

    /// Name for messages and listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::NativeSymbol => "native symbols",
            Self::AccessControl => "access control",
            Self::Name => "name",
            Self::StringLiteral => "string literals",
        }
    }
}

/// First word of the name section's body is the length of this word, which follows it
/// (`aot/aot_loader.c`, `load_name_section`).
pub const NAME_SECTION_NAME: &str = "name";

/// Name subsection with function names (`interpreter/wasm.h`, `SUB_SECTION_TYPE_FUNC`).
pub const NAME_SUBSECTION_FUNCTION: u32 = 1;

/// Target info, `bin_type`: bit 0 is set for big-endian targets (`aot/aot_loader.c`).
pub const BIN_TYPE_BIG_ENDIAN: u16 = 1;
/// Target info, `bin_type`: bit 1 is set for 64-bit targets (`aot/aot_loader.c`).
pub const BIN_TYPE_64_BIT: u16 = 2;
/// Target info, `e_type`: relocated by the loader, `E_TYPE_REL` (`aot/aot_loader.c`).
pub const E_TYPE_REL: u16 = 1;
/// Target info, `e_type`: executed in place, `E_TYPE_XIP` (`aot/aot_loader.c`).
pub const E_TYPE_XIP: u16 = 4;
/// Target info, `e_version`, `E_VERSION_CURRENT` (`aot/aot_loader.c`).
pub const E_VERSION: u32 = 1;
/// Target info, `e_flags` on RISC-V: the compressed extension is used (psABI, `EF_RISCV_RVC`).
pub const E_FLAGS_RISCV_RVC: u32 = 1;
/// Target info, `e_flags` on RISC-V: the lp64d ABI (psABI, `EF_RISCV_FLOAT_ABI_DOUBLE`).
pub const E_FLAGS_RISCV_FLOAT_ABI_DOUBLE: u32 = 4;
/// Size of target info's `arch` field in bytes, including its terminating NUL
/// (`compilation/aot.h`).
pub const ARCH_SIZE: usize = 16;
/// Size of the whole target info section in bytes.
pub const TARGET_INFO_SIZE: usize = 48;

/// An architecture with `.aot` files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Machine {
    /// x86-64.
    X86_64,
    /// 64-bit Arm.
    Aarch64,
    /// 64-bit RISC-V.
    Riscv64,
}

impl Machine {
    /// Every architecture.
    pub const ALL: [Self; 3] = [Self::X86_64, Self::Aarch64, Self::Riscv64];

    /// The ELF number, in target info (`aot/aot_loader.c`, `E_MACHINE_*`).
    pub const fn e_machine(self) -> u16 {
        match self {
            Self::X86_64 => 62,
            Self::Aarch64 => 183,
            Self::Riscv64 => 243,
        }
    }

    /// The architecture with this ELF number.
    pub fn from_e_machine(e_machine: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|machine| machine.e_machine() == e_machine)
    }

    /// The string in target info that every release accepts. The runtime's own target name must be
    /// a prefix of it (`aot/aot_loader.c`, `check_machine_info`); only newer releases know `arm64`
    /// and `aarch64`.
    pub const fn arch(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64v8",
            Self::Riscv64 => "riscv64",
        }
    }
}

/// Whether a runtime with GC for the machine with this ELF number puts each field of a structure
/// right after the last one. Otherwise, it aligns fields to their size, but at most to 4
/// (`aot/aot_loader.c`, `load_types`).
pub const fn packs_fields(e_machine: u16) -> bool {
    const E_MACHINE_386: u16 = 3;
    e_machine == E_MACHINE_386 || e_machine == Machine::X86_64.e_machine()
}

/// Bits of target info's `feature_flags` (`aot/aot_runtime.h`, `WASM_FEATURE_*`).
///
/// For bits 0 to 4, the loader refuses a file if the runtime is built without the feature. It reads
/// bits 6, 12 and 13 when it walks call stacks, and ignores the others.
pub mod feature {
    /// Fixed-width SIMD.
    pub const SIMD_128BIT: u64 = 1 << 0;
    /// Bulk memory operations.
    pub const BULK_MEMORY: u64 = 1 << 1;
    /// Threads.
    pub const MULTI_THREAD: u64 = 1 << 2;
    /// Reference types.
    pub const REF_TYPES: u64 = 1 << 3;
    /// Garbage collection; changes the layout of several sections.
    pub const GARBAGE_COLLECTION: u64 = 1 << 4;
    /// Exception handling.
    pub const EXCEPTION_HANDLING: u64 = 1 << 5;
    /// Call-stack frames contain only the function index and the offset.
    pub const TINY_STACK_FRAME: u64 = 1 << 6;
    /// Several memories.
    pub const MULTI_MEMORY: u64 = 1 << 7;
    /// Dynamic linking.
    pub const DYNAMIC_LINKING: u64 = 1 << 8;
    /// Component model.
    pub const COMPONENT_MODEL: u64 = 1 << 9;
    /// Relaxed SIMD.
    pub const RELAXED_SIMD: u64 = 1 << 10;
    /// Flexible vectors.
    pub const FLEXIBLE_VECTORS: u64 = 1 << 11;
    /// The callee, not the caller, makes the call-stack frame.
    pub const FRAME_PER_FUNCTION: u64 = 1 << 12;
    /// Call-stack frames contain no function index.
    pub const FRAME_NO_FUNC_IDX: u64 = 1 << 13;

    /// The name of [`GARBAGE_COLLECTION`] for listings.
    pub const GARBAGE_COLLECTION_NAME: &str = "garbage-collection";

    /// Each bit with its name for listings.
    pub const NAMES: [(u64, &str); 14] = [
        (SIMD_128BIT, "simd-128bit"),
        (BULK_MEMORY, "bulk-memory"),
        (MULTI_THREAD, "multi-thread"),
        (REF_TYPES, "reference-types"),
        (GARBAGE_COLLECTION, GARBAGE_COLLECTION_NAME),
        (EXCEPTION_HANDLING, "exception-handling"),
        (TINY_STACK_FRAME, "tiny-stack-frame"),
        (MULTI_MEMORY, "multi-memory"),
        (DYNAMIC_LINKING, "dynamic-linking"),
        (COMPONENT_MODEL, "component-model"),
        (RELAXED_SIMD, "relaxed-simd"),
        (FLEXIBLE_VECTORS, "flexible-vectors"),
        (FRAME_PER_FUNCTION, "frame-per-function"),
        (FRAME_NO_FUNC_IDX, "frame-no-func-idx"),
    ];
}

/// First word of an initialiser expression (`interpreter/wasm.h`, `INIT_EXPR_*`).
pub mod init_expr {
    /// No expression: passive and declarative segments.
    pub const NONE: u32 = 0x00;
    /// `global.get` of an imported immutable global.
    pub const GLOBAL_GET: u32 = 0x23;
    /// `i32.const`.
    pub const I32_CONST: u32 = 0x41;
    /// `i64.const`.
    pub const I64_CONST: u32 = 0x42;
    /// `f32.const`.
    pub const F32_CONST: u32 = 0x43;
    /// `f64.const`.
    pub const F64_CONST: u32 = 0x44;
    /// `i32.add`, extended constant expressions only, as the following five.
    pub const I32_ADD: u32 = 0x6a;
    /// `i32.sub`.
    pub const I32_SUB: u32 = 0x6b;
    /// `i32.mul`.
    pub const I32_MUL: u32 = 0x6c;
    /// `i64.add`.
    pub const I64_ADD: u32 = 0x7c;
    /// `i64.sub`.
    pub const I64_SUB: u32 = 0x7d;
    /// `i64.mul`.
    pub const I64_MUL: u32 = 0x7e;
    /// `ref.null`.
    pub const REF_NULL: u32 = 0xd0;
    /// `ref.func`.
    pub const REF_FUNC: u32 = 0xd2;
    /// `struct.new`, in files with GC only, as the following five.
    pub const STRUCT_NEW: u32 = 0xd3;
    /// `struct.new_default`.
    pub const STRUCT_NEW_DEFAULT: u32 = 0xd4;
    /// `array.new`.
    pub const ARRAY_NEW: u32 = 0xd5;
    /// `array.new_default`.
    pub const ARRAY_NEW_DEFAULT: u32 = 0xd6;
    /// `array.new_fixed`.
    pub const ARRAY_NEW_FIXED: u32 = 0xd7;
    /// `ref.i31`.
    pub const REF_I31: u32 = 0xd8;
    /// `v128.const`.
    pub const V128_CONST: u32 = 0xfd;
}

/// Value types as bytes (`interpreter/wasm.h`, `VALUE_TYPE_*`; the numbers of the wasm binary
/// format).
pub mod value_type {
    /// `i32`.
    pub const I32: u8 = 0x7f;
    /// `i64`.
    pub const I64: u8 = 0x7e;
    /// `f32`.
    pub const F32: u8 = 0x7d;
    /// `f64`.
    pub const F64: u8 = 0x7c;
    /// `v128`.
    pub const V128: u8 = 0x7b;
    /// `i8` in a structure or an array.
    pub const I8: u8 = 0x78;
    /// `i16` in a structure or an array.
    pub const I16: u8 = 0x77;
    /// `nullfuncref`. Other files than those with GC have no reference types but `funcref` and
    /// `externref`.
    pub const NULLFUNCREF: u8 = 0x73;
    /// `nullexternref`.
    pub const NULLEXTERNREF: u8 = 0x72;
    /// `nullref`.
    pub const NULLREF: u8 = 0x71;
    /// `funcref`.
    pub const FUNCREF: u8 = 0x70;
    /// `externref`.
    pub const EXTERNREF: u8 = 0x6f;
    /// `anyref`.
    pub const ANYREF: u8 = 0x6e;
    /// `eqref`.
    pub const EQREF: u8 = 0x6d;
    /// `i31ref`.
    pub const I31REF: u8 = 0x6c;
    /// `structref`.
    pub const STRUCTREF: u8 = 0x6b;
    /// `arrayref`.
    pub const ARRAYREF: u8 = 0x6a;
    /// `(ref …)` (`REF_TYPE_HT_NON_NULLABLE`), with a heap type elsewhere. In files without GC it
    /// is `(ref func)`: what wamrc, itself built with GC, writes as the element type of segments
    /// that list function indices.
    pub const NON_NULL_REF: u8 = 0x64;
    /// `(ref null …)` (`REF_TYPE_HT_NULLABLE`), with a heap type elsewhere. Types with a byte of
    /// their own are written as that: the runtime compares bytes.
    pub const NULLABLE_REF: u8 = 0x63;
}

/// Heap types as numbers, in files with GC (`interpreter/wasm.h`, `HEAP_TYPE_*`). Those from 0 on
/// are indices of types.
pub mod heap_type {
    /// `nofunc`.
    pub const NOFUNC: i32 = -13;
    /// `noextern`.
    pub const NOEXTERN: i32 = -14;
    /// `none`.
    pub const NONE: i32 = -15;
    /// `func`.
    pub const FUNC: i32 = -16;
    /// `extern`.
    pub const EXTERN: i32 = -17;
    /// `any`.
    pub const ANY: i32 = -18;
    /// `eq`.
    pub const EQ: i32 = -19;
    /// `i31`.
    pub const I31: i32 = -20;
    /// `struct`.
    pub const STRUCT: i32 = -21;
    /// `array`.
    pub const ARRAY: i32 = -22;
}

/// Flag of a record of the type table: a function type (`interpreter/wasm.h`, `WASM_TYPE_FUNC`).
pub const TYPE_FUNC: u16 = 0;
/// Flag of a record of the type table: a structure, in files with GC (`WASM_TYPE_STRUCT`).
pub const TYPE_STRUCT: u16 = 1;
/// Flag of a record of the type table: an array, in files with GC (`WASM_TYPE_ARRAY`).
pub const TYPE_ARRAY: u16 = 2;

/// Memory flag: the maximum is given (`interpreter/wasm.h`, `MAX_PAGE_COUNT_FLAG`).
pub const MEMORY_HAS_MAX: u32 = 1;
/// Memory flag: shared (`SHARED_MEMORY_FLAG`).
pub const MEMORY_SHARED: u32 = 2;
/// Memory flag: 64-bit addresses (`MEMORY64_FLAG`).
pub const MEMORY_64: u32 = 4;

/// Table flag: the maximum is given (`interpreter/wasm.h`, `MAX_TABLE_SIZE_FLAG`).
pub const TABLE_HAS_MAX: u8 = 1;
/// Table flag: shared (`SHARED_TABLE_FLAG`).
pub const TABLE_SHARED: u8 = 2;
/// Table flag: 64-bit indices (`TABLE64_FLAG`).
pub const TABLE_64: u8 = 4;

/// Element segment flags, the leading word in the wasm binary format: active in table 0.
pub const ELEMENT_ACTIVE: u32 = 0;
/// Element segment flags: passive.
pub const ELEMENT_PASSIVE: u32 = 1;
/// Element segment flags: declarative.
pub const ELEMENT_DECLARATIVE: u32 = 3;

/// The value of a null element of a table. It is also the right payload of `ref.null` in element
/// segments in every release (`interpreter/wasm.h`, `NULL_REF`).
pub const NULL_REF: u32 = u32::MAX;

/// Export kinds (`interpreter/wasm.h`, `EXPORT_KIND_*`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExportKind {
    /// A function; the index counts imports first.
    Func = 0,
    /// A table.
    Table = 1,
    /// A memory.
    Memory = 2,
    /// A global; the index counts imports first.
    Global = 3,
}

impl ExportKind {
    /// Its name in the wasm text format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Func => "func",
            Self::Table => "table",
            Self::Memory => "memory",
            Self::Global => "global",
        }
    }

    /// The kind with this number, if the loader takes it.
    pub fn from_u8(kind: u8) -> Option<Self> {
        [Self::Func, Self::Table, Self::Memory, Self::Global]
            .into_iter()
            .find(|known| *known as u8 == kind)
    }
}

/// Literal bytes before the code, so that the code starts 16-aligned: the loader copies the text
/// section, whose first word is the literal size, to the start of a page (`aot/aot_loader.c`,
/// `create_sections` and `load_text_section`).
pub const LITERAL_FILLER_SIZE: usize = 12;

/// Relocation group whose relocations patch the code (`aot/aot_loader.c`,
/// `load_relocation_section`).
pub const RELOCATION_GROUP_TEXT: &str = ".rela.text";
/// Symbol of the start of the code (`aot/aot_loader.c`, `do_text_relocation`).
pub const SYMBOL_TEXT: &str = ".text";
/// Prefix of the symbol of a function; its number follows, not counting imports
/// (`compilation/aot.h`, `AOT_FUNC_PREFIX`).
pub const SYMBOL_FUNCTION_PREFIX: &str = "aot_func#";
/// Prefix of the data sections that releases below 2.3.0 do not resolve
/// (`aot/aot_loader.c`, `do_text_relocation`).
pub const SYMBOL_SMALL_READ_ONLY_DATA: &str = ".srodata";
/// Name of a slot without an address in the table of native symbols. All loaders skip it. They
/// refuse names that they do not know, and some refuse the empty name (`aot/aot_loader.c`,
/// `load_native_symbol_section`).
pub const UNUSED_NATIVE_SYMBOL: &str = "__ignore";

/// Longest string, not counting its terminating NUL: the length field is a `u16` that counts it
/// (`aot/aot_loader.c`, `load_string`).
pub const MAX_STRING_LEN: usize = u16::MAX as usize - 1;
/// With garbage collection, the least number of cells that the reference map of an imported
/// function may have. The runtime pushes frames of this size for calls of imports, and the
/// collector scans them (`compilation/aot_emit_aot_file.c`, `aot_emit_func_section`).
pub const MIN_IMPORT_CELLS: usize = 2;
/// Largest type index that an import function can have: its record holds a `u16`
/// (`aot/aot_loader.c`, `load_import_funcs`).
pub const MAX_IMPORT_TYPE_INDEX: u32 = u16::MAX as u32;
/// Maximum number of parameters, and of results, of a function type: the counts are `u16`
/// (`aot/aot_loader.c`, `load_types`).
pub const MAX_TYPE_VALUES: usize = u16::MAX as usize;
/// Maximum number of 32-bit cells that the parameters, or the results, of a function type may take
/// together (`aot/aot_loader.c`, `load_types`).
pub const MAX_TYPE_CELLS: usize = u16::MAX as usize;
/// Largest offset of a reference in a structure, from its header on: the collector's table has
/// `u16` (`aot/aot_loader.c`, `load_types`).
pub const MAX_REFERENCE_OFFSET: u64 = u16::MAX as u64;
/// Maximum number of types that equal an earlier type: it counts its uses in a `u16`
/// (`aot/aot_loader.c`, `load_types`).
pub const MAX_EQUAL_TYPES: u16 = u16::MAX - 1;
/// Limit of the addresses of the auxiliary stack block (`interpreter/wasm.h`,
/// `MAX_LINEAR_MEMORY_SIZE`).
pub const MAX_LINEAR_MEMORY_SIZE: u64 = 4 << 30;
/// Largest file: sizes and offsets are `u32` (`common/wasm_runtime_common.c`, `wasm_runtime_load`).
pub const MAX_FILE_SIZE: u64 = u32::MAX as u64;
