//! The one error of the container: what is wrong, and where in the file.

use std::borrow::Cow;
use std::fmt;

/// What kind of failure a [`ContainerError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerErrorKind {
    /// The bytes are not an `.aot` file, or a damaged one.
    Malformed,
    /// A value does not fit the field or the bound that the container or the loader gives it.
    Limit,
    /// A kind of file, or a feature, that this crate or the release asked for does not have.
    Unsupported,
}

/// Why a file could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerError {
    kind: ContainerErrorKind,
    offset: Option<usize>,
    what: Cow<'static, str>,
}

impl ContainerError {
    /// A damaged file; `offset` is the file offset of the field at fault.
    pub(super) fn malformed(offset: usize, what: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ContainerErrorKind::Malformed, offset: Some(offset), what: what.into() }
    }

    /// A value over the bound that `what` names.
    pub(super) fn limit(what: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ContainerErrorKind::Limit, offset: None, what: what.into() }
    }

    /// Something that cannot be read or expressed.
    pub(super) fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ContainerErrorKind::Unsupported, offset: None, what: what.into() }
    }

    /// The same failure at a place in the file.
    pub(super) fn at(self, offset: usize) -> Self {
        Self { offset: Some(offset), ..self }
    }

    /// The kind of failure.
    pub fn kind(&self) -> ContainerErrorKind {
        self.kind
    }

    /// Offset in the `.aot` file of the field at fault; none when writing.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What is wrong, without the place.
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for ContainerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => write!(f, "{}, at offset {offset:#x} of the .aot file", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for ContainerError {}

/// Result of reading or writing a part of the container.
pub(super) type Result<T, E = ContainerError> = std::result::Result<T, E>;
