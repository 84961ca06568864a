//! An end for programs that run too long (`--timeout`).
//!
//! A thread waits beside the program. When the time is over, it asks the runtime to end the program, which
//! compiled code that is interruptible and the interpreter follow at once, and the command fails as with a
//! trap. What does not follow ends with the process: code that was made without `--interruptible`, host
//! functions that wait for something, and the start function of a module, before which there is no
//! instance yet.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use wamr_shim::Instance;

use crate::failure::{Failure, diagnose};

/// What the runtime is given to end the program, and the C library to write what it holds back.
const GRACE: Duration = Duration::from_secs(1);

/// The program, as far as it exists, and whether its time is over.
#[derive(Default)]
struct State {
    instance: Mutex<Option<Instance>>,
    is_over: AtomicBool,
}

/// A limit, which counts from when it is made until it is dropped.
pub(super) struct TimeLimit {
    limit: Duration,
    name: String,
    state: Arc<State>,
    /// Dropped when the program has ended.
    _running: Sender<()>,
}

impl TimeLimit {
    /// Lets the program that is called `name` run for `limit` from now on.
    ///
    /// # Errors
    /// If there is no thread to wait.
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

    /// Names the instance that is to end.
    pub(super) fn watch(&self, instance: &Instance) {
        *self.state.lock() = Some(instance.clone());
        if self.state.is_over.load(Ordering::SeqCst) {
            // It was not there when the time was over.
            end(instance);
        }
    }

    /// Lets go of the instance, which is about to be dropped.
    pub(super) fn release(&self) {
        *self.state.lock() = None;
    }

    /// What the command says of a program that was ended by this, if it was: `message` is that of its trap.
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
        // On a thread of its own, so that nothing that it waits for lets the program run on.
        thread::spawn(move || end(&instance));
    }
    if ended.recv_timeout(GRACE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    diagnose(Failure::new(message).with_hint(Some(
        "the runtime could not stop it: code can be stopped if it was compiled with \
            --interruptible, a waiting host function cannot",
    )));
    // What the program has printed is written, unless nobody reads it.
    thread::spawn(|| std::process::exit(1));
    thread::sleep(GRACE);
    wamr_shim::end_process(1);
}

fn end(instance: &Instance) {
    // Only a runner, another process, can have ended before; then there is nothing to end.
    let _ = instance.terminate();
}
