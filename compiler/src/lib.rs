//! WebAssembly to WAMR's ahead-of-time format, compiled with Cranelift.
//!
//! [`compile`] turns the bytes of a wasm module into the bytes of an `.aot` file that an unmodified
//! WAMR runtime loads:
//!
//! ```
//! let wasm = wat::parse_str(
//!     r#"(module (func (export "add") (param i32 i32) (result i32)
//!          local.get 0 local.get 1 i32.add))"#,
//! )?;
//! let artifact = cwamrc::compile(&wasm, &cwamrc::Options::new())?;
//! assert!(artifact.bytes().starts_with(b"\0aot"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate keeps no global state: any number of threads may compile at once. The bytes depend on
//! the module and the options alone, not on the machine that compiles; only [`Cpu::host`] looks at
//! that machine, for those who ask. The stages are described in `docs/ARCHITECTURE.md`.

pub mod aot;
mod assemble;
mod aux_stack;
mod error;
mod host_storage;

pub mod inspect;
mod instance;
pub mod instrument;
mod lower;
mod native;
mod object;
mod options;
mod pipeline;
mod proposal;
mod target;
pub mod universal;
mod vectors;
mod wasm;

/// The version of Cranelift that makes the code.
pub use cranelift_codegen::VERSION as CRANELIFT_VERSION;
pub use error::{Error, ErrorKind};
pub use native::Listing;
pub use options::{
    Architecture, BoundsChecks, CallStacks, Cpu, OptLevel, Options, Release, TargetError,
};
pub use pipeline::{
    Artifact, StackUsage, Statistics, compile, compile_each, compile_object, compile_object_each,
    compile_object_with_progress, compile_with_progress, list,
};
pub use proposal::Proposal;
