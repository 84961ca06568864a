//! Passes every input to the body `container` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("container"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("container").run)(data)
);
