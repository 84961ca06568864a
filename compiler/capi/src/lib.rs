//! The compiler for C: the functions of `cwamrc.h`.
//!
//! Invariants: nothing unwinds out of here; a panic becomes an error of the kind
//! `CWAMRC_ERROR_INTERNAL`. Every pointer, size, text and number that can be checked is checked, and
//! what is wrong with it is an error, too. Handles are boxes that are given away and taken back by
//! the function whose name ends in `_delete`. There is no global state.
//!
//! The header is generated from these files (`tests/tests/capi/header.rs`), doc comments included, so
//! they speak to users in C. This crate is one of two that may use `unsafe`: what comes from C are
//! pointers.

#![allow(non_camel_case_types, reason = "types have the names that they have in C")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the head of the header says once what every function expects of its arguments"
)]

mod artifact;
mod border;
mod compile;
mod error;
#[cfg(test)]
mod fuzz;
mod options;
#[cfg(test)]
mod tests;

pub use artifact::*;
pub use compile::*;
pub use error::*;
pub use options::*;
