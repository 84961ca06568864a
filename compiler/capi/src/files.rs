//! Other files than compiled ones: modules as text, universal files, reports about files.

use std::ptr;

use compiler::{inspect, universal};

use crate::artifact::cwamrc_artifact_t;
use crate::boundary::{array, bytes, fallible, put, shared, text};
use crate::bytes::{cwamrc_bytes_t, put_bytes};
use crate::error::{Failure, cwamrc_error_t};

/// Returns bytes, or an error and NULL.
///
/// # Safety
/// `place` is NULL or points to room for a handle.
unsafe fn make(
    place: *mut *mut cwamrc_bytes_t,
    make: impl FnOnce() -> Result<Vec<u8>, Failure>,
) -> *mut cwamrc_error_t {
    fallible(|| {
        if place.is_null() {
            return Err(Failure::null("the place for the result"));
        }
        // SAFETY: not NULL, and the caller promises that there is room.
        unsafe { put(place, ptr::null_mut()) };
        let made = make()?;
        // SAFETY: likewise.
        unsafe { put_bytes(place, made) };
        Ok(())
    })
}

/// Assembles the module in the `size` bytes of text at `text` (.wat), and stores it in `wasm`; NULL
/// if there is an error, which names the line and the column. The text may also be a module in
/// binary, which is returned as it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_wat_to_wasm(
    text: *const u8,
    size: usize,
    wasm: *mut *mut cwamrc_bytes_t,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        make(wasm, || {
            let text = bytes(text, size, "the text")?;
            let assembled = wat::parse_bytes(text).map_err(|error| syntax(&error.to_string()))?;
            Ok(assembled.into_owned())
        })
    }
}

/// The assembler's message consists of a line, a line `--> path:line:column`, and the source text.
fn syntax(message: &str) -> Failure {
    let mut lines = message.lines();
    let what = lines.next().unwrap_or_default();
    let place = lines.find_map(|line| line.trim_start().strip_prefix("--> "));
    let mut parts = place.unwrap_or_default().rsplitn(3, ':');
    Failure::invalid(match (parts.next(), parts.next()) {
        (Some(column), Some(line)) => format!("{what}, in line {line}, column {column}"),
        _ => what.to_owned(),
    })
}

/// Makes a universal file: the module in the `size` bytes at `wasm`, which every runtime can load,
/// with the machine code of `count` artifacts, each for another architecture and compiled from
/// exactly these bytes. Stores it in `file`; NULL if there is an error.
///
/// `signing_key` is a private Ed25519 key in PEM, as `cwamrc key` makes it: hosts that trust its
/// public key run the machine code. NULL for no signature; such code runs only where the host
/// trusts the file itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_make_universal(
    wasm: *const u8,
    size: usize,
    artifacts: *const *const cwamrc_artifact_t,
    count: usize,
    signing_key: *const std::ffi::c_char,
    file: *mut *mut cwamrc_bytes_t,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        make(file, || {
            let wasm = bytes(wasm, size, "the module")?;
            let mut codes = Vec::new();
            for &artifact in array(artifacts, count, "the array of artifacts")? {
                let artifact = shared(artifact).ok_or_else(|| Failure::null("an artifact"))?;
                codes.push(artifact.native_code()?);
            }
            if signing_key.is_null() {
                return Ok(universal::embed(wasm, &codes)?);
            }
            let key = universal::SigningKey::from_pem(text(signing_key, "the signing key")?);
            let key = key.map_err(|error| Failure::argument(error.to_string()))?;
            Ok(universal::embed_signed(wasm, &codes, &key)?)
        })
    }
}

/// Describes the `size` bytes at `file`, an .aot file or a universal file, as `cwamrc inspect
/// --json` does, and stores the JSON text in `report`; NULL if there is an error. Nothing in the
/// file is run.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_inspect(
    file: *const u8,
    size: usize,
    report: *mut *mut cwamrc_bytes_t,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        make(report, || {
            let file = bytes(file, size, "the file")?;
            let json = match universal::report(file) {
                Ok(Some(report)) => serde_json::to_vec_pretty(&report),
                _ => serde_json::to_vec_pretty(&inspect::report(file)?),
            };
            json.map_err(|error| Failure::internal(format!("JSON: {error}")))
        })
    }
}
