//! Arbitrary bytes as a wasm module: a result or a typed error.

use super::choice;
use crate::bad_input::{judge, small_modules};

pub(super) fn run(data: &[u8]) {
    let (options, wasm) = choice::options(data);
    if let Err(defect) = judge(wasm, &options) {
        panic!("{defect}");
    }
}

/// The small modules, each preceded by a choice of options.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let with_choice =
        |(choice, wasm): (u16, Vec<u8>)| [&choice.to_le_bytes()[..], &wasm[..]].concat();
    (0..).zip(small_modules()).map(with_choice).collect()
}
