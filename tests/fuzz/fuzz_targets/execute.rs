//! Passes every input to the body `execute` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("execute"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("execute").run)(data)
);
