//! Instances.

use crate::context::Context;
use crate::error::{Error, Trap};
use crate::ffi;
use crate::host;
use crate::lock::ReentrantLock;
use crate::memory::Memory;
use crate::module::{ErrorText, Module};
use crate::thread;
use crate::typed::{Params, Results};
use crate::val::Val;
use crate::wasi::{WasiConfig, c_string};
use std::fmt;
use std::ptr;
use std::sync::Arc;

/// How to make an instance.
#[derive(Clone, Debug)]
pub struct InstanceConfig {
    /// Bytes for the interpreter's operand stack, and for the call-stack frames of compiled code.
    /// The native stack is that of the calling thread.
    pub stack_size: u32,
    /// Bytes of a heap that WAMR puts into the linear memory, for `malloc` of libc-builtin and of
    /// host functions; 0 for none. It changes the size of the memory that the module sees.
    pub heap_size: u32,
    /// Limit of the memory in pages, below what the module declares; 0 for none.
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
/// One thread at a time runs it; others wait. A host function may call back into the instance that
/// calls it, and into others. Dropping the last clone waits for threads that the module started.
#[derive(Clone)]
pub struct Instance {
    inner: Arc<InstanceInner>,
}

struct InstanceInner {
    handle: ffi::wasm_module_inst_t,
    exec_env: ffi::wasm_exec_env_t,
    lock: ReentrantLock,
    module: Module,
    /// The program reads and writes these files.
    _wasi: WasiConfig,
}

// SAFETY: WAMR binds an instance to a thread only during a call, and records the thread anew at the
// start of each.
unsafe impl Send for InstanceInner {}
// SAFETY: as above; `lock` is held whenever the instance is used.
unsafe impl Sync for InstanceInner {}

impl Instance {
    pub(crate) fn new(module: &Module, config: &InstanceConfig) -> Result<Instance, Error> {
        thread::enter()?;
        let wasi = config.wasi.to_c()?;
        let args = Args::new(module, config)?;
        let mut error = ErrorText::new();
        host::forget_failure();
        // SAFETY: the module is loaded, and `args` are used here only.
        let handle = unsafe {
            wasi.with(args.0, || {
                // The start function may run while this thread runs another instance.
                let running = ffi::wamr_shim_swap_exec_env(ptr::null_mut());
                let handle = ffi::wasm_runtime_instantiate_ex2(
                    module.inner.handle,
                    args.0,
                    error.as_mut_ptr(),
                    error.size(),
                );
                ffi::wamr_shim_swap_exec_env(running);
                handle
            })?
        };
        if handle.is_null() {
            let message = host::take_message().unwrap_or_else(|| error.text());
            return Err(Error::Instantiate(message));
        }
        // SAFETY: the instance is live.
        let exec_env = unsafe { ffi::wasm_runtime_get_exec_env_singleton(handle) };
        let inner = InstanceInner {
            handle,
            exec_env,
            lock: ReentrantLock::default(),
            module: module.clone(),
            _wasi: config.wasi.clone(),
        };
        if exec_env.is_null() {
            return Err(Error::Instantiate("no memory for an execution environment".to_owned()));
        }
        Ok(Instance { inner: Arc::new(inner) })
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
    /// If a host function panics: the panic goes on here.
    pub fn call(&self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, Trap> {
        self.with(|context| context.call(name, arguments))
    }

    /// Calls an exported function with Rust values: `call_typed::<(i32, f64), i64>("f", (1, 2.0))`.
    ///
    /// # Errors
    /// As [`Instance::call`]; also if the function has other results than `R`.
    pub fn call_typed<P: Params, R: Results>(&self, name: &str, params: P) -> Result<R, Trap> {
        let results = self.call(name, &params.into_vals())?;
        R::from_vals(&results)
            .ok_or_else(|| Trap::new(format!("{name:?} returned {results:?}, not what was asked")))
    }

    /// Runs the program: `_start` of WASI, or else `main` with `arguments`, of which the first is
    /// the program's name. (A WASI program has its arguments from the [`WasiConfig`].) Returns the
    /// exit code, whether the program returns or calls `proc_exit`.
    ///
    /// # Errors
    /// As [`Instance::call`].
    pub fn run_main(&self, arguments: &[&str]) -> Result<i32, Trap> {
        let arguments = if arguments.is_empty() { &[""] } else { arguments };
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

    /// Ends the call that another thread has under way, as if it had raised a trap with the message
    /// "terminated by user", and the threads that the module has started. Compiled code notices it
    /// between calls, and in loops if the memory is shared.
    pub fn terminate(&self) {
        // SAFETY: `self` keeps the instance alive. WAMR locks what this changes, and offers it to
        // threads that do not run the instance.
        unsafe { ffi::wasm_runtime_terminate(self.inner.handle) };
    }

    fn with<R>(&self, work: impl FnOnce(Context) -> R) -> R {
        let _lock = self.inner.lock.lock();
        work(self.context())
    }

    /// To be used only with the lock held.
    fn context(&self) -> Context {
        // SAFETY: `self` keeps the instance alive, and the lock keeps other threads out.
        unsafe { Context::new(self.inner.exec_env) }.called_from_outside()
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instance").finish_non_exhaustive()
    }
}

impl Drop for InstanceInner {
    fn drop(&mut self) {
        // SAFETY: the last user of the instance is gone.
        unsafe { ffi::wasm_runtime_deinstantiate(self.handle) };
    }
}

/// WAMR's object with the arguments for instantiating.
struct Args(*mut ffi::InstantiationArgs2);

impl Args {
    fn new(module: &Module, config: &InstanceConfig) -> Result<Args, Error> {
        let mut args = ptr::null_mut();
        // SAFETY: `args` is a place for the result, and live after that. The module, which becomes
        // the instance's custom data (see `Context::module`), outlives the instance.
        unsafe {
            if !ffi::wasm_runtime_instantiation_args_create(&raw mut args) {
                return Err(Error::Instantiate("no memory for an instance".to_owned()));
            }
            ffi::wasm_runtime_instantiation_args_set_default_stack_size(args, config.stack_size);
            ffi::wasm_runtime_instantiation_args_set_host_managed_heap_size(args, config.heap_size);
            ffi::wasm_runtime_instantiation_args_set_max_memory_pages(
                args,
                config.max_memory_pages,
            );
            ffi::wasm_runtime_instantiation_args_set_custom_data(
                args,
                Arc::as_ptr(&module.inner).cast_mut().cast(),
            );
        }
        Ok(Args(args))
    }
}

impl Drop for Args {
    fn drop(&mut self) {
        // SAFETY: made by `new`, and dropped once.
        unsafe { ffi::wasm_runtime_instantiation_args_destroy(self.0) };
    }
}
