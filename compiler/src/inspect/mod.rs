//! Reports the content of an `.aot` file, for people and for tools.
//!
//! Files of wamrc work as well, of every release. The report is a plain value: serialise it for
//! tools, or print it for people. It lists what the container says; it does not disassemble code.

mod build;
mod display;
mod report;

pub use report::*;

use crate::aot::{Container, ContainerError};

/// Reads a file and reports its content.
///
/// # Errors
/// Those of [`crate::aot::read`].
pub fn report(file: &[u8]) -> Result<Report, ContainerError> {
    Container::read(file).map(|container| build::report(file.len(), &container))
}
