//! Valid modules of every proposal: none is reported as invalid, and the bytes do not depend on the
//! number of threads.

use std::num::NonZeroUsize;

use arbitrary::Unstructured;
use cwamrc::ErrorKind;
use wasm_smith::{Config, Module};

use super::choice;
use crate::bad_input::judge;

pub(super) fn run(data: &[u8]) {
    let (options, data) = choice::options(data);
    let mut unstructured = Unstructured::new(data);
    let Ok(config) = unstructured.arbitrary::<Config>() else { return };
    let Ok(module) = Module::new(config, &mut unstructured) else { return };
    let wasm = module.to_bytes();
    let single = judge(&wasm, &options).unwrap_or_else(|defect| panic!("{defect}"));
    if let Err(error) = &single {
        assert!(error.kind() != ErrorKind::Invalid, "a valid module is called invalid: {error}");
    }
    let two = NonZeroUsize::new(2).expect("two is not zero");
    let parallel = judge(&wasm, &options.threads(two)).unwrap_or_else(|defect| panic!("{defect}"));
    match (single, parallel) {
        (Ok(single), Ok(parallel)) => assert!(single.bytes() == parallel.bytes(), "bytes differ"),
        (Err(single), Err(parallel)) => assert_eq!(single, parallel),
        _ => panic!("the number of threads decides whether the module compiles"),
    }
}
