//! Tells the crate what it is made of: a digest of its sources, for keys of compiled functions.
//!
//! A function that one build of the compiler made is right for no other build, whatever the version
//! says, as long as the version stays the same between two releases.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    // The workspace's files name the versions and features of Cranelift and of what it is made of.
    let parts =
        ["src", "abi/src", "Cargo.toml", "../Cargo.toml", "../Cargo.lock"].map(PathBuf::from);
    let mut files = Vec::new();
    for part in parts {
        if part.exists() {
            println!("cargo::rerun-if-changed={}", part.display());
            collect(&part, &mut files)?;
        }
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
