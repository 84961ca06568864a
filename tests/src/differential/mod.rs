//! Compares compiled code with WAMR's interpreter: the same generated module, called in the same
//! way, must give the same results, traps, host calls, memory, globals and tables.
//!
//! The steps for a seed: its [`kind`] says what the module may use. [`generate`] generates it with
//! wasm-smith, or [`dense`] with a generator of its own, or [`real`] cuts it out of a program.
//! [`prepare`] makes it observable and avoids the interpreter's own mistakes (the
//! [`prepare::DEVIATIONS`]). [`draw`] chooses options. [`drive`] runs the module and records a
//! trace. [`check`] compares the interpreter's trace with that of each compilation, and [`frames`]
//! the call stacks of traps. [`coverage`] measures that the modules actually do something.
//!
//! Floats are compared bit by bit. That is sound because generated functions replace every NaN that
//! an operator computes by the same one (`canonicalize_nans`, and [`prepare`] where that leaves
//! one), so the freedom that the specification leaves (section 4.3.3) is never visible.
//!
//! Modules with SIMD have no imports, and are compared with wasmi ([`oracle`]), since WAMR's
//! classic interpreter has no SIMD. Some of the modules without imports are also run in V8
//! (`v8.rs`), which must agree with the oracle. Modules with exceptions import nothing either, and are compared
//! with V8, since no other judge has both encodings.
//!
//! Machines whose runtimes have garbage collection get modules of their own, with objects and exceptions, which V8
//! judges, too. Their heaps are small, so that the collector runs often; one of the runtimes collects at every
//! allocation.
//!
//! Not covered: cases where both are wrong in the same way, more than one thread, linking of
//! memories and tables, and exhaustion of the native stack.

pub mod check;
mod compare;
pub mod coverage;
pub mod dense;
pub mod draw;
pub mod drive;
pub mod frames;
pub mod generate;
pub mod host;
pub mod kind;
mod nan;
mod objects;
pub mod oracle;
pub mod prepare;
pub mod real;
mod steer;
mod v8;

/// Why a value has no type of garbage collection.
const NO_OBJECTS: &str = "these modules have no garbage collection";
