//! Why code cannot be compiled for a target or CPU, or with a feature.

use std::{env, fmt};

use super::Architecture;

/// A target, a CPU or a feature that is not supported. Names are as the user gave them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// No machine has this name.
    UnknownTarget {
        /// The name.
        name: String,
        /// The most similar known name.
        similar: Option<&'static str>,
    },
    /// A machine or system that exists but is not supported.
    UnsupportedTarget {
        /// The name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// An ABI that the runtime does not use for calls.
    UnsupportedAbi {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
        /// What is known about the ABI.
        reason: &'static str,
    },
    /// No CPU of the architecture has this name.
    UnknownCpu {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
        /// The most similar known name.
        similar: Option<&'static str>,
    },
    /// A CPU without a feature of the baseline.
    CpuBelowBaseline {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
    },
    /// The CPU of this machine was requested, but it has another architecture.
    ForeignHost {
        /// The requested architecture.
        architecture: Architecture,
    },
    /// This machine is not supported as a target: its architecture, or its system, under which
    /// WAMR does not run code for Linux.
    UnsupportedHost,
    /// There is no such feature that code could use or not use.
    UnknownFeature {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
        /// The most similar known name.
        similar: Option<&'static str>,
    },
    /// A feature that cannot be switched off, since it is part of the baseline.
    RequiredFeature {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
    },
    /// Neither `+feature` nor `-feature`.
    MalformedFeature {
        /// What was given.
        text: String,
    },
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownTarget { name, similar } => {
                write!(f, "unknown target `{name}`")?;
                suggest(f, *similar)
            }
            Self::UnsupportedTarget { name, reason } => {
                write!(f, "the target `{name}` is not supported: {reason}")
            }
            Self::UnsupportedAbi { name, architecture, reason } => {
                let works = architecture.target().abis().join("` or `");
                write!(f, "the ABI `{name}` is not supported for {architecture}: {reason}; ")?;
                write!(f, "the ABI is `{works}`")
            }
            Self::UnknownCpu { name, architecture, similar } => {
                write!(f, "unknown {architecture} CPU `{name}`")?;
                suggest(f, *similar)
            }
            Self::CpuBelowBaseline { name, architecture } => {
                let baseline = architecture.baseline();
                write!(f, "the CPU `{name}` cannot run code for {architecture}: ")?;
                write!(f, "it needs {baseline} or better")
            }
            Self::ForeignHost { architecture } => {
                write!(f, "this machine has no {architecture} CPU")
            }
            Self::UnsupportedHost => {
                let (system, machine) = (env::consts::OS, env::consts::ARCH);
                write!(f, "code for this machine is not supported: {system} on {machine}")
            }
            Self::UnknownFeature { name, architecture, similar } => {
                write!(f, "code for {architecture} cannot use a CPU feature `{name}`")?;
                suggest(f, *similar)
            }
            Self::RequiredFeature { name, architecture } => {
                let baseline = architecture.baseline();
                write!(f, "the CPU feature `{name}` cannot be switched off: ")?;
                write!(f, "code for {architecture} needs {baseline} or better")
            }
            Self::MalformedFeature { text } => {
                write!(f, "`{text}` is not a CPU feature with `+` or `-` before its name")
            }
        }
    }
}

impl std::error::Error for TargetError {}

fn suggest(f: &mut fmt::Formatter<'_>, similar: Option<&'static str>) -> fmt::Result {
    match similar {
        Some(name) => write!(f, "; did you mean `{name}`?"),
        None => Ok(()),
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name among `known` that is most similar to `name`, if one is similar at all.
pub(super) fn most_similar(
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    /// The threshold that clap uses for its own flags.
    const LEAST_SIMILARITY: f64 = 0.7;
    let likeness = |known| (known, strsim::jaro(name, known));
    let best = known.map(likeness).max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness > LEAST_SIMILARITY).map(|(known, _)| known)
}
