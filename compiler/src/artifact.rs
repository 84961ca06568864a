//! The result of a compilation: the bytes of a file, and what is known about them.
//!
//! Invariants: all of it depends only on the module and the options, except what a cache did and
//! why it was not used. Offsets in the code count from the start of the machine code, as the
//! runtime's do; [`Artifact::code_range`] gives its place in the file.

use std::io::{self, Write};
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::aot::SectionRange;
use crate::cache::CacheStatistics;
use crate::diagnostic::{Diagnostic, Severity};
use crate::lower::FuncId;
use crate::native::{AddressMap, Image};
use crate::wasm::{ExportKind, Module, NameMap};

/// Numbers about a compilation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Statistics {
    /// Functions of the module, not counting imports.
    pub functions: usize,
    /// Bytes of machine code.
    pub code_size: usize,
    /// Places that the loader or linker has to patch.
    pub relocations: usize,
}

/// The native stack usage of one call of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct StackUsage {
    /// The function's index, imports counted.
    pub function: u32,
    /// Its name in the name section, otherwise that of an export, if it has one.
    pub name: Option<String>,
    /// Bytes, including the return address and the functions inlined into it, but not the functions
    /// that it calls.
    pub bytes: u32,
}

/// A section of an `.aot` file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Section {
    /// Its name, as in [`inspect`](crate::inspect).
    pub name: &'static str,
    /// The place of its body in the file; its header is the 8 bytes before.
    pub range: Range<usize>,
}

/// The kind of code that a [`Symbol`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum SymbolKind {
    /// A function of the module, as called by other functions of the module.
    Function,
    /// The function that the runtime calls instead, if that differs.
    Entry,
    /// The code of a function that has a stack check in a function before it.
    Body,
    /// Code that the compiler adds, such as calls of imports and of the runtime.
    Added,
}

/// A range of machine code with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Symbol {
    /// The name of the function in the name section, otherwise that of its first export. Without
    /// either, and for code that the compiler adds, the name used in listings.
    pub name: String,
    /// The kind of code.
    pub kind: SymbolKind,
    /// Index of the function, imports counted; none for code that the compiler adds.
    pub function: Option<u32>,
    /// Its start, relative to the start of the machine code.
    pub offset: u64,
    /// Size of the code and of the constants after it, in bytes.
    pub size: u64,
}

/// What is known about a compiled module, apart from its bytes.
#[derive(Clone, Debug)]
pub struct Summary {
    pub(crate) statistics: Statistics,
    /// Warnings first.
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) sections: Vec<Section>,
    pub(crate) code_range: Option<Range<usize>>,
    pub(crate) symbols: Vec<Symbol>,
    pub(crate) stack_usage: Vec<StackUsage>,
    pub(crate) address_map: Option<AddressMap>,
    pub(crate) cache: Option<CacheStatistics>,
}

impl Summary {
    /// Numbers about the compilation.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// What the user of the file should know, warnings first.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The warnings among the diagnostics, for example that default builds of the chosen release
    /// lack a feature that the module uses.
    pub fn warnings(&self) -> &[Diagnostic] {
        let is_warning = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Warning;
        &self.diagnostics[..self.diagnostics.partition_point(is_warning)]
    }

    /// The sections of an `.aot` file, in file order. None for an object file; tools for ELF files
    /// list those.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The place of the machine code in an `.aot` file; none for an object file.
    pub fn code_range(&self) -> Option<Range<usize>> {
        self.code_range.clone()
    }

    /// Every range of the machine code, in order.
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// The symbol that the code at `code_offset` belongs to.
    pub fn symbol_at(&self, code_offset: u64) -> Option<&Symbol> {
        let after = self.symbols.partition_point(|symbol| symbol.offset <= code_offset);
        let symbol = self.symbols.get(after.checked_sub(1)?)?;
        (code_offset < symbol.offset + symbol.size).then_some(symbol)
    }

    /// The native stack usage of each function of the module, in module order.
    pub fn stack_usage(&self) -> &[StackUsage] {
        &self.stack_usage
    }

    /// The wasm operators that the code was compiled from, if
    /// [`Options::address_map`](crate::Options::address_map) asked for them.
    pub fn address_map(&self) -> Option<&AddressMap> {
        self.address_map.as_ref()
    }

    /// What the cache did, if there is one.
    pub fn cache(&self) -> Option<CacheStatistics> {
        self.cache
    }
}

/// The result of a compilation: the bytes of a file, and its [`Summary`], whose methods are
/// available here, too.
#[derive(Clone, Debug)]
pub struct Artifact {
    pub(crate) bytes: Vec<u8>,
    pub(crate) summary: Summary,
}

impl Artifact {
    /// The content of the file.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The content of the file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The content of the file, and what is known about it.
    pub fn into_parts(self) -> (Vec<u8>, Summary) {
        (self.bytes, self.summary)
    }

    /// Writes the content of the file.
    ///
    /// # Errors
    /// Those of `writer`.
    pub fn write_to<W: Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        writer.write_all(&self.bytes)
    }

    /// What is known about the file.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// [`Summary::statistics`].
    pub fn statistics(&self) -> Statistics {
        self.summary.statistics()
    }

    /// [`Summary::diagnostics`].
    pub fn diagnostics(&self) -> &[Diagnostic] {
        self.summary.diagnostics()
    }

    /// [`Summary::warnings`].
    pub fn warnings(&self) -> &[Diagnostic] {
        self.summary.warnings()
    }

    /// [`Summary::sections`].
    pub fn sections(&self) -> &[Section] {
        self.summary.sections()
    }

    /// [`Summary::code_range`].
    pub fn code_range(&self) -> Option<Range<usize>> {
        self.summary.code_range()
    }

    /// [`Summary::symbols`].
    pub fn symbols(&self) -> &[Symbol] {
        self.summary.symbols()
    }

    /// [`Summary::symbol_at`].
    pub fn symbol_at(&self, code_offset: u64) -> Option<&Symbol> {
        self.summary.symbol_at(code_offset)
    }

    /// [`Summary::stack_usage`].
    pub fn stack_usage(&self) -> &[StackUsage] {
        self.summary.stack_usage()
    }

    /// [`Summary::address_map`].
    pub fn address_map(&self) -> Option<&AddressMap> {
        self.summary.address_map()
    }
}

impl From<&SectionRange> for Section {
    fn from(section: &SectionRange) -> Self {
        Self { name: section.id.name(), range: section.offset..section.offset + section.size }
    }
}

/// The names of a module's functions: those of the name section, otherwise of the first export.
pub(crate) struct FunctionNames<'m> {
    names: &'m NameMap<'m>,
    /// By index.
    exported: FxHashMap<u32, &'m str>,
}

impl<'m> FunctionNames<'m> {
    pub(crate) fn new(module: &'m Module<'_>) -> Self {
        let exports = module.exports.iter();
        let exports = exports.filter(|export| export.kind == ExportKind::Function);
        let exported = exports.rev().map(|export| (export.index, export.name));
        Self { names: &module.function_names, exported: exported.collect() }
    }

    /// The name of function `index`, if it has one.
    pub(crate) fn get(&self, index: u32) -> Option<&'m str> {
        self.names.get(index).or_else(|| self.exported.get(&index).copied())
    }
}

/// The symbols of all code, in order.
pub(crate) fn symbols(names: &FunctionNames<'_>, image: &Image) -> Vec<Symbol> {
    let mut symbols: Vec<Symbol> = image
        .places
        .iter()
        .map(|(&id, place)| {
            let (kind, function) = match id {
                FuncId::Function(index) => (SymbolKind::Function, Some(index)),
                FuncId::Entry(index) => (SymbolKind::Entry, Some(index)),
                FuncId::Body(index) => (SymbolKind::Body, Some(index)),
                _ => (SymbolKind::Added, None),
            };
            let name = function.and_then(|index| names.get(index));
            let name = name.map_or_else(|| id.to_string(), str::to_owned);
            Symbol { name, kind, function, offset: place.offset, size: place.size }
        })
        .collect();
    symbols.sort_unstable_by_key(|symbol| symbol.offset);
    symbols
}

/// The stack usage of the functions of the module, in module order.
pub(crate) fn stack_usage(
    module: &Module<'_>,
    names: &FunctionNames<'_>,
    image: &Image,
) -> Vec<StackUsage> {
    let usage = module.own_functions().map(|function| {
        // A function with a large frame has a stack guard before it.
        let parts = [FuncId::Function(function), FuncId::Body(function)];
        StackUsage {
            function,
            name: names.get(function).map(str::to_owned),
            bytes: parts.iter().filter_map(|part| image.frame_sizes.get(part)).sum(),
        }
    });
    usage.collect()
}
