//! The compiler for C: the functions of `cwamrc.h`.
//!
//! Invariants: nothing unwinds out of this library; a panic becomes an error of kind
//! `CWAMRC_ERROR_INTERNAL`. Every pointer, size, string and number that can be checked is checked,
//! and a wrong one is an error, too. Handles are boxes that are given to C, and taken back by the
//! function whose name ends in `_delete`. There is no global state.
//!
//! The header is generated from these files (`tests/tests/capi/header.rs`), including the doc
//! comments, so they address users of C. This crate is one of two that may use `unsafe`, since C
//! passes pointers.

#![allow(non_camel_case_types, reason = "types have the names that they have in C")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the head of the header says once what every function expects of its arguments"
)]

mod artifact;
mod boundary;
mod bytes;
mod compile;
mod error;
mod files;
#[cfg(test)]
mod fuzz;
mod options;
// A link to the file of the tests, so that the package contains it.
#[cfg(test)]
#[allow(dead_code, unreachable_pub, reason = "each crate uses a part of it")]
mod random;
#[cfg(test)]
mod tests;

pub use artifact::*;
pub use bytes::*;
pub use compile::*;
pub use error::*;
pub use files::*;
pub use options::*;
