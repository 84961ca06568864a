//! Compares generated and real modules, compiled in every way, with interpreters, for as long as it is
//! told to; see [`cwamrc_tests::campaign`] and `docs/testing.md`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cwamrc_tests::campaign::main()
}
