//! Instances.

use crate::context::Context;
use crate::error::{Error, Trap};
use crate::host;
use crate::lock::ReentrantLock;
use crate::memory::Memory;
use crate::module::{self, Module};
use crate::typed::{Params, Results};
use crate::val::Val;
use crate::wasi::{WasiConfig, c_string};
use crate::{local, remote};
use std::ffi::OsStr;
use std::fmt;
use std::sync::Arc;

/// How to make an instance.
#[derive(Clone, Debug)]
pub struct InstanceConfig {
    /// Size in bytes of the interpreter's operand stack, and of the call-stack frames of compiled
    /// code. The native stack is that of the calling thread.
    pub stack_size: u32,
    /// Size in bytes of a heap that WAMR adds to the linear memory, for `malloc` of libc-builtin
    /// and of host functions; 0 for none. It changes the size of the memory that the module sees.
    pub heap_size: u32,
    /// Limit of the memory in pages, if it is below the maximum that the module declares; 0 for
    /// none.
    pub max_memory_pages: u32,
    /// The host of a WASI program.
    pub wasi: WasiConfig,
}

impl Default for InstanceConfig {
    fn default() -> InstanceConfig {
        InstanceConfig {
            stack_size: 256 * 1024,
            heap_size: 0,
            max_memory_pages: 0,
            wasi: WasiConfig::default(),
        }
    }
}

/// An instance of a module. Clones share it.
///
/// Only one thread at a time runs it; others wait. A host function may call back into the instance
/// that calls it, and into other instances. Dropping the last clone waits for threads that the
/// module started.
#[derive(Clone)]
pub struct Instance {
    inner: Arc<InstanceInner>,
}

struct InstanceInner {
    /// Must be dropped before what it depends on.
    place: Place,
    lock: Arc<ReentrantLock>,
    module: Module,
    /// The program reads and writes these files.
    _wasi: WasiConfig,
}

/// The process that contains an instance.
enum Place {
    Here(local::LocalInstance),
    Runner(remote::RemoteInstance),
}

impl Instance {
    pub(crate) fn new(module: &Module, config: &InstanceConfig) -> Result<Instance, Error> {
        host::forget_failure();
        let made = match &module.inner.place {
            module::Place::Here(local) => {
                let instance = local::LocalInstance::new(&module.inner, local, config);
                instance.map(|instance| (Place::Here(instance), Arc::default()))
            }
            module::Place::Runner(remote) => {
                let instance = remote::RemoteInstance::new(&module.inner, remote, config);
                instance.map(|instance| {
                    // A runner handles one request at a time, for all of its instances.
                    let lock = remote.lock();
                    (Place::Runner(instance), lock)
                })
            }
        };
        let (place, lock) = made.map_err(|error| match (error, host::take_message()) {
            (Error::Instantiate(_), Some(message)) => Error::Instantiate(message),
            (error, _) => error,
        })?;
        let (module, wasi) = (module.clone(), config.wasi.clone());
        Ok(Instance { inner: Arc::new(InstanceInner { place, lock, module, _wasi: wasi }) })
    }

    /// The module of this instance.
    pub fn module(&self) -> &Module {
        &self.inner.module
    }

    /// Calls an exported function.
    ///
    /// # Errors
    /// A [`Trap`], after which the instance can be used again.
    ///
    /// # Panics
    /// If a host function panics, the panic continues here.
    pub fn call(&self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, Trap> {
        self.with(|context| context.call(name, arguments))
    }

    /// Calls an exported function with Rust values: `call_typed::<(i32, f64), i64>("f", (1, 2.0))`.
    ///
    /// # Errors
    /// Those of [`Instance::call`]; also if the function has other results than `R`.
    pub fn call_typed<P: Params, R: Results>(&self, name: &str, params: P) -> Result<R, Trap> {
        let results = self.call(name, &params.into_vals())?;
        R::from_vals(&results)
            .ok_or_else(|| Trap::new(format!("{name:?} returned {results:?}, not what was asked")))
    }

    /// Runs the program: `_start` of WASI, otherwise `main` with `arguments`, of which the first is
    /// the program's name. (A WASI program gets its arguments from the [`WasiConfig`].) Returns the
    /// exit code, whether the program returns or calls `proc_exit`.
    ///
    /// # Errors
    /// Those of [`Instance::call`].
    pub fn run_main(&self, arguments: &[&str]) -> Result<i32, Trap> {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        self.run_main_os(&arguments)
    }

    /// Like [`Instance::run_main`], with arguments that need not be UTF-8.
    ///
    /// # Errors
    /// Those of [`Instance::call`].
    pub fn run_main_os(&self, arguments: &[&OsStr]) -> Result<i32, Trap> {
        let arguments = if arguments.is_empty() { &[OsStr::new("")] } else { arguments };
        let arguments = arguments.iter().map(|text| c_string(text));
        let arguments = arguments.collect::<Result<Vec<_>, Error>>();
        let arguments = arguments.map_err(|error| Trap::new(error.to_string()))?;
        self.with(|context| context.run_main(&arguments))
    }

    /// The memory, if the instance has one. Until it is dropped, other threads wait.
    pub fn memory(&self) -> Option<Memory<'_>> {
        let lock = self.inner.lock.lock();
        self.context().memory(Some(lock))
    }

    /// The value of an exported global. `None` if there is none of that name, or if it holds an
    /// `externref` that did not come from the host.
    pub fn global(&self, name: &str) -> Option<Val> {
        self.with(|context| context.global(name))
    }

    /// The values of several exported globals, like [`Instance::global`].
    pub fn globals(&self, names: &[&str]) -> Vec<Option<Val>> {
        self.with(|context| context.globals(names))
    }

    /// Sets an exported mutable global.
    ///
    /// # Errors
    /// [`Error::Global`] if there is no such global, it is immutable, or of another type.
    pub fn set_global(&self, name: &str, value: Val) -> Result<(), Error> {
        self.with(|context| context.set_global(name, value))
    }

    /// The number of elements of an exported table.
    pub fn table_len(&self, name: &str) -> Option<u32> {
        self.with(|context| context.table_len(name))
    }

    /// An element of an exported table.
    pub fn table_get(&self, name: &str, index: u32) -> Option<Val> {
        self.with(|context| context.table_get(name, index))
    }

    /// Ends the running call of another thread, as if it had raised a trap with the message
    /// "terminated by user", and the threads that the module has started. Compiled code notices
    /// this between calls, and in loops if the memory is shared or the module was compiled to be
    /// interruptible.
    ///
    /// # Errors
    /// [`Error::Runtime`] if the instance is in the process of a runner that has ended.
    pub fn terminate(&self) -> Result<(), Error> {
        match &self.inner.place {
            Place::Here(instance) => {
                instance.terminate();
                Ok(())
            }
            Place::Runner(instance) => instance.terminate(),
        }
    }

    fn with<R>(&self, work: impl FnOnce(Context<'_>) -> R) -> R {
        let _lock = self.inner.lock.lock();
        work(self.context())
    }

    /// Use this only with the lock held.
    fn context(&self) -> Context<'_> {
        let access = match &self.inner.place {
            Place::Here(instance) => instance.access(),
            Place::Runner(instance) => instance.access(),
        };
        Context::new(&self.inner.module.inner, access)
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").finish_non_exhaustive()
    }
}
