//! Passes every input to the body `module` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("module"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("module").run)(data)
);
