//! Passes every input to the body `sections` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("sections"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("sections").run)(data)
);
