//! Runs the suite on code compiled by wamrc, to compare its failures with those of cwamrc.
//!
//! If the variable `CWAMRC_SPEC_WAMRC` names a program with wamrc's command line, that program
//! compiles every module that is instantiated on this machine. cwamrc still judges modules that
//! must not compile, so the figures only show differences in the code.

use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

use cwamrc::{BoundsChecks, OptLevel};

/// Names the program.
const VARIABLE: &str = "CWAMRC_SPEC_WAMRC";

/// A program, and the options that it is called with.
pub(super) struct Wamrc {
    program: PathBuf,
    flags: [String; 5],
}

impl Wamrc {
    /// The program to use instead of cwamrc, if any.
    pub(super) fn from_environment(level: OptLevel, checks: BoundsChecks) -> Option<Self> {
        let program = env::var_os(VARIABLE)?.into();
        let checks = u8::from(checks == BoundsChecks::Software);
        let flags = [
            format!("--opt-level={}", level as u8),
            format!("--bounds-checks={checks}"),
            "--enable-multi-thread".to_owned(),
            "--enable-tail-call".to_owned(),
            "--enable-extended-const".to_owned(),
        ];
        Some(Self { program, flags })
    }

    /// The `.aot` file of a module.
    ///
    /// # Errors
    /// The program's message, if it fails.
    pub(super) fn compile(&self, wasm: &[u8]) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let (input, output) = (folder.path().join("in.wasm"), folder.path().join("out.aot"));
        fs::write(&input, wasm).map_err(|error| error.to_string())?;
        let mut command = Command::new(&self.program);
        command.args(&self.flags).arg("-o").arg(&output).arg(&input);
        let result = command.output().map_err(|error| format!("wamrc: {error}"))?;
        fs::read(&output).map_err(|_| {
            let text = String::from_utf8_lossy(&result.stderr);
            format!("wamrc: {}: {}", result.status, text.lines().next().unwrap_or_default())
        })
    }
}
