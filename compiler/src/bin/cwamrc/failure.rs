//! Failures of the command: one line that says what went wrong and where, and a hint if there is
//! one. All diagnostics go to standard error from here.

use std::fmt;
use std::io::{self, Write};

/// Prints a diagnostic. If standard error cannot be written either, the error is ignored.
pub(crate) fn diagnose(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Printed when a command fails.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    pub(crate) fn with_hint(mut self, hint: Option<&str>) -> Self {
        self.hint = hint.map(str::to_owned);
        self
    }

    /// The message alone.
    #[cfg(feature = "run")]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// A failed compilation of `input`.
    pub(crate) fn compilation(input: &str, error: &cwamrc::Error) -> Self {
        Self::new(format!("{error}, in {input}")).with_hint(error.hint())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Messages of other libraries may have several lines; the first one has the essence.
        let message = self.message.lines().next().unwrap_or_default();
        write!(f, "error: {message}")?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}
