//! Facts about WAMR: AOT file format and native-code ABI.

pub mod exceptions;
pub mod format;
pub mod helpers;
pub mod layout;
pub mod releases;
pub mod symbols;
