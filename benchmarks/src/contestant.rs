//! The compilers that are compared, each started as a separate process for every measurement.

use std::fmt;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cwamrc_tests::programs::{Host, Inputs, Output, Run, run_command};
use serde::{Deserialize, Serialize};

use crate::measure::Sample;

pub(crate) const PEER_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/wasmtime_peer.py");

/// A compiler at one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// This project, at an optimisation level.
    Cwamrc(u8),
    /// PyPI's wasmtime, with this `cranelift_opt_level`.
    Wasmtime(&'static str),
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cwamrc(level) => write!(f, "cwamrc -O{level}"),
            Self::Wasmtime(level) => write!(f, "wasmtime {level}"),
        }
    }
}

/// A compiler with a number of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contestant {
    pub(crate) compiler: Compiler,
    pub(crate) threads: u16,
}

impl Contestant {
    /// The column head.
    pub(crate) fn name(self) -> String {
        match self.threads {
            1 => self.compiler.to_string(),
            threads => format!("{} ×{threads}", self.compiler),
        }
    }

    /// The contestant that this one is compared with: wasmtime's optimising setting for optimising
    /// levels, its other one for the others, with as many threads.
    pub(crate) fn peer(self) -> Option<Self> {
        let opt_level = match self.compiler {
            Compiler::Cwamrc(0 | 1) => "none",
            Compiler::Cwamrc(_) => "speed",
            Compiler::Wasmtime(_) => return None,
        };
        Some(Self { compiler: Compiler::Wasmtime(opt_level), threads: self.threads })
    }
}

/// Standard input of `child-run`.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Task {
    pub(crate) host: Host,
    pub(crate) run: Run,
}

/// Starts contestants.
pub(crate) struct Field {
    this: PathBuf,
    python: PathBuf,
    /// The folder of compiled modules.
    folder: tempfile::TempDir,
}

impl Field {
    pub(crate) fn new(inputs: &Inputs) -> Result<Self> {
        Ok(Self {
            this: std::env::current_exe()?,
            python: inputs.peer_python(),
            folder: tempfile::tempdir()?,
        })
    }

    /// Why this machine cannot run wasmtime, if so.
    pub(crate) fn peer_missing(&self) -> Option<String> {
        let mut import = Command::new(&self.python);
        match run_command(import.args(["-c", "import wasmtime"]), &[]) {
            Ok(output) if output.code == 0 => None,
            Ok(_) => Some(format!("{} cannot import wasmtime", self.python.display())),
            Err(e) => Some(e.to_string()),
        }
    }

    /// The file with the result of compiling `module`; wasmtime writes none.
    pub(crate) fn aot(&self, module: &str, contestant: Contestant) -> PathBuf {
        let Contestant { compiler, threads } = contestant;
        self.folder.path().join(format!("{module}-{compiler:?}-{threads}.aot"))
    }

    /// Compiles once, in a separate process.
    pub(crate) fn compile(&self, name: &str, wasm: &Path, who: Contestant) -> Result<Sample> {
        let mut command = match who.compiler {
            Compiler::Cwamrc(level) => {
                let mut command = Command::new(&self.this);
                command.args(["child-compile", "--level", &level.to_string()]);
                command.args(["--threads", &who.threads.to_string()]);
                command.arg(wasm).arg(self.aot(name, who));
                command
            }
            Compiler::Wasmtime(opt_level) => {
                let mode = if who.threads == 1 { "serial" } else { "parallel" };
                let mut command = Command::new(&self.python);
                command.arg(PEER_SCRIPT).arg("compile").arg(wasm).args([opt_level, mode]);
                command.env("RAYON_NUM_THREADS", who.threads.to_string());
                command
            }
        };
        Ok(serde_json::from_slice(&output_of(&mut command)?)?)
    }

    /// Runs the code that this project has compiled for a program, in WAMR.
    pub(crate) fn run(&self, aot: &Path, task: &Task) -> Result<Output> {
        let mut command = Command::new(&self.this);
        run_command(command.arg("child-run").arg(aot), &serde_json::to_vec(task)?)
    }

    /// Runs a WASI program in wasmtime.
    pub(crate) fn run_peer(&self, wasm: &Path, opt_level: &str, run: &Run) -> Result<Output> {
        let mut command = Command::new(&self.python);
        command.arg(PEER_SCRIPT).arg("run").arg(wasm).arg(opt_level);
        command.arg(run.folder.as_deref().unwrap_or(Path::new("-")));
        command.args(run.env.iter().map(|(name, value)| format!("{name}={value}")));
        command.arg("--").args(&run.args);
        run_command(&mut command, &run.stdin)
    }

    /// Seconds that WAMR takes to load the module, once for each of `times`.
    pub(crate) fn load(&self, aot: &Path, times: usize) -> Result<Vec<f64>> {
        let mut command = Command::new(&self.this);
        command.args(["child-load", "--times", &times.to_string()]).arg(aot);
        Ok(serde_json::from_slice(&output_of(&mut command)?)?)
    }
}

/// The standard output of a command that must succeed; its standard error passes through.
pub(crate) fn output_of(command: &mut Command) -> Result<Vec<u8>> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    match done.status.success() {
        true => Ok(done.stdout),
        false => Err(Error::other(format!("{command:?}: {}", done.status))),
    }
}
