//! Input and output of the command: files, or `-` for the standard streams.
//!
//! Invariant: a file at the output path is either the complete result or what was there before; the
//! result is written beside it and renamed. What is not a regular file, such as a device, is
//! written to directly.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::failure::Failure;

/// Stands for standard input or output.
const STANDARD_STREAM: &str = "-";

/// How the path is shown in messages.
pub(crate) fn display_name(path: &Path) -> String {
    if is_stream(path) { "standard input".into() } else { path.display().to_string() }
}

fn is_stream(path: &Path) -> bool {
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

/// Reads a wasm module; wasm text is assembled.
pub(crate) fn read_module(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read(path)?;
    let is_text = path.extension().is_some_and(|extension| extension == "wat")
        || wat::Detect::from_bytes(&bytes) == wat::Detect::WasmText;
    if !is_text {
        return Ok(bytes);
    }
    let name = display_name(path);
    let assembled = wat::Parser::new().parse_bytes(Some(Path::new(&name)), &bytes);
    match assembled {
        Ok(wasm) => Ok(wasm.into_owned()),
        Err(error) => Err(text_failure(&name, &error.to_string())),
    }
}

/// The assembler's message is a line, a line `--> path:line:column`, and the source text.
fn text_failure(name: &str, message: &str) -> Failure {
    let mut lines = message.lines();
    let what = lines.next().unwrap_or_default();
    let place = lines.find_map(|line| line.trim_start().strip_prefix("--> "));
    Failure::new(format!("{what}, in {}", place.unwrap_or(name)))
}

/// The folder for what this program keeps for the user and could make again, if the user has a home.
pub(crate) fn user_cache() -> Option<PathBuf> {
    let user = etcetera::choose_base_strategy().ok()?;
    Some(user.cache_dir().join("cwamrc"))
}

/// Writes the result of a command.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let result = if is_stream(path) {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush())
    } else {
        write_file(path, bytes)
    };
    result.map_err(|error| {
        let name = if is_stream(path) { "standard output".into() } else { display_name(path) };
        Failure::new(format!("cannot write {name}: {error}"))
    })
}

fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let existing = fs::metadata(path).ok();
    if existing.as_ref().is_some_and(|metadata| !metadata.is_file()) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    // Renaming would replace a symbolic link instead of the file that it names.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut file = tempfile::Builder::new()
        .prefix(".cwamrc-")
        // Opened here, so that the process's umask applies, as for any new file.
        .make_in(directory(&path), |path| {
            OpenOptions::new().write(true).create_new(true).open(path)
        })?;
    if let Some(existing) = existing {
        file.as_file().set_permissions(existing.permissions())?;
    }
    // The file itself: errors of the wrapper name its temporary path.
    file.as_file_mut().write_all(bytes)?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

fn directory(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
