//! The switches of wamrc that say which proposals a module may use.
//!
//! Here everything that is supported may be used anyway. So what disables a proposal refuses modules
//! that use it, as in wamrc; what enables one takes back, in part, what another switch disables, or
//! has nothing to do.

use clap::Args;
use cwamrc::{Options, Proposal};

/// Switches in the order of `wamrc --help`.
#[derive(Args)]
pub(super) struct FeatureArgs {
    /// Refuse modules with passive segments and the operators on memory segments, memory.copy and
    /// memory.fill among them
    #[arg(long)]
    disable_bulk_memory: bool,
    /// Take memory.copy and memory.fill even with --disable-bulk-memory
    #[arg(long)]
    enable_bulk_memory_opt: bool,
    /// Take arithmetic in constant expressions: done anyway
    #[arg(long)]
    enable_extended_const: bool,
    /// Take modules with threads: done anyway, wherever a module has shared memory; as with wamrc,
    /// --disable-bulk-memory is void then
    #[arg(long)]
    enable_multi_thread: bool,
    /// Take tail calls: done anyway, in constant stack
    #[arg(long)]
    enable_tail_call: bool,
    /// Take vectors: done anyway; obsolete in wamrc, too
    #[arg(long, overrides_with = "disable_simd")]
    enable_simd: bool,
    /// Refuse modules with vectors
    #[arg(long, overrides_with = "enable_simd")]
    disable_simd: bool,
    /// Refuse modules with reference types
    #[arg(long)]
    disable_ref_types: bool,
    /// Take table indexes of call_indirect that are longer than they need to be even with
    /// --disable-ref-types
    #[arg(long)]
    enable_call_indirect_overlong: bool,
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
            // An error names the first that the module wants.
            if !self.enable_call_indirect_overlong && !self.enable_lime1 {
                disabled.push(Proposal::CallIndirectOverlong);
            }
            disabled.push(Proposal::ReferenceTypes);
        }
        disabled
    }

    /// `options` with these switches.
    pub(super) fn apply(&self, options: Options) -> Options {
        self.disabled().into_iter().fold(options, Options::without)
    }
}
