//! The command line: the only folder that names flags.
//!
//! Names and behaviour of flags are those of wamrc. The requests it returns are fully resolved, so
//! the commands see no clap types.

mod args;
mod cache;
mod call_stack;
mod features;
mod generate;
#[cfg(feature = "run")]
mod guest;
mod installed;
mod machine;
mod profiling;
mod release;
mod requests;
#[cfg(test)]
mod tests;
mod trust;
mod wamrc_backend;
mod wamrc_flags;
mod wasmedge;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};
use cwamrc::{Architecture, BoundsChecks, Cpu, Options};

use self::args::{Backend, Cli, CodeArgs, Command, CompileArgs, FormatArg, MachineArgs};
#[cfg(feature = "run")]
use self::args::{EngineArg, RunArgs};
use self::machine::Machine;
pub(crate) use self::requests::*;
use crate::failure::Failure;

impl MachineArgs {
    /// The CPU to compile for. On bad usage, prints why and exits.
    fn cpu(&self) -> Cpu {
        self.resolve(self.target.as_deref()).unwrap_or_else(|error| misuse(&error))
    }

    fn resolve(&self, target: Option<&str>) -> Result<Cpu, String> {
        let cpu = self.machine(target).resolve()?;
        match self.generic_binary {
            true => Ok(Cpu::baseline(cpu.architecture())),
            false => Ok(cpu),
        }
    }

    /// The CPUs to compile for; by default, one for each architecture for a universal file. On bad
    /// usage, prints why and exits.
    fn cpus(&self, format: Format) -> Vec<Cpu> {
        let targets: Vec<&str> = match (self.target.as_deref(), format) {
            (Some(targets), _) => targets.split(',').map(str::trim).collect(),
            (None, Format::Universal) => Architecture::ALL.iter().map(|all| all.name()).collect(),
            (None, _) => return vec![self.cpu()],
        };
        let single: &[_] = &[
            ("cpu", &self.cpu),
            ("cpu-features", &self.cpu_features),
            ("target-abi", &self.target_abi),
        ];
        if let Some((flag, _)) = single.iter().find(|(_, value)| value.is_some())
            && targets.len() > 1
        {
            misuse(&format!(
                "--{flag} works with one target only; the targets are {}",
                targets.join(", ")
            ));
        }
        let cpu = |target: &&str| self.resolve(Some(target));
        let cpus: Result<Vec<Cpu>, String> = targets.iter().map(cpu).collect();
        let cpus = cpus.unwrap_or_else(|error| misuse(&error));
        for (position, cpu) in cpus.iter().enumerate() {
            let architecture = cpu.architecture();
            if cpus[..position].iter().any(|other| other.architecture() == architecture) {
                misuse(&format!("--target names {architecture} twice: {}", targets.join(", ")));
            }
        }
        cpus
    }

    fn machine<'a>(&'a self, target: Option<&'a str>) -> Machine<'a> {
        Machine {
            target,
            abi: self.target_abi.as_deref(),
            cpu: self.cpu.as_deref(),
            features: self.cpu_features.as_deref(),
        }
    }
}

impl CodeArgs {
    /// The options that the flags ask for, with `cpu` as target.
    ///
    /// # Errors
    /// What is wrong with a file that they name.
    fn options(&self, cpu: Cpu) -> Result<Options, Failure> {
        let mut options = Options::new().cpu(cpu);
        options.opt_level = self.opt_level;
        options.bounds_checks = match self.bounds_checks {
            Some(true) => BoundsChecks::Software,
            Some(false) | None => BoundsChecks::Hardware,
        };
        options.stack_bounds_checks = self.stack_bounds_checks == Some(true);
        options.aux_stack_checks = !self.disable_aux_stack_check;
        options.frame_pointers = self.enable_linux_perf;
        options.indirect_mode = self.xip || self.enable_indirect_mode;
        if self.xip || self.disable_llvm_intrinsics {
            options.builtin_intrinsics = self.enable_builtin_intrinsics.clone().unwrap_or_default();
        }
        options.canonicalize_nans = self.canonicalize_nans;
        options.threads = self.threads;
        let options = self.wasmedge.apply(self.features.apply(options));
        self.instrumentation.apply(self.call_stack.apply(options))
    }

    /// A note if a check that the user disabled is kept.
    fn note(&self) -> Option<String> {
        let asked = self.bounds_checks == Some(true) && self.stack_bounds_checks == Some(false);
        let note = "note: --stack-bounds-checks=0 has no effect with --bounds-checks=1: a runtime \
            without guard pages has none for the stack either";
        asked.then(|| note.to_owned())
    }
}

/// The whole command line, including flags without effect.
fn command() -> clap::Command {
    wamrc_flags::add_to(Cli::command())
}

/// The command line, spelled as clap expects it. wamrc's spelling is not supported after a
/// subcommand.
fn arguments() -> Vec<OsString> {
    let command = command();
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let is_subcommand = |first: &str| command.find_subcommand(first).is_some();
    if arguments.get(1).and_then(|first| first.to_str()).is_some_and(is_subcommand) {
        return arguments;
    }
    let flags = 1..arguments.iter().position(|word| word == "--").unwrap_or(arguments.len());
    for place in flags {
        if !takes_next(&command, &arguments[place - 1]) {
            wamrc_flags::write_two_hyphens(&mut arguments[place]);
        }
    }
    arguments
}

/// Whether `word` is a flag whose value is the next word.
fn takes_next(command: &clap::Command, word: &OsStr) -> bool {
    let Some(word) = word.to_str() else { return false };
    let name = word.strip_prefix("--");
    let is_named = |arg: &clap::Arg| match name {
        Some(name) => arg.get_long() == Some(name),
        // In a group of short flags, the last one may take a value.
        None => word.starts_with('-') && arg.get_short().is_some_and(|short| word.ends_with(short)),
    };
    command
        .get_arguments()
        .any(|arg| arg.get_action().takes_values() && !arg.is_require_equals_set() && is_named(arg))
}

/// Parses the command line; on bad usage, prints why and exits with code 2.
///
/// # Errors
/// What is wrong with a file that a flag names.
pub(crate) fn parse() -> Result<Request, Failure> {
    if let Some(request) = requested_list() {
        return Ok(request);
    }
    let matches = command().try_get_matches_from(arguments());
    let cli = matches.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, matches)));
    let (cli, matches) = cli.unwrap_or_else(|error| explain(error).exit());
    Ok(match cli.command {
        None if cli.compile.backend == Backend::Llvm => {
            Request::Wamrc(wamrc_request(cli.compile, &matches))
        }
        None => Request::Compile(compile_request(cli.compile, &matches)?),
        Some(Command::Inspect(args)) => {
            Request::Inspect(InspectRequest { input: args.input, json: args.json })
        }
        #[cfg(feature = "explore")]
        Some(Command::Explore(args)) => Request::Explore(ExploreRequest {
            options: args.code.options(args.code.machine.cpu())?,
            input: args.input,
            output: args.output,
        }),
        #[cfg(feature = "run")]
        Some(Command::Run(args)) => Request::Run(Box::new(run_request(*args)?)),
        Some(Command::Key(args)) => Request::Key(args.request()),
        Some(Command::PerfMap(args)) => Request::PerfMap { module: args.module, map: args.map },
        Some(Command::Completions(args)) => Request::Print(args.script(command())),
        Some(Command::Man(args)) => {
            Request::Print(args.page(command()).unwrap_or_else(|error| misuse(&error)))
        }
    })
}

/// The list that a flag with the value `help` asks for, or the version that replaces LLVM's. Then
/// no other argument is required.
fn requested_list() -> Option<Request> {
    let matches = command().ignore_errors(true).try_get_matches_from(arguments()).ok()?;
    if matches.subcommand().is_none()
        && matches!(matches.try_get_one("llvm_version"), Ok(Some(true)))
    {
        return Some(Request::Print(format!("Cranelift {}\n", cwamrc::CRANELIFT_VERSION)));
    }
    let backend = matches.try_get_one::<Backend>("backend").ok().flatten();
    let compilation = matches.subcommand().is_none().then_some(&matches);
    let matches = matches.subcommand().map_or(&matches, |(_, matches)| matches);
    let value = |flag| matches.try_get_one::<String>(flag).ok().flatten().map(String::as_str);
    let machine = Machine {
        target: value("target"),
        abi: value("target_abi"),
        cpu: value("cpu"),
        features: value("cpu_features"),
    };
    if backend == Some(&Backend::Llvm) {
        // The names are LLVM's.
        let flags = wamrc_backend::flags(&command(), compilation?);
        return machine.is_question().then_some(Request::AskWamrc(flags));
    }
    machine.list()?.map_err(|error| misuse(&error)).map(Request::Print).ok()
}

/// Prints what is wrong with the value of a flag, and exits.
fn misuse(message: &str) -> ! {
    command().error(ErrorKind::InvalidValue, message).exit()
}

/// clap reads a second file as a subcommand that conflicts with the first file; this reports it as
/// an unexpected argument.
fn explain(error: clap::Error) -> clap::Error {
    let mut command = command();
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

fn wamrc_request(args: CompileArgs, matches: &ArgMatches) -> WamrcRequest {
    let given = |flag| matches.value_source(flag) == Some(ValueSource::CommandLine);
    let ours = ["wamr_version", "threads", "canonicalize_nans", "sign"];
    if let Some(flag) = ours.into_iter().find(|flag| given(flag)) {
        misuse(&format!("--{} cannot be used with --backend=llvm", flag.replace('_', "-")));
    }
    if matches!(args.format, FormatArg::Clif | FormatArg::Asm | FormatArg::Universal) {
        misuse("--backend=llvm supports only the formats aot, object, llvmir-unopt and llvmir-opt");
    }
    if let Some(flag) = wasmedge::given(&command(), matches) {
        misuse(&format!("{flag} cannot be used with --backend=llvm"));
    }
    let mut flags = wamrc_backend::flags(&command(), matches);
    flags.extend(args.llvm_flag);
    let input = args.input.expect(REQUIRED);
    WamrcRequest {
        output: output(args.output, &input, args.format),
        input,
        flags,
        verbose: args.verbosity.is_verbose(),
    }
}

/// The output file: `given`, or a file in the current folder named after the input, as compilers
/// do.
fn output(given: Option<PathBuf>, input: &Path, format: FormatArg) -> Output {
    if let Some(path) = given {
        return Output { path, is_chosen_here: false };
    }
    let extension = match format {
        FormatArg::Aot => "aot",
        FormatArg::Clif => "clif",
        FormatArg::Asm => "asm",
        FormatArg::Object => "o",
        FormatArg::Universal => "universal.wasm",
        FormatArg::LlvmirUnopt | FormatArg::LlvmirOpt => "ll",
    };
    let stem = input.file_stem().filter(|_| input != Path::new("-"));
    let Some(stem) = stem else {
        misuse("the input has no name to derive the output from; name the output with -o")
    };
    let mut name = stem.to_owned();
    name.push(".");
    name.push(extension);
    let path = PathBuf::from(name);
    if same_file(input, &path) {
        misuse("the output would replace the input; name another output with -o");
    }
    Output { path, is_chosen_here: true }
}

/// Whether two paths name the same file. A file that does not exist yet is different from every
/// other.
fn same_file(input: &Path, output: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok().filter(|path| path.is_file());
    real(input).is_some_and(|input| real(output) == Some(input))
}

fn compile_request(args: CompileArgs, matches: &ArgMatches) -> Result<CompileRequest, Failure> {
    if !args.llvm_flag.is_empty() {
        misuse("--llvm-flag needs --backend=llvm");
    }
    let mut notes = wamrc_flags::judge(matches).unwrap_or_else(|error| misuse(&error));
    notes.extend(args.code.note());
    // In wamrc's lists, `\` stands for a space, which could not be written otherwise.
    let sections = args.emit_custom_sections.iter().map(|name| name.replace('\\', " "));
    let sections: Vec<String> = sections.collect();
    let input = args.input.expect(REQUIRED);
    let output = output(args.output, &input, args.format);
    let format = format(args.format);
    let dump = args.dump.then(|| output.path.with_extension("clif"));
    let beside = dump.as_deref().into_iter().chain(args.stack_usage.as_deref());
    // A universal file is still a module, and may be replaced by a new version of itself.
    let outputs = (format != Format::Universal).then_some(&*output.path).into_iter().chain(beside);
    if outputs.into_iter().any(|path| same_file(&input, path)) {
        misuse("input and output are the same file");
    }
    let cpus = args.code.machine.cpus(format);
    check_several(&args.code, cpus.len(), format, &output.path, args.dump);
    if args.sign.sign.is_some() && format != Format::Universal {
        misuse("--sign needs --format=universal");
    }
    if args.stack_usage.is_some() && cpus.len() > 1 {
        misuse("--stack-usage works with one target only");
    }
    if args.stack_usage.is_some() && !matches!(format, Format::Aot | Format::Object) {
        misuse("--stack-usage needs --format=aot or --format=object");
    }
    let (release, how) = args.wamr_version.resolve()?;
    // Files that flags name are read only once.
    let common = args.profiling.apply(args.code.options(cpus[0].clone())?);
    let common = common.release(release).emit_custom_sections(sections);
    let options = cpus.into_iter().map(|cpu| common.clone().cpu(cpu));
    Ok(CompileRequest {
        input,
        output,
        format,
        options: options.collect(),
        sign: args.sign.sign,
        cache: args.cache.cache()?,
        dump: args.dump,
        stack_usage: args.stack_usage,
        notes,
        release_found: how,
        verbose: args.verbosity.is_verbose(),
    })
}

/// Refuses flags that do not work with several targets, or with a universal file.
fn check_several(code: &CodeArgs, targets: usize, format: Format, output: &Path, dump: bool) {
    if format == Format::Universal && (code.xip || code.enable_indirect_mode) {
        misuse("--xip cannot be used with --format=universal: its sections do not run in place");
    }
    if dump && output == Path::new("-") {
        misuse("--dump writes a file next to the output; name an output file with -o");
    }
    if targets > 1 && format != Format::Universal && output == Path::new("-") {
        misuse("several targets give several files; name an output file with -o");
    }
}

fn format(format: FormatArg) -> Format {
    match format {
        FormatArg::Aot => Format::Aot,
        FormatArg::Clif => Format::Clif,
        FormatArg::Asm => Format::Asm,
        FormatArg::Object => Format::Object,
        FormatArg::Universal => Format::Universal,
        FormatArg::LlvmirUnopt | FormatArg::LlvmirOpt => {
            misuse("LLVM IR needs --backend=llvm\n\n  tip: --format=clif writes Cranelift's IR")
        }
    }
}

#[cfg(feature = "run")]
fn run_request(args: RunArgs) -> Result<RunRequest, Failure> {
    let mut options = args.code.options(args.code.machine.cpu())?;
    // Otherwise, only ending the process would stop a loop.
    options.instrumentation.interruptible |= args.timeout.is_some();
    options.instrumentation.trace_exceptions = true;
    let architecture = options.cpu.architecture();
    if Architecture::host() != Some(architecture) {
        misuse(&format!("this machine cannot run code for {architecture}"));
    }
    let (input, arguments) = guest::split(args.command);
    Ok(RunRequest {
        options,
        cache: args.cache.cache()?,
        verbose: args.verbosity.is_verbose(),
        input,
        args: arguments,
        invoke: args.invoke,
        dirs: args.dirs.into_iter().chain(args.mapped_dirs).collect(),
        env: guest::environment(args.env),
        timeout: args.timeout,
        stack_size: args.stack_size,
        heap_size: args.heap_size,
        gc_heap_size: args.gc_heap_size,
        engine: match args.engine {
            EngineArg::Auto => Engine::Auto,
            EngineArg::Compile => Engine::Compile,
            EngineArg::Interpreter => Engine::Interpreter,
        },
        trust: args.trust.request(),
    })
}
