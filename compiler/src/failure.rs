//! A command that failed: one line that says what and where, and a hint if there is a way out; and
//! the way of all diagnostics to standard error.

use std::fmt;
use std::io::{self, Write};

/// Prints a diagnostic. If even standard error takes nothing, there is no one to tell.
pub(crate) fn diagnose(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// What is printed when a command fails.
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
        // Messages of other libraries may span lines; the first has the substance.
        let message = self.message.lines().next().unwrap_or_default();
        write!(f, "error: {message}")?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}
