//! Warnings and notes of a compilation, as values.
//!
//! A diagnostic never depends on timing: those about functions are in module order. The caller
//! decides how to show them.

use std::fmt;

/// How much a [`Diagnostic`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum Severity {
    /// The file may not do what its user expects.
    Warning,
    /// The file is as requested; the note says how it was made.
    Note,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}

/// Something that the user of a compiled module should know. It displays as its message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// The message, in one line.
    pub message: String,
    /// Index of the function that it is about, if any, imports counted.
    pub function: Option<u32>,
    /// Whether it is about what most runtimes lack.
    #[cfg_attr(feature = "serde", serde(skip))]
    is_about_builds: bool,
}

impl Diagnostic {
    const EMPTY: Self = Self {
        severity: Severity::Warning,
        message: String::new(),
        function: None,
        is_about_builds: false,
    };

    /// Whether it says that the file needs a runtime that was built with an option. For a host that
    /// has such a runtime, this is no news.
    pub fn is_about_builds(&self) -> bool {
        self.is_about_builds
    }

    pub(crate) fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, message: message.into(), ..Self::EMPTY }
    }

    /// A warning about what most runtimes lack.
    pub(crate) fn about_builds(message: impl Into<String>) -> Self {
        Self { is_about_builds: true, ..Self::warning(message) }
    }

    pub(crate) fn note(message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, message: message.into(), ..Self::EMPTY }
    }

    pub(crate) fn of_function(self, index: u32) -> Self {
        Self { function: Some(index), ..self }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
