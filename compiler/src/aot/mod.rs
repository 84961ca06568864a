//! The `.aot` container: a plain value, its writer and its reader.
//!
//! This module knows nothing about lowering or machine code. Numbers, names and the differences
//! between releases come from `wamr_abi`.

mod error;
pub mod model;
mod read;
mod requirements;
mod section;
mod sections;
mod sink;
mod source;
mod write;

pub use error::{ContainerError, ContainerErrorKind};
pub use model::AotFile;
pub use read::{Container, SectionRange, read};
pub use write::write;
pub(crate) use write::{literal_offset, write_with_sections};
