//! Compares generated and real modules, compiled in many ways, with interpreters, for a given time;
//! see [`cwamrc_tests::campaign`] and `docs/testing.md`.

use std::process::ExitCode;

fn main() -> ExitCode {
    cwamrc_tests::campaign::main()
}
