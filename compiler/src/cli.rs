//! The command line: the only place that names flags.
//!
//! Flags, words and habits are wamrc's. What comes out is resolved: the commands see no clap types.

#[cfg(feature = "run")]
use std::convert::Infallible;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
#[cfg(feature = "run")]
use cwamrc::Architecture;
use cwamrc::cache::DiskCache;
use cwamrc::{BoundsChecks, OptLevel, Options, Release};

use crate::files;
use crate::machine::Machine;

/// What the user asks for.
pub(crate) enum Request {
    /// Compile a module.
    Compile(CompileRequest),
    /// Have wamrc compile a module.
    HandOver(HandOverRequest),
    /// Print what a file holds.
    Inspect(InspectRequest),
    /// Run a module or file.
    #[cfg(feature = "run")]
    Run(RunRequest),
    /// Print a list of what exists.
    List(String),
}

/// A compilation to a file.
pub(crate) struct CompileRequest {
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
    pub(crate) format: Format,
    pub(crate) options: Options,
    pub(crate) cache: Option<DiskCache>,
    pub(crate) verbose: bool,
}

/// A compilation by wamrc.
pub(crate) struct HandOverRequest {
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
    /// What wamrc is told besides the files.
    pub(crate) flags: Vec<String>,
    pub(crate) verbose: bool,
}

/// A look into a file.
pub(crate) struct InspectRequest {
    pub(crate) input: PathBuf,
    pub(crate) json: bool,
}

/// A run in the runtime that is built in.
#[cfg(feature = "run")]
pub(crate) struct RunRequest {
    pub(crate) input: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) invoke: Option<String>,
    pub(crate) dirs: Vec<DirMapping>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) stack_size: u32,
    pub(crate) heap_size: Option<u32>,
    pub(crate) options: Options,
    pub(crate) cache: Option<DiskCache>,
    pub(crate) verbose: bool,
}

/// A directory of the host and the name that the program sees.
#[cfg(feature = "run")]
#[derive(Clone, Debug)]
pub(crate) struct DirMapping {
    pub(crate) host: String,
    pub(crate) guest: String,
}

/// What a compilation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A file for the runtime
    Aot,
    /// Cranelift's intermediate representation, function by function
    Clif,
    /// Cranelift's disassembly, function by function
    Asm,
    /// A relocatable ELF file for a linker
    Object,
}

/// What compiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Backend {
    /// This program
    Cranelift,
    /// WAMR's own compiler, wamrc: slower, with more targets and flags
    Llvm,
}

/// The fast compiler for WAMR: WebAssembly to .aot with Cranelift
#[derive(Parser)]
#[command(name = "cwamrc", version, args_conflicts_with_subcommands = true)]
#[command(subcommand_negates_reqs = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    compile: CompileArgs,
}

#[derive(Subcommand)]
enum Command {
    /// Print what an .aot file holds, and which WAMR releases run it
    Inspect(InspectArgs),
    /// Compile a module in memory and run it, or run an .aot file
    #[cfg(feature = "run")]
    Run(Box<RunArgs>),
}

#[derive(Args)]
struct CompileArgs {
    /// The wasm module, as binary or text (.wat); `-` for standard input
    #[arg(value_name = "WASM_FILE", required = true)]
    input: Option<PathBuf>,
    /// Where the result goes; `-` for standard output
    #[arg(short, long, value_name = "FILE", required = true)]
    output: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value = "aot")]
    format: Format,
    /// The WAMR release that will load the file: a version, a line such as 2.3, or main
    #[arg(long, value_name = "RELEASE", default_value_t)]
    wamr_version: Release,
    /// Names of custom sections to carry over; `name` gives call stacks their function names
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    emit_custom_sections: Vec<String>,
    /// What compiles. wamrc is found by $WAMRC, on the PATH, or where
    /// benchmarks/scripts/llvm.sh builds it; the values of flags are then those that it takes
    #[arg(long, value_enum, default_value = "cranelift")]
    backend: Backend,
    /// A flag for wamrc that is none of these here; may be given several times
    #[arg(long, value_name = "FLAG", allow_hyphen_values = true)]
    llvm_flag: Vec<String>,
    #[command(flatten)]
    code: CodeArgs,
    #[command(flatten)]
    cache: CacheArgs,
    #[command(flatten)]
    verbosity: VerbosityArgs,
}

/// Flags that decide about the code.
#[derive(Args)]
struct CodeArgs {
    #[command(flatten)]
    machine: MachineArgs,
    /// 0 compiles fastest, 3 makes the fastest code
    #[arg(long, value_name = "N", default_value = "3", value_parser = opt_level())]
    opt_level: OptLevel,
    /// 0, the default: memory accesses are checked by the runtime's guard pages; 1: by compiled code,
    /// for runtimes built without hardware bounds checks
    #[arg(long, value_name = "0|1", value_parser = switch())]
    bounds_checks: Option<bool>,
    /// Whether functions check the native stack; as --bounds-checks if not given
    #[arg(long, value_name = "0|1", value_parser = switch())]
    stack_bounds_checks: Option<bool>,
    /// Make code that runs where it lies in the file (XIP): without relocations, and with calls of the
    /// runtime through a table
    #[arg(long, visible_alias = "enable-indirect-mode")]
    xip: bool,
    /// How many threads compile; all processors if not given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    granted: GrantedArgs,
}

/// Flags about functions that are kept for the next compilation.
#[derive(Args)]
struct CacheArgs {
    /// Take no function from an earlier compilation, and keep none for the next one
    #[arg(long, env = "CWAMRC_NO_CACHE", value_parser = FalseyValueParser::new())]
    no_cache: bool,
    /// Where compiled functions are kept; if not given, `cwamrc` in the user's folder for caches
    #[arg(long, value_name = "FOLDER", env = "CWAMRC_CACHE_DIR")]
    cache_dir: Option<PathBuf>,
    /// How much the functions that are kept may take
    #[arg(long, value_name = "MIB", env = "CWAMRC_CACHE_SIZE", default_value_t = DEFAULT_CACHE_SIZE)]
    cache_size: u32,
}

/// In MiB.
const DEFAULT_CACHE_SIZE: u32 = (DiskCache::DEFAULT_LIMIT >> 20) as u32;

impl CacheArgs {
    /// Where functions are kept, if they are.
    fn cache(self) -> Option<DiskCache> {
        if self.no_cache {
            return None;
        }
        let folder = self.cache_dir.or_else(files::user_cache)?;
        Some(DiskCache::new(folder).limit(u64::from(self.cache_size) << 20))
    }
}

/// Flags by which wamrc takes modules that are taken here anyway.
#[derive(Args)]
struct GrantedArgs {
    /// For wamrc's sake, without effect here: tail calls are compiled wherever a module has some
    #[arg(long)]
    enable_tail_call: bool,
    /// For wamrc's sake, without effect here: modules with shared memory are compiled for threads
    #[arg(long)]
    enable_multi_thread: bool,
}

/// Flags that decide about the machine that the code is for.
#[derive(Args)]
struct MachineArgs {
    /// The machine to compile for: a short name, or a triple; this machine if not given.
    /// `help` lists the names
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The ABI of the target, as wamrc names it; it decides nothing, but one that the code is not
    /// made for is refused. `help` lists the names
    #[arg(long, value_name = "NAME")]
    target_abi: Option<String>,
    /// The CPU to compile for; if not given, the CPU of this machine, or with --target the least
    /// one of that target. `help` lists the names
    #[arg(long, value_name = "NAME")]
    cpu: Option<String>,
    /// Instructions that the CPU has or lacks, as in +avx2,-bmi. `+help` lists the names
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    cpu_features: Option<String>,
}

#[derive(Args)]
struct VerbosityArgs {
    /// Print what was done; a level may be given, as for wamrc
    #[arg(short, value_name = "LEVEL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "3", value_parser = clap::value_parser!(u8).range(0..=5))]
    verbose: Option<u8>,
}

impl VerbosityArgs {
    /// Level 2 is wamrc's default.
    fn is_verbose(&self) -> bool {
        self.verbose.is_some_and(|level| level > 2)
    }
}

#[derive(Args)]
struct InspectArgs {
    /// The .aot file; `-` for standard input
    #[arg(value_name = "AOT_FILE")]
    input: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[cfg(feature = "run")]
#[derive(Args)]
struct RunArgs {
    /// A wasm module or an .aot file
    #[arg(value_name = "FILE")]
    input: PathBuf,
    /// Arguments of the program, or of the function to invoke
    #[arg(value_name = "ARGS", trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
    /// Call this exported function and print its results, instead of starting the program
    #[arg(short = 'f', long, value_name = "FUNCTION", visible_alias = "function")]
    invoke: Option<String>,
    /// Give the program access to a directory, under its own name or another one
    #[arg(long = "dir", value_name = "HOST[::GUEST]", value_parser = dir)]
    dirs: Vec<DirMapping>,
    /// The same, written as for iwasm
    #[arg(long = "map-dir", value_name = "GUEST::HOST", value_parser = map_dir)]
    mapped_dirs: Vec<DirMapping>,
    /// Set an environment variable of the program
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// Bytes of the interpreter's or the call frames' stack
    #[arg(long, value_name = "BYTES", default_value_t = 64 * 1024)]
    stack_size: u32,
    /// Bytes of a heap in linear memory for the host's malloc; if not given, 16384 for programs
    /// that import malloc, 0 for others
    #[arg(long, value_name = "BYTES")]
    heap_size: Option<u32>,
    #[command(flatten)]
    code: CodeArgs,
    #[command(flatten)]
    cache: CacheArgs,
    #[command(flatten)]
    verbosity: VerbosityArgs,
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

#[cfg(feature = "run")]
fn dir(text: &str) -> Result<DirMapping, Infallible> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    Ok(DirMapping { host: host.into(), guest: guest.into() })
}

#[cfg(feature = "run")]
fn variable(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(feature = "run")]
fn map_dir(text: &str) -> Result<DirMapping, &'static str> {
    let (guest, host) = text.split_once("::").ok_or("expected GUEST::HOST")?;
    Ok(DirMapping { host: host.into(), guest: guest.into() })
}

impl MachineArgs {
    fn machine(&self) -> Machine<'_> {
        Machine {
            target: self.target.as_deref(),
            abi: self.target_abi.as_deref(),
            cpu: self.cpu.as_deref(),
            features: self.cpu_features.as_deref(),
        }
    }
}

impl CodeArgs {
    /// The options that the flags ask for; on bad usage, prints why and exits.
    fn options(&self) -> Options {
        let cpu = self.machine.machine().resolve();
        let cpu = cpu.unwrap_or_else(|error| misuse(&error));
        let mut options = Options::new().cpu(cpu);
        options.opt_level = self.opt_level;
        options.bounds_checks = match self.bounds_checks {
            Some(true) => BoundsChecks::Software,
            Some(false) | None => BoundsChecks::Hardware,
        };
        options.stack_bounds_checks = self.stack_bounds_checks;
        options.indirect_mode = self.xip;
        options.threads = self.threads;
        options
    }
}

/// Parses the command line; on bad usage, prints why and exits with code 2.
pub(crate) fn parse() -> Request {
    if let Some(list) = requested_list() {
        return Request::List(list);
    }
    let matches = Cli::command().try_get_matches();
    let cli = matches.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = cli.unwrap_or_else(|error| explain(error).exit());
    match cli.command {
        None if cli.compile.backend == Backend::Llvm => {
            // It has a default, so only the matches know whether the user gave it.
            let given = |flag| matches.value_source(flag) == Some(ValueSource::CommandLine);
            if let Some(flag) = ["wamr_version", "threads"].into_iter().find(|flag| given(flag)) {
                misuse(&format!("--{} is not for --backend=llvm", flag.replace('_', "-")));
            }
            Request::HandOver(hand_over_request(cli.compile))
        }
        None => Request::Compile(compile_request(cli.compile)),
        Some(Command::Inspect(args)) => {
            Request::Inspect(InspectRequest { input: args.input, json: args.json })
        }
        #[cfg(feature = "run")]
        Some(Command::Run(args)) => Request::Run(run_request(*args)),
    }
}

/// The list that a flag with the value `help` asks for. Nothing else has to be given then.
fn requested_list() -> Option<String> {
    let matches = Cli::command().ignore_errors(true).try_get_matches().ok()?;
    let matches = matches.subcommand().map_or(&matches, |(_, matches)| matches);
    let value = |flag| matches.try_get_one::<String>(flag).ok().flatten().map(String::as_str);
    let machine = Machine {
        target: value("target"),
        abi: value("target_abi"),
        cpu: value("cpu"),
        features: value("cpu_features"),
    };
    machine.list()?.map_err(|error| misuse(&error)).ok()
}

/// Prints what is wrong with the value of a flag, and exits.
fn misuse(message: &str) -> ! {
    Cli::command().error(ErrorKind::InvalidValue, message).exit()
}

/// A second file is taken for a subcommand that conflicts with the first; says what it is.
fn explain(error: clap::Error) -> clap::Error {
    let mut command = Cli::command();
    match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::ArgumentConflict, Some(ContextValue::String(name)))
            if command.find_subcommand(name).is_none() =>
        {
            let message = format!("unexpected argument '{name}' found");
            command.error(ErrorKind::UnknownArgument, message)
        }
        _ => error,
    }
}

const REQUIRED: &str = "clap requires it without a subcommand";

/// Flags go on as they came, since targets and CPUs are those of LLVM.
fn hand_over_request(args: CompileArgs) -> HandOverRequest {
    let CodeArgs { machine, opt_level, bounds_checks, stack_bounds_checks, xip, granted, .. } =
        args.code;
    let mut flags = vec![format!("--opt-level={}", opt_level as u8)];
    match args.format {
        Format::Aot => {}
        Format::Object => flags.push("--format=object".to_owned()),
        Format::Clif | Format::Asm => misuse("--backend=llvm writes aot or object only"),
    }
    let mut flag = |name: &str, value: Option<String>| {
        flags.extend(value.map(|value| format!("--{name}={value}")));
    };
    flag("target", machine.target);
    flag("target-abi", machine.target_abi);
    flag("cpu", machine.cpu);
    flag("cpu-features", machine.cpu_features);
    let number = |checks: bool| u8::from(checks).to_string();
    flag("bounds-checks", bounds_checks.map(number));
    flag("stack-bounds-checks", stack_bounds_checks.map(number));
    let sections = args.emit_custom_sections.join(",");
    flag("emit-custom-sections", (!sections.is_empty()).then_some(sections));
    let granted =
        [("tail-call", granted.enable_tail_call), ("multi-thread", granted.enable_multi_thread)];
    let granted = granted.into_iter().filter(|(_, given)| *given);
    flags.extend(granted.map(|(name, _)| format!("--enable-{name}")));
    flags.extend(xip.then(|| "--xip".to_owned()));
    flags.extend(args.llvm_flag);
    HandOverRequest {
        input: args.input.expect(REQUIRED),
        output: args.output.expect(REQUIRED),
        flags,
        verbose: args.verbosity.is_verbose(),
    }
}

fn compile_request(args: CompileArgs) -> CompileRequest {
    if !args.llvm_flag.is_empty() {
        misuse("--llvm-flag needs --backend=llvm");
    }
    let options = args.code.options();
    CompileRequest {
        input: args.input.expect(REQUIRED),
        output: args.output.expect(REQUIRED),
        format: args.format,
        options: options.release(args.wamr_version).emit_custom_sections(args.emit_custom_sections),
        cache: args.cache.cache(),
        verbose: args.verbosity.is_verbose(),
    }
}

#[cfg(feature = "run")]
fn run_request(args: RunArgs) -> RunRequest {
    let options = args.code.options();
    let architecture = options.cpu.architecture();
    if Architecture::host() != Some(architecture) {
        misuse(&format!("this machine cannot run code for {architecture}"));
    }
    RunRequest {
        options,
        cache: args.cache.cache(),
        verbose: args.verbosity.is_verbose(),
        input: args.input,
        args: args.args,
        invoke: args.invoke,
        dirs: args.dirs.into_iter().chain(args.mapped_dirs).collect(),
        env: args.env,
        stack_size: args.stack_size,
        heap_size: args.heap_size,
    }
}
