//! Compiles functions to machine code in parallel, and lays them out as one text.
//!
//! Invariants: the result depends only on the module and the options, never on the number of
//! threads. Calls between functions are resolved here. The only places that the loader has to patch
//! are one jump for each runtime helper that the module uses.

mod address_map;
mod compile;
mod complexity;
mod driver;
mod hotness;
mod image;
mod isas;
mod listing;
mod loops;
mod redundancy;
mod reuse;
mod serialize;
mod unroll;

pub use address_map::{AddressMap, Location};
#[cfg(test)]
pub(crate) use compile::{Call, CompiledFunction};
pub(crate) use driver::{Compiled, compile_module, list_module};
pub(crate) use image::{Image, Place, TEXT};
pub(crate) use isas::Isas;
pub use listing::Listing;
