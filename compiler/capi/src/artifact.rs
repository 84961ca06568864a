//! A compiled module for C: bytes, and what is known about them, by number.
//!
//! Invariant: only the bytes of the file may change, and only the host changes them. So several
//! threads at once may call all functions except the one that returns the bytes and the one that
//! deletes.

use std::ffi::{CString, c_char};
use std::path::Path;
use std::sync::OnceLock;
use std::{ptr, slice};

use compiler::pending_file::PendingFile;
use compiler::universal::NativeCode;
use compiler::{Cpu, Severity, Summary};

use crate::boundary::{c_text, delete, fallible, infallible, put, shared, text};
use crate::error::{Failure, cwamrc_error_t};
use crate::options::cwamrc_format_t;

/// A compiled module. Delete it with cwamrc_artifact_delete().
pub struct cwamrc_artifact_t {
    /// A box of bytes, as a pointer: the host may write to them without using the handle.
    bytes: *mut [u8],
    cpu: Cpu,
    format: cwamrc_format_t,
    summary: Summary,
    texts: OnceLock<Texts>,
}

/// Strings in the form that C expects.
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
    /// The file is as requested; the note says how it was made.
    CWAMRC_SEVERITY_NOTE = 2,
}

/// A function index that means no function.
pub const CWAMRC_NO_FUNCTION: u32 = 0xffff_ffff;

impl cwamrc_artifact_t {
    /// The result of compiling for `cpu`.
    pub(crate) fn new(artifact: compiler::Artifact, cpu: Cpu, format: cwamrc_format_t) -> Self {
        let (bytes, summary) = artifact.into_parts();
        let bytes = Box::into_raw(bytes.into_boxed_slice());
        Self { bytes, cpu, format, summary, texts: OnceLock::new() }
    }

    /// What a universal file contains of it.
    ///
    /// # Safety
    /// Nobody writes to the bytes meanwhile.
    pub(crate) unsafe fn native_code(&self) -> Result<NativeCode<'_>, Failure> {
        if self.format != cwamrc_format_t::CWAMRC_FORMAT_AOT {
            return Err(Failure::argument("an artifact is not an .aot file".to_owned()));
        }
        // SAFETY: the caller's promise.
        Ok(NativeCode { cpu: &self.cpu, aot: unsafe { self.contents() } })
    }

    /// # Safety
    /// Nobody writes to the bytes meanwhile.
    unsafe fn contents(&self) -> &[u8] {
        // SAFETY: it is a box of this size, and the caller promises that nobody writes to it.
        unsafe { slice::from_raw_parts(self.bytes.cast::<u8>(), self.bytes.len()) }
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
        // SAFETY: it was a box, and nobody else frees it; as the header requires, the host no
        // longer uses the bytes.
        drop(unsafe { Box::from_raw(self.bytes) });
    }
}

/// The result of `look` for an artifact, or `otherwise`.
///
/// # Safety
/// Like [`shared`].
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

/// Deletes an artifact, including its bytes; NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_delete(artifact: *mut cwamrc_artifact_t) {
    // SAFETY: the header requires it of the caller.
    unsafe { delete(artifact) };
}

/// The bytes of the file; NULL for NULL. They live as long as the artifact. The host may write to
/// them. wasm_runtime_load() does so, and needs them as long as the module is loaded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_data(artifact: *mut cwamrc_artifact_t) -> *mut u8 {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, ptr::null_mut(), |artifact| Some(artifact.bytes.cast())) }
}

/// The size of the file in bytes; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_size(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.bytes.len())) }
}

/// Writes the bytes to a file, which is created or replaced. If that fails, the file is unchanged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_write_file(
    artifact: *const cwamrc_artifact_t,
    path: *const c_char,
) -> *mut cwamrc_error_t {
    fallible(|| {
        // SAFETY: the header requires it of the caller.
        let artifact = unsafe { shared(artifact) }.ok_or_else(|| Failure::null("the artifact"))?;
        // SAFETY: likewise.
        let path = Path::new(unsafe { text(path, "the path") }?);
        // SAFETY: as the header requires, nobody writes to it now.
        let bytes = unsafe { artifact.contents() };
        PendingFile::write(path, bytes)
            .and_then(PendingFile::persist)
            .map_err(|error| Failure::io(format!("cannot write {}: {error}", path.display())))
    })
}

/// The number of functions of the module, not counting imports.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_function_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.statistics().functions)) }
}

/// The number of functions that were taken from the cache of cwamrc_options_set_cache(); 0 without
/// a cache.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_cached_function_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.cache()?.hits)) }
}

/// Bytes of machine code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_code_size(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.statistics().code_size)) }
}

/// The offset of the machine code in an .aot file. Offsets of code in the following functions count
/// from there. 0 for an object file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_code_offset(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.code_range()?.start)) }
}

/// The number of warnings and notes; warnings come first.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_diagnostic_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.diagnostics().len())) }
}

/// The severity of a diagnostic; CWAMRC_SEVERITY_NONE if there is none with this number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_diagnostic_severity(
    artifact: *const cwamrc_artifact_t,
    index: usize,
) -> cwamrc_severity_t {
    use cwamrc_severity_t as C;
    // SAFETY: the header requires it of the caller.
    unsafe {
        look(artifact, C::CWAMRC_SEVERITY_NONE, |artifact| {
            Some(match artifact.summary.diagnostics().get(index)?.severity {
                Severity::Warning => C::CWAMRC_SEVERITY_WARNING,
                _ => C::CWAMRC_SEVERITY_NOTE,
            })
        })
    }
}

/// The text of a diagnostic; NULL if there is none with this number. It lives as long as the
/// artifact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_diagnostic_message(
    artifact: *const cwamrc_artifact_t,
    index: usize,
) -> *const c_char {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, ptr::null(), |artifact| text_at(&artifact.texts().diagnostics, index)) }
}

/// The number of sections of an .aot file; 0 for an object file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_section_count(
    artifact: *const cwamrc_artifact_t,
) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.sections().len())) }
}

/// The name of a section, its offset in the file and its size; NULL if there is none with this
/// number. `offset` and `size` may be NULL. The name lives as long as the artifact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_section(
    artifact: *const cwamrc_artifact_t,
    index: usize,
    offset: *mut usize,
    size: *mut usize,
) -> *const c_char {
    // SAFETY: the header requires it of the caller.
    unsafe {
        look(artifact, ptr::null(), |artifact| {
            let section = artifact.summary.sections().get(index)?;
            put(offset, section.range.start);
            put(size, section.range.len());
            text_at(&artifact.texts().sections, index)
        })
    }
}

/// The number of ranges of machine code: functions, and code that the compiler adds.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_symbol_count(artifact: *const cwamrc_artifact_t) -> usize {
    // SAFETY: the header requires it of the caller.
    unsafe { look(artifact, 0, |artifact| Some(artifact.summary.symbols().len())) }
}

/// The name of a range of machine code, its offset and size, and the index of the function that it
/// belongs to, imports counted, or CWAMRC_NO_FUNCTION. Ranges are in code order. NULL if there is
/// none with this number. `offset`, `size` and `function` may be NULL. The name lives as long as
/// the artifact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_symbol(
    artifact: *const cwamrc_artifact_t,
    index: usize,
    offset: *mut u64,
    size: *mut u64,
    function: *mut u32,
) -> *const c_char {
    // SAFETY: the header requires it of the caller.
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

/// Whether the code at an offset was compiled from an operator. If so, also returns the offset of
/// the operator from the start of the module, and the index of the function that contains it,
/// imports counted. Always false without cwamrc_options_set_address_map(). `wasm_offset` and
/// `function` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_artifact_location(
    artifact: *const cwamrc_artifact_t,
    code_offset: u64,
    wasm_offset: *mut u64,
    function: *mut u32,
) -> bool {
    // SAFETY: the header requires it of the caller.
    unsafe {
        look(artifact, false, |artifact| {
            let location = artifact.summary.address_map()?.lookup(code_offset)?;
            put(wasm_offset, u64::from(location.wasm_offset));
            put(function, location.function);
            Some(true)
        })
    }
}
