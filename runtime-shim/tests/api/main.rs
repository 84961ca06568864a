//! Tests of the safe API with the runtime. They are one program, so that they also run in parallel
//! in one process, like an embedder's threads.

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
