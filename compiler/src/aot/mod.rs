//! The `.aot` container: a plain value, its writer and its reader.
//!
//! Knows nothing of lowering or of machine code; numbers, names and what differs between releases
//! come from `wamr_abi`.

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
