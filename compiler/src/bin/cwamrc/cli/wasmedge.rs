//! The flags of `wasmedge compile`, with the names they have there.
//!
//! If wamrc has a flag of the same name, it is in `args.rs` or `features.rs` and means the same.

use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgMatches, Args};
use cwamrc::instrument::{Costs, Gas, Instrumentation};
use cwamrc::{OptLevel, Options, Proposal};

use crate::failure::Failure;
use crate::files;

/// The heading of WasmEdge's flags.
pub(super) const WASMEDGE: &str = "Flags of WasmEdge";

/// What code measures about itself, and whether it can be interrupted.
#[derive(Args)]
pub(super) struct InstrumentationArgs {
    /// Make code that wasm_runtime_terminate, called from another thread, can stop even in a loop
    #[arg(long, help_heading = WASMEDGE)]
    interruptible: bool,
    /// Count executed instructions in the exported global __cwamrc_instruction_count
    #[arg(long, help_heading = WASMEDGE)]
    enable_instruction_count: bool,
    /// Charge gas for instructions to the exported global __cwamrc_gas_left, and trap when it is
    /// used up
    #[arg(long, help_heading = WASMEDGE)]
    enable_gas_measuring: bool,
    /// Measure the time spent in the module in the exported global __cwamrc_time
    #[arg(long, help_heading = WASMEDGE)]
    enable_time_measuring: bool,
    /// The same as the three flags above
    #[arg(long, help_heading = WASMEDGE)]
    enable_all_statistics: bool,
    /// Initial gas of an instance with all its threads; the host can set another amount later.
    /// Implies --enable-gas-measuring
    #[arg(long, value_name = "N", help_heading = WASMEDGE)]
    gas_limit: Option<u64>,
    /// A table of gas costs, with lines such as `i32.div_s = 20`, `default = 1`, `function = 2`,
    /// and `memory.fill = 5 + 1/64` (1 for each 64 bytes). Implies --enable-gas-measuring
    #[arg(long, value_name = "FILE", help_heading = super::args::OWN)]
    gas_costs: Option<PathBuf>,
}

fn costs(path: &Path) -> Result<Costs, Failure> {
    let name = files::display_name(path);
    let table = String::from_utf8(files::read(path)?)
        .map_err(|_| Failure::new(format!("a table of costs must be UTF-8 text, in {name}")))?;
    Costs::parse(&table).map_err(|error| Failure::new(format!("{error} of {name}")))
}

impl InstrumentationArgs {
    /// `options` with what these flags ask for.
    ///
    /// # Errors
    /// What is wrong with a file that they name.
    pub(super) fn apply(&self, options: Options) -> Result<Options, Failure> {
        let mut instrumentation = Instrumentation::default();
        instrumentation.interruptible = self.interruptible;
        instrumentation.count_instructions =
            self.enable_instruction_count || self.enable_all_statistics;
        instrumentation.measure_time = self.enable_time_measuring || self.enable_all_statistics;
        let measures_gas = self.enable_gas_measuring
            || self.enable_all_statistics
            || self.gas_limit.is_some()
            || self.gas_costs.is_some();
        if measures_gas {
            let mut gas = Gas::new();
            gas.limit = self.gas_limit;
            gas.costs = self.gas_costs.as_deref().map_or_else(|| Ok(Costs::default()), costs)?;
            instrumentation.gas = Some(gas);
        }
        Ok(options.instrumentation(instrumentation))
    }
}

/// Proposals and optimisation.
#[derive(Args)]
pub(super) struct WasmEdgeArgs {
    /// The same as --opt-level; s and z (small code) are level 2, which does not inline
    #[arg(long, value_name = "0|1|2|3|s|z", value_parser = optimize(), help_heading = WASMEDGE)]
    pub(super) optimize: Option<OptLevel>,
    /// Refuse modules that use more than WebAssembly 1.0
    #[arg(long, help_heading = WASMEDGE)]
    wasm_1: bool,
    /// Refuse modules that use more than WebAssembly 2.0
    #[arg(long, help_heading = WASMEDGE)]
    wasm_2: bool,
    /// Refuse modules that use more than WebAssembly 3.0
    #[arg(long, help_heading = WASMEDGE)]
    wasm_3: bool,
    /// Refuse modules that import or export mutable globals
    #[arg(long, help_heading = WASMEDGE)]
    disable_import_export_mut_globals: bool,
    /// Refuse modules with saturating conversions of floats to integers
    #[arg(long, help_heading = WASMEDGE)]
    disable_non_trap_float_to_int: bool,
    /// Refuse modules with sign extension operators
    #[arg(long, help_heading = WASMEDGE)]
    disable_sign_extension_operators: bool,
    /// Refuse modules with functions or blocks that have several results
    #[arg(long, help_heading = WASMEDGE)]
    disable_multi_value: bool,
    /// Refuse modules with reference types, as --disable-ref-types
    #[arg(long, help_heading = WASMEDGE)]
    disable_reference_types: bool,
    /// Refuse modules with tail calls
    #[arg(long, help_heading = WASMEDGE)]
    disable_tail_call: bool,
    /// Refuse modules with arithmetic in constant expressions
    #[arg(long, help_heading = WASMEDGE)]
    disable_extended_const: bool,
    /// Refuse modules with relaxed SIMD
    #[arg(long, help_heading = WASMEDGE)]
    disable_relaxed_simd: bool,
    /// Refuse modules with 64-bit memories
    #[arg(long, help_heading = WASMEDGE)]
    disable_memory64: bool,
    /// Refuse modules with typed function references
    #[arg(long, help_heading = WASMEDGE)]
    disable_function_reference: bool,
    /// Refuse modules with garbage collection
    #[arg(long, help_heading = WASMEDGE)]
    disable_gc: bool,
    /// Refuse modules with several memories: always the case
    #[arg(long, help_heading = WASMEDGE)]
    disable_multi_memory: bool,
    /// Refuse modules with exceptions
    #[arg(long, help_heading = WASMEDGE)]
    disable_exception_handling: bool,
    /// Allow exceptions: enabled by default
    #[arg(long, help_heading = WASMEDGE)]
    enable_exception_handling: bool,
    /// Allow threads: enabled by default
    #[arg(long, help_heading = WASMEDGE)]
    enable_threads: bool,
    /// Allow relaxed SIMD: enabled by default
    #[arg(long, help_heading = WASMEDGE)]
    enable_relaxed_simd: bool,
    /// Allow 64-bit memories: enabled by default
    #[arg(long, help_heading = WASMEDGE)]
    enable_memory64: bool,
    /// Allow everything that is supported: enabled by default
    #[arg(long, help_heading = WASMEDGE)]
    enable_all: bool,
}

fn optimize() -> impl TypedValueParser<Value = OptLevel> {
    PossibleValuesParser::new(["0", "1", "2", "3", "s", "z"]).map(|level| match level.as_str() {
        "0" => OptLevel::O0,
        "1" => OptLevel::O1,
        "3" => OptLevel::O3,
        _ => OptLevel::O2,
    })
}

impl WasmEdgeArgs {
    /// The proposals that a module may not use.
    fn disabled(&self) -> Vec<Proposal> {
        use Proposal::*;
        let mut disabled = Vec::new();
        let mut forbid = |given: bool, proposals: &[Proposal]| {
            disabled.extend(proposals.iter().filter(|_| given));
        };
        forbid(self.wasm_1 || self.disable_non_trap_float_to_int, &[SaturatingConversions]);
        forbid(self.wasm_1 || self.disable_sign_extension_operators, &[SignExtension]);
        forbid(self.wasm_1 || self.disable_multi_value, &[MultiValue]);
        forbid(self.wasm_1, &[BulkMemory, BulkMemoryOpt, Simd]);
        forbid(
            self.wasm_1 || self.disable_reference_types,
            &[ReferenceTypes, CallIndirectOverlong],
        );
        let old = self.wasm_1 || self.wasm_2;
        forbid(old || self.disable_tail_call, &[TailCalls]);
        forbid(old || self.disable_extended_const, &[ExtendedConst]);
        forbid(old || self.disable_relaxed_simd, &[RelaxedSimd]);
        forbid(old || self.disable_memory64, &[Memory64]);
        forbid(old || self.wasm_3, &[Threads, WideArithmetic]);
        forbid(old || self.disable_exception_handling, &[Exceptions]);
        forbid(old || self.disable_function_reference, &[FunctionReferences]);
        forbid(old || self.disable_gc, &[GarbageCollection]);
        forbid(self.disable_import_export_mut_globals, &[MutableGlobals]);
        disabled
    }

    /// `options` with what these flags ask for.
    pub(super) fn apply(&self, options: Options) -> Options {
        let options = self.disabled().into_iter().fold(options, Options::without);
        match self.optimize {
            Some(level) => options.opt_level(level),
            None => options,
        }
    }
}

/// A flag of WasmEdge that was given, as it is written.
pub(super) fn given(command: &clap::Command, matches: &ArgMatches) -> Option<String> {
    use clap::parser::ValueSource::CommandLine;
    let mut flags = command.get_arguments();
    let flag = flags.find(|arg| {
        let id = arg.get_id().as_str();
        arg.get_help_heading() == Some(WASMEDGE)
            && matches.try_contains_id(id).is_ok()
            && matches.value_source(id) == Some(CommandLine)
    })?;
    Some(format!("--{}", flag.get_long()?))
}
