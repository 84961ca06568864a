//! Host functions written in Rust, as WAMR's raw native functions.
//!
//! One C function, [`trampoline`], implements every host function: WAMR passes the arguments as
//! 8-byte slots, and the closure as the function's attachment.
//!
//! Whatever the raw convention does not support (`wasm_runtime_invoke_native_raw` in
//! `core/iwasm/common/wasm_runtime_common.c`) is refused when the function is registered:
//! - more than one result: only the first is copied back;
//! - `v128` parameters and results: the case is missing;
//! - `externref` parameters, without garbage collection: the bytes after the reference are passed
//!   instead.

use crate::context::Context;
use crate::error::{Error, Trap};
use crate::ffi;
use crate::local::ExecEnv;
use crate::memory::Memory;
use crate::types::{FuncType, References, ValType};
use crate::val::Val;
use std::any::Any;
use std::cell::RefCell;
use std::ffi::{CString, c_void};
use std::marker::PhantomData;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::{fmt, slice};

/// Bytes of stack that must be left when a host function starts. A fault in the guard pages while
/// Rust code runs would be treated as one of the WebAssembly code below it.
const HOST_STACK: u32 = 64 * 1024;

type Closure = dyn Fn(&mut Caller<'_>, &[Val]) -> Result<Vec<Val>, String> + Send + Sync;

/// A function of the host that modules can import.
///
/// It may run on several threads at once. `Err(message)` ends the call with a trap of that message.
pub struct HostFunc {
    pub(crate) name: String,
    pub(crate) ty: FuncType,
    closure: Box<Closure>,
}

impl HostFunc {
    /// A host function of this name and type.
    pub fn new<F>(name: impl Into<String>, ty: FuncType, closure: F) -> HostFunc
    where
        F: Fn(&mut Caller<'_>, &[Val]) -> Result<Vec<Val>, String> + Send + Sync + 'static,
    {
        HostFunc { name: name.into(), ty, closure: Box::new(closure) }
    }

    /// Checks that a runtime supports its parameters and results.
    pub(crate) fn check(&self, references: References) -> Result<(), Error> {
        let FuncType { params, results } = &self.ty;
        let obstacle = if results.len() > 1 {
            "more than one result"
        } else if params.contains(&ValType::V128) || results.contains(&ValType::V128) {
            "v128"
        } else if params.contains(&ValType::ExternRef) && references == References::Numbers {
            "an externref parameter"
        } else if self.name.contains('\0') {
            "a NUL in its name"
        } else {
            return Ok(());
        };
        Err(Error::Link(format!("host function {:?}: WAMR does not support {obstacle}", self.name)))
    }

    /// Runs the closure, and checks what it returns.
    pub(crate) fn invoke(
        &self,
        context: Context<'_>,
        arguments: &[Val],
    ) -> Result<Vec<Val>, String> {
        let mut caller = Caller { context, call: PhantomData };
        let results = (self.closure)(&mut caller, arguments)?;
        if !results.iter().map(Val::ty).eq(self.ty.results.iter().copied()) {
            let Self { name, ty, .. } = self;
            return Err(format!("host function {name:?} must return {:?}", ty.results));
        }
        Ok(results)
    }

    /// The function in the form that WAMR registers. The pointers are valid as long as `self`,
    /// which must not move, and `name`.
    pub(crate) fn native_symbol(self: &Arc<HostFunc>, name: &CString) -> ffi::NativeSymbol {
        let function: unsafe extern "C" fn(ffi::wasm_exec_env_t, *mut u64) = trampoline;
        ffi::NativeSymbol {
            symbol: name.as_ptr(),
            func_ptr: function as *mut c_void,
            signature: std::ptr::null(),
            attachment: Arc::as_ptr(self).cast_mut().cast(),
        }
    }
}

impl fmt::Debug for HostFunc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostFunc").field("name", &self.name).field("ty", &self.ty).finish()
    }
}

/// The instance that called a host function.
pub struct Caller<'a> {
    context: Context<'a>,
    call: PhantomData<&'a mut ()>,
}

impl Caller<'_> {
    /// Its memory, if it has one.
    pub fn memory(&self) -> Option<Memory<'_>> {
        self.context.memory(None)
    }

    /// Calls an exported function of it.
    pub fn call(&mut self, name: &str, arguments: &[Val]) -> Result<Vec<Val>, Trap> {
        self.context.call(name, arguments)
    }

    /// The value of an exported global of it.
    pub fn global(&self, name: &str) -> Option<Val> {
        self.context.global(name)
    }

    /// Sets an exported mutable global of it.
    pub fn set_global(&mut self, name: &str, value: Val) -> Result<(), Error> {
        self.context.set_global(name, value)
    }
}

/// Why a host function failed. WAMR's own place for the text is short, and has no room for a panic.
enum Failure {
    Error(String),
    Panic(Box<dyn Any + Send>),
}

thread_local! {
    static FAILURE: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// Call this before WebAssembly runs: no host function of the coming call has failed yet.
pub(crate) fn forget_failure() {
    FAILURE.set(None);
}

/// The message of the host function that made a call of this thread fail, if any. If it panicked,
/// the panic continues here.
pub(crate) fn take_message() -> Option<String> {
    match FAILURE.take()? {
        Failure::Error(message) => Some(message),
        Failure::Panic(payload) => panic::resume_unwind(payload),
    }
}

/// Handles a call from WebAssembly with the arguments in `slots`. Returns the slot of the result,
/// or the text of the exception that ends the running call.
pub(crate) fn answer(
    function: &HostFunc,
    context: Context<'_>,
    slots: &[u64],
) -> Result<Option<u64>, CString> {
    let decode = |(&ty, &slot): (&ValType, &u64)| context.passed_out(ty, slot);
    let arguments: Vec<Val> = function.ty.params.iter().zip(slots).map(decode).collect();
    // A panic must not unwind through C; it continues in the host's call (`RawTrap::into_trap`).
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        let results = function.invoke(context, &arguments)?;
        let Some(&result) = results.first() else { return Ok(None) };
        let passed = context.passed_in(result);
        let fail = || format!("host function {:?}: {result:?} cannot be returned", function.name);
        passed.map(Some).ok_or_else(fail)
    }));
    let (text, failure) = match outcome {
        Ok(Ok(result)) => return Ok(result),
        Ok(Err(message)) => (message.replace('\0', " "), Failure::Error(message)),
        Err(payload) => ("host function panicked".to_owned(), Failure::Panic(payload)),
    };
    FAILURE.set(Some(failure));
    Err(CString::new(text).unwrap_or_default())
}

/// Called by WAMR for every host function.
///
/// # Safety
/// The same as for a function registered by `wasm_runtime_register_natives_raw`: `exec_env` is the
/// running one, `slots` has one slot per parameter and room for a result. The attachment is a live
/// [`HostFunc`] whose type is that of the import (see the `link` module).
unsafe extern "C" fn trampoline(exec_env: ffi::wasm_exec_env_t, slots: *mut u64) {
    // SAFETY: by the contract of this function.
    let (instance, host) = unsafe {
        let attachment = ffi::wasm_runtime_get_function_attachment(exec_env);
        (ffi::wasm_runtime_get_module_inst(exec_env), &*attachment.cast::<HostFunc>())
    };
    // SAFETY: `exec_env` is the running one.
    if !unsafe { ffi::wasm_runtime_detect_native_stack_overflow_size(exec_env, HOST_STACK) } {
        return;
    }
    // SAFETY: one slot per parameter.
    let arguments = unsafe { slice::from_raw_parts(slots, host.ty.params.len()) };
    // SAFETY: the instance runs, on this thread and in `exec_env`.
    let running = unsafe { ExecEnv::new(exec_env) };
    match answer(host, running.context(), arguments) {
        // SAFETY: there is room for a result.
        Ok(Some(result)) => unsafe { slots.write(result) },
        Ok(None) => {}
        // SAFETY: the instance is the one that calls us; WAMR copies the text.
        Err(text) => unsafe { ffi::wasm_runtime_set_exception(instance, text.as_ptr()) },
    }
}
