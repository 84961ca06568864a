//! Stops programs that run too long (`--timeout`).
//!
//! A thread waits next to the program. When the time is over, it asks the runtime to terminate the
//! program. Interruptible compiled code and the interpreter stop at once, and the command fails as
//! with a trap. Other code ends with the process: code that was compiled without `--interruptible`,
//! host functions that wait for something, and the start function of a module, which runs before
//! there is an instance.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wamr_shim::Instance;

use crate::failure::{Failure, diagnose};

/// The time for the runtime to stop the program, and for the C library to flush its buffers.
const GRACE: Duration = Duration::from_secs(1);

/// The program, once it exists, and whether its time is over.
#[derive(Default)]
struct State {
    instance: Mutex<Option<Instance>>,
    is_over: AtomicBool,
}

/// A limit, which counts from its creation until it is dropped.
pub(super) struct TimeLimit {
    limit: Duration,
    name: String,
    state: Arc<State>,
    /// Dropped when the program has ended.
    _running: Sender<()>,
}

impl TimeLimit {
    /// Lets the program `name` run for `limit` from now on.
    ///
    /// # Errors
    /// If no thread can be started to wait.
    pub(super) fn start(limit: Duration, name: &str) -> Result<Self, Failure> {
        let state = Arc::<State>::default();
        let (running, ended) = mpsc::channel();
        let (watched, message) = (Arc::clone(&state), message(limit, name));
        let waiting = thread::Builder::new().name("time limit".to_owned());
        waiting
            .spawn(move || watch(limit, &watched, &ended, &message))
            .map_err(|error| Failure::new(format!("no thread for --timeout: {error}")))?;
        Ok(Self { limit, name: name.to_owned(), state, _running: running })
    }

    /// Sets the instance to stop.
    pub(super) fn watch(&self, instance: &Instance) {
        *self.state.lock() = Some(instance.clone());
        if self.state.is_over.load(Ordering::SeqCst) {
            // The instance did not exist when the time was over.
            end(instance);
        }
    }

    /// Forgets the instance, which is about to be dropped.
    pub(super) fn release(&self) {
        *self.state.lock() = None;
    }

    /// The failure of the command if the program was stopped by this limit; `message` is the
    /// message of its trap.
    pub(super) fn failure(&self, trap: &str) -> Option<Failure> {
        let is_ours = self.state.is_over.load(Ordering::SeqCst) && trap.contains(TERMINATED);
        is_ours.then(|| Failure::new(message(self.limit, &self.name)))
    }
}

/// The exception that `wasm_runtime_terminate` sets (`wasm_runtime_common.c`).
const TERMINATED: &str = "terminated by user";

impl State {
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instance>> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn message(limit: Duration, name: &str) -> String {
    let limit = match limit.as_millis() {
        milliseconds if milliseconds % 1000 == 0 => format!("{} s", milliseconds / 1000),
        milliseconds => format!("{milliseconds} ms"),
    };
    format!("the program did not end within {limit}, in {name}")
}

fn watch(limit: Duration, state: &State, ended: &Receiver<()>, message: &str) {
    if ended.recv_timeout(limit) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    state.is_over.store(true, Ordering::SeqCst);
    if let Some(instance) = state.lock().take() {
        // On a separate thread, so that waiting for it cannot keep the program running.
        thread::spawn(move || end(&instance));
    }
    if ended.recv_timeout(GRACE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    diagnose(Failure::new(message).with_hint(Some(
        "the runtime could not stop it: code can be stopped if it was compiled with \
            --interruptible, a waiting host function cannot",
    )));
    // The program's output is flushed, unless nobody reads it.
    thread::spawn(|| std::process::exit(1));
    thread::sleep(GRACE);
    wamr_shim::end_process(1);
}

fn end(instance: &Instance) {
    // Only a runner, which is another process, can have ended before; then there is nothing to
    // stop.
    let _ = instance.terminate();
}
