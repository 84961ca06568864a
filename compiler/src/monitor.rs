//! The host's view of a compilation under way: how far it is, and whether it is still wanted.
//!
//! Invariants: the host's functions are called from any of the compiling threads, and from several
//! at once; once the host has said that it wants no more, it is not asked again, and every thread
//! ends at its next look. Knows nothing of modules or code.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// How far a compilation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of function bodies that are compiled.
    pub done: u64,
    /// Bytes of function bodies that there are.
    pub total: u64,
}

/// Told after each function how far the compilation is.
pub(crate) type OnProgress<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// Asked whether the compilation shall end.
pub(crate) type IsCancelled<'a> = dyn Fn() -> bool + Send + Sync + 'a;

/// The host's functions, if it gave some.
#[derive(Default)]
pub(crate) struct Monitor<'a> {
    progress: Option<&'a OnProgress<'a>>,
    is_cancelled: Option<&'a IsCancelled<'a>>,
    cancelled: AtomicBool,
    /// How many compilations there are beside this one, and how many of them came before.
    others: u64,
    before: u64,
}

impl<'a> Monitor<'a> {
    pub(crate) fn new(
        progress: Option<&'a OnProgress<'a>>,
        is_cancelled: Option<&'a IsCancelled<'a>>,
    ) -> Self {
        Self { progress, is_cancelled, ..Self::default() }
    }

    /// For the compilation `index` of `count` of the same module: the host is told of all together.
    pub(crate) fn part(&self, index: usize, count: usize) -> Self {
        let others = count.saturating_sub(1) as u64;
        Self { others, before: index as u64, ..Self::new(self.progress, self.is_cancelled) }
    }

    /// Tells the host how far the compilation is.
    pub(crate) fn report(&self, done: u64, total: u64) {
        if let Some(progress) = self.progress {
            let done = self.before * total + done;
            progress(Progress { done, total: (self.others + 1) * total });
        }
    }

    /// Asks the host whether it wants the result.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) if it does not.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Some(is_cancelled) = self.is_cancelled else { return Ok(()) };
        if self.cancelled.load(Ordering::Relaxed) || is_cancelled() {
            self.cancelled.store(true, Ordering::Relaxed);
            return Err(Error::cancelled());
        }
        Ok(())
    }
}

impl fmt::Debug for Monitor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").field("cancelled", &self.cancelled).finish_non_exhaustive()
    }
}
