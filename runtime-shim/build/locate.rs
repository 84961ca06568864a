//! Finds WAMR's sources: `WAMR_ROOT_DIR` if it is set, else the crate `wamrx-sys`.
//!
//! That crate is named in `Cargo.toml` under a condition that never holds, so cargo resolves and
//! fetches it but never builds it: its own build script wants cmake and libclang and leaves the
//! ahead-of-time loader out.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Names another checkout of WAMR, which, unlike the registry's copy, may change.
pub const ROOT_VARIABLE: &str = "WAMR_ROOT_DIR";

const PACKAGE: &str = "wamrx-sys";
const FOLDER: &str = "wasm-micro-runtime";

/// The folder that holds WAMR's `core`.
///
/// # Errors
/// A message, if it is not there.
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
    // Offline first: it costs no look at the network when everything is there already.
    let metadata = cargo_metadata(&["--offline"]).or_else(|_| cargo_metadata(&[]))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let manifest = packages
        .iter()
        .find(|package| package["name"] == PACKAGE)
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or_else(|| format!("cargo metadata does not name the package {PACKAGE}"))?;
    let folder = Path::new(manifest).parent().ok_or("a manifest without a folder")?;
    Ok(folder.join(FOLDER))
}

fn cargo_metadata(arguments: &[&str]) -> Result<serde_json::Value, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .args(arguments)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata: {}: {messages}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}
