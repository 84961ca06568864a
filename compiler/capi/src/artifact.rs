//! A compiled module for C: bytes, and what is known about them, by number.
//!
//! Invariant: only the bytes of the file may change, and only by the host's hand; so all functions
//! but the one that gives them out and the one that deletes may be called by several threads at once.

use std::ffi::{CString, c_char};
use std::path::Path;
use std::sync::OnceLock;
use std::{ptr, slice};

use compiler::pending_file::PendingFile;
use compiler::{Severity, Summary};

use crate::border::{c_text, delete, fallible, infallible, put, shared, text};
use crate::error::{Failure, cwamrc_error_t};

/// A compiled module. Delete it with cwamrc_artifact_delete().
pub struct cwamrc_artifact_t {
    /// A box of bytes, as a pointer: the host may write to them without the handle.
    bytes: *mut [u8],
    summary: Summary,
    texts: OnceLock<Texts>,
}

/// What has a text, in the form of C.
struct Texts {
    diagnostics: Vec<CString>,
    sections: Vec<CString>,
    symbols: Vec<CString>,
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum cwamrc_severity_t {
    /// There is no such diagnostic.
    CWAMRC_SEVERITY_NONE = 0,
    /// The file may not do what its user expects.
    CWAMRC_SEVERITY_WARNING = 1,
    /// The file is what was asked for; this is how it was made.
    CWAMRC_SEVERITY_NOTE = 2,
}

/// A function index that stands for none.
pub const CWAMRC_NO_FUNCTION: u32 = 0xffff_ffff;

impl cwamrc_artifact_t {
    pub(crate) fn new(artifact: compiler::Artifact) -> Self {
        let (bytes, summary) = artifact.into_parts();
        let bytes = Box::into_raw(bytes.into_boxed_slice());
        Self { bytes, summary, texts: OnceLock::new() }
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| {
            let summary = &self.summary;
            let diagnostics = summary.diagnostics().iter().map(|one| c_text(&one.message));
            let sections = summary.sections().iter().map(|one| c_text(one.name));
            let symbols = summary.symbols().iter().map(|one| c_text(&one.name));
            Texts {
                diagnostics: diagnostics.collect(),
                sections: sections.collect(),
                symbols: symbols.collect(),
            }
        })
    }
}

impl Drop for cwamrc_artifact_t {
    fn drop(&mut self) {
        // SAFETY: it was a box, and nobody else frees it; by the header's word, the host no longer
        // uses the bytes.
        drop(unsafe { Box::from_raw(self.bytes) });
    }
}

/// What `look` finds in an artifact, or `otherwise`.
///
/// # Safety
/// As [`shared`].
unsafe fn look<T>(
    artifact: *const cwamrc_artifact_t,
    otherwise: T,
    look: impl FnOnce(&cwamrc_artifact_t) -> Option<T>,
) -> T {
    infallible(otherwise, || {
        // SAFETY: the caller's promise.
        look(unsafe { shared(artifact) }?)
    })
}

fn text_at(texts: &[CString], index: usize) -> Option<*const c_char> {
    texts.get(index).map(|text| text.as_ptr())
}

/// Deletes an artifact, and the bytes with it; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_delete(artifact: *mut cwamrc_artifact_t) {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { delete(artifact) };
}

/// The bytes of the file; NULL for NULL. They live as long as the artifact. The host may write to
/// them, as wasm_runtime_load() does, which needs them as long as the module is loaded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_data(artifact: *mut cwamrc_artifact_t) -> *mut u8 {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, ptr::null_mut(), |artifact| Some(artifact.bytes.cast())) }
}

/// How many bytes the file has; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_size(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.bytes.len())) }
}

/// Writes the bytes to a file, which is created or replaced: as a whole, or not at all.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_write_file(
    artifact: *const cwamrc_artifact_t,
    path: *const c_char,
) -> *mut cwamrc_error_t {
    fallible(|| {
        // SAFETY: the caller's promise, as the header has it.
        let artifact = unsafe { shared(artifact) }.ok_or_else(|| Failure::null("the artifact"))?;
        // SAFETY: likewise.
        let path = Path::new(unsafe { text(path, "the path") }?);
        // SAFETY: it is a box of so many bytes, which by the header's word nobody writes to now.
        let bytes =
            unsafe { slice::from_raw_parts(artifact.bytes.cast::<u8>(), artifact.bytes.len()) };
        PendingFile::write(path, bytes)
            .and_then(PendingFile::persist)
            .map_err(|error| Failure::io(format!("cannot write {}: {error}", path.display())))
    })
}

/// Functions of the module, imports not counted.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_function_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.statistics().functions)) }
}

/// Bytes of machine code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_code_size(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.statistics().code_size)) }
}

/// Where the machine code lies in an .aot file. What follows counts offsets of code from there. 0 for
/// an object file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_code_offset(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.code_range()?.start)) }
}

/// How many warnings and notes there are; warnings come first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_diagnostic_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.diagnostics().len())) }
}

/// How much a diagnostic matters; CWAMRC_SEVERITY_NONE if there is none of that number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_diagnostic_severity(
    artifact: *const cwamrc_artifact_t,
    index: usize,
) -> cwamrc_severity_t {
    use cwamrc_severity_t as C;
    // SAFETY: the caller's promise, as the header has it.
    unsafe {
        look(artifact, C::CWAMRC_SEVERITY_NONE, |artifact| {
            Some(match artifact.summary.diagnostics().get(index)?.severity {
                Severity::Warning => C::CWAMRC_SEVERITY_WARNING,
                _ => C::CWAMRC_SEVERITY_NOTE,
            })
        })
    }
}

/// The text of a diagnostic; NULL if there is none of that number. It lives as long as the artifact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_diagnostic_message(
    artifact: *const cwamrc_artifact_t,
    index: usize,
) -> *const c_char {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, ptr::null(), |artifact| text_at(&artifact.texts().diagnostics, index)) }
}

/// How many sections an .aot file has; 0 for an object file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_section_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.sections().len())) }
}

/// The name of a section, its place in the file and its size: NULL if there is none of that number.
/// `offset` and `size` may be NULL. The name lives as long as the artifact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_section(
    artifact: *const cwamrc_artifact_t,
    index: usize,
    offset: *mut usize,
    size: *mut usize,
) -> *const c_char {
    // SAFETY: the caller's promise, as the header has it.
    unsafe {
        look(artifact, ptr::null(), |artifact| {
            let section = artifact.summary.sections().get(index)?;
            put(offset, section.range.start);
            put(size, section.range.len());
            text_at(&artifact.texts().sections, index)
        })
    }
}

/// How many stretches of machine code there are: functions, and what the compiler adds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_symbol_count(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the caller's promise, as the header has it.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.symbols().len())) }
}

/// The name of a stretch of machine code, its offset and size, and the index of the function that it
/// belongs to, imports counted, or CWAMRC_NO_FUNCTION. They are in the order of the code. NULL if there
/// is none of that number. `offset`, `size` and `function` may be NULL. The name lives as long as the
/// artifact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_symbol(
    artifact: *const cwamrc_artifact_t,
    index: usize,
    offset: *mut u64,
    size: *mut u64,
    function: *mut u32,
) -> *const c_char {
    // SAFETY: the caller's promise, as the header has it.
    unsafe {
        look(artifact, ptr::null(), |artifact| {
            let symbol = artifact.summary.symbols().get(index)?;
            put(offset, symbol.offset);
            put(size, symbol.size);
            put(function, symbol.function.unwrap_or(CWAMRC_NO_FUNCTION));
            text_at(&artifact.texts().symbols, index)
        })
    }
}

/// Whether the code at an offset was made from some operator, and if so, the offset of that from the
/// start of the module and the index of the function that it stands in, imports counted. False without
/// cwamrc_options_set_address_map(). `wasm_offset` and `function` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_location(
    artifact: *const cwamrc_artifact_t,
    code_offset: u64,
    wasm_offset: *mut u64,
    function: *mut u32,
) -> bool {
    // SAFETY: the caller's promise, as the header has it.
    unsafe {
        look(artifact, false, |artifact| {
            let location = artifact.summary.address_map()?.lookup(code_offset)?;
            put(wasm_offset, u64::from(location.wasm_offset));
            put(function, location.function);
            Some(true)
        })
    }
}
