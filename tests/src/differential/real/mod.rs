//! Modules made of parts of real ones: some functions of a published program or of the specification's
//! tests, in a module of their own, with operators and constants changed here and there.
//!
//! What compilers make of real sources has shapes that generators do not think of; and of a program of
//! ten thousand functions, a few at a time are quick to run. `program` reads what there is, `slice`
//! cuts functions out, `mutate` changes operators.
//!
//! Invariants: as for the other generators: a seed gives the same bytes for ever, as long as the programs
//! stay; every call terminates; every NaN that an operator computes is replaced by one and the same.
//! A slice imports nothing.

mod mutate;
mod program;
mod slice;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use super::kind::Border;
use super::prepare::{self, Prepared};
use super::steer::Steer;
use crate::programs::Inputs;
use crate::random::Random;
use crate::wast::{self, encoded_modules};
use mutate::Rate;
use program::Program;

/// Tries to find functions that can be cut out, before a seed is called hopeless.
const TRIES: usize = 2000;

/// One in so many modules comes from the tests of the specification.
const SUITE_SHARE: usize = 5;

/// The module of `seed`; with `vectors`, one that may have SIMD.
///
/// # Panics
/// If the programs of the tests cannot be prepared.
pub fn module(seed: u64, vectors: bool, border: Border) -> Prepared {
    let mut random = Random::new(seed);
    let vectors = vectors && border == Border::Open;
    let steer = match random.below(3) {
        0 => Steer::Off,
        _ if vectors => Steer::Vectors,
        _ => Steer::Scalars,
    };
    let rate = Rate::choose(&mut random);
    for _ in 0..TRIES {
        let Some(program) = POOL.with(|pool| pool.choose(&mut random)) else { continue };
        if let Some(cut) = slice::cut(&program, vectors, rate, &mut random) {
            return prepare::prepare(cut.wasm, cut.fuel, steer, Border::Open);
        }
    }
    panic!("seed {seed}: no function of any program can be cut out");
}

/// All programs, each read when it is wanted first.
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
        let suite = suite.into_iter().map(|file| file.path).collect();
        Self { files: inputs.modules(), suite, read: RefCell::default() }
    }

    /// One of the modules; none if the chosen file has none that can be used.
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
                let prepared = module(seed, vectors, Border::Open);
                let mut features = WasmFeatures::WASM2;
                features.set(WasmFeatures::SIMD, vectors);
                for wasm in [&prepared.wasm, &prepared.marked().expect("it is generated")] {
                    let result = Validator::new_with_features(features).validate_all(wasm);
                    let error = result.err().map(|error| error.to_string());
                    assert_eq!(error, None, "seed {seed}, {vectors}");
                    assert!(wasm.len() < 400_000, "seed {seed}: {} bytes", wasm.len());
                }
                assert_eq!(module(seed, vectors, Border::Open).wasm, prepared.wasm, "seed {seed}");
            }
        }
    }
}
