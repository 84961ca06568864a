//! The boundary between C and Rust: pointers become references, strings and slices; panics become
//! errors.
//!
//! Invariants: everything that can be checked is checked here. What cannot be checked (a pointer to
//! memory of the wrong kind) is a requirement in the introduction of the header.

use std::any::Any;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use crate::error::{Failure, cwamrc_error_t};

/// Runs `work` and returns its error, or NULL.
pub(crate) fn fallible(work: impl FnOnce() -> Result<(), Failure>) -> *mut cwamrc_error_t {
    // A panic may leave results of `work` incomplete, but nobody sees these.
    let result =
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(&*panic)));
    match result {
        Ok(()) => std::ptr::null_mut(),
        Err(failure) => Box::into_raw(Box::new(cwamrc_error_t::from(failure))),
    }
}

/// Runs `work`, which cannot return an error. Returns `otherwise` if it has no result or panics.
pub(crate) fn infallible<T>(otherwise: T, work: impl FnOnce() -> Option<T>) -> T {
    let result = catch_unwind(AssertUnwindSafe(work));
    result.ok().flatten().unwrap_or(otherwise)
}

fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::internal(format!("panic: {}", text.unwrap_or("without a message")))
}

/// A handle from C, to read from.
///
/// # Safety
/// `handle` is NULL, or it comes from this library and is not deleted; nobody changes it meanwhile.
pub(crate) unsafe fn shared<'a, T>(handle: *const T) -> Option<&'a T> {
    // SAFETY: the caller promises that it points to a live value.
    unsafe { handle.as_ref() }
}

/// A handle from C, to change.
///
/// # Safety
/// `handle` is NULL, or it comes from this library and is not deleted; nobody else uses it
/// meanwhile.
pub(crate) unsafe fn unique<'a, T>(handle: *mut T, what: &str) -> Result<&'a mut T, Failure> {
    // SAFETY: the caller promises that it points to a live value that nobody else uses.
    unsafe { handle.as_mut() }.ok_or_else(|| Failure::null(what))
}

/// Deletes a handle.
///
/// # Safety
/// `handle` is NULL, or it comes from this library; nobody uses it any more.
pub(crate) unsafe fn delete<T>(handle: *mut T) {
    if handle.is_null() {
        return;
    }
    infallible((), || {
        // SAFETY: handles are boxes, and the caller promises to delete this one only once.
        drop(unsafe { Box::from_raw(handle) });
        Some(())
    });
}

/// Writes a result to where C wants it.
///
/// # Safety
/// `place` is NULL or points to room for a `T`.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: the caller promises that there is room; the previous content is not a Rust value.
        unsafe { place.write(value) };
    }
}

/// A string from C.
///
/// # Safety
/// `text` is NULL or points to bytes that end with a NUL and do not change meanwhile.
pub(crate) unsafe fn text<'a>(text: *const c_char, what: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::null(what));
    }
    // SAFETY: the caller promises that it ends with a NUL.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| Failure::argument(format!("{what} is not UTF-8")))
}

/// Bytes from C. No bytes at all may be NULL.
///
/// # Safety
/// `data` is NULL or points to `size` bytes that do not change meanwhile.
pub(crate) unsafe fn bytes<'a>(
    data: *const u8,
    size: usize,
    what: &str,
) -> Result<&'a [u8], Failure> {
    // SAFETY: the caller's promise.
    unsafe { array(data, size, what) }
}

/// An array from C. One without elements may be NULL.
///
/// # Safety
/// `data` is NULL or points to `count` values that do not change meanwhile.
pub(crate) unsafe fn array<'a, T>(
    data: *const T,
    count: usize,
    what: &str,
) -> Result<&'a [T], Failure> {
    if data.is_null() {
        return if count == 0 { Ok(&[]) } else { Err(Failure::null(what)) };
    }
    let size = count.checked_mul(size_of::<T>()).filter(|&size| isize::try_from(size).is_ok());
    if size.is_none() {
        return Err(Failure::argument(format!("{what} cannot have {count} elements")));
    }
    if !data.is_aligned() {
        return Err(Failure::argument(format!("{what} is not aligned")));
    }
    // SAFETY: not NULL, aligned, not more than Rust allows, and the caller promises that they can be
    // read.
    Ok(unsafe { slice::from_raw_parts(data, count) })
}

/// A string for C, which ends at the first NUL. A NUL inside becomes a replacement character.
pub(crate) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}
