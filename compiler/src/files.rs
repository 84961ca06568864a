//! Input and output of the command: files, or `-` for the standard streams.
//!
//! Invariant: a file at the output path is either the complete result or what was there before; the
//! result gets its name when it is complete ([`PendingFile`]). Several results get theirs when all are
//! written, so that no full disk leaves new files beside old ones. What is not a regular file, such as
//! a device, is written to directly.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use cwamrc::Architecture;
use cwamrc::pending_file::PendingFile;
use etcetera::BaseStrategy;

use crate::failure::Failure;

/// Stands for standard input or output.
const STANDARD_STREAM: &str = "-";

/// How the path is shown in messages.
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

/// The folder for what this program keeps for the user and could make again, if the user has a home.
pub(crate) fn user_cache() -> Option<PathBuf> {
    let user = etcetera::choose_base_strategy().ok()?;
    Some(user.cache_dir().join("cwamrc"))
}

/// The folder for what the user has decided about this program, if the user has a home.
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

/// Where a set of files has the one for `architecture`: `app_NAME.aot` for `app.aot`.
pub(crate) fn of_set(path: &Path, architecture: Architecture) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("_{}", architecture.name()));
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// Writes several files, none of them a standard stream: all of them or, if one cannot be written, none.
pub(crate) fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Failure> {
    let failed = |path: &Path, error: &io::Error| {
        Failure::new(format!("cannot write {}: {error}", display_name(path)))
    };
    let written = files.iter().map(|(path, bytes)| {
        write_beside(path, bytes).map_err(|error| failed(path, &error)).map(|file| (path, file))
    });
    // What is not given its name goes away by itself.
    for (path, pending) in written.collect::<Result<Vec<_>, _>>()? {
        if let Some(pending) = pending {
            pending.persist().map_err(|error| failed(path, &error))?;
        }
    }
    Ok(())
}

/// Writes what is to become the file at `path`; what is not a regular file, for good.
fn write_beside(path: &Path, bytes: &[u8]) -> io::Result<Option<PendingFile>> {
    if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        OpenOptions::new().write(true).open(path)?.write_all(bytes)?;
        return Ok(None);
    }
    PendingFile::write(path, bytes).map(Some)
}
