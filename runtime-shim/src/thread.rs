//! WAMR's state of a thread: guard pages at the end of the stack, and a stack for the signal
//! handler that turns a fault into a trap.
//!
//! Both must be removed before the thread's stack is given to another thread, so they live as long
//! as the thread.

use crate::error::Error;
use crate::ffi;

struct ThreadEnv {
    ready: bool,
}

thread_local! {
    static THREAD_ENV: ThreadEnv = ThreadEnv {
        // SAFETY: the runtime is initialised, since the caller has a `Runtime` or something created
        // by one. Both functions only affect this thread.
        ready: unsafe { ffi::wasm_runtime_thread_env_inited() || ffi::wasm_runtime_init_thread_env() },
    };
}

impl Drop for ThreadEnv {
    fn drop(&mut self) {
        if self.ready {
            // SAFETY: as above; it does nothing if the thread's environment is gone already.
            unsafe { ffi::wasm_runtime_destroy_thread_env() };
        }
    }
}

/// Prepares this thread to run WebAssembly.
pub(crate) fn enter() -> Result<(), Error> {
    match THREAD_ENV.try_with(|env| env.ready) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::Runtime("WAMR cannot set up its signal handling".to_owned())),
        Err(_) => Err(Error::Runtime("the thread is about to end".to_owned())),
    }
}
