//! Access to a linear memory.

use crate::context::Access;
use crate::error::Error;
use crate::lock::Guard;

/// The memory of an instance. As long as it exists, no other thread can call the instance.
///
/// The memory may grow and move between two accesses, so nothing borrows from it: bytes are copied
/// in and out. With a shared memory, other threads of the module may write at the same time.
pub struct Memory<'a> {
    access: &'a dyn Access,
    _lock: Option<Guard<'a>>,
}

impl<'a> Memory<'a> {
    /// The default memory of an instance, if it has one. No other thread runs the instance: `lock`
    /// is held, or the instance is calling this thread.
    pub(crate) fn new(access: &'a dyn Access, lock: Option<Guard<'a>>) -> Option<Memory<'a>> {
        access.memory().map(|_| Memory { access, _lock: lock })
    }

    /// Size in bytes.
    pub fn len(&self) -> usize {
        self.access.memory().map_or(0, |(_, size)| size)
    }

    /// Whether it has no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Copies bytes from the memory, starting at `offset`.
    pub fn read(&self, offset: usize, bytes: &mut [u8]) -> Result<(), Error> {
        let address = self.place(offset, bytes.len())?;
        // SAFETY: `address` is good for that many bytes.
        unsafe { self.access.read(address, bytes) };
        Ok(())
    }

    /// Copies `length` bytes from the memory, starting at `offset`.
    pub fn read_vec(&self, offset: usize, length: usize) -> Result<Vec<u8>, Error> {
        let address = self.place(offset, length)?;
        let mut bytes = vec![0; length];
        // SAFETY: as above.
        unsafe { self.access.read(address, &mut bytes) };
        Ok(bytes)
    }

    /// Copies bytes into the memory, starting at `offset`.
    pub fn write(&self, offset: usize, bytes: &[u8]) -> Result<(), Error> {
        let address = self.place(offset, bytes.len())?;
        // SAFETY: as above; a memory may contain any byte.
        unsafe { self.access.write(address, bytes) };
        Ok(())
    }

    /// The address of the byte at `offset`, if the memory has `length` bytes from there on.
    fn place(&self, offset: usize, length: usize) -> Result<u64, Error> {
        let (base, size) = self.access.memory().unwrap_or_default();
        if offset.checked_add(length).is_none_or(|end| end > size) {
            return Err(Error::OutOfBounds { offset, length, size });
        }
        Ok(base + offset as u64)
    }
}
