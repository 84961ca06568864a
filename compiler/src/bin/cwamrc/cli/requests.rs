//! The requests of the user, fully resolved, so that the commands see no flags.

use std::ffi::OsString;
use std::path::PathBuf;
#[cfg(feature = "run")]
use std::time::Duration;

use cwamrc::Options;
use cwamrc::cache::DiskCache;

/// What the user asks for.
pub(crate) enum Request {
    /// Compile a module.
    Compile(CompileRequest),
    /// Have wamrc compile a module.
    Wamrc(WamrcRequest),
    /// Print the lists that wamrc has for these flags.
    AskWamrc(Vec<OsString>),
    /// Print what a file holds.
    Inspect(InspectRequest),
    /// Write a page that shows how each function is compiled.
    #[cfg(feature = "explore")]
    Explore(ExploreRequest),
    /// Run a module or file.
    #[cfg(feature = "run")]
    Run(Box<RunRequest>),
    /// Make or show a key.
    Key(KeyRequest),
    /// Add function names to a map for perf.
    PerfMap {
        /// The module with the names.
        module: PathBuf,
        /// The map, which is changed.
        map: PathBuf,
    },
    /// Print a text: a list of names, a script, a manual page.
    Print(String),
}

/// Where a result goes.
pub(crate) struct Output {
    pub(crate) path: PathBuf,
    /// Whether the command has chosen the name.
    pub(crate) is_chosen_here: bool,
}

/// A compilation to a file.
pub(crate) struct CompileRequest {
    pub(crate) input: PathBuf,
    pub(crate) output: Output,
    pub(crate) format: Format,
    /// One for each target.
    pub(crate) options: Vec<Options>,
    /// The private key that signs a universal file.
    pub(crate) sign: Option<PathBuf>,
    /// Where compiled functions are kept.
    pub(crate) cache: Option<DiskCache>,
    /// Whether to write Cranelift's intermediate representation as well.
    pub(crate) dump: bool,
    /// The file for the report about stack usage.
    pub(crate) stack_usage: Option<PathBuf>,
    /// Notes for the user about the flags, one per line.
    pub(crate) notes: Vec<String>,
    /// How the release was found, if the user did not name it.
    pub(crate) release_found: Option<String>,
    pub(crate) verbose: bool,
}

/// A compilation by wamrc.
pub(crate) struct WamrcRequest {
    pub(crate) input: PathBuf,
    pub(crate) output: Output,
    /// The flags for wamrc, without the files.
    pub(crate) flags: Vec<OsString>,
    pub(crate) verbose: bool,
}

/// A look into a file.
pub(crate) struct InspectRequest {
    pub(crate) input: PathBuf,
    pub(crate) json: bool,
}

/// What to do with keys.
pub(crate) enum KeyRequest {
    /// Make a pair of them.
    New {
        /// Where the private one goes.
        file: PathBuf,
    },
    /// Print a public one.
    Show {
        /// The file with the public or the private key.
        file: PathBuf,
        /// As hexadecimal digits.
        hex: bool,
    },
}

/// A page that shows how each function is compiled.
#[cfg(feature = "explore")]
pub(crate) struct ExploreRequest {
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
    pub(crate) options: Options,
}

/// A program to run in the built-in runtime.
#[cfg(feature = "run")]
pub(crate) struct RunRequest {
    pub(crate) input: PathBuf,
    /// What follows the file.
    pub(crate) args: Vec<OsString>,
    pub(crate) invoke: Option<String>,
    pub(crate) dirs: Vec<DirMapping>,
    pub(crate) env: Vec<(OsString, OsString)>,
    /// How long the program may run.
    pub(crate) timeout: Option<Duration>,
    pub(crate) stack_size: u32,
    pub(crate) heap_size: Option<u32>,
    pub(crate) gc_heap_size: u32,
    pub(crate) engine: Engine,
    pub(crate) trust: TrustRequest,
    pub(crate) options: Options,
    pub(crate) cache: Option<DiskCache>,
    pub(crate) verbose: bool,
}

/// Whose machine code is run.
#[cfg(feature = "run")]
pub(crate) struct TrustRequest {
    /// Whoever made it.
    pub(crate) everybody: bool,
    /// Files with the public keys of trusted signers.
    pub(crate) keys: Vec<PathBuf>,
}

/// What runs a module.
#[cfg(feature = "run")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Machine code of the file, if it is trusted; otherwise code that is compiled now.
    Auto,
    /// Code that is compiled now.
    Compile,
    /// WAMR's interpreter.
    Interpreter,
}

/// A folder of the host, and its name for the program.
#[cfg(feature = "run")]
#[derive(Clone, Debug)]
pub(crate) struct DirMapping {
    pub(crate) host: OsString,
    pub(crate) guest: OsString,
}

/// What a compilation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A file for the runtime.
    Aot,
    /// Cranelift's intermediate representation, function by function.
    Clif,
    /// Cranelift's disassembly, function by function.
    Asm,
    /// A relocatable ELF file for a linker.
    Object,
    /// A wasm module for any runtime, with machine code for all targets inside.
    Universal,
}
