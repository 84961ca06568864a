//! Passes every input to the body `capi` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("capi"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("capi").run)(data)
);
