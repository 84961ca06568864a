//! Functions to machine code: Cranelift IR compiled in parallel, and laid out as one text.
//!
//! Invariants: the result depends on the module and the options alone, never on the number of
//! threads. Calls between functions are resolved here; the only places left for the loader to patch
//! are one jump for each runtime helper that the module uses.

mod compile;
mod driver;
mod effort;
mod image;
mod listing;
mod loops;
mod redundancy;
mod reuse;
mod stored;
mod unroll;
mod worth;

#[cfg(test)]
pub(crate) use compile::{Call, CompiledFunction};
pub(crate) use driver::{compile_module, list_module};
pub(crate) use image::{Image, Place, TEXT};
pub use listing::Listing;
