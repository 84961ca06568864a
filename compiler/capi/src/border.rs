//! Between C and Rust: pointers to references, texts and slices, panics to errors.
//!
//! Invariants: whatever can be seen to be wrong is refused here; what cannot be seen (a pointer to
//! memory that is not what it is said to be) is what the head of the header asks of the caller.

use std::any::Any;
use std::ffi::{CStr, CString, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

use crate::error::{Failure, cwamrc_error_t};

/// Does `work` and returns its error, or NULL.
pub(crate) fn fallible(work: impl FnOnce() -> Result<(), Failure>) -> *mut cwamrc_error_t {
    // What a panic leaves half done are the results of `work`, which nobody gets to see.
    let result =
        catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(&*panic)));
    match result {
        Ok(()) => std::ptr::null_mut(),
        Err(failure) => Box::into_raw(Box::new(cwamrc_error_t::from(failure))),
    }
}

/// Does `work`, which has no way to tell an error; returns `otherwise` instead.
pub(crate) fn infallible<T>(otherwise: T, work: impl FnOnce() -> Option<T>) -> T {
    let result = catch_unwind(AssertUnwindSafe(work));
    result.ok().flatten().unwrap_or(otherwise)
}

fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    Failure::internal(format!("panic: {}", text.unwrap_or("without a message")))
}

/// A handle that C gave back for a look.
///
/// # Safety
/// `handle` is NULL or one that this library gave out and that is not deleted; nobody changes it
/// meanwhile.
pub(crate) unsafe fn shared<'a, T>(handle: *const T) -> Option<&'a T> {
    // SAFETY: by the contract, it points to a live value.
    unsafe { handle.as_ref() }
}

/// A handle that C gave back for a change.
///
/// # Safety
/// `handle` is NULL or one that this library gave out and that is not deleted; nobody else uses it
/// meanwhile.
pub(crate) unsafe fn unique<'a, T>(handle: *mut T, what: &str) -> Result<&'a mut T, Failure> {
    // SAFETY: by the contract, it points to a live value that nobody else uses.
    unsafe { handle.as_mut() }.ok_or_else(|| Failure::null(what))
}

/// Ends the life of a handle.
///
/// # Safety
/// `handle` is NULL or one that this library gave out; nobody uses it any more.
pub(crate) unsafe fn delete<T>(handle: *mut T) {
    if handle.is_null() {
        return;
    }
    infallible((), || {
        // SAFETY: handles are boxes, and by the contract this one is deleted only once.
        drop(unsafe { Box::from_raw(handle) });
        Some(())
    });
}

/// Puts a result where C wants it.
///
/// # Safety
/// `place` is NULL or points to room for a `T`.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: by the contract, there is room; what was there is no value of Rust's.
        unsafe { place.write(value) };
    }
}

/// A text of C's.
///
/// # Safety
/// `text` is NULL or points to bytes that end with a NUL and do not change meanwhile.
pub(crate) unsafe fn text<'a>(text: *const c_char, what: &str) -> Result<&'a str, Failure> {
    if text.is_null() {
        return Err(Failure::null(what));
    }
    // SAFETY: by the contract, it ends with a NUL.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map_err(|_| Failure::argument(format!("{what} is not UTF-8")))
}

/// Bytes of C's. None at all may be NULL.
///
/// # Safety
/// `data` is NULL or points to `size` bytes that do not change meanwhile.
pub(crate) unsafe fn bytes<'a>(
    data: *const u8,
    size: usize,
    what: &str,
) -> Result<&'a [u8], Failure> {
    if data.is_null() {
        return if size == 0 { Ok(&[]) } else { Err(Failure::null(what)) };
    }
    if isize::try_from(size).is_err() {
        return Err(Failure::argument(format!("{what} cannot have {size} bytes")));
    }
    // SAFETY: not NULL, no more than Rust allows, and by the contract readable.
    Ok(unsafe { slice::from_raw_parts(data, size) })
}

/// A text for C, which ends at the first NUL: one inside becomes a replacement character.
pub(crate) fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}
