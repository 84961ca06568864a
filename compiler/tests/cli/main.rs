//! The command `cwamrc`: messages, exit codes, files, streams.
//!
//! Every failure prints one line that says what went wrong and where, sometimes followed by a hint.
//! The exit code is 1 for bad input and 2 for bad usage, and the output path is left as it was.

mod build;
mod cache;
mod cache_trust;
#[cfg(feature = "run")]
mod collection;
mod compared;
#[cfg(feature = "run")]
mod deployment;
mod escape;
mod examples;
#[cfg(feature = "explore")]
mod explore;
mod files;
mod flags;
mod fuzz;
#[cfg(feature = "run")]
mod guest;
mod input;
mod inspect;
mod installation;
mod installed;
mod output;
#[path = "../../../tests/src/random.rs"]
#[allow(dead_code, unreachable_pub, reason = "each crate uses a part of it")]
mod random;
mod releases;
#[cfg(feature = "run")]
mod run;
mod sandbox;
mod targets;
mod text;
#[cfg(feature = "run")]
mod time_limit;
#[cfg(feature = "run")]
mod trust;
mod usage;
mod wamrc_backend;
#[cfg(feature = "run")]
mod wasmedge;
