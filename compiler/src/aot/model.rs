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

use std::borrow::Cow;
use std::fmt;

use wamr_abi::format::{self, ExportKind, Machine, value_type};

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
    /// Function types. Functions, imports and code refer to the first of several equal types.
    pub types: Vec<FuncType>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// The type of its elements.
    pub element_type: ElementType,
    /// `format::TABLE_*` bits.
    pub flags: u8,
    /// Some code grows it.
    pub possible_grow: bool,
    /// Elements at instantiation.
    pub initial: u32,
    /// Elements that it may grow to.
    pub maximum: u32,
}

/// Types of elements of tables and element segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ElementType {
    /// `funcref`.
    FuncRef = value_type::FUNCREF,
    /// `externref`.
    ExternRef = value_type::EXTERNREF,
    /// `(ref func)`, what wamrc writes for segments of function indices.
    NonNullRef = value_type::NON_NULL_REF,
}

impl ElementType {
    /// Its name in the wasm text format.
    pub fn name(self) -> &'static str {
        match self {
            Self::FuncRef => "funcref",
            Self::ExternRef => "externref",
            Self::NonNullRef => "(ref func)",
        }
    }

    /// The type with this number.
    pub(super) fn from_u8(byte: u8) -> Option<Self> {
        [Self::FuncRef, Self::ExternRef, Self::NonNullRef]
            .into_iter()
            .find(|known| *known as u8 == byte)
    }
}

/// An element segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementSegment {
    /// The leading flags of the wasm binary format, 0 to 7; see `format::ELEMENT_*`.
    pub flags: u32,
    /// The type of its elements.
    pub element_type: ElementType,
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

/// A function type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FuncType {
    /// Parameters.
    pub params: Vec<ValueType>,
    /// Results.
    pub results: Vec<ValueType>,
}

impl fmt::Display for FuncType {
    /// Formats as `(i32, i64) -> (f32)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (before, values) in [("(", &self.params), (" -> (", &self.results)] {
            f.write_str(before)?;
            for (index, value) in values.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                f.write_str(value.name())?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

/// A value type, by its number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ValueType {
    /// `i32`.
    I32 = value_type::I32,
    /// `i64`.
    I64 = value_type::I64,
    /// `f32`.
    F32 = value_type::F32,
    /// `f64`.
    F64 = value_type::F64,
    /// `v128`.
    V128 = value_type::V128,
    /// `funcref`.
    FuncRef = value_type::FUNCREF,
    /// `externref`.
    ExternRef = value_type::EXTERNREF,
}

impl ValueType {
    /// The type with this number.
    pub(super) fn from_u8(byte: u8) -> Option<Self> {
        [Self::I32, Self::I64, Self::F32, Self::F64, Self::V128, Self::FuncRef, Self::ExternRef]
            .into_iter()
            .find(|known| *known as u8 == byte)
    }

    /// 32-bit cells that a value takes (`interpreter/wasm.h`, `wasm_value_type_cell_num`, without
    /// GC: references are 32-bit indices).
    pub fn cells(self) -> u32 {
        match self {
            Self::I32 | Self::F32 | Self::FuncRef | Self::ExternRef => 1,
            Self::I64 | Self::F64 => 2,
            Self::V128 => 4,
        }
    }

    /// Its name in the wasm text format.
    pub fn name(self) -> &'static str {
        match self {
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::V128 => "v128",
            Self::FuncRef => "funcref",
            Self::ExternRef => "externref",
        }
    }
}

/// An initialiser expression. Floats are their bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InitExpr {
    /// The offset of a segment that is not active.
    None,
    /// `i32.const`.
    I32Const(i32),
    /// `i64.const`. As the offset of an element segment it has the same bytes in the layouts of all
    /// releases (`wamr_abi::releases::ElementOffset`).
    I64Const(i64),
    /// `f32.const`.
    F32Const(u32),
    /// `f64.const`.
    F64Const(u64),
    /// `v128.const`, little-endian.
    V128Const([u8; 16]),
    /// `global.get` of an imported immutable global.
    GlobalGet(u32),
    /// `ref.func`.
    RefFunc(u32),
    /// `ref.null`; write [`InitExpr::REF_NULL`]. The payload becomes the table element: wamrc's 0
    /// turns it into function 0.
    RefNull(u32),
    /// Arithmetic on two expressions, for extended constant expressions only.
    Binary(BinaryOp, Box<[InitExpr; 2]>),
}

impl InitExpr {
    /// `ref.null` with the payload that gives a null element.
    pub const REF_NULL: Self = Self::RefNull(format::NULL_REF);
}

impl fmt::Display for InitExpr {
    /// Formats as folded wasm text, as in `i32.const 8`, `i32.add (global.get 0) (i32.const 8)`;
    /// with the bits of floats.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::I32Const(value) => write!(f, "i32.const {value}"),
            Self::I64Const(value) => write!(f, "i64.const {value}"),
            Self::F32Const(bits) => write!(f, "f32.const {:?} ({bits:#x})", f32::from_bits(*bits)),
            Self::F64Const(bits) => write!(f, "f64.const {:?} ({bits:#x})", f64::from_bits(*bits)),
            Self::V128Const(bytes) => {
                write!(f, "v128.const i128 {:#034x}", u128::from_le_bytes(*bytes))
            }
            Self::GlobalGet(global) => write!(f, "global.get {global}"),
            Self::RefFunc(function) => write!(f, "ref.func {function}"),
            Self::RefNull(_) => f.write_str("ref.null"),
            Self::Binary(op, operands) => {
                write!(f, "{} ({}) ({})", op.name(), operands[0], operands[1])
            }
        }
    }
}

/// An operator of extended constant expressions, by its number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum BinaryOp {
    /// `i32.add`.
    I32Add = format::init_expr::I32_ADD,
    /// `i32.sub`.
    I32Sub = format::init_expr::I32_SUB,
    /// `i32.mul`.
    I32Mul = format::init_expr::I32_MUL,
    /// `i64.add`.
    I64Add = format::init_expr::I64_ADD,
    /// `i64.sub`.
    I64Sub = format::init_expr::I64_SUB,
    /// `i64.mul`.
    I64Mul = format::init_expr::I64_MUL,
}

impl BinaryOp {
    /// Every operator.
    pub const ALL: [Self; 6] =
        [Self::I32Add, Self::I32Sub, Self::I32Mul, Self::I64Add, Self::I64Sub, Self::I64Mul];

    /// Its name in the wasm text format.
    pub fn name(self) -> &'static str {
        match self {
            Self::I32Add => "i32.add",
            Self::I32Sub => "i32.sub",
            Self::I32Mul => "i32.mul",
            Self::I64Add => "i64.add",
            Self::I64Sub => "i64.sub",
            Self::I64Mul => "i64.mul",
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
