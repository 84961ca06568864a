//! The call that compiles.

use std::ffi::c_char;
use std::ptr;

use crate::artifact::cwamrc_artifact_t;
use crate::boundary::{bytes, fallible, put, shared};
use crate::error::{Failure, cwamrc_error_t};
use crate::options::{cwamrc_format_t, cwamrc_options_t};

/// Compiles the wasm module in the `size` bytes at `wasm` and stores the result in `artifact`; NULL
/// if there is an error. The bytes are only read, and not needed afterwards. `options` may be NULL
/// for the defaults, and several compilations may use the same options at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_compile(
    wasm: *const u8,
    size: usize,
    options: *const cwamrc_options_t,
    artifact: *mut *mut cwamrc_artifact_t,
) -> *mut cwamrc_error_t {
    fallible(|| {
        if artifact.is_null() {
            return Err(Failure::null("the place for the artifact"));
        }
        // SAFETY: not NULL, and the header requires the rest.
        unsafe { put(artifact, ptr::null_mut()) };
        // SAFETY: likewise.
        let wasm = unsafe { bytes(wasm, size, "the module") }?;
        let defaults;
        // SAFETY: likewise.
        let options = match unsafe { shared(options) } {
            Some(options) => options,
            None => {
                defaults = cwamrc_options_t::new();
                &defaults
            }
        };
        let compiler = options.compiler();
        let compiled = match options.format() {
            cwamrc_format_t::CWAMRC_FORMAT_AOT => compiler.compile(wasm),
            cwamrc_format_t::CWAMRC_FORMAT_OBJECT => compiler.compile_object(wasm),
        }?;
        let compiled = Box::into_raw(Box::new(cwamrc_artifact_t::new(compiled)));
        // SAFETY: likewise.
        unsafe { put(artifact, compiled) };
        Ok(())
    })
}

/// The version of the library, in the same form as CWAMRC_VERSION of the header.
#[unsafe(no_mangle)]
pub extern "C" fn cwamrc_version() -> *const c_char {
    const { concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr() }.cast()
}
