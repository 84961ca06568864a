//! A cache of compiled functions, from one compilation to the next: what a program needs that compiles
//! a module again and again, each time with a little changed.
//!
//! A compilation asks a [`FunctionCache`] for the functions of its module by their keys, compiles
//! those that it does not have, and hands them over in the end. A key covers all that the code of a
//! function depends on: its body, types, functions that are inlined, options, the compiler itself. It
//! does not cover the function's index, so that a function which is added leaves the others as they
//! are. The result is the same, byte for byte, as without a cache.
//!
//! Nothing is kept unless [`Compiler::cache`](crate::Compiler::cache) says where. `DiskCache`, with the
//! feature `disk-cache`, is a folder; other places can be had by implementing the trait.

#[cfg(feature = "disk-cache")]
mod catalogue;
#[cfg(feature = "disk-cache")]
mod disk;
#[cfg(all(feature = "disk-cache", unix))]
mod folder;
#[cfg(all(feature = "disk-cache", not(unix)))]
#[path = "no_folder.rs"]
mod folder;
#[cfg(feature = "disk-cache")]
mod pack;
#[cfg(feature = "disk-cache")]
mod seal;

use std::fmt;
use std::io;

#[cfg(feature = "disk-cache")]
pub use disk::DiskCache;
#[cfg(feature = "disk-cache")]
pub use seal::CacheKey;

/// What identifies a compiled function. Keys of different functions are different for all practical
/// purposes, across modules, options, and versions of the compiler.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; Key::SIZE]);

impl Key {
    /// Bytes of a key.
    pub const SIZE: usize = 16;

    pub(crate) fn new(bytes: [u8; Self::SIZE]) -> Self {
        Self(bytes)
    }

    /// The key as bytes, each as likely as any other.
    pub fn bytes(&self) -> &[u8; Self::SIZE] {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Keeps compiled functions.
///
/// Whoever can change what a cache holds decides what code runs: the content that comes back must be
/// what was stored. A cache may lose anything at any time.
pub trait FunctionCache: Send + Sync {
    /// Looks for the functions of one module. Calls `found` with the position in `keys`, of which no
    /// two are equal, and the content of each function that is there.
    fn load(&self, keys: &[Key], found: &mut dyn FnMut(usize, &[u8]));

    /// Keeps functions of one module. `keys` are all of its functions, as they were looked for; `new`
    /// has the positions of those that were not found, and is not empty. `content` appends the content
    /// of any of them, new or not, to a buffer.
    ///
    /// # Errors
    /// Why they are not kept, which is worth a warning and nothing more.
    fn store(
        &self,
        keys: &[Key],
        new: &[usize],
        content: &mut dyn FnMut(usize, &mut Vec<u8>),
    ) -> io::Result<()>;
}

/// What a cache did for a compilation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct CacheStatistics {
    /// Functions that were there.
    pub hits: usize,
    /// Functions that had to be compiled.
    pub misses: usize,
    /// Bytes of the functions that were there.
    pub bytes_read: u64,
    /// Bytes of the functions that were handed over.
    pub bytes_written: u64,
}
