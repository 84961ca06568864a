//! Finds WAMR's sources: `WAMR_ROOT_DIR` if it is set, otherwise the package `wamrx-sys`.
//!
//! `Cargo.toml` names that package under a condition that is never true, so cargo resolves it, and
//! `cargo vendor` and `cargo fetch` fetch it, but nothing builds it: its own build script needs
//! cmake and libclang and leaves out the ahead-of-time loader. A build for one target does not fetch
//! it either. If it does not lie next to this package, it is fetched for a manifest that names
//! nothing else, since this package's own dependencies may come from a place that cargo does not
//! find again from here.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use crate::package::{Place, package_folder_in};

/// The variable that names another checkout of WAMR. Unlike the registry's copy, it may change.
pub const ROOT_VARIABLE: &str = "WAMR_ROOT_DIR";

const PACKAGE: &str = "wamrx-sys";
const VERSION: &str = "0.3.0";
const FOLDER: &str = "wasm-micro-runtime";

/// A file without which the runtime cannot be built.
const PROBE: &str = "core/iwasm/aot/aot_loader.c";

/// The folder that contains WAMR's `core`.
///
/// # Errors
/// A message, if it does not exist.
pub fn wamr_root() -> Result<PathBuf, String> {
    let root = match env::var_os(ROOT_VARIABLE) {
        Some(root) => root.into(),
        None => packaged_root(Path::new(env!("CARGO_MANIFEST_DIR")))?,
    };
    let probe = root.join(PROBE);
    fs::metadata(&probe).map_err(|error| {
        format!("no WAMR sources: {}: {error}; set {ROOT_VARIABLE} to a checkout", probe.display())
    })?;
    Ok(root)
}

/// The sources for this package in the folder `own`.
fn packaged_root(own: &Path) -> Result<PathBuf, String> {
    if let Some(root) = sibling(own) {
        return Ok(root);
    }
    let folder = fetched().map_err(|error| {
        let hint = format!("set {ROOT_VARIABLE} to a checkout of WAMR to build without cargo");
        format!("{error}\nWAMR's sources cannot be fetched; {hint}")
    })?;
    Ok(folder.join(FOLDER))
}

/// The sources in a package next to `own`: in cargo's registry, or in a folder of `cargo vendor`.
fn sibling(own: &Path) -> Option<PathBuf> {
    let with_version = format!("{PACKAGE}-{VERSION}");
    let mut packages = [&with_version, PACKAGE].into_iter().map(|name| own.with_file_name(name));
    let package = packages.find(|package| is_packaged_version(package))?;
    Some(package.join(FOLDER))
}

/// Whether a folder contains the package, completely, and in the version that is asked for.
fn is_packaged_version(package: &Path) -> bool {
    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap_or_default();
    let version = format!("version = \"{VERSION}\"");
    manifest.lines().any(|line| line == version) && package.join(FOLDER).join(PROBE).exists()
}

/// The package's folder, after cargo has fetched it.
fn fetched() -> Result<PathBuf, String> {
    static FOLDERS: AtomicU32 = AtomicU32::new(0);
    let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
    // Build scripts have a folder of their own.
    let parent = env::var_os("OUT_DIR").map_or_else(env::temp_dir, PathBuf::from);
    let folder = parent.join(format!("wamr-sources-{}-{number}", process::id()));
    let fail = |error| format!("{}: {error}", folder.display());
    fs::create_dir(&folder).map_err(fail)?;
    let manifest = folder.join("Cargo.toml");
    let found = fs::write(&manifest, manifest_text())
        .and_then(|()| fs::write(folder.join("lib.rs"), ""))
        .map_err(fail)
        .and_then(|()| {
            // Cargo reads its configuration, with replaced sources, from the folder that it starts
            // in and those above: here those of the build's results, usually inside of the
            // workspace that is built.
            let places = [Place::In(&folder), Place::Here];
            package_folder_in(&places, &manifest, PACKAGE)
        });
    fs::remove_dir_all(&folder).map_err(fail)?;
    found
}

fn manifest_text() -> String {
    format!(
        "[package]\nname = \"wamr-sources\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [lib]\npath = \"lib.rs\"\n\n[dependencies]\n{PACKAGE} = \"={VERSION}\"\n\n[workspace]\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package of the sources below `folder`, with this name and version.
    fn package(folder: &Path, name: &str, version: &str) {
        let probe = folder.join(name).join(FOLDER).join(PROBE);
        fs::create_dir_all(probe.parent().expect("it has one")).expect("a folder can be made");
        fs::write(probe, "").expect("a file can be written");
        let manifest = format!("[package]\nname = \"{PACKAGE}\"\nversion = \"{version}\"\n");
        fs::write(folder.join(name).join("Cargo.toml"), manifest).expect("a file can be written");
    }

    /// The path below a folder of packages at which the sources are found.
    fn found(packages: &[(&str, &str)]) -> Option<String> {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("wamr-siblings-{}-{number}", process::id()));
        for (name, version) in packages {
            package(&folder, name, version);
        }
        let found = sibling(&folder.join("wamr-build-0.1.0"));
        let below = found.map(|root| root.strip_prefix(&folder).expect("it is below").to_owned());
        fs::remove_dir_all(&folder).ok();
        below.map(|path| path.to_str().expect("text").to_owned())
    }

    #[test]
    fn sources_next_to_the_package() {
        let registry = found(&[("wamrx-sys-0.3.0", "0.3.0"), ("wamrx-sys-0.4.0", "0.4.0")]);
        assert_eq!(registry.as_deref(), Some("wamrx-sys-0.3.0/wasm-micro-runtime"));
        let vendored = found(&[("wamrx-sys", "0.3.0")]);
        assert_eq!(vendored.as_deref(), Some("wamrx-sys/wasm-micro-runtime"));
        let with_newer = found(&[("wamrx-sys", "0.4.0"), ("wamrx-sys-0.3.0", "0.3.0")]);
        assert_eq!(with_newer.as_deref(), Some("wamrx-sys-0.3.0/wasm-micro-runtime"));
        assert_eq!(found(&[("wamrx-sys", "0.4.0")]), None);
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn sources_fetched_for_a_manifest_of_their_own() {
        let root = fetched().expect("cargo has them").join(FOLDER);
        assert!(root.join(PROBE).exists(), "{}", root.display());
    }
}
