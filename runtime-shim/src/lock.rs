//! A lock that its owner can take again.
//!
//! An instance runs on one thread at a time, but a host function that it calls may call back into
//! it.

use std::marker::PhantomData;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

#[derive(Default)]
pub(crate) struct ReentrantLock {
    state: Mutex<State>,
    released: Condvar,
}

#[derive(Default)]
struct State {
    owner: Option<ThreadId>,
    depth: usize,
}

/// Holds the lock. It stays on its thread.
pub(crate) struct Guard<'a> {
    lock: &'a ReentrantLock,
    not_send: PhantomData<*const ()>,
}

impl ReentrantLock {
    /// Waits until no other thread holds the lock.
    pub(crate) fn lock(&self) -> Guard<'_> {
        let current = thread::current().id();
        let mut state = self.state();
        while state.owner.is_some_and(|owner| owner != current) {
            state = self.released.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.owner = Some(current);
        state.depth += 1;
        Guard { lock: self, not_send: PhantomData }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that can panic runs while the state is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let mut state = self.lock.state();
        state.depth -= 1;
        if state.depth == 0 {
            state.owner = None;
            self.lock.released.notify_one();
        }
    }
}
