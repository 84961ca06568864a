//! Computes a digest of the crate's sources, for the keys of cached functions.
//!
//! A function compiled by one build of the compiler must not be used by any other build. The
//! version alone would not tell them apart, since it stays the same between two releases.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    // In a package of a registry, the manifest contains the exact versions of wamr-abi and of
    // Cranelift, and nothing outside of the package is read.
    let mut parts = vec!["src", "Cargo.toml"];
    if Path::new("abi").exists() {
        // The workspace's files contain the versions and features of all dependencies.
        parts.extend(["abi/src", "../Cargo.toml", "../Cargo.lock"]);
    }
    let mut files = Vec::new();
    for part in parts {
        println!("cargo::rerun-if-changed={part}");
        collect(Path::new(part), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        (&file, fs::read(&file)?).hash(&mut hasher);
    }
    println!("cargo::rustc-env=CWAMRC_SOURCES={:016x}", hasher.finish());
    Ok(())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        collect(&entry?.path(), files)?;
    }
    Ok(())
}
