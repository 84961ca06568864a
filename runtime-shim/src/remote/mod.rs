//! Modules and instances in the runtime of a runner: a process of its own, written in C, so that it
//! can be built for machines without Rust's standard library (`build/runner/`).
//!
//! The types, the choice of what to link, and the host functions stay in this process. The runner
//! has the runtime and everything in its address space. `build/runner/runner.h` describes the protocol.
//!
//! Invariants: whoever sends a request holds the runner's lock, so requests of two threads do not
//! mix. Addresses of the runner's process are numbers here, and never dereferenced.

mod remote_instance;
mod remote_module;
mod runner;
mod wire;

pub(crate) use remote_instance::RemoteInstance;
pub(crate) use remote_module::RemoteModule;
pub(crate) use runner::{Runner, Streams};
