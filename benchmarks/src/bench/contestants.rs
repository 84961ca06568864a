//! The contestants, and whether this machine has them.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cwamrc_tests::programs::Inputs;

const LLVM_SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/llvm.sh");

/// One compiler at one level, or another way to run the same program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contestant {
    /// This project, at an optimisation level.
    Cwamrc(u8),
    /// WAMR's own compiler on LLVM, at an optimisation level.
    Wamrc(u8),
    /// PyPI's wasmtime, with this `cranelift_opt_level`.
    Wasmtime(&'static str),
    /// WAMR's classic interpreter.
    Interpreter,
    /// The same C, compiled for this machine.
    Native,
}

impl fmt::Display for Contestant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cwamrc(level) => write!(f, "cwamrc -O{level}"),
            Self::Wamrc(level) => write!(f, "wamrc -O{level}"),
            Self::Wasmtime(level) => write!(f, "wasmtime {level}"),
            Self::Interpreter => f.write_str("interpreter"),
            Self::Native => f.write_str("native"),
        }
    }
}

/// WAMR's own compiler.
#[derive(Debug)]
pub(crate) struct Wamrc {
    pub(crate) program: PathBuf,
    /// Whether it is llvm-baseline, which measures itself.
    pub(crate) measures: bool,
    pub(crate) version: String,
}

/// The tools that are there.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) wamrc: Option<Wamrc>,
    pub(crate) python: Option<PathBuf>,
}

impl Field {
    /// Looks for all contestants; missing ones are added to `missing` with the reason.
    pub(crate) fn find(missing: &mut Vec<String>) -> Self {
        let mut take = |who: &str, found: Result<_, String>| {
            found.map_err(|why| missing.push(format!("{who}: {why}"))).ok()
        };
        let python = take("wasmtime", peer_python());
        let wamrc = find_wamrc().map_err(|why| missing.push(format!("wamrc: {why}"))).ok();
        Self { wamrc, python }
    }

    /// Everyone that can take part.
    pub(crate) fn contestants(&self) -> Vec<Contestant> {
        let mut all: Vec<_> = (0..=3).map(Contestant::Cwamrc).collect();
        if self.wamrc.is_some() {
            all.extend((0..=3).map(Contestant::Wamrc));
        }
        if self.python.is_some() {
            all.extend(["none", "speed"].map(Contestant::Wasmtime));
        }
        all.extend([Contestant::Interpreter, Contestant::Native]);
        all
    }
}

fn peer_python() -> Result<PathBuf, String> {
    let python = Inputs::prepare().map_err(|e| e.to_string())?.peer_python();
    output(Command::new(&python).args(["-c", "import wasmtime"]))?;
    Ok(python)
}

/// WAMR's own compiler, which the script builds if there is none.
pub(crate) fn find_wamrc() -> Result<Wamrc, String> {
    let path = output(&mut Command::new(LLVM_SCRIPT))?;
    let program = PathBuf::from(path.trim());
    let version = output(Command::new(&program).arg("--version"))?;
    Ok(Wamrc {
        measures: version.contains("llvm-baseline"),
        version: version.trim().to_owned(),
        program,
    })
}

/// The standard output of a command that must succeed; its messages pass through.
fn output(command: &mut Command) -> Result<String, String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let done = done.map_err(|e| format!("{command:?}: {e}"))?;
    match done.status.success() {
        true => Ok(String::from_utf8_lossy(&done.stdout).into_owned()),
        false => Err(format!("{command:?}: {}", done.status)),
    }
}
