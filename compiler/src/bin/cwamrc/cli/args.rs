//! The flags that have an effect, as clap definitions.
//!
//! Names and behaviour are those of wamrc; flags that wamrc does not have are listed under a
//! heading of their own. The flags of wamrc without effect here are in
//! [`wamrc_flags`](super::wamrc_flags).

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
#[cfg(feature = "run")]
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use cwamrc::{Intrinsics, OptLevel};

use super::cache::CacheArgs;
use super::call_stack::CallStackArgs;
use super::features::FeatureArgs;
use super::generate::{CompletionsArgs, ManArgs};
#[cfg(feature = "run")]
use super::guest::{self, Variable};
use super::profiling::ProfilingArgs;
use super::release::ReleaseArg;
#[cfg(feature = "run")]
use super::requests::DirMapping;
#[cfg(feature = "run")]
use super::trust::TrustArgs;
use super::trust::{KeyArgs, SignArgs};
use super::wasmedge::{InstrumentationArgs, WASMEDGE, WasmEdgeArgs};

/// The heading of the flags that wamrc does not have.
pub(super) const OWN: &str = "Flags that wamrc does not have";

/// What a compilation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// A file for the runtime
    Aot,
    /// Cranelift's intermediate representation, function by function
    Clif,
    /// Cranelift's disassembly, function by function
    Asm,
    /// A relocatable ELF file for a linker
    Object,
    /// A wasm module for any runtime, with machine code for all targets inside
    Universal,
    /// LLVM's intermediate representation, by wamrc
    #[value(hide = true)]
    LlvmirUnopt,
    /// The same, optimised
    #[value(hide = true)]
    LlvmirOpt,
}

/// What runs a module.
#[cfg(feature = "run")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineArg {
    /// Trusted machine code of a universal file, or of a set of files, if there is some for this
    /// machine; otherwise, compile the module
    Auto,
    /// Compile the module, and ignore machine code in the file
    Compile,
    /// WAMR's interpreter, which has no SIMD
    Interpreter,
}

/// The compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Backend {
    /// This program
    Cranelift,
    /// WAMR's own compiler, wamrc: slower, with more targets and flags
    Llvm,
}

/// The fast compiler for WAMR: WebAssembly to .aot with Cranelift
#[derive(Parser)]
#[command(name = "cwamrc", version, args_conflicts_with_subcommands = true)]
#[command(subcommand_negates_reqs = true, args_override_self = true, max_term_width = 100)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) compile: CompileArgs,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Print what an .aot file contains and which WAMR releases run it; for a wasm module, print
    /// the machine code inside and who signed it
    Inspect(InspectArgs),
    /// Write an HTML page with wasm text, Cranelift IR and machine code of each function side by
    /// side
    #[cfg(feature = "explore")]
    Explore(Box<ExploreArgs>),
    /// Compile a module in memory and run it, or run an .aot file
    #[cfg(feature = "run")]
    #[command(override_usage = "cwamrc run [OPTIONS] <FILE> [ARGS]...")]
    Run(Box<RunArgs>),
    /// Create and print keys that sign machine code
    Key(KeyArgs),
    /// Add function names to the map that `iwasm --enable-linux-perf` wrote for perf
    PerfMap(PerfMapArgs),
    /// Print shell completions: `source <(cwamrc completions bash)`
    Completions(CompletionsArgs),
    /// Print a manual page: `cwamrc man >cwamrc.1`
    Man(ManArgs),
}

#[derive(Args)]
pub(super) struct CompileArgs {
    /// The wasm module, as binary or text (.wat); `-` for standard input
    #[arg(value_name = "WASM_FILE", required = true)]
    pub(super) input: Option<PathBuf>,
    /// The output file; `-` for standard output. Default: in the current folder, app.aot for
    /// app.wasm, or .o, .clif, .asm, .universal.wasm
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value = "aot")]
    pub(super) format: FormatArg,
    /// The WAMR release that will load the file: a version as `iwasm --version` prints it, a
    /// release line such as 2.3, or main; `auto` asks the iwasm in $IWASM or on the PATH. Main
    /// calls itself 2.4.3: if a runtime reports "unknown binary version", use `auto`
    #[arg(long, value_name = "RELEASE", default_value_t, help_heading = OWN)]
    pub(super) wamr_version: ReleaseArg,
    /// Custom sections to copy to the output, separated by commas, with `\` for a space; `name`
    /// gives call stacks their function names
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) emit_custom_sections: Vec<String>,
    /// Write the native stack usage of each function, in the format of clang's -fstack-usage
    #[arg(long, value_name = "FILE")]
    pub(super) stack_usage: Option<PathBuf>,
    /// The compiler. `llvm` runs wamrc, from $WAMRC, the PATH, or where benchmarks/scripts/llvm.sh
    /// builds it; flags then take wamrc's values
    #[arg(long, value_enum, default_value = "cranelift", help_heading = OWN)]
    pub(super) backend: Backend,
    /// A flag for wamrc that cwamrc does not know; may be given several times
    #[arg(long, value_name = "FLAG", allow_hyphen_values = true, help_heading = OWN)]
    pub(super) llvm_flag: Vec<OsString>,
    #[command(flatten)]
    pub(super) code: CodeArgs,
    #[command(flatten)]
    pub(super) profiling: ProfilingArgs,
    #[command(flatten)]
    pub(super) sign: SignArgs,
    #[command(flatten)]
    pub(super) cache: CacheArgs,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
    /// Also write Cranelift's intermediate representation, next to the output as .clif; WasmEdge
    /// writes LLVM's
    #[arg(long, help_heading = WASMEDGE)]
    pub(super) dump: bool,
    /// Print the version of Cranelift, which cwamrc uses instead of LLVM
    #[arg(long)]
    pub(super) llvm_version: bool,
}

/// Flags that affect the code.
#[derive(Args)]
pub(super) struct CodeArgs {
    #[command(flatten)]
    pub(super) machine: MachineArgs,
    /// Optimisation level: 0 compiles fastest, 3 makes the fastest code
    #[arg(long, value_name = "N", default_value = "3", value_parser = opt_level())]
    pub(super) opt_level: OptLevel,
    /// How memory accesses are checked: 0, the default, by the runtime's guard pages; 1 by compiled
    /// code, for runtimes built without hardware bounds checks
    #[arg(long, value_name = "0|1", value_parser = switch())]
    pub(super) bounds_checks: Option<bool>,
    /// Whether functions check the native stack. Default: as --bounds-checks; with
    /// --bounds-checks=1 they always do
    #[arg(long, value_name = "0|1", value_parser = switch())]
    pub(super) stack_bounds_checks: Option<bool>,
    /// The code model of wamrc. No effect on the code: it can be loaded anywhere, since it contains
    /// no addresses of data and calls the runtime through jumps of the loader
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(super) size_level: Option<u8>,
    /// Do not check the stack that a C program keeps in linear memory. By default, code traps when
    /// its stack pointer goes out of bounds
    #[arg(long)]
    pub(super) disable_aux_stack_check: bool,
    /// Keep frame pointers, for `perf record --call-graph=fp`. `iwasm --enable-linux-perf` lists
    /// the functions, and `cwamrc perf-map` adds their names
    #[arg(long)]
    pub(super) enable_linux_perf: bool,
    /// Make code that runs in place (XIP): without relocations, and with calls of the runtime
    /// through a table
    #[arg(long)]
    pub(super) xip: bool,
    /// Call the runtime through a table and emit no relocations, as --xip does
    #[arg(long)]
    pub(super) enable_indirect_mode: bool,
    /// Let --enable-builtin-intrinsics take effect, as --xip does; cwamrc has no LLVM intrinsics
    #[arg(long)]
    pub(super) disable_llvm_intrinsics: bool,
    /// With --xip or --disable-llvm-intrinsics: operators to compile to calls of the runtime
    /// instead of instructions, with the names and groups of WAMR's doc/xip.md, as in
    /// i64.common,fpxint
    #[arg(long, value_name = "LIST")]
    pub(super) enable_builtin_intrinsics: Option<Intrinsics>,
    /// Make every computed NaN canonical, so that results are the same on every machine
    #[arg(long, help_heading = OWN)]
    pub(super) canonicalize_nans: bool,
    /// Number of compiling threads. Default: all processors
    #[arg(long, value_name = "N", help_heading = OWN)]
    pub(super) threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(super) features: FeatureArgs,
    #[command(flatten)]
    pub(super) call_stack: CallStackArgs,
    #[command(flatten)]
    pub(super) instrumentation: InstrumentationArgs,
    #[command(flatten)]
    pub(super) wasmedge: WasmEdgeArgs,
}

/// Flags that select the machine to compile for.
#[derive(Args)]
pub(super) struct MachineArgs {
    /// The machine to compile for: a short name or a triple. Default: this machine. `help` lists
    /// the names. Several targets, as in x86_64,aarch64, give one file each (app_x86_64.aot and
    /// app_aarch64.aot for -o app.aot), or one section each of a universal file
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// The ABI of the target, by wamrc's names. It changes nothing; an ABI that is not the target's
    /// is refused. `help` lists the names
    #[arg(long, value_name = "NAME")]
    pub(super) target_abi: Option<String>,
    /// The CPU to compile for. Default: the CPU of this machine, or with --target the minimum CPU
    /// of that target. `help` lists the names
    #[arg(long, value_name = "NAME")]
    pub(super) cpu: Option<String>,
    /// CPU features to use or not to use, as in +avx2,-bmi. `+help` lists the names
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    pub(super) cpu_features: Option<String>,
    /// Compile for the minimum CPU of the target, even if the target is this machine
    #[arg(long, conflicts_with_all = ["cpu", "cpu_features"], help_heading = WASMEDGE)]
    pub(super) generic_binary: bool,
}

#[derive(Args)]
pub(super) struct VerbosityArgs {
    /// Print what was done; an optional level works as in wamrc
    #[arg(short, value_name = "LEVEL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "3", value_parser = clap::value_parser!(u8).range(0..=5))]
    pub(super) verbose: Option<u8>,
}

impl VerbosityArgs {
    /// Level 2 is wamrc's default.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose.is_some_and(|level| level > 2)
    }
}

#[derive(Args)]
pub(super) struct InspectArgs {
    /// The .aot file or universal file; `-` for standard input
    #[arg(value_name = "AOT_FILE")]
    pub(super) input: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct PerfMapArgs {
    /// The module that was compiled, with its name section
    #[arg(value_name = "WASM_FILE")]
    pub(super) module: PathBuf,
    /// The map of the process: perf-PID.map in the folder for temporary files
    #[arg(value_name = "MAP")]
    pub(super) map: PathBuf,
}

#[cfg(feature = "explore")]
#[derive(Args)]
pub(super) struct ExploreArgs {
    /// The wasm module, as binary or text (.wat); `-` for standard input
    #[arg(value_name = "WASM_FILE")]
    pub(super) input: PathBuf,
    /// The output file, a self-contained HTML page; `-` for standard output
    #[arg(short, long, value_name = "PAGE")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) code: CodeArgs,
}

#[cfg(feature = "run")]
#[derive(Args)]
pub(super) struct RunArgs {
    /// A wasm module or an .aot file, and the arguments of the program or of the function to
    /// invoke. Everything after FILE belongs to the program, even if it looks like a flag
    // One list, since clap would look for flags between a file and a list.
    #[arg(value_names = ["FILE", "ARGS"], required = true, num_args = 1.., trailing_var_arg = true)]
    pub(super) command: Vec<OsString>,
    /// Call this exported function and print its results, instead of starting the program.
    /// Arguments are numbers; vectors such as i32x4:1,2,3,4, or 0x and 32 digits; null or
    /// `ref.extern 7`
    #[arg(short = 'f', long, value_name = "FUNCTION", visible_alias = "function")]
    pub(super) invoke: Option<String>,
    /// Give the program access to a directory, under its own name or another one
    #[arg(long = "dir", value_name = "HOST[::GUEST]", value_parser = guest::dir())]
    pub(super) dirs: Vec<DirMapping>,
    /// The same, in iwasm's order
    #[arg(long = "map-dir", value_name = "GUEST::HOST", value_parser = guest::map_dir())]
    pub(super) mapped_dirs: Vec<DirMapping>,
    /// Set an environment variable of the program; without a value, copy it from this process if it
    /// is set
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = guest::variable())]
    pub(super) env: Vec<Variable>,
    /// Stop the program with an error if it runs longer: seconds, or a time such as 10s, 500ms, 2m
    #[arg(long, value_name = "TIME", value_parser = guest::duration)]
    pub(super) timeout: Option<Duration>,
    /// Stack size in bytes, for the interpreter or for call frames
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024)]
    pub(super) stack_size: u32,
    /// Size in bytes of a heap in linear memory for the host's malloc. Default: 16384 for programs
    /// that import malloc, 0 for others
    #[arg(long, value_name = "BYTES")]
    pub(super) heap_size: Option<u32>,
    /// Size in bytes of the heap for garbage collection, for programs that need it: 4 KiB to 1 GiB
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20, value_parser = guest::gc_heap())]
    pub(super) gc_heap_size: u32,
    /// What runs the module
    #[arg(long, value_enum, default_value = "auto")]
    pub(super) engine: EngineArg,
    #[command(flatten)]
    pub(super) trust: TrustArgs,
    #[command(flatten)]
    pub(super) code: CodeArgs,
    #[command(flatten)]
    pub(super) cache: CacheArgs,
    #[command(flatten)]
    pub(super) verbosity: VerbosityArgs,
}

fn opt_level() -> impl TypedValueParser<Value = OptLevel> {
    PossibleValuesParser::new(["0", "1", "2", "3"]).map(|level| match level.as_str() {
        "0" => OptLevel::O0,
        "1" => OptLevel::O1,
        "2" => OptLevel::O2,
        _ => OptLevel::O3,
    })
}

fn switch() -> impl TypedValueParser<Value = bool> {
    PossibleValuesParser::new(["0", "1"]).map(|value| value == "1")
}
