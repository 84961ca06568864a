//! Names build results by a digest of everything they were built from, so that nothing is built
//! twice.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::PathBuf;

use crate::{Options, assertions};

/// A number that changes if `parts`, the content of `files` or this crate's tables for `options`
/// change.
pub(crate) fn fingerprint<'f>(
    parts: impl Hash,
    options: Options,
    files: impl Iterator<Item = &'f PathBuf>,
) -> Result<u64, String> {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    (assertions::c_source(options), include_str!("lib.rs")).hash(&mut hasher);
    for file in files {
        let content = fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        (file, content).hash(&mut hasher);
    }
    Ok(hasher.finish())
}
