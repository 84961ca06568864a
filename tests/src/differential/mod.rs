//! Compiled code against WAMR's interpreter: the same generated module, called in the same way,
//! must give the same results, traps, host calls, memory, globals and tables.
//!
//! The way of a seed: its [`kind`] says what the module may use; [`generate`] makes it with
//! wasm-smith, or [`dense`] makes one of its own kind, or [`real`] cuts one out of a program; [`prepare`] makes it
//! observable and steps around what the interpreter itself gets wrong (the [`prepare::DEVIATIONS`]);
//! [`draw`] chooses options; [`drive`] runs the module and records a trace; [`check`] compares the
//! interpreter's trace with that of each compilation, and [`frames`] what traps went through. [`coverage`] measures that the modules do something.
//!
//! Floats are compared bit by bit. That is sound because generated functions replace every NaN that
//! an operator computes by one and the same (`canonicalize_nans`, and [`prepare`] where that leaves
//! one), so the freedom that the spec leaves (section 4.3.3) is never visible.
//!
//! Modules with SIMD have no imports, and are compared with wasmi ([`oracle`]): WAMR's classic
//! interpreter has no SIMD. Of modules without imports, every few are also given to V8 (`v8.rs`), which must
//! agree with either.
//!
//! Not claimed: that both are right where they agree, and anything about more than one thread,
//! linking of memories and tables, or exhaustion of the native stack.

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
pub mod oracle;
pub mod prepare;
pub mod real;
mod steer;
mod v8;
