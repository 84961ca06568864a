//! The compiler's error type: what went wrong, of which kind, and where in the wasm bytes.
//!
//! Invariants: every error caused by the input has the offset of the byte that caused it, if that
//! byte is known. `Internal` is reserved for bugs of this crate. Errors of the command line (files,
//! usage) are not represented here.

use std::fmt;

/// Why a compilation failed. New kinds may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not a valid WebAssembly module (spec chapters "Validation" and "Binary
    /// Format").
    Invalid,
    /// The module is valid, but uses a proposal or a combination that cannot be compiled.
    Unsupported,
    /// The module exceeds a limit of the `.aot` container or of this compiler.
    Limit,
    /// The host cancelled the compilation; see [`Compiler::cancel_if`](crate::Compiler::cancel_if).
    Cancelled,
    /// A defect of this compiler.
    Internal,
}

/// A failed compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    offset: Option<usize>,
    hint: Option<String>,
    /// Whether the module may be compiled for a runtime that collects garbage.
    needs_collector: bool,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), offset: None, hint: None, needs_collector: false }
    }

    pub(crate) fn invalid(message: impl Into<String>, offset: usize) -> Self {
        Self::new(ErrorKind::Invalid, message).at(offset)
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unsupported, message)
    }

    /// `what` exists only in runtimes that collect garbage.
    pub(crate) fn needs_collector(what: impl fmt::Display) -> Self {
        let error = Self::unsupported(format!("{what} needs a runtime with garbage collection"));
        let hint = "compile with garbage collection, for a runtime built with WAMR_BUILD_GC=1";
        Self { needs_collector: true, ..error.with_hint(hint) }
    }

    /// Whether it is of that kind.
    pub(crate) fn is_about_collector(&self) -> bool {
        self.needs_collector
    }

    pub(crate) fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Limit, message)
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "the compilation was cancelled")
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Names the target that the error is about, if there are several, unless it is about the
    /// module itself.
    pub(crate) fn for_target(mut self, target: impl fmt::Display) -> Self {
        if self.kind != ErrorKind::Invalid {
            self.message = format!("for {target}: {}", self.message);
        }
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What went wrong, without the position.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Offset from the start of the wasm module of the byte that caused the error, if it was a
    /// single byte.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What the user can do about it, if anything.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == ErrorKind::Internal {
            write!(f, "internal compiler error: ")?;
        }
        write!(f, "{}", self.message)?;
        match self.offset {
            Some(offset) => write!(f, " (at wasm offset {offset:#x})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

/// A name of a module in a message: not more than the start of a long one. Some toolchains put whole texts
/// into names.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Shown<'_> {
    /// The maximum number of characters.
    const LENGTH: usize = 60;

    /// What is shown, and what follows it.
    fn parts(self) -> (&'static str, String) {
        let cut: String = self.0.chars().take(Self::LENGTH).collect();
        (if cut.len() < self.0.len() { "..." } else { "" }, cut)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rest, cut) = self.parts();
        write!(f, "{cut}{rest}")
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rest, cut) = self.parts();
        write!(f, "{cut:?}{rest}")
    }
}

/// The error of a module that wasmparser refuses. Not [`From`], which would put the version of that
/// crate into this crate's interface.
pub(crate) fn refused(error: wasmparser::Error) -> Error {
    Error::invalid(error.message(), error.offset() as usize)
}
