//! Why code cannot be made for a target, a CPU or with a feature.

use std::fmt;

use super::Architecture;

/// A target, a CPU or a feature that code cannot be made for. Names are as they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetError {
    /// No machine has this name.
    UnknownTarget {
        /// The name.
        name: String,
        /// The known name that is most like it.
        similar: Option<&'static str>,
    },
    /// A machine or system that exists but that no code is made for.
    UnsupportedTarget {
        /// The name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// An ABI that the runtime does not call code by.
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
        /// The known name that is most like it.
        similar: Option<&'static str>,
    },
    /// A CPU without some feature that every file relies on.
    CpuBelowBaseline {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
    },
    /// The CPU of this machine was asked for, which is of another architecture.
    ForeignHost {
        /// The architecture that was asked for.
        architecture: Architecture,
    },
    /// This machine is of an architecture that no code is made for.
    UnsupportedHost,
    /// Code cannot be made with or without such a feature.
    UnknownFeature {
        /// The name.
        name: String,
        /// The architecture.
        architecture: Architecture,
        /// The known name that is most like it.
        similar: Option<&'static str>,
    },
    /// A feature that cannot be switched off, since every file relies on it.
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
            Self::UnsupportedHost => f.write_str("this machine is not supported as a target"),
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

/// The name among `known` that is most like `name`, if one is like it at all.
pub(super) fn most_similar(
    name: &str,
    known: impl Iterator<Item = &'static str>,
) -> Option<&'static str> {
    /// As clap does for its own flags.
    const LEAST_SIMILARITY: f64 = 0.7;
    let likeness = |known| (known, strsim::jaro(name, known));
    let best = known.map(likeness).max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness > LEAST_SIMILARITY).map(|(known, _)| known)
}
