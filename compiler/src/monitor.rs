//! Progress and cancellation of a running compilation.
//!
//! Invariants: callbacks are called from any of the compiling threads, and from several at once.
//! Once the host has cancelled, it is not asked again, and every thread stops at its next check.
//! This module knows nothing about modules or code.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;

/// How far a compilation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of function bodies compiled so far.
    pub done: u64,
    /// Bytes of all function bodies.
    pub total: u64,
}

/// Called after each function with the progress of the compilation.
pub(crate) type OnProgress<'a> = dyn Fn(Progress) + Send + Sync + 'a;

/// Called to ask whether to cancel the compilation.
pub(crate) type IsCancelled<'a> = dyn Fn() -> bool + Send + Sync + 'a;

/// The host's callbacks, if any.
#[derive(Default)]
pub(crate) struct Monitor<'a> {
    progress: Option<&'a OnProgress<'a>>,
    is_cancelled: Option<&'a IsCancelled<'a>>,
    cancelled: AtomicBool,
    /// The number of other compilations, and how many of them came before this one.
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

    /// For compilation number `index` of `count` of the same module: the host sees the progress of
    /// all together.
    pub(crate) fn part(&self, index: usize, count: usize) -> Self {
        let others = count.saturating_sub(1) as u64;
        Self { others, before: index as u64, ..Self::new(self.progress, self.is_cancelled) }
    }

    /// Reports progress to the host.
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
