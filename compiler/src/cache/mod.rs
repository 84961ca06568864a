//! A cache of compiled functions, for programs that compile a module again and again with small
//! changes.
//!
//! A compilation asks a [`FunctionCache`] for the functions of its module by their keys, compiles
//! those that are missing, and stores them at the end. A key covers everything that the code of a
//! function depends on: its body, types, inlined functions, options, and the compiler itself. It
//! does not cover the function's index, so adding a function does not affect the others. The result
//! is the same, byte for byte, as without a cache.
//!
//! Nothing is kept unless [`Compiler::cache`](crate::Compiler::cache) names a cache. `DiskCache`,
//! with the feature `disk-cache`, is a folder; implement the trait to keep functions elsewhere.

#[cfg(feature = "disk-cache")]
mod disk;
#[cfg(all(feature = "disk-cache", unix))]
mod folder;
#[cfg(all(feature = "disk-cache", not(unix)))]
#[path = "no_folder.rs"]
mod folder;
#[cfg(feature = "disk-cache")]
mod index;
#[cfg(feature = "disk-cache")]
mod integrity;
#[cfg(feature = "disk-cache")]
mod pack;

use std::fmt;
use std::io;

#[cfg(feature = "disk-cache")]
pub use disk::DiskCache;
#[cfg(feature = "disk-cache")]
pub use integrity::CacheKey;

/// Identifies a compiled function. For all practical purposes, keys of different functions are
/// different, across modules, options, and versions of the compiler.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; Key::SIZE]);

impl Key {
    /// Bytes of a key.
    pub const SIZE: usize = 16;

    pub(crate) fn new(bytes: [u8; Self::SIZE]) -> Self {
        Self(bytes)
    }

    /// The key as bytes, which are uniformly distributed.
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
/// Whoever can change the content of a cache decides what code runs: it must return exactly what
/// was stored. A cache may lose anything at any time.
pub trait FunctionCache: Send + Sync {
    /// Looks for the functions of one module. Calls `found` with the position in `keys`, which are
    /// all different, and the content of each function that it has.
    fn load(&self, keys: &[Key], found: &mut dyn FnMut(usize, &[u8]));

    /// Keeps functions of one module. `keys` are all of its functions, in the order in which they
    /// were looked for. `new` contains the positions of those that were not found, and is not
    /// empty. `content` appends the content of any of them, new or not, to a buffer.
    ///
    /// # Errors
    /// Why they are not kept. This causes a warning and nothing more.
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
    /// Bytes of the functions that were found.
    pub bytes_read: u64,
    /// Bytes of the functions that were stored.
    pub bytes_written: u64,
}
