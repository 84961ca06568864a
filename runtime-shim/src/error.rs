//! Errors and traps.

use std::{error, fmt};
use wamr_abi::releases::Release;

/// Why a module cannot be loaded, linked or instantiated, or a value cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// WAMR's process-wide state cannot be set up.
    Runtime(String),
    /// The runtime cannot load the bytes as a module; WAMR's text.
    Load(String),
    /// An `.aot` file made for another release of WAMR.
    AotVersion {
        /// The version word of the file.
        found: u32,
        /// The version that this runtime loads.
        supported: u32,
        /// The releases that load the file; empty if none is known.
        releases: Vec<Release>,
    },
    /// The name or type of a host function or global does not fit WAMR or the import.
    Link(String),
    /// The instance cannot be created: a missing import, a segment out of bounds, a trap of the
    /// start function; WAMR's text.
    Instantiate(String),
    /// An access beyond the end of a memory.
    OutOfBounds {
        /// First byte of the access.
        offset: usize,
        /// Length of the access in bytes.
        length: usize,
        /// Size of the memory in bytes.
        size: usize,
    },
    /// A global does not exist, is immutable, or has another type.
    Global(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Runtime(text)
            | Error::Load(text)
            | Error::Link(text)
            | Error::Instantiate(text)
            | Error::Global(text) => f.write_str(text),
            Error::AotVersion { found, supported, releases } => {
                write!(f, "the file has AOT version {found}, this runtime loads {supported}")?;
                for (index, release) in releases.iter().enumerate() {
                    let separator = if index == 0 { "; it was made for WAMR" } else { "," };
                    write!(f, "{separator} {release}")?;
                }
                Ok(())
            }
            Error::OutOfBounds { offset, length, size } => {
                write!(f, "{length} bytes at {offset} are beyond the {size} bytes of the memory")
            }
        }
    }
}

impl error::Error for Error {}

/// The abnormal end of a call.
///
/// An invalid call (no such function, arguments of other types) is reported in the same way, before
/// anything runs.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Trap {
    /// WAMR's text without the prefix `Exception: `, or the text of the host function that failed.
    pub message: String,
    /// The active WebAssembly functions, innermost first, as far as WAMR knows them: compiled code
    /// must have been compiled with call-stack frames.
    pub frames: Vec<Frame>,
    /// The argument of WASI's `proc_exit`, if that is what ended the call.
    pub exit_code: Option<i32>,
}

impl Trap {
    pub(crate) fn new(message: impl Into<String>) -> Trap {
        Trap { message: message.into(), frames: Vec::new(), exit_code: None }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl error::Error for Trap {}

/// An active function at the time of a trap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Function index, imports included.
    pub function: u32,
    /// Name from the name section or the export, if there is one.
    pub name: Option<String>,
    /// Offset of the instruction in the wasm file in bytes; 0 if unknown.
    pub offset: u32,
}

impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{:#06x} - {name}", self.offset),
            None => write!(f, "{:#06x} - $f{}", self.offset, self.function),
        }
    }
}
