//! The calls that compile.

use std::ffi::c_char;
use std::ptr;

use compiler::Cpu;

use crate::artifact::cwamrc_artifact_t;
use crate::boundary::{array, bytes, fallible, put, shared, text};
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
        let (wasm, options) = unsafe { (bytes(wasm, size, "the module")?, shared(options)) };
        let defaults = cwamrc_options_t::new();
        let options = options.unwrap_or(&defaults);
        let compiler = options.compiler();
        let compiled = match options.format() {
            cwamrc_format_t::CWAMRC_FORMAT_AOT => compiler.compile(wasm),
            cwamrc_format_t::CWAMRC_FORMAT_OBJECT => compiler.compile_object(wasm),
        }?;
        let compiled = cwamrc_artifact_t::new(compiled, options.cpu().clone(), options.format());
        // SAFETY: likewise.
        unsafe { put(artifact, Box::into_raw(Box::new(compiled))) };
        Ok(())
    })
}

/// Compiles the module for each of `count` targets instead of the target of the options, and reads
/// it only once. `targets` are names as for cwamrc_options_set_target(). The results are stored in
/// the array `artifacts`, in the same order; all of them are NULL if there is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_compile_each(
    wasm: *const u8,
    size: usize,
    options: *const cwamrc_options_t,
    targets: *const *const c_char,
    count: usize,
    artifacts: *mut *mut cwamrc_artifact_t,
) -> *mut cwamrc_error_t {
    fallible(|| {
        // SAFETY: the header requires that there is room for this many, or NULL.
        unsafe { clear(artifacts, count) }?;
        // SAFETY: the header requires it of the caller.
        let (wasm, options) = unsafe { (bytes(wasm, size, "the module")?, shared(options)) };
        // SAFETY: likewise.
        let targets = unsafe { array(targets, count, "the array of targets") }?;
        let mut cpus = Vec::new();
        for &target in targets {
            // SAFETY: likewise.
            cpus.push(Cpu::for_target(unsafe { text(target, "the target") }?)?);
        }
        let defaults = cwamrc_options_t::new();
        let options = options.unwrap_or(&defaults);
        let compiler = options.compiler();
        let compiled = match options.format() {
            cwamrc_format_t::CWAMRC_FORMAT_AOT => compiler.compile_each(wasm, &cpus),
            cwamrc_format_t::CWAMRC_FORMAT_OBJECT => compiler.compile_object_each(wasm, &cpus),
        }?;
        for (index, (compiled, cpu)) in compiled.into_iter().zip(cpus).enumerate() {
            let compiled = cwamrc_artifact_t::new(compiled, cpu, options.format());
            // SAFETY: `clear` found room for `count`, and there are no more.
            unsafe { put(artifacts.add(index), Box::into_raw(Box::new(compiled))) };
        }
        Ok(())
    })
}

/// Stores NULL in all places of an array for results.
///
/// # Safety
/// `artifacts` is NULL or points to room for `count` pointers.
unsafe fn clear(artifacts: *mut *mut cwamrc_artifact_t, count: usize) -> Result<(), Failure> {
    if count == 0 {
        return Ok(());
    }
    if artifacts.is_null() {
        return Err(Failure::null("the array for the artifacts"));
    }
    for index in 0..count {
        // SAFETY: not NULL, and the caller promises that there is room.
        unsafe { put(artifacts.add(index), ptr::null_mut()) };
    }
    Ok(())
}

/// The version of the library, in the same form as CWAMRC_VERSION of the header.
#[unsafe(no_mangle)]
pub extern "C" fn cwamrc_version() -> *const c_char {
    const { concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr() }.cast()
}
