//! Finds WAMR's sources: `WAMR_ROOT_DIR` if it is set, otherwise the crate `wamrx-sys`.
//!
//! That crate is named in `Cargo.toml` under a condition that is never true, so cargo resolves and
//! fetches it but never builds it: its own build script needs cmake and libclang and leaves out the
//! ahead-of-time loader.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::package::package_folder;

/// The variable that names another checkout of WAMR. Unlike the registry's copy, it may change.
pub const ROOT_VARIABLE: &str = "WAMR_ROOT_DIR";

const PACKAGE: &str = "wamrx-sys";
const FOLDER: &str = "wasm-micro-runtime";

/// The folder that contains WAMR's `core`.
///
/// # Errors
/// A message, if it does not exist.
pub fn wamr_root() -> Result<PathBuf, String> {
    let root = match env::var_os(ROOT_VARIABLE) {
        Some(root) => root.into(),
        None => packaged_root()?,
    };
    let probe = root.join("core/iwasm/aot/aot_loader.c");
    fs::metadata(&probe).map_err(|error| {
        format!("no WAMR sources: {}: {error}; set {ROOT_VARIABLE} to a checkout", probe.display())
    })?;
    Ok(root)
}

fn packaged_root() -> Result<PathBuf, String> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    Ok(package_folder(Path::new(manifest), PACKAGE)?.join(FOLDER))
}
