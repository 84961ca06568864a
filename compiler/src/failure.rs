//! A command that failed: one line that says what and where, and a hint if there is a way out.

use std::fmt;

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
