//! Tests of the safe API against the runtime. One program, so that they also run side by side in
//! one process, as an embedder's threads do.

#[cfg(target_arch = "x86_64")]
mod aot;
#[cfg(target_arch = "x86_64")]
mod assembler;
mod console;
mod host;
mod interpreter;
#[cfg(feature = "spec-test")]
mod spectest;
mod support;
mod threads;
mod wasi;
