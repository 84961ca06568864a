//! Everything that can be read from an artifact.

use std::ptr;

use crate::artifact::*;
use crate::outcome::{outcome, text};

/// Indexes that no list of an artifact has.
const BEYOND: &[usize] = &[0, 1, usize::MAX / 2, usize::MAX];

/// Reads all that there is, and some of what there is not.
///
/// # Safety
/// `artifact` comes from the library and is not deleted, or it is NULL.
pub(crate) unsafe fn read_everything(artifact: *mut cwamrc_artifact_t) {
    // SAFETY: the caller promises it; results have room, or are NULL.
    unsafe {
        let (data, size) = (cwamrc_artifact_data(artifact), cwamrc_artifact_size(artifact));
        assert_eq!(data.is_null(), artifact.is_null());
        if !data.is_null() {
            // Hosts may write to each byte.
            std::slice::from_raw_parts_mut(data, size).reverse();
        }
        assert!(cwamrc_artifact_code_offset(artifact) <= size);
        assert!(cwamrc_artifact_code_size(artifact) <= size);
        cwamrc_artifact_function_count(artifact);
        read_diagnostics(artifact);
        read_sections(artifact, size);
        read_symbols(artifact);
        // A path that is not UTF-8, and none: nothing is written.
        for path in [c"\xff".as_ptr(), ptr::null()] {
            assert!(outcome(cwamrc_artifact_write_file(artifact, path), 0) as u32 != 0);
        }
    }
}

/// # Safety
/// Like [`read_everything`].
unsafe fn read_diagnostics(artifact: *const cwamrc_artifact_t) {
    // SAFETY: the caller promises it.
    unsafe {
        let count = cwamrc_artifact_diagnostic_count(artifact);
        for index in (0..count).chain(BEYOND.iter().map(|beyond| count.saturating_add(*beyond))) {
            let message = text(cwamrc_artifact_diagnostic_message(artifact, index));
            let severity = cwamrc_artifact_diagnostic_severity(artifact, index);
            assert_eq!(message.is_some(), index < count);
            assert_eq!(severity != cwamrc_severity_t::CWAMRC_SEVERITY_NONE, index < count);
        }
    }
}

/// # Safety
/// Like [`read_everything`].
unsafe fn read_sections(artifact: *const cwamrc_artifact_t, size: usize) {
    // SAFETY: the caller promises it.
    unsafe {
        let count = cwamrc_artifact_section_count(artifact);
        for index in (0..count).chain(BEYOND.iter().map(|beyond| count.saturating_add(*beyond))) {
            let (mut start, mut length) = (0, 0);
            let name = cwamrc_artifact_section(artifact, index, &raw mut start, &raw mut length);
            assert_eq!(text(name).is_some(), index < count);
            assert!(start + length <= size, "a section beyond the file");
            let null = ptr::null_mut();
            assert_eq!(cwamrc_artifact_section(artifact, index, null, null), name);
        }
    }
}

/// # Safety
/// Like [`read_everything`].
unsafe fn read_symbols(artifact: *const cwamrc_artifact_t) {
    // SAFETY: the caller promises it.
    unsafe {
        let count = cwamrc_artifact_symbol_count(artifact);
        let null = ptr::null_mut();
        let mut end = 0;
        for index in (0..count).chain(BEYOND.iter().map(|beyond| count.saturating_add(*beyond))) {
            let (mut start, mut length, mut function) = (end, 0, 0);
            let (places, at) = ((&raw mut start, &raw mut length), &raw mut function);
            let name = cwamrc_artifact_symbol(artifact, index, places.0, places.1, at);
            assert_eq!(text(name).is_some(), index < count);
            assert!(start >= end, "symbols are in code order");
            end = start + length;
            assert_eq!(cwamrc_artifact_symbol(artifact, index, null, null, ptr::null_mut()), name);
            let (mut wasm, at) = (0, &raw mut function);
            for code in [start, end.saturating_sub(1), end] {
                cwamrc_artifact_location(artifact, code, &raw mut wasm, at);
                cwamrc_artifact_location(artifact, code, null, ptr::null_mut());
            }
        }
        assert!(!cwamrc_artifact_location(artifact, u64::MAX, null, ptr::null_mut()));
    }
}
