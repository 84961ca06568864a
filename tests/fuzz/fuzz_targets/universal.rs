//! Passes every input to the body `universal` of `cwamrc_tests::fuzzing`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: cwamrc_tests::fuzzing::write_seeds("universal"),
    |data: &[u8]| (cwamrc_tests::fuzzing::body("universal").run)(data)
);
