//! What an error says. A panic in the library is an error of kind `CWAMRC_ERROR_INTERNAL`.

use std::ffi::{CStr, c_char};
use std::ptr;

use crate::error::{
    cwamrc_error_delete, cwamrc_error_hint, cwamrc_error_kind, cwamrc_error_kind_t,
    cwamrc_error_message, cwamrc_error_offset, cwamrc_error_t,
};

/// The kind of an error, which is read and deleted. It is about a module of `size` bytes.
///
/// # Safety
/// The error comes from the library and is not deleted, or it is NULL.
pub(crate) unsafe fn outcome(error: *mut cwamrc_error_t, size: usize) -> cwamrc_error_kind_t {
    // SAFETY: the caller promises it.
    unsafe {
        let kind = cwamrc_error_kind(error);
        let message = text(cwamrc_error_message(error));
        let hint = text(cwamrc_error_hint(error));
        let mut offset = 0;
        let has_offset = cwamrc_error_offset(error, &raw mut offset);
        assert_eq!(cwamrc_error_offset(error, ptr::null_mut()), has_offset);
        cwamrc_error_delete(error);
        assert_ne!(kind, cwamrc_error_kind_t::CWAMRC_ERROR_INTERNAL, "{message:?}");
        assert!(offset <= size as u64, "{message:?}: at {offset} of {size} bytes");
        let is_none = kind == cwamrc_error_kind_t::CWAMRC_ERROR_NONE;
        assert_eq!(is_none, error.is_null());
        assert_eq!(is_none, message.is_none());
        assert!(!is_none || hint.is_none() && !has_offset, "no error has a hint or a place");
        kind
    }
}

/// A text of the library. It is UTF-8.
///
/// # Safety
/// It ends with a NUL, or is NULL.
pub(crate) unsafe fn text(text: *const c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller promises it.
    let text = unsafe { CStr::from_ptr(text) };
    Some(text.to_str().expect("texts are UTF-8").to_owned())
}
