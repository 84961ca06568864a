//! Passes every input to the body `object` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("object"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("object").run)(data)
);
