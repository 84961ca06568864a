//! The container's error type: what is wrong, and where in the file.

use std::borrow::Cow;
use std::fmt;

/// What kind of failure a [`ContainerError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerErrorKind {
    /// The bytes are not an `.aot` file, or the file is damaged.
    Malformed,
    /// A value exceeds its field, or a limit of the container or the loader.
    Limit,
    /// This crate or the requested release does not support the kind of file or a feature.
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
    /// A damaged file; `offset` is the file offset of the wrong field.
    pub(super) fn malformed(offset: usize, what: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ContainerErrorKind::Malformed, offset: Some(offset), what: what.into() }
    }

    /// A value over the limit that `what` names.
    pub(super) fn limit(what: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ContainerErrorKind::Limit, offset: None, what: what.into() }
    }

    /// Something that cannot be read or expressed.
    pub(super) fn unsupported(what: impl Into<Cow<'static, str>>) -> Self {
        Self { kind: ContainerErrorKind::Unsupported, offset: None, what: what.into() }
    }

    /// The same failure, located in the file.
    pub(super) fn at(self, offset: usize) -> Self {
        Self { offset: Some(offset), ..self }
    }

    /// The kind of failure.
    pub fn kind(&self) -> ContainerErrorKind {
        self.kind
    }

    /// Offset in the `.aot` file of the wrong field; none when writing.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// What is wrong, without the position.
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
