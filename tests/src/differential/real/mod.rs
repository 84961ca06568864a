//! Modules made of parts of real ones: some functions of a published program or of the official
//! tests, in a module of their own, with some operators and constants changed.
//!
//! Code compiled from real sources has shapes that generators do not produce, and a few functions
//! of a program with ten thousand run quickly. `program` reads a program, `slice` cuts functions
//! out, `mutate` changes operators.
//!
//! Invariants: as for the other generators, a seed always gives the same bytes, as long as the
//! programs stay the same; every call terminates; every NaN that an operator computes is replaced
//! by the same one. A slice imports nothing.

mod mutate;
mod program;
mod slice;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use super::kind::Boundary;
use super::prepare::{self, Prepared};
use super::steer::Steer;
use crate::programs::Inputs;
use crate::random::Random;
use crate::wast::{self, encoded_modules};
use mutate::Rate;
use program::Program;

/// Attempts to find functions that can be cut out, before giving up on a seed.
const TRIES: usize = 2000;

/// One module in this many comes from the official tests.
const SUITE_SHARE: usize = 5;

/// The module of `seed`; with `vectors`, one that may have SIMD.
///
/// # Panics
/// If the programs of the tests cannot be prepared.
pub fn module(seed: u64, vectors: bool, boundary: Boundary) -> Prepared {
    let mut random = Random::new(seed);
    let vectors = vectors && boundary == Boundary::Open;
    let steer = match random.below(3) {
        0 => Steer::Off,
        _ if vectors => Steer::Vectors,
        _ => Steer::Scalars,
    };
    let rate = Rate::choose(&mut random);
    for _ in 0..TRIES {
        let Some(program) = POOL.with(|pool| pool.choose(&mut random)) else { continue };
        if let Some(cut) = slice::cut(&program, vectors, rate, &mut random) {
            return prepare::prepare(cut.wasm, cut.fuel, steer, Boundary::Open);
        }
    }
    panic!("seed {seed}: no function of any program can be cut out");
}

/// All programs, each read when it is first needed.
struct Pool {
    files: Vec<PathBuf>,
    suite: Vec<PathBuf>,
    read: RefCell<BTreeMap<PathBuf, Vec<Rc<Program>>>>,
}

thread_local! {
    static POOL: Pool = Pool::new();
}

impl Pool {
    fn new() -> Self {
        let inputs = Inputs::prepare().unwrap_or_else(|error| panic!("{error}"));
        let suite = wast::files().unwrap_or_else(|error| panic!("{error}"));
        let suite = suite.into_iter().filter(|file| file.is_for(false));
        let suite = suite.map(|file| file.path).collect();
        Self { files: inputs.modules(), suite, read: RefCell::default() }
    }

    /// One of the modules; `None` if the chosen file has no suitable one.
    fn choose(&self, random: &mut Random) -> Option<Rc<Program>> {
        let is_suite = random.below(SUITE_SHARE) == 0;
        let files = if is_suite { &self.suite } else { &self.files };
        let path = &files[random.below(files.len())];
        let mut read = self.read.borrow_mut();
        let programs = read.entry(path.clone()).or_insert_with(|| {
            let modules = match is_suite {
                true => encoded_modules(path),
                false => vec![std::fs::read(path).expect("the program was prepared")],
            };
            modules.into_iter().filter_map(Program::read).map(Rc::new).collect()
        });
        let index = random.next_u64() as usize;
        programs.get(index.checked_rem(programs.len())?).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::{Validator, WasmFeatures};

    #[test]
    fn slices_are_valid_and_small() {
        for seed in 0..60 {
            for vectors in [false, true] {
                let prepared = module(seed, vectors, Boundary::Open);
                let mut features = WasmFeatures::WASM2;
                features.set(WasmFeatures::SIMD, vectors);
                for wasm in [&prepared.wasm, &prepared.marked().expect("it is generated")] {
                    let result = Validator::new_with_features(features).validate_all(wasm);
                    let error = result.err().map(|error| error.to_string());
                    assert_eq!(error, None, "seed {seed}, {vectors}");
                    assert!(wasm.len() < 400_000, "seed {seed}: {} bytes", wasm.len());
                }
                assert_eq!(
                    module(seed, vectors, Boundary::Open).wasm,
                    prepared.wasm,
                    "seed {seed}"
                );
            }
        }
    }
}
