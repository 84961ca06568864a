//! What an `.aot` file holds, for people and for tools.
//!
//! Reads files of wamrc as well as ours, of every release. The report is a plain value: serialise
//! it for tools, print it for people. It lists what the container says; code is not disassembled.

mod build;
mod display;
mod report;

pub use report::*;

use crate::aot::{Container, ContainerError};

/// Reads a file and reports what it holds.
///
/// # Errors
/// Those of [`crate::aot::read`].
pub fn report(file: &[u8]) -> Result<Report, ContainerError> {
    Container::read(file).map(|container| build::report(file.len(), &container))
}
