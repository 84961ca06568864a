//! Errors for C: a kind, strings, and the place in the module.

use std::ffi::{CString, c_char};

use compiler::ErrorKind;
use compiler::aot::{ContainerError, ContainerErrorKind};

use crate::boundary::{c_text, delete, infallible, put, shared};

/// Why something failed. Kinds may be added: treat those that you do not know like
/// CWAMRC_ERROR_INTERNAL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum cwamrc_error_kind_t {
    /// No error: what cwamrc_error_kind() returns for NULL.
    CWAMRC_ERROR_NONE = 0,
    /// An argument is wrong: NULL, not UTF-8, an unknown name or number.
    CWAMRC_ERROR_ARGUMENT = 1,
    /// The bytes are not a valid WebAssembly module, or not a file that can be read.
    CWAMRC_ERROR_INVALID = 2,
    /// The module is valid, but needs something that is not supported.
    CWAMRC_ERROR_UNSUPPORTED = 3,
    /// The module exceeds a limit.
    CWAMRC_ERROR_LIMIT = 4,
    /// The callback of cwamrc_options_set_cancel() cancelled the compilation.
    CWAMRC_ERROR_CANCELLED = 5,
    /// A file cannot be written.
    CWAMRC_ERROR_IO = 6,
    /// A defect of the compiler.
    CWAMRC_ERROR_INTERNAL = 7,
}

use cwamrc_error_kind_t as Kind;

/// An error. Delete it with cwamrc_error_delete().
pub struct cwamrc_error_t {
    kind: cwamrc_error_kind_t,
    message: CString,
    hint: Option<CString>,
    offset: Option<u64>,
}

/// An error that will be passed to C.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: cwamrc_error_kind_t,
    message: String,
    hint: Option<String>,
    offset: Option<u64>,
}

impl Failure {
    fn new(kind: cwamrc_error_kind_t, message: String) -> Self {
        Self { kind, message, hint: None, offset: None }
    }

    pub(crate) fn argument(message: String) -> Self {
        Self::new(Kind::CWAMRC_ERROR_ARGUMENT, message)
    }

    pub(crate) fn null(what: &str) -> Self {
        Self::argument(format!("{what} is NULL"))
    }

    pub(crate) fn internal(message: String) -> Self {
        Self::new(Kind::CWAMRC_ERROR_INTERNAL, message)
    }

    /// What was given is not what it should be.
    pub(crate) fn invalid(message: String) -> Self {
        Self::new(Kind::CWAMRC_ERROR_INVALID, message)
    }

    pub(crate) fn io(message: String) -> Self {
        Self::new(Kind::CWAMRC_ERROR_IO, message)
    }
}

impl From<compiler::Error> for Failure {
    fn from(error: compiler::Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Invalid => Kind::CWAMRC_ERROR_INVALID,
            ErrorKind::Unsupported => Kind::CWAMRC_ERROR_UNSUPPORTED,
            ErrorKind::Limit => Kind::CWAMRC_ERROR_LIMIT,
            ErrorKind::Cancelled => Kind::CWAMRC_ERROR_CANCELLED,
            _ => Kind::CWAMRC_ERROR_INTERNAL,
        };
        Self {
            kind,
            message: error.message().to_owned(),
            hint: error.hint().map(str::to_owned),
            offset: error.offset().map(|offset| offset as u64),
        }
    }
}

impl From<ContainerError> for Failure {
    fn from(error: ContainerError) -> Self {
        let kind = match error.kind() {
            ContainerErrorKind::Malformed => Kind::CWAMRC_ERROR_INVALID,
            ContainerErrorKind::Unsupported => Kind::CWAMRC_ERROR_UNSUPPORTED,
            ContainerErrorKind::Limit => Kind::CWAMRC_ERROR_LIMIT,
        };
        let offset = error.offset().map(|offset| offset as u64);
        Self { offset, ..Self::new(kind, error.what().to_owned()) }
    }
}

impl From<compiler::TargetError> for Failure {
    fn from(error: compiler::TargetError) -> Self {
        Self::argument(error.to_string())
    }
}

impl From<Failure> for cwamrc_error_t {
    fn from(failure: Failure) -> Self {
        let Failure { kind, message, hint, offset } = failure;
        Self { kind, message: c_text(&message), hint: hint.as_deref().map(c_text), offset }
    }
}

/// The kind of an error; CWAMRC_ERROR_NONE for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_error_kind(error: *const cwamrc_error_t) -> cwamrc_error_kind_t {
    infallible(Kind::CWAMRC_ERROR_NONE, || {
        // SAFETY: the header requires it of the caller.
        unsafe { shared(error) }.map(|error| error.kind)
    })
}

/// What went wrong, in one line, without the position; NULL for NULL. It lives as long as the
/// error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_error_message(error: *const cwamrc_error_t) -> *const c_char {
    infallible(std::ptr::null(), || {
        // SAFETY: the header requires it of the caller.
        unsafe { shared(error) }.map(|error| error.message.as_ptr())
    })
}

/// What can be done about it; NULL if nothing is known. It lives as long as the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_error_hint(error: *const cwamrc_error_t) -> *const c_char {
    infallible(std::ptr::null(), || {
        // SAFETY: the header requires it of the caller.
        unsafe { shared(error) }.and_then(|error| Some(error.hint.as_ref()?.as_ptr()))
    })
}

/// Whether a single byte of the module caused the error. If so, also returns its offset from the
/// start of the module. `offset` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_error_offset(
    error: *const cwamrc_error_t,
    offset: *mut u64,
) -> bool {
    infallible(false, || {
        // SAFETY: the header requires it of the caller.
        let found = unsafe { shared(error) }?.offset?;
        // SAFETY: likewise.
        unsafe { put(offset, found) };
        Some(true)
    })
}

/// Deletes an error; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_error_delete(error: *mut cwamrc_error_t) {
    // SAFETY: the header requires it of the caller.
    unsafe { delete(error) };
}
