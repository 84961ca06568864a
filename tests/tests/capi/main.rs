//! The library for C: its header, its installation, and programs that use it, run under tools that
//! find memory errors.

mod examples;
mod header;
mod install;
mod programs;

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// Runs a program in a folder, which must succeed, and returns its output.
fn run<'a>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = &'a str>,
    folder: &Path,
) -> String {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    finish(&mut command)
}

/// Runs a command, which must succeed, and returns its output.
fn finish(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}; tests/scripts/inputs.sh installs what is missing")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}: {errors}", output.status);
    String::from_utf8(output.stdout).expect("it prints text")
}
