//! Passes every input to the body `options` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (cwamrc_tests::fuzzing::body("options").run)(data));
