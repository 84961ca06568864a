//! The flags about what runtimes that are built for profiling learn from the code.

use clap::Args;
use cwamrc::Options;

/// Flags for profiles that the runtime makes.
#[derive(Args)]
pub(super) struct ProfilingArgs {
    /// Have each call of a function counted and timed, in a runtime built with
    /// WAMR_BUILD_PERF_PROFILING=1, which prints what it has seen when a program ends; nothing is inlined
    /// then. Calls take 56 bytes each of what --stack-size of iwasm gives
    #[arg(long)]
    enable_perf_profiling: bool,
    /// Have functions note how far the native stack reaches, for a runtime built with
    /// WAMR_BUILD_MEMORY_PROFILING=1: iwasm -v=5 prints what was left of it when a program ends
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
