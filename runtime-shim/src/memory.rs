//! Access to a linear memory.

use crate::error::Error;
use crate::ffi;
use crate::lock::Guard;
use std::ptr;

/// The memory of an instance. While it is held, no other thread can call the instance.
///
/// The memory may grow and move between two accesses, so nothing borrows from it: bytes are copied
/// in and out. With a shared memory, other threads of the module may write at the same time.
pub struct Memory<'a> {
    memory: ffi::wasm_memory_inst_t,
    _lock: Option<Guard<'a>>,
}

impl<'a> Memory<'a> {
    /// The default memory of `instance`, if it has one.
    ///
    /// # Safety
    /// `instance` lives as long as `'a`, and no other thread runs it: `lock` is held, or the
    /// instance is calling this thread.
    pub(crate) unsafe fn new(
        instance: ffi::wasm_module_inst_t,
        lock: Option<Guard<'a>>,
    ) -> Option<Memory<'a>> {
        // SAFETY: the instance is live.
        let memory = unsafe { ffi::wasm_runtime_get_default_memory(instance) };
        (!memory.is_null()).then_some(Memory { memory, _lock: lock })
    }

    /// Size in bytes.
    pub fn len(&self) -> usize {
        // SAFETY: the memory lives as long as its instance, and nothing changes it meanwhile (see
        // `new`).
        let bytes = unsafe {
            ffi::wasm_memory_get_cur_page_count(self.memory)
                * ffi::wasm_memory_get_bytes_per_page(self.memory)
        };
        usize::try_from(bytes).expect("a memory fits the address space")
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies bytes from the memory, starting at `offset`.
    pub fn read(&self, offset: usize, bytes: &mut [u8]) -> Result<(), Error> {
        let place = self.place(offset, bytes.len())?;
        // SAFETY: `place` is good for that many bytes, and no Rust slice is part of a memory.
        unsafe { ptr::copy_nonoverlapping(place, bytes.as_mut_ptr(), bytes.len()) };
        Ok(())
    }

    /// Copies `length` bytes from the memory, starting at `offset`.
    pub fn read_vec(&self, offset: usize, length: usize) -> Result<Vec<u8>, Error> {
        self.place(offset, length)?;
        let mut bytes = vec![0; length];
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// Copies bytes into the memory, starting at `offset`.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), Error> {
        let place = self.place(offset, bytes.len())?;
        // SAFETY: `place` is good for that many bytes, and no Rust slice is part of a memory.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), place, bytes.len()) };
        Ok(())
    }

    fn place(&self, offset: usize, length: usize) -> Result<*mut u8, Error> {
        let size = self.len();
        if offset.checked_add(length).is_none_or(|end| end > size) {
            return Err(Error::OutOfBounds { offset, length, size });
        }
        if length == 0 {
            // The base of an empty memory may be null.
            return Ok(ptr::dangling_mut());
        }
        // SAFETY: the memory is live; the sum stays inside it.
        Ok(unsafe { ffi::wasm_memory_get_base_address(self.memory).cast::<u8>().add(offset) })
    }
}
