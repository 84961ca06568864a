//! Input and output of the command: files, or `-` for the standard streams.
//!
//! Invariant: a file at the output path is either the complete result or what was there before,
//! since the result gets its name when it is complete ([`PendingFile`]). Several results get their
//! names after all are written, so a full disk does not leave new files next to old ones. Anything
//! but a regular file, such as a device, is written to directly.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use cwamrc::Architecture;
use cwamrc::pending_file::PendingFile;
use etcetera::BaseStrategy;

use crate::failure::Failure;

/// The name of standard input or output.
const STANDARD_STREAM: &str = "-";

/// The path as shown in messages.
pub(crate) fn display_name(path: &Path) -> String {
    if is_stream(path) { "standard input".into() } else { path.display().to_string() }
}

pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STANDARD_STREAM
}

/// Reads a whole file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let result = if is_stream(path) {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    result.map_err(|error| Failure::new(format!("cannot read {}: {error}", display_name(path))))
}

/// The folder for data that this program can recreate, if the user has a home folder.
pub(crate) fn user_cache() -> Option<PathBuf> {
    // Elsewhere a cache cannot be used, and a warning would say so, although nobody asked for one.
    if !cfg!(unix) {
        return None;
    }
    let user = etcetera::choose_base_strategy().ok()?;
    Some(user.cache_dir().join("cwamrc"))
}

/// The folder for the user's configuration of this program, if the user has a home folder.
#[cfg(feature = "run")]
pub(crate) fn user_configuration() -> Option<PathBuf> {
    let user = etcetera::choose_base_strategy().ok()?;
    Some(user.config_dir().join("cwamrc"))
}

/// Writes the result of a command.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if is_stream(path) {
        let mut stdout = io::stdout().lock();
        let result = stdout.write_all(bytes).and_then(|()| stdout.flush());
        return result
            .map_err(|error| Failure::new(format!("cannot write standard output: {error}")));
    }
    write_all(&[(path.to_owned(), bytes.to_vec())])
}

/// The path of the file for `architecture` in a set of files: `app_NAME.aot` for `app.aot`.
pub(crate) fn of_set(path: &Path, architecture: Architecture) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("_{}", architecture.name()));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Writes several files, none of them a standard stream. If one cannot be written, none is.
pub(crate) fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Failure> {
    let failed = |path: &Path, error: &io::Error| {
        Failure::new(format!("cannot write {}: {error}", display_name(path)))
    };
    let written = files.iter().map(|(path, bytes)| {
        write_beside(path, bytes).map_err(|error| failed(path, &error)).map(|file| (path, file))
    });
    // Files that do not get their name are removed automatically.
    for (path, pending) in written.collect::<Result<Vec<_>, _>>()? {
        if let Some(pending) = pending {
            pending.persist().map_err(|error| failed(path, &error))?;
        }
    }
    Ok(())
}

/// Writes the file that will get the name `path`. Anything but a regular file is written to
/// directly.
fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<Option<PendingFile>> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        OpenOptions::new().write(true).open(path)?.write_all(bytes)?;
        return Ok(None);
    }
    PendingFile::write(path, bytes).map(Some)
}
