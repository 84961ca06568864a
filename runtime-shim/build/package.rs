//! Finds the folder of a package that cargo fetches for a manifest, even if it never builds it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where cargo is started, which decides what configuration it reads.
#[derive(Clone, Copy)]
pub(crate) enum Place<'f> {
    /// In the current folder.
    Here,
    /// In this one.
    In(&'f Path),
}

/// The folder of `package`, a dependency of `manifest`, which is fetched if necessary.
///
/// # Errors
/// A message, if cargo cannot find it.
pub fn package_folder(manifest: &Path, package: &str) -> Result<PathBuf, String> {
    package_folder_in(&[Place::Here], manifest, package)
}

/// The same with cargo started in each of several places, until one has the package.
pub(crate) fn package_folder_in(
    places: &[Place<'_>],
    manifest: &Path,
    package: &str,
) -> Result<PathBuf, String> {
    // Offline first, which avoids network access when everything has been fetched already.
    let offline = places.iter().map(|place| (*place, true));
    let online = places.iter().map(|place| (*place, false));
    let mut failure = String::new();
    for (place, offline) in offline.chain(online) {
        match metadata(place, manifest, offline) {
            Ok(metadata) => return folder_in(&metadata, package),
            Err(message) => failure = message,
        }
    }
    Err(failure)
}

/// The folder of a package that `cargo metadata` has reported.
fn folder_in(metadata: &serde_json::Value, package: &str) -> Result<PathBuf, String> {
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let manifest = packages
        .iter()
        .find(|candidate| candidate["name"] == package)
        .and_then(|candidate| candidate["manifest_path"].as_str())
        .ok_or_else(|| format!("cargo metadata does not name the package {package}"))?;
    Ok(Path::new(manifest).parent().ok_or("a manifest without a folder")?.to_owned())
}

fn metadata(place: Place<'_>, manifest: &Path, offline: bool) -> Result<serde_json::Value, String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version=1", "--manifest-path"]).arg(manifest);
    command.args(offline.then_some("--offline"));
    if let Place::In(folder) = place {
        command.current_dir(folder);
    }
    let output = command.output().map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(format!("cargo metadata: {}: {messages}", output.status));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}
