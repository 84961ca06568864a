//! Facts about WAMR: AOT file format and native-code ABI.

pub mod format;
pub mod releases;
