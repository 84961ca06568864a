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
}

impl Diagnostic {
    pub(crate) fn warning(message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, message: message.into(), function: None }
    }

    pub(crate) fn note(message: impl Into<String>) -> Self {
        Self { severity: Severity::Note, message: message.into(), function: None }
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
