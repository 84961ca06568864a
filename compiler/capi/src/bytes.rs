//! Bytes that the library returns to C.

use std::ptr;

use crate::boundary::{delete, infallible, put, shared};

/// Bytes that the library made. Delete them with cwamrc_bytes_delete().
pub struct cwamrc_bytes_t {
    /// They end with a NUL that does not count.
    bytes: Vec<u8>,
}

/// Passes `bytes` to C.
///
/// # Safety
/// `place` points to room for a handle.
pub(crate) unsafe fn put_bytes(place: *mut *mut cwamrc_bytes_t, mut bytes: Vec<u8>) {
    bytes.push(0);
    // SAFETY: the caller's promise.
    unsafe { put(place, Box::into_raw(Box::new(cwamrc_bytes_t { bytes }))) };
}

/// The bytes; NULL for NULL. They live as long as the handle, and a NUL follows them, so that text
/// is a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_bytes_data(bytes: *const cwamrc_bytes_t) -> *const u8 {
    infallible(ptr::null(), || {
        // SAFETY: the header requires it of the caller.
        unsafe { shared(bytes) }.map(|bytes| bytes.bytes.as_ptr())
    })
}

/// The number of bytes; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_bytes_size(bytes: *const cwamrc_bytes_t) -> usize {
    infallible(0, || {
        // SAFETY: the header requires it of the caller.
        unsafe { shared(bytes) }.map(|bytes| bytes.bytes.len() - 1)
    })
}

/// Deletes bytes; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_bytes_delete(bytes: *mut cwamrc_bytes_t) {
    // SAFETY: the header requires it of the caller.
    unsafe { delete(bytes) };
}
