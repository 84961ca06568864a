//! What WAMR keeps per thread: guard pages at the end of the stack, and a stack for the signal
//! handler which turns a fault into a trap.
//!
//! Both must be gone before the thread's stack is given to another thread, so the set-up is bound to
//! the life of the thread, whichever thread comes.

use crate::error::Error;
use crate::ffi;

struct ThreadEnv {
    ready: bool,
}

thread_local! {
    static THREAD_ENV: ThreadEnv = ThreadEnv {
        // SAFETY: the runtime is initialised: whoever comes here holds a `Runtime` or something
        // made by one. Both functions only touch this thread.
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

/// Makes this thread able to run WebAssembly.
pub(crate) fn enter() -> Result<(), Error> {
    match THREAD_ENV.try_with(|env| env.ready) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::Runtime("WAMR cannot set up its signal handling".to_owned())),
        Err(_) => Err(Error::Runtime("the thread is about to end".to_owned())),
    }
}
