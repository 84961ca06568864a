//! Modules and instances in the runtime of a runner: a process of its own, whose code is C and so
//! can be built for machines that Rust's standard library is not at hand for (`runner/`).
//!
//! The types, the choice of what to link and the host functions stay here; the runner has the
//! runtime and what lives in its address space. `runner/runner.h` describes the protocol.
//!
//! Invariants: whoever sends a request holds the runner's lock, so that requests of two threads do
//! not mix; addresses of the runner's process are numbers here, and never followed.

mod instance;
mod module;
mod runner;
mod wire;

pub(crate) use instance::Instance;
pub(crate) use module::Module;
pub(crate) use runner::Runner;
