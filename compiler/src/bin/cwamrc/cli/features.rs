//! The flags of wamrc that enable or disable proposals.
//!
//! All supported proposals are enabled by default. A flag that disables one makes the compiler
//! refuse modules that use it, as in wamrc. A flag that enables one either undoes part of another
//! flag, or has no effect.

use clap::Args;
use cwamrc::{Options, Proposal};

/// Flags in the order of `wamrc --help`.
#[derive(Args)]
pub(super) struct FeatureArgs {
    /// Refuse modules with passive segments or with operators on memory segments, including
    /// memory.copy and memory.fill
    #[arg(long)]
    disable_bulk_memory: bool,
    /// Allow memory.copy and memory.fill even with --disable-bulk-memory
    #[arg(long)]
    enable_bulk_memory_opt: bool,
    /// Allow arithmetic in constant expressions: enabled by default
    #[arg(long)]
    enable_extended_const: bool,
    /// Allow threads: enabled by default, for modules with shared memory. As in wamrc, this
    /// overrides --disable-bulk-memory
    #[arg(long)]
    enable_multi_thread: bool,
    /// Allow tail calls: enabled by default, in constant stack space
    #[arg(long)]
    enable_tail_call: bool,
    /// Allow SIMD: enabled by default; obsolete in wamrc, too
    #[arg(long, overrides_with = "disable_simd")]
    enable_simd: bool,
    /// Refuse modules with SIMD
    #[arg(long, overrides_with = "enable_simd")]
    disable_simd: bool,
    /// Refuse modules with reference types
    #[arg(long)]
    disable_ref_types: bool,
    /// Allow overlong encodings of the table index of call_indirect, even with --disable-ref-types
    #[arg(long)]
    enable_call_indirect_overlong: bool,
    /// Compile for a runtime with garbage collection (WAMR_BUILD_GC=1), and for no other. Modules
    /// that need garbage collection are always compiled for one
    #[arg(long)]
    enable_gc: bool,
    /// The same as --enable-bulk-memory-opt --enable-extended-const --enable-call-indirect-overlong
    #[arg(long)]
    enable_lime1: bool,
}

impl FeatureArgs {
    /// The proposals that a module may not use.
    fn disabled(&self) -> Vec<Proposal> {
        let mut disabled = Vec::new();
        if self.disable_bulk_memory && !self.enable_multi_thread {
            disabled.push(Proposal::BulkMemory);
            if !self.enable_bulk_memory_opt && !self.enable_lime1 {
                disabled.push(Proposal::BulkMemoryOpt);
            }
        }
        if self.disable_simd {
            disabled.extend([Proposal::Simd, Proposal::RelaxedSimd]);
        }
        if self.disable_ref_types {
            // An error names the first proposal in this list that the module needs.
            if !self.enable_call_indirect_overlong && !self.enable_lime1 {
                disabled.push(Proposal::CallIndirectOverlong);
            }
            disabled.push(Proposal::ReferenceTypes);
        }
        disabled
    }

    /// `options` with these switches.
    pub(super) fn apply(&self, options: Options) -> Options {
        let options = options.garbage_collection(self.enable_gc);
        self.disabled().into_iter().fold(options, Options::without)
    }
}
