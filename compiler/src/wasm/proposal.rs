//! WebAssembly proposals, merged or not, that a compilation can disable.
//!
//! All of these are supported, and enabled unless the options disable them. `wasm/features.rs` maps
//! them to the validator's features.

use std::fmt;

/// A supported proposal. [`Options::without`](crate::Options::without) refuses modules that use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Proposal {
    /// Imports and exports of mutable globals.
    MutableGlobals,
    /// Sign extension operators for 8, 16 and 32 bits.
    SignExtension,
    /// Saturating conversions from floats to integers.
    SaturatingConversions,
    /// Functions and blocks with several results.
    MultiValue,
    /// Operators on memory segments and passive segments.
    BulkMemory,
    /// `memory.copy` and `memory.fill`, which are also part of [`Proposal::BulkMemory`].
    BulkMemoryOpt,
    /// References to functions and to values of the host.
    ReferenceTypes,
    /// Overlong encodings of the table index of `call_indirect`, as written by linkers.
    CallIndirectOverlong,
    /// Vectors of 128 bits.
    Simd,
    /// Vector operators whose results may depend on the machine.
    RelaxedSimd,
    /// Arithmetic in constant expressions.
    ExtendedConst,
    /// Calls that replace their caller.
    TailCalls,
    /// Shared memory and atomic operators.
    Threads,
    /// Memories with 64-bit addresses, and tables with 64-bit indexes.
    Memory64,
    /// Arithmetic on 128 bits.
    WideArithmetic,
    /// Exceptions, in the present encoding and in the legacy one.
    Exceptions,
    /// References to functions of a certain type, and calls of these.
    FunctionReferences,
    /// Structures, arrays and subtypes, for runtimes that collect garbage.
    GarbageCollection,
}

impl Proposal {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::MutableGlobals,
        Self::SignExtension,
        Self::SaturatingConversions,
        Self::MultiValue,
        Self::BulkMemory,
        Self::BulkMemoryOpt,
        Self::ReferenceTypes,
        Self::CallIndirectOverlong,
        Self::Simd,
        Self::RelaxedSimd,
        Self::ExtendedConst,
        Self::TailCalls,
        Self::Threads,
        Self::Memory64,
        Self::WideArithmetic,
        Self::Exceptions,
        Self::FunctionReferences,
        Self::GarbageCollection,
    ];
}

impl fmt::Display for Proposal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::MutableGlobals => "imports or exports of mutable globals",
            Self::SignExtension => "sign extension",
            Self::SaturatingConversions => "saturating conversions",
            Self::MultiValue => "multi-value",
            Self::BulkMemory => "bulk memory",
            Self::BulkMemoryOpt => "memory.copy or memory.fill",
            Self::ReferenceTypes => "reference types",
            Self::CallIndirectOverlong => "overlong table indexes",
            Self::Simd => "SIMD",
            Self::RelaxedSimd => "relaxed SIMD",
            Self::ExtendedConst => "arithmetic in constant expressions",
            Self::TailCalls => "tail calls",
            Self::Threads => "threads",
            Self::Memory64 => "memory64",
            Self::WideArithmetic => "wide arithmetic",
            Self::Exceptions => "exceptions",
            Self::FunctionReferences => "typed function references",
            Self::GarbageCollection => "garbage collection",
        })
    }
}
