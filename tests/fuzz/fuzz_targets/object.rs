//! Passes every input to the body `object` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| (cwamrc_tests::fuzzing::body("object").run)(data));
