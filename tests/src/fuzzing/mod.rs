//! The bodies of the fuzz targets; the targets themselves, in `tests/fuzz`, only pass the input on.
//!
//! A body takes arbitrary bytes and panics if they show a defect. It is deterministic, and keeps
//! nothing from one input to the next. `tests/fuzzing.rs` runs each body for a second in every test
//! run, so that none of them stops working unnoticed.

mod choice;
mod container;
mod data;
mod execute;
mod generated;
mod module;
mod object;
mod pack;
mod sections;
mod universal;

use std::path::Path;
use std::{env, fs, process};

use crate::random::Random;

/// A fuzz target's content.
pub struct Body {
    /// The target's name.
    pub name: &'static str,
    /// Judges one input.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// Every body.
pub const BODIES: &[Body] = &[
    // Bytes as a wasm module.
    Body { name: "module", run: module::run, seeds: module::seeds },
    // Bytes as decisions of a generator of valid modules, of all proposals.
    Body { name: "generated", run: generated::run, seeds: random_inputs },
    // The same, compiled, run and compared with the interpreter.
    Body { name: "execute", run: execute::run, seeds: random_inputs },
    // Bytes as an `.aot` file.
    Body { name: "container", run: container::run, seeds: container::seeds },
    // Bytes as a module that becomes an object file.
    Body { name: "object", run: object::run, seeds: object::seeds },
    // Bytes as a custom section, including sections of DWARF and names.
    Body { name: "sections", run: sections::run, seeds: sections::seeds },
    // Bytes as a universal file.
    Body { name: "universal", run: universal::run, seeds: universal::seeds },
    // Bytes as a file of the function cache.
    Body { name: "pack", run: pack::run, seeds: pack::seeds },
    // Bytes as calls of the library for C.
    Body { name: "capi", run: capi_in_rust::run, seeds: capi_in_rust::seeds },
    // Bytes as a table of costs, and as options in JSON, as passed by hosts in C.
    Body { name: "costs", run: data::costs, seeds: data::costs_seeds },
    Body { name: "options", run: data::options, seeds: data::options_seeds },
];

/// The body called `name`.
///
/// # Panics
/// If there is none.
pub fn body(name: &str) -> &'static Body {
    let body = BODIES.iter().find(|body| body.name == name);
    body.unwrap_or_else(|| panic!("no fuzz target is called {name}"))
}

/// The folder in which a target writes its seeds, instead of fuzzing.
const SEEDS_VARIABLE: &str = "CWAMRC_FUZZ_SEEDS";

/// Writes the seeds of the body called `name` and ends the process, if an environment variable names a folder.
/// The program that fuzzes does this itself, so that no other has to be built for it.
///
/// # Panics
/// If the folder cannot be written, or there is no such body.
pub fn write_seeds(name: &str) {
    let Some(folder) = env::var_os(SEEDS_VARIABLE) else { return };
    for (number, seed) in (body(name).seeds)().into_iter().enumerate() {
        let path = Path::new(&folder).join(format!("seed-{number}"));
        fs::write(path, seed).expect("the folder can be written");
    }
    process::exit(0);
}

/// Inputs of the sizes that generators need.
fn random_inputs() -> Vec<Vec<u8>> {
    (0..8).map(|seed| Random::new(seed).bytes(4 << 10)).collect()
}
