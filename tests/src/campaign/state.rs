//! The state of a campaign, and the file that keeps it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use serde::{Deserialize, Serialize};

use crate::differential::check::Difference;
use crate::differential::coverage::Coverage;

/// What was different, or how a worker ended, for one seed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The seed.
    pub seed: u64,
    /// What was found.
    pub what: String,
}

/// What has been done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The next seed.
    pub next_seed: u64,
    /// Seconds that it took.
    pub seconds: f64,
    /// What the modules did, and how they were compiled.
    pub coverage: Coverage,
    /// Everything found.
    pub findings: BTreeSet<Finding>,
}

impl State {
    /// The state in `folder`, or that of a new campaign.
    ///
    /// # Errors
    /// If there is a state that cannot be read.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let path = file(folder);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("{}: {error}; remove it to begin anew", path.display())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }

    /// Replaces the state in `folder`.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let path = file(folder);
        let new = path.with_extension("new");
        let bytes = serde_json::to_vec(self).expect("a state is data");
        let written = fs::write(&new, bytes).and_then(|()| fs::rename(&new, &path));
        written.map_err(|error| format!("{}: {error}", path.display()))
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("state.json")
}

/// Writes everything needed to reproduce a difference.
///
/// # Errors
/// If it cannot be written.
pub(super) fn write_finding(
    folder: &Path,
    seed: u64,
    difference: &Difference,
) -> Result<(), String> {
    let folder = folder.join("findings").join(format!("seed-{seed}"));
    let fail = |error: io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(fail)?;
    fs::write(folder.join("module.wasm"), &difference.wasm).map_err(fail)?;
    if let Some(options) = &difference.options {
        let options = serde_json::to_vec_pretty(options).expect("options are data");
        fs::write(folder.join("options.json"), options).map_err(fail)?;
    }
    fs::write(folder.join("what.txt"), difference.to_string()).map_err(fail)
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.coverage)?;
        let rate = self.coverage.modules as f64 / self.seconds.max(0.001);
        writeln!(f, "{:.0} s, {rate:.1} modules per second", self.seconds)?;
        for Finding { seed, what } in &self.findings {
            writeln!(f, "seed {seed}: {what}")?;
        }
        write!(f, "{} findings; the next seed is {}", self.findings.len(), self.next_seed)
    }
}
