//! Passes every input to the body `pack` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("pack"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("pack").run)(data)
);
