//! A safe Rust API for the unmodified WAMR runtime.
//!
//! ```
//! use wamr_shim::{FuncType, HostFunc, InstanceConfig, Runtime, Val, ValType};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::new()?;
//! let twice = HostFunc::new(
//!     "twice",
//!     FuncType::new([ValType::I32], [ValType::I32]),
//!     |_caller, arguments| match arguments {
//!         [Val::I32(value)] => Ok(vec![Val::I32(value * 2)]),
//!         _ => Err("unexpected arguments".to_owned()),
//!     },
//! );
//! runtime.register_host_module("env", vec![twice])?;
//!
//! let wasm = wat::parse_str(
//!     r#"(module
//!         (import "env" "twice" (func $twice (param i32) (result i32)))
//!         (func (export "f") (param i32) (result i32)
//!             (i32.add (call $twice (local.get 0)) (i32.const 1))))"#,
//! )?;
//! let instance = runtime.load(&wasm)?.instantiate(&InstanceConfig::default())?;
//! assert_eq!(instance.call("f", &[Val::I32(20)])?, [Val::I32(41)]);
//! assert_eq!(instance.call_typed::<_, i32>("f", (20,))?, 41);
//! # Ok(())
//! # }
//! ```
//!
//! The same calls run WebAssembly in WAMR's interpreter and `.aot` files as machine code;
//! [`Runtime::load_universal`] chooses between the two in a universal file. Machine code is not
//! sandboxed: [`Trust`] says whose may run, and [`Runtime::load_wasm`] loads none.
//!
//! # The runtime
//! It is compiled from WAMR's own sources by the crate `wamr-build`: ahead-of-time loader, classic
//! interpreter, WASI, libc-builtin, bulk memory, reference types, SIMD (compiled code only), threads,
//! tail calls, extended constant expressions, call stacks. It is part of the process that uses this
//! crate, or of a runner, also one for another architecture ([`Runtime::in_runner`]). Cargo features:
//! - `gc`: [`Runtime::with_gc`], a second runtime, with garbage collection.
//! - `software-bounds-checks`: without guard pages; such a runtime needs files whose code checks
//!   bounds itself.
//! - `spec-test`: WAMR's native module `spectest`, and `test` with a few globals.
//!
//! # What can be linked
//! - **Functions**: host functions of this crate, and WAMR's native modules (WASI, libc-builtin as
//!   `env`, `spectest`). A missing one traps when it is called.
//! - **Globals**: by value, at instantiation. Instances never share a global.
//! - **Memories and tables**: never shared. An `.aot` file that imports one has one of its own
//!   (`wasm_loader.c`, `aot_loader.c`); the interpreter does the same for the module names that WAMR
//!   knows (`env`, `wasi_*`, the empty one and, with `spec-test`, `spectest`) and refuses others
//!   when it instantiates (`wasm_runtime_is_built_in_module`, `check_linked_symbol`).
//!
//! # Limits
//! - Host functions have at most one result, no `v128`, and, without garbage collection, no
//!   `externref` parameter (`wasm_runtime_invoke_native_raw`).
//! - Garbage collection is only in runners that are built for it ([`Runtime::has_gc`]). Their
//!   modules have no threads.
//! - A trap's message has at most about 100 bytes, except those of host functions.
//! - An `.aot` file shows only its outermost function in a trap's frames, unless it was compiled
//!   with call-stack frames.
//! - [`Instance::terminate`] ends a function that does not return only if it shares memory, or was
//!   compiled with `--interruptible`.

mod context;
#[cfg(feature = "gc")]
mod embedded;
mod error;
mod ffi;
mod host;
mod instance;
mod link;
mod local;
mod lock;
mod memory;
mod module;
mod remote;
mod runtime;
mod thread;
mod typed;
mod types;
mod universal;
mod val;
mod wasi;

pub use error::{Error, Frame, Trap};
pub use host::{Caller, HostFunc};
pub use instance::{Instance, InstanceConfig};
pub use memory::Memory;
pub use module::{Module, needs_gc};
pub use runtime::{Runtime, end_process};
pub use typed::{Params, Results, Value};
pub use types::{ExportType, ExternType, FuncType, ImportType, ValType};
pub use universal::{Choice, Trust};
pub use val::{Object, Val};
pub use wasi::WasiConfig;
