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
//! - [`Options`] select the target and the kind of code. An [`Artifact`] is the result: bytes,
//!   sections, symbols, an address map, [`Diagnostic`]s. An [`Error`] says why there is none.
//! - A [`Compiler`] adds progress, cancellation and a cache.
//! - [`inspect`] and [`aot`] read `.aot` files, including those of wamrc.
//! - `docs/library.md` in the package has more examples. The crate `wamr-shim` runs compiled modules.
//!
//! # Features
//! All of them are optional.
//! - `serde`: options and reports as data.
//! - `sign`: signatures of the machine code in [`universal`] files.
//! - `disk-cache`: a folder that keeps compiled functions.
//! - `files`: files that are written completely or not at all.
//! - `cli`: the command.
//! - `run`, on by default: the command with the runtime; needs a C compiler.
//! - `explore`, on by default: a page with each function's code, in the library and in the command;
//!   needs a C compiler.
//!
//! # Versions
//! Types that may be extended are `#[non_exhaustive]`. The same version gives the same bytes for
//! the same module and options; another version may give other bytes.
//!
//! The crate has no global state: any number of threads may compile at once. The bytes depend only on
//! the module and the options, not on the machine that compiles: only [`Cpu::host`] looks at that
//! machine, and only a [`cache`] keeps files. `docs/ARCHITECTURE.md` in the repository describes the
//! stages.

pub mod aot;
mod artifact;
mod assemble;
pub mod cache;
mod compiler;
mod diagnostic;
mod digest;
mod error;
mod exception_table;
#[cfg(feature = "explore")]
pub mod explore;
pub mod inspect;
mod limits;
mod lower;
mod monitor;
mod native;
mod object;
mod options;
#[cfg(all(unix, any(feature = "disk-cache", feature = "files")))]
pub mod ownership;
#[cfg(feature = "files")]
pub mod pending_file;
mod pipeline;
mod target;
pub mod universal;
mod wamr;
mod wasm;

/// The version of Cranelift that makes the code.
pub use cranelift_codegen::VERSION as CRANELIFT_VERSION;

pub use artifact::{Artifact, Section, StackUsage, Statistics, Summary, Symbol, SymbolKind};
pub use compiler::{Compiler, WriteError, compile, compile_object, compile_to_writer, list};
pub use diagnostic::{Diagnostic, Severity};
pub use error::{Error, ErrorKind};
pub use monitor::Progress;
pub use native::{AddressMap, Listing, Location};
pub use options::instrument;
pub use options::{
    Architecture, BoundsChecks, CallStacks, Cpu, Intrinsics, OptLevel, Options, Release,
    TargetError, UnknownIntrinsic,
};
pub use pipeline::function_names;
pub use wasm::Proposal;

/// The examples of `docs/library.md`, as tests.
#[cfg(all(doctest, feature = "run"))]
#[doc = include_str!("../docs/library.md")]
mod library_examples {}
