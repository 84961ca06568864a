//! Flags for runtimes that are built for profiling.

use clap::Args;
use cwamrc::Options;

/// Flags for profiles that the runtime makes.
#[derive(Args)]
pub(super) struct ProfilingArgs {
    /// Let a runtime built with WAMR_BUILD_PERF_PROFILING=1 count and time each call of a function;
    /// it prints the results when a program ends. Disables inlining. Each active call uses 56 bytes
    /// of the stack that iwasm's --stack-size sets
    #[arg(long)]
    enable_perf_profiling: bool,
    /// Let functions record the depth of the native stack, for a runtime built with
    /// WAMR_BUILD_MEMORY_PROFILING=1; iwasm -v=5 prints how much was left when a program ends
    #[arg(long)]
    enable_memory_profiling: bool,
}

impl ProfilingArgs {
    /// `options` with what these flags ask for.
    pub(super) fn apply(&self, mut options: Options) -> Options {
        options.instrumentation.profile_calls = self.enable_perf_profiling;
        options.instrumentation.profile_stack = self.enable_memory_profiling;
        options
    }
}
