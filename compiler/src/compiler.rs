//! The main interface of the library: options combined with callbacks, for any number of
//! compilations.

use std::fmt;
use std::io::{self, Write};

use crate::artifact::{Artifact, Summary};
use crate::cache::FunctionCache;
use crate::error::Error;
use crate::monitor::{IsCancelled, Monitor, OnProgress, Progress};
use crate::native::Listing;
use crate::options::{Cpu, Options};
use crate::pipeline::{self, Output};

/// A compiler: options, and callbacks that it calls while it works.
///
/// ```
/// use std::sync::atomic::{AtomicBool, Ordering};
///
/// use cwamrc::{Compiler, ErrorKind, Options};
///
/// let wasm = wat::parse_str("(module (func (export \"f\")))")?;
/// let unwanted = AtomicBool::new(false);
/// let compiler = Compiler::new(Options::new())
///     .on_progress(|progress| println!("{} of {} bytes", progress.done, progress.total))
///     .cancel_if(|| unwanted.load(Ordering::Relaxed));
/// assert!(compiler.compile(&wasm).is_ok());
///
/// unwanted.store(true, Ordering::Relaxed);
/// assert_eq!(compiler.compile(&wasm).unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Several threads can use one compiler at once; the callbacks are then called for all of their
/// compilations.
#[derive(Default)]
pub struct Compiler<'a> {
    options: Options,
    progress: Option<Box<OnProgress<'a>>>,
    is_cancelled: Option<Box<IsCancelled<'a>>>,
    cache: Option<&'a dyn FunctionCache>,
}

impl<'a> Compiler<'a> {
    /// A compiler without callbacks.
    pub fn new(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    /// Calls `progress` after each function, from any of the compiling threads, and from several at
    /// once. If calls overtake each other, the one with the largest [`Progress::done`] is the last.
    #[must_use]
    pub fn on_progress(mut self, progress: impl Fn(Progress) + Send + Sync + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Calls `is_cancelled` from time to time to ask whether to give up, from any of the compiling
    /// threads, and from several at once: before and after each function, and several times within
    /// large ones. Once it returns `true`, the compilation ends with
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) as soon as each thread has finished
    /// its step.
    #[must_use]
    pub fn cancel_if(mut self, is_cancelled: impl Fn() -> bool + Send + Sync + 'a) -> Self {
        self.is_cancelled = Some(Box::new(is_cancelled));
        self
    }

    /// Takes functions of `.aot` files from `cache`, and adds those that it does not have. The
    /// files are the same as without. The cache is not used with [`Options::call_stacks`] and
    /// [`Options::instrumentation`], which make code depend on the place of its function in the
    /// module, nor with [`Options::address_map`] and [`Options::disabled_proposals`].
    #[must_use]
    pub fn cache(mut self, cache: &'a dyn FunctionCache) -> Self {
        self.cache = Some(cache);
        self
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Like [`compile`].
    ///
    /// # Errors
    /// Those of [`compile`], and if the compilation is cancelled.
    pub fn compile(&self, wasm: &[u8]) -> Result<Artifact, Error> {
        pipeline::compile_as(wasm, &self.options, Output::Aot, &self.monitor(), self.cache)
    }

    /// As [`compile_object`].
    ///
    /// # Errors
    /// As [`Compiler::compile`].
    pub fn compile_object(&self, wasm: &[u8]) -> Result<Artifact, Error> {
        pipeline::compile_as(wasm, &self.options, Output::Object, &self.monitor(), None)
    }

    /// Compiles for each of `cpus` instead of the CPU of the options, and reads the module only
    /// once. The results are in the same order; progress counts the bytes of all of them.
    ///
    /// # Errors
    /// Those of [`Compiler::compile`]; the first error ends all compilations.
    pub fn compile_each(&self, wasm: &[u8], cpus: &[Cpu]) -> Result<Vec<Artifact>, Error> {
        pipeline::compile_as_each(
            wasm,
            &self.options,
            cpus,
            Output::Aot,
            &self.monitor(),
            self.cache,
        )
    }

    /// Like [`Compiler::compile_each`], for [`Compiler::compile_object`].
    ///
    /// # Errors
    /// Those of [`Compiler::compile_each`].
    pub fn compile_object_each(&self, wasm: &[u8], cpus: &[Cpu]) -> Result<Vec<Artifact>, Error> {
        pipeline::compile_as_each(wasm, &self.options, cpus, Output::Object, &self.monitor(), None)
    }

    /// Like [`compile_to_writer`].
    ///
    /// # Errors
    /// Those of [`Compiler::compile`], and those of `writer`.
    pub fn compile_to_writer<W: Write + ?Sized>(
        &self,
        wasm: &[u8],
        writer: &mut W,
    ) -> Result<Summary, WriteError> {
        let artifact = self.compile(wasm)?;
        artifact.write_to(writer)?;
        Ok(artifact.summary)
    }

    /// As [`list`].
    ///
    /// # Errors
    /// As [`Compiler::compile`].
    pub fn list(&self, wasm: &[u8]) -> Result<Vec<Listing>, Error> {
        pipeline::list_functions(wasm, &self.options, &self.monitor())
    }

    fn monitor(&self) -> Monitor<'_> {
        Monitor::new(self.progress.as_deref(), self.is_cancelled.as_deref())
    }
}

impl fmt::Debug for Compiler<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiler").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Compiles the wasm module in `wasm` to an `.aot` file.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for anything but a valid module,
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for a module that uses a proposal
/// which is not supported, or not supported by the chosen release, and
/// [`ErrorKind::Limit`](crate::ErrorKind::Limit) for one that exceeds a limit.
pub fn compile(wasm: &[u8], options: &Options) -> Result<Artifact, Error> {
    pipeline::compile_as(wasm, options, Output::Aot, &Monitor::default(), None)
}

/// Compiles the wasm module in `wasm` and writes the `.aot` file to `writer`. Nothing is written
/// unless the module compiles.
///
/// ```
/// let wasm = wat::parse_str("(module (func (export \"f\")))")?;
/// let mut file = std::io::Cursor::new(Vec::new());
/// let summary = cwamrc::compile_to_writer(&wasm, &cwamrc::Options::new(), &mut file)?;
/// assert_eq!(summary.statistics().functions, 1);
/// assert!(file.get_ref().starts_with(b"\0aot"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`compile`], and those of `writer`.
pub fn compile_to_writer<W: Write + ?Sized>(
    wasm: &[u8],
    options: &Options,
    writer: &mut W,
) -> Result<Summary, WriteError> {
    let artifact = compile(wasm, options)?;
    artifact.write_to(writer)?;
    Ok(artifact.summary)
}

/// Compiles the wasm module in `wasm` to a relocatable ELF file with the same code.
///
/// The function with index `n`, not counting imports, has the symbol `aot_func#n`, as in wamrc's
/// files, and another symbol for each name under which it is exported. A warning names each export
/// that cannot have one. Runtime helpers are undefined symbols; `.eh_frame` contains unwind
/// information.
///
/// # Errors
/// Those of [`compile`].
pub fn compile_object(wasm: &[u8], options: &Options) -> Result<Artifact, Error> {
    pipeline::compile_as(wasm, options, Output::Object, &Monitor::default(), None)
}

/// Lists every function that [`compile`] makes of the module in `wasm`, as Cranelift IR and as
/// machine code: first those of the module in order, then those that the compiler adds.
///
/// # Errors
/// Those of [`compile`].
pub fn list(wasm: &[u8], options: &Options) -> Result<Vec<Listing>, Error> {
    pipeline::list_functions(wasm, options, &Monitor::default())
}

/// Why there is no file: the module does not compile, or the writer failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum WriteError {
    /// The module does not compile; nothing was written.
    Compile(Error),
    /// The writer failed, perhaps after it had written some of the bytes.
    Write(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compile(error) => error.fmt(f),
            Self::Write(error) => write!(f, "cannot write the compiled module: {error}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Compile(error) => Some(error),
            Self::Write(error) => Some(error),
        }
    }
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        Self::Compile(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}
