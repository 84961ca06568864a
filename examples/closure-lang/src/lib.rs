//! A tiny functional language: integers, functions as values, records.
//!
//! ```text
//! expression = "let" ["rec"] name "=" expression "in" expression
//!            | "fun" name "->" expression
//!            | "if" expression "then" expression "else" expression
//!            | sum [("<" | "==") sum]
//! sum        = product {("+" | "-") product}
//! product    = call {"*" call}
//! call       = factor {factor}
//! factor     = atom {"." name}
//! atom       = number | name | "(" expression ")" | "{" [name "=" expression {"," name "=" expression}] "}"
//! ```
//!
//! A function has one parameter; several are functions that return functions. A condition holds if
//! it is not 0. `syntax` makes a tree of a program, and `emit` makes a wasm module of the tree: its
//! values are objects that the runtime collects. [`run`] compiles the module to machine code and
//! calls it.

mod emit;
mod syntax;

use cwamrc::{Cpu, Options, Release};
use wamr_shim::{InstanceConfig, Runtime};

/// Bytes for the native stack of a program.
const STACK: usize = 8 << 20;

/// Bytes for the objects of a program.
const HEAP: u32 = 16 << 20;

/// The value of `program`, which must be an integer.
///
/// # Errors
/// A message: the program is wrong, its computation ended in a trap, or this machine has no compiler
/// or no runtime.
pub fn run(program: &str) -> Result<i32, String> {
    let wasm = emit::module(&syntax::parse(program)?)?;
    let cpu = Cpu::host().map_err(|error| error.to_string())?;
    let options = Options::new().cpu(cpu).release(Release::Main).garbage_collection(true);
    let artifact = cwamrc::compile(&wasm, &options).map_err(|error| error.to_string())?;
    let runtime = Runtime::with_gc(STACK, HEAP).map_err(|error| error.to_string())?;
    let module = runtime.load(artifact.bytes()).map_err(|error| error.to_string())?;
    let instance = module.instantiate(&InstanceConfig::default());
    let instance = instance.map_err(|error| error.to_string())?;
    instance.call_typed(emit::MAIN, ()).map_err(|trap| trap.message)
}
