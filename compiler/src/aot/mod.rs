//! The `.aot` container: a plain value, its writer and its reader.
//!
//! Knows nothing of lowering or of machine code; what it writes for a release is decided by the
//! tables of `wamr_abi`.

mod error;
pub mod model;

pub use error::{ContainerError, ContainerErrorKind};
pub use model::AotFile;
