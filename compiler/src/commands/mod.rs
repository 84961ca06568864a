//! The commands, one file each.

mod compile;
mod inspect;
#[cfg(feature = "run")]
mod run;

pub(crate) use compile::compile;
pub(crate) use inspect::inspect;
#[cfg(feature = "run")]
pub(crate) use run::run;
