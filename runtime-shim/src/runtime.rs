//! The process-wide runtime, and what the host offers to the modules loaded through one handle.
//!
//! WAMR keeps process-wide state: signal handlers, registered native functions, a map of external
//! references. It is set up once and stays until the process ends, since other threads may depend
//! on it at any time.
//!
//! WAMR has one name space of native functions per process. The shim fills it only while it links a
//! module, so each [`Runtime`] has a name space of its own.

use crate::error::Error;
use crate::ffi;
use crate::host::HostFunc;
use crate::module::Module;
use crate::remote::{Runner, Streams};
use crate::thread;
use crate::types::{FuncType, References};
use crate::val::Val;
use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

/// The maximum number of threads that one program may start, in addition to the one that runs it.
const MAX_THREADS: u32 = 64;

/// Module name and name of something that the host offers.
type Key = (String, String);

/// A handle to the runtime. Clones share their host functions.
#[derive(Clone)]
pub struct Runtime {
    offers: Arc<RwLock<Offers>>,
    /// `None`: the runtime of this process.
    runner: Option<Arc<Runner>>,
}

/// What the host offers for import.
#[derive(Default)]
pub(crate) struct Offers {
    pub(crate) functions: HashMap<Key, Arc<HostFunc>>,
    pub(crate) globals: HashMap<Key, HostGlobal>,
}

/// A value that modules can import as a global.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HostGlobal {
    pub(crate) value: Val,
    pub(crate) mutable: bool,
}

impl Runtime {
    /// Sets WAMR up if this is the first handle of the process.
    ///
    /// # Errors
    /// [`Error::Runtime`] if that fails.
    pub fn new() -> Result<Runtime, Error> {
        static READY: OnceLock<bool> = OnceLock::new();
        // SAFETY: called once; the two settings may follow at any time.
        let ready = READY.get_or_init(|| unsafe {
            let ready = ffi::wasm_runtime_init();
            if ready {
                ffi::wasm_runtime_set_log_level(ffi::LOG_LEVEL_ERROR);
                ffi::wasm_runtime_set_max_thread_num(MAX_THREADS);
            }
            ready
        });
        if !ready {
            return Err(Error::Runtime("WAMR cannot be initialised".to_owned()));
        }
        thread::enter()?;
        Ok(Runtime { offers: Arc::default(), runner: None })
    }

    /// Starts a runtime in a process of its own: a runner, built by `wamr-build` for this or
    /// another architecture. `command` starts it. `stack_size` is the size in bytes of the native
    /// stack for WebAssembly there, whichever thread calls here. The runner ends when everything
    /// created by it has been dropped.
    ///
    /// Everything works as in this process, except for these limits:
    /// - a runner handles one request at a time, for all of its instances;
    /// - host functions run only for the calling thread, not for threads that a module starts;
    /// - files for a WASI program are opened again by the runner, under `/proc`.
    ///
    /// # Errors
    /// [`Error::Runtime`] if the command cannot be run, or does not start a runner.
    ///
    /// # Panics
    /// Everything that needs the runner panics if its process has ended, and says how.
    pub fn in_runner(command: Command, stack_size: usize) -> Result<Runtime, Error> {
        Runtime::in_gc_runner(command, stack_size, 0)
    }

    /// Like [`Runtime::in_runner`]. If the runner has garbage collection, each instance has a heap
    /// of `gc_heap_size` bytes for it, which never grows; 0 for 8 MiB.
    ///
    /// # Errors
    /// Those of [`Runtime::in_runner`].
    ///
    /// # Panics
    /// Those of [`Runtime::in_runner`].
    pub fn in_gc_runner(
        command: Command,
        stack_size: usize,
        gc_heap_size: u32,
    ) -> Result<Runtime, Error> {
        Runtime::start(command, Streams::Sockets, stack_size, gc_heap_size)
    }

    pub(crate) fn start(
        command: Command,
        streams: Streams,
        stack_size: usize,
        gc_heap_size: u32,
    ) -> Result<Runtime, Error> {
        let runner = Runner::start(command, streams, stack_size, gc_heap_size);
        let runner = runner.map_err(Error::Runtime)?;
        Ok(Runtime { offers: Arc::default(), runner: Some(Arc::new(runner)) })
    }

    /// A handle to the same runtime, without any offers.
    pub fn sibling(&self) -> Runtime {
        Runtime { offers: Arc::default(), runner: self.runner.clone() }
    }

    /// Whether the runtime has garbage collection. If so, it runs the files that are compiled for
    /// that, and no others.
    pub fn has_gc(&self) -> bool {
        self.references() == References::Objects
    }

    pub(crate) fn references(&self) -> References {
        self.runner.as_ref().map_or(References::Numbers, |runner| runner.references())
    }

    pub(crate) fn runner(&self) -> Option<&Arc<Runner>> {
        self.runner.as_ref()
    }

    /// The AOT version of `.aot` files that this runtime loads.
    pub fn aot_version(&self) -> u32 {
        if let Some(runner) = &self.runner {
            return runner.aot_version();
        }
        // SAFETY: a constant of the runtime.
        unsafe { ffi::wasm_runtime_get_current_package_version(ffi::PACKAGE_AOT) }
    }

    /// Offers host functions to modules that are loaded later. A function of the same name that was
    /// offered before is replaced. Offered functions hide WAMR's own native functions, such as
    /// those of WASI.
    ///
    /// # Errors
    /// [`Error::Link`] if WAMR cannot pass the parameters or results of a function; see [the
    /// crate's documentation](crate#limits). Nothing is registered then.
    pub fn register_host_module(
        &self,
        module: &str,
        functions: Vec<HostFunc>,
    ) -> Result<(), Error> {
        if module.contains('\0') {
            return Err(Error::Link(format!("host module {module:?}: a NUL in its name")));
        }
        functions.iter().try_for_each(|function| function.check(self.references()))?;
        let mut offers = self.offers.write().unwrap_or_else(PoisonError::into_inner);
        for function in functions {
            let key = (module.to_owned(), function.name.clone());
            offers.functions.insert(key, Arc::new(function));
        }
        Ok(())
    }

    /// Offers a global to modules that are loaded later. Each instance gets a **copy** of the
    /// value, since WAMR has no globals shared between instances.
    pub fn register_host_global(&self, module: &str, name: &str, value: Val, mutable: bool) {
        let key = (module.to_owned(), name.to_owned());
        let mut offers = self.offers.write().unwrap_or_else(PoisonError::into_inner);
        offers.globals.insert(key, HostGlobal { value, mutable });
    }

    /// Loads a module: WebAssembly for the interpreter, or an `.aot` file for the machine that the
    /// runtime is compiled for.
    ///
    /// The bytes are copied. An `.aot` file contains machine code, and nothing checks what that
    /// code does. **The bytes themselves decide whether they are an `.aot` file**, whatever the
    /// name of the file. Load only bytes that you trust; for others, use [`Runtime::load_wasm`].
    ///
    /// # Errors
    /// [`Error::Load`], [`Error::AotVersion`]; [`Error::Link`] if a host function or global has
    /// another type than the import. A missing import is not an error here.
    pub fn load(&self, bytes: &[u8]) -> Result<Module, Error> {
        thread::enter()?;
        let offers = self.offers.read().unwrap_or_else(PoisonError::into_inner);
        Module::load(bytes, self, &offers)
    }

    /// Loads WebAssembly for the interpreter, and never machine code: for bytes of unknown origin.
    ///
    /// # Errors
    /// Those of [`Runtime::load`]; [`Error::Load`] for an `.aot` file.
    pub fn load_wasm(&self, bytes: &[u8]) -> Result<Module, Error> {
        // The same test as WAMR's. WAMR refuses anything else.
        if bytes.starts_with(b"\0aot") {
            return Err(Error::Load("an .aot file is not a WebAssembly module".to_owned()));
        }
        self.load(bytes)
    }
}

impl Offers {
    /// The function that WAMR would choose for an import: that of the same name, otherwise, if the
    /// name begins with `_`, that of the rest (`wasm_native_resolve_symbol`).
    pub(crate) fn function(&self, module: &str, name: &str) -> Option<&Arc<HostFunc>> {
        let find = |name: &str| self.functions.get(&(module.to_owned(), name.to_owned()));
        find(name).or_else(|| find(name.strip_prefix('_')?))
    }

    /// The global for an import.
    pub(crate) fn global(&self, module: &str, name: &str) -> Option<HostGlobal> {
        self.globals.get(&(module.to_owned(), name.to_owned())).copied()
    }
}

/// Ends this process at once: without waiting for other threads, and without flushing the C
/// library's buffers. For a host whose program cannot be stopped otherwise.
pub fn end_process(code: u8) -> ! {
    // SAFETY: it accepts any number, and does not touch the state of this process.
    unsafe { ffi::_exit(code.into()) }
}

/// A readable form of a function type, for messages.
pub(crate) fn show(ty: &FuncType) -> String {
    format!("{:?} -> {:?}", ty.params, ty.results)
}
