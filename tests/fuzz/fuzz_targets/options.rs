//! Passes every input to the body `options` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("options"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("options").run)(data)
);
