//! Finds the folder of a package that cargo fetches for a manifest, even if it never builds it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of `package`, a dependency of `manifest`, which is fetched if necessary.
///
/// # Errors
/// A message, if cargo cannot find it.
pub fn package_folder(manifest: &Path, package: &str) -> Result<PathBuf, String> {
    // Offline first, which avoids network access when everything has been fetched already.
    let metadata = metadata(manifest, &["--offline"]).or_else(|_| metadata(manifest, &[]))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let manifest = packages
        .iter()
        .find(|candidate| candidate["name"] == package)
        .and_then(|candidate| candidate["manifest_path"].as_str())
        .ok_or_else(|| format!("cargo metadata does not name the package {package}"))?;
    Ok(Path::new(manifest).parent().ok_or("a manifest without a folder")?.to_owned())
}

fn metadata(manifest: &Path, arguments: &[&str]) -> Result<serde_json::Value, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version=1", "--manifest-path"]).arg(manifest);
    let output =
        command.args(arguments).output().map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata: {}: {messages}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}
