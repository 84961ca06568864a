//! The commands, one file each.

mod compile;
#[cfg(feature = "explore")]
mod explore;
mod inspect;
mod key;
mod perf_map;
#[cfg(feature = "run")]
mod pick;
#[cfg(feature = "run")]
mod run;
#[cfg(feature = "run")]
mod runtimes;
#[cfg(feature = "run")]
mod time_limit;
#[cfg(feature = "run")]
mod trust;
#[cfg(feature = "run")]
mod uncaught;
#[cfg(feature = "run")]
mod values;
mod wamrc_backend;

use std::path::Path;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::files;

pub(crate) use compile::compile;
#[cfg(feature = "explore")]
pub(crate) use explore::explore;
pub(crate) use inspect::inspect;
pub(crate) use key::key;
pub(crate) use perf_map::perf_map;
#[cfg(feature = "run")]
pub(crate) use run::run;
pub(crate) use wamrc_backend::{ask_wamrc, compile_with_wamrc};

/// Writes a text to standard output.
pub(crate) fn show(text: &str) -> Result<ExitCode, Failure> {
    files::write(Path::new("-"), text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
