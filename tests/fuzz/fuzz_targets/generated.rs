//! Passes every input to the body `generated` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("generated"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("generated").run)(data)
);
