//! The two runtimes of `cwamrc run`: the one of this process, and one with garbage collection, in a
//! process of its own that starts when it is needed.
//!
//! A program sees no difference: it has the streams and the current folder of this process.

use wamr_shim::{Choice, Error, Module, Runtime, Trust};

/// Size in bytes of the native stack of programs in the other process; that of a main thread.
const STACK_SIZE: usize = 8 << 20;

/// What loads modules.
pub(super) struct Runtimes {
    here: Runtime,
    gc_heap_size: u32,
}

impl Runtimes {
    /// Sets up the runtime of this process. Each instance in the other one will have a heap of
    /// `gc_heap_size` bytes.
    pub(super) fn start(gc_heap_size: u32) -> Result<Self, Error> {
        Ok(Self { here: Runtime::new()?, gc_heap_size })
    }

    /// Loads a file in the runtime that it is for.
    pub(super) fn load(&self, file: &[u8]) -> Result<Module, Error> {
        if wamr_shim::needs_gc(file) {
            Runtime::with_gc(STACK_SIZE, self.gc_heap_size)?.load(file)
        } else {
            self.here.load(file)
        }
    }

    /// Loads the machine code of a universal file, or says why it must not be loaded.
    pub(super) fn load_native(
        &self,
        file: &[u8],
        trust: &Trust,
    ) -> Result<Result<Module, Choice>, Error> {
        let code = self.here.native_code(file, trust)?;
        Ok(code.and_then(|code| self.load(code).map_err(Choice::Refused)))
    }

    /// Loads a module for the interpreter, which has no garbage collection.
    pub(super) fn load_wasm(&self, module: &[u8]) -> Result<Module, Error> {
        self.here.load_wasm(module)
    }
}
