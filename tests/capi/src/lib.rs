//! The library for C as a crate for Rust, so that a fuzz target can call its functions.
//!
//! `compiler/capi` makes libraries for linkers only, and one that is also for Rust would have the name of the
//! compiler's. These are its files.

#![allow(non_camel_case_types, reason = "types have the names that they have in C")]
#![allow(clippy::missing_safety_doc, reason = "the header says what functions expect")]

#[path = "../../../compiler/capi/src/artifact.rs"]
mod artifact;
#[path = "../../../compiler/capi/src/boundary.rs"]
mod boundary;
#[path = "../../../compiler/capi/src/bytes.rs"]
mod bytes;
#[path = "../../../compiler/capi/src/compile.rs"]
mod compile;
#[path = "../../../compiler/capi/src/error.rs"]
mod error;
#[path = "../../../compiler/capi/src/files.rs"]
mod files;
#[path = "../../../compiler/capi/src/options.rs"]
mod options;

mod input;
mod outcome;
mod reading;
mod session;

pub use artifact::*;
pub use bytes::*;
pub use compile::*;
pub use error::*;
pub use files::*;
pub use options::*;
pub use session::{run, seeds};
