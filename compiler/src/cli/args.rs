//! The flags that do something, as clap takes them.
//!
//! Flags, words and habits are wamrc's; flags that it has not stand under a heading of their own.
//! The flags of wamrc that do nothing here are in [`foreign`](super::foreign).

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

/// Above the flags that wamrc has not.
pub(super) const OWN: &str = "Flags that wamrc has not";

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
    /// A wasm module that any runtime runs, with machine code for all targets inside
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
    /// The machine code in a universal file that somebody trusted has signed, or of a set of files, if
    /// there is some for this machine; other modules are compiled
    Auto,
    /// Code that is compiled now, from wasm
    Compile,
    /// WAMR's interpreter, which has no SIMD
    Interpreter,
}

/// What compiles.
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
    /// Print what an .aot file holds, and which WAMR releases run it; or the machine code in a wasm module,
    /// and who has signed it
    Inspect(InspectArgs),
    /// Write a page that shows wasm text, Cranelift's IR and machine code of each function side by side
    #[cfg(feature = "explore")]
    Explore(Box<ExploreArgs>),
    /// Compile a module in memory and run it, or run an .aot file
    #[cfg(feature = "run")]
    #[command(override_usage = "cwamrc run [OPTIONS] <FILE> [ARGS]...")]
    Run(Box<RunArgs>),
    /// Make and show keys that sign machine code
    Key(KeyArgs),
    /// Name the functions in the map that `iwasm --enable-linux-perf` has written for perf
    PerfMap(PerfMapArgs),
    /// Print what a shell needs to complete command lines: `source <(cwamrc completions bash)`
    Completions(CompletionsArgs),
    /// Print a manual page: `cwamrc man >cwamrc.1`
    Man(ManArgs),
}

#[derive(Args)]
pub(super) struct CompileArgs {
    /// The wasm module, as binary or text (.wat); `-` for standard input
    #[arg(value_name = "WASM_FILE", required = true)]
    pub(super) input: Option<PathBuf>,
    /// Where the result goes; `-` for standard output. If not given, the current folder: app.aot for
    /// app.wasm, or .o, .clif, .asm, .universal.wasm
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value = "aot")]
    pub(super) format: FormatArg,
    /// The WAMR release that will load the file: a version as `iwasm --version` prints it, a line such as
    /// 2.3, or main; `auto` asks the iwasm in $IWASM or on the PATH. Main calls itself 2.4.3: where a
    /// runtime says "unknown binary version", `auto` finds out what it takes
    #[arg(long, value_name = "RELEASE", default_value_t, help_heading = OWN)]
    pub(super) wamr_version: ReleaseArg,
    /// Names of custom sections to carry over, `\` for a space; `name` gives call stacks their
    /// function names
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(super) emit_custom_sections: Vec<String>,
    /// Write what each function takes of the native stack, as clang's -fstack-usage does
    #[arg(long, value_name = "FILE")]
    pub(super) stack_usage: Option<PathBuf>,
    /// What compiles. wamrc is found by $WAMRC, on the PATH, or where
    /// benchmarks/scripts/llvm.sh builds it; the values of flags are then those that it takes
    #[arg(long, value_enum, default_value = "cranelift", help_heading = OWN)]
    pub(super) backend: Backend,
    /// A flag for wamrc that is none of these here; may be given several times
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
    /// Write Cranelift's intermediate representation, too, beside the output as .clif; WasmEdge writes
    /// LLVM's
    #[arg(long, help_heading = WASMEDGE)]
    pub(super) dump: bool,
    /// Print the version of Cranelift, which stands in the place of LLVM
    #[arg(long)]
    pub(super) llvm_version: bool,
}

/// Flags that decide about the code.
#[derive(Args)]
pub(super) struct CodeArgs {
    #[command(flatten)]
    pub(super) machine: MachineArgs,
    /// 0 compiles fastest, 3 makes the fastest code
    #[arg(long, value_name = "N", default_value = "3", value_parser = opt_level())]
    pub(super) opt_level: OptLevel,
    /// 0, the default: memory accesses are checked by the runtime's guard pages; 1: by compiled code,
    /// for runtimes built without hardware bounds checks
    #[arg(long, value_name = "0|1", value_parser = switch())]
    pub(super) bounds_checks: Option<bool>,
    /// Whether functions check the native stack; as --bounds-checks if not given. With
    /// --bounds-checks=1 they always do
    #[arg(long, value_name = "0|1", value_parser = switch())]
    pub(super) stack_bounds_checks: Option<bool>,
    /// How far the code and what it refers to may lie apart: code of any level lies where it likes,
    /// since it holds no address of data, and reaches the runtime by jumps of the loader
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(super) size_level: Option<u8>,
    /// Do not check the stack that a C program keeps in linear memory; if not given, code that moves its
    /// pointer out of bounds traps
    #[arg(long)]
    pub(super) disable_aux_stack_check: bool,
    /// Keep frame pointers, for `perf record --call-graph=fp`; functions are found by
    /// `iwasm --enable-linux-perf`, and named by `cwamrc perf-map`
    #[arg(long)]
    pub(super) enable_linux_perf: bool,
    /// Make code that runs where it lies in the file (XIP): without relocations, and with calls of the
    /// runtime through a table
    #[arg(long)]
    pub(super) xip: bool,
    /// The same
    #[arg(long)]
    pub(super) enable_indirect_mode: bool,
    /// Let --enable-builtin-intrinsics take effect, as --xip does; of LLVM's intrinsics there are none
    #[arg(long)]
    pub(super) disable_llvm_intrinsics: bool,
    /// With --xip or --disable-llvm-intrinsics: operators that are calls of the runtime instead of
    /// instructions, by the names and groups of WAMR's doc/xip.md, as in i64.common,fpxint
    #[arg(long, value_name = "LIST")]
    pub(super) enable_builtin_intrinsics: Option<Intrinsics>,
    /// Make every NaN that an operator computes the canonical one, so that results are the same on
    /// every machine
    #[arg(long, help_heading = OWN)]
    pub(super) canonicalize_nans: bool,
    /// How many threads compile; all processors if not given
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

/// Flags that decide about the machine that the code is for.
#[derive(Args)]
pub(super) struct MachineArgs {
    /// The machine to compile for: a short name, or a triple; this machine if not given.
    /// `help` lists the names. Several, as in x86_64,aarch64, make a file each, app_x86_64.aot and
    /// app_aarch64.aot for -o app.aot, or a section each of a universal file
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// The ABI of the target, as wamrc names it; it decides nothing, but one that the code is not
    /// made for is refused. `help` lists the names
    #[arg(long, value_name = "NAME")]
    pub(super) target_abi: Option<String>,
    /// The CPU to compile for; if not given, the CPU of this machine, or with --target the least
    /// one of that target. `help` lists the names
    #[arg(long, value_name = "NAME")]
    pub(super) cpu: Option<String>,
    /// Instructions that the CPU has or lacks, as in +avx2,-bmi. `+help` lists the names
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    pub(super) cpu_features: Option<String>,
    /// Make code for the least CPU of the target, also if that is this machine
    #[arg(long, conflicts_with_all = ["cpu", "cpu_features"], help_heading = WASMEDGE)]
    pub(super) generic_binary: bool,
}

#[derive(Args)]
pub(super) struct VerbosityArgs {
    /// Print what was done; a level may be given, as for wamrc
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
    /// The .aot file, or a universal one; `-` for standard input
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
    /// Where the page goes, one file of HTML that needs nothing else; `-` for standard output
    #[arg(short, long, value_name = "PAGE")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) code: CodeArgs,
}

#[cfg(feature = "run")]
#[derive(Args)]
pub(super) struct RunArgs {
    /// A wasm module or an .aot file, and the arguments of the program, or of the function to invoke. All
    /// that follows FILE is the program's, even if it looks like a flag
    // One list, since clap would look for flags between a file and a list.
    #[arg(value_names = ["FILE", "ARGS"], required = true, num_args = 1.., trailing_var_arg = true)]
    pub(super) command: Vec<OsString>,
    /// Call this exported function and print its results, instead of starting the program. Arguments are
    /// numbers; i32x4:1,2,3,4 and the like, or 0x and 32 digits, for a vector; null or `ref.extern 7`
    #[arg(short = 'f', long, value_name = "FUNCTION", visible_alias = "function")]
    pub(super) invoke: Option<String>,
    /// Give the program access to a directory, under its own name or another one
    #[arg(long = "dir", value_name = "HOST[::GUEST]", value_parser = guest::dir())]
    pub(super) dirs: Vec<DirMapping>,
    /// The same, written as for iwasm
    #[arg(long = "map-dir", value_name = "GUEST::HOST", value_parser = guest::map_dir())]
    pub(super) mapped_dirs: Vec<DirMapping>,
    /// Set an environment variable of the program; without a value, to that of this process, if it has one
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = guest::variable())]
    pub(super) env: Vec<Variable>,
    /// End a program that runs longer, with an error: seconds, or a time such as 10s, 500ms, 2m
    #[arg(long, value_name = "TIME", value_parser = guest::duration)]
    pub(super) timeout: Option<Duration>,
    /// Bytes of the interpreter's or the call frames' stack
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024)]
    pub(super) stack_size: u32,
    /// Bytes of a heap in linear memory for the host's malloc; if not given, 16384 for programs
    /// that import malloc, 0 for others
    #[arg(long, value_name = "BYTES")]
    pub(super) heap_size: Option<u32>,
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
