//! Passes every input to the body `costs` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("costs"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("costs").run)(data)
);
