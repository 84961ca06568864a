//! Whose machine code `cwamrc run` runs: that signed with keys that the user has named, or put in a
//! folder.
//!
//! Invariant: a key from the folder counts only if nobody but the user or root can have put it
//! there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use wamr_shim::Trust;

use super::key;
use crate::cli::TrustRequest;
use crate::failure::{Failure, diagnose};
use crate::files;

/// The endings of files that are read as keys.
const EXTENSIONS: &[&str] = &["pub", "pem"];

/// Whom the command line names.
pub(super) struct Trusted {
    everybody: bool,
    keys: Vec<[u8; 32]>,
}

impl Trusted {
    /// Reads the named keys.
    pub(super) fn read(request: &TrustRequest) -> Result<Self, Failure> {
        let keys = request.keys.iter().map(|file| Ok(*key::read_public(file)?.as_bytes()));
        Ok(Self { everybody: request.everybody, keys: keys.collect::<Result<_, Failure>>()? })
    }

    /// Whether machine code runs, whoever made it.
    pub(super) fn trusts_everybody(&self) -> bool {
        self.everybody
    }

    /// Includes the keys in the folder. Prints a warning for each file there that is not used.
    pub(super) fn with_folder(&self) -> Trust {
        if self.everybody {
            return Trust::Everybody;
        }
        let folder = files::user_configuration().map(|folder| folder.join("trusted-keys"));
        let in_folder = folder.map(|folder| keys_in(&folder)).unwrap_or_default();
        Trust::Keys([&self.keys[..], &in_folder].concat())
    }
}

fn keys_in(folder: &Path) -> Vec<[u8; 32]> {
    let ignored = |path: &Path, why: &dyn std::fmt::Display| {
        diagnose(format_args!("warning: not trusting {}: {why}", path.display()));
    };
    let files = match files_in(folder) {
        Ok(Ok(files)) => files,
        Ok(Err(why)) => {
            ignored(folder, &why);
            return Vec::new();
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            ignored(folder, &error);
            return Vec::new();
        }
    };
    let mut keys = Vec::new();
    for file in files {
        match others_than_user(&file) {
            Ok(None) => match key::read_public(&file) {
                Ok(key) => keys.push(*key.as_bytes()),
                Err(failure) => ignored(&file, &failure.message()),
            },
            Ok(Some(why)) => ignored(&file, &why),
            Err(error) => ignored(&file, &error),
        }
    }
    keys
}

/// The files in the folder that are named like keys, sorted by name; or why others could change
/// them.
fn files_in(folder: &Path) -> io::Result<Result<Vec<PathBuf>, String>> {
    if let Some(why) = others_than_user(folder)? {
        return Ok(Err(why));
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(Ok(files))
}

/// How someone else, except root, could have changed what is at `path`. All folders above it are
/// checked, except those in which nobody can replace files of others, such as the one for temporary
/// files.
#[cfg(target_os = "linux")]
fn others_than_user(path: &Path) -> io::Result<Option<String>> {
    use cwamrc::ownership::Ownership;

    let path = path.canonicalize()?;
    for (above, place) in path.ancestors().enumerate() {
        let ownership = Ownership::of(&fs::metadata(place)?);
        let protects = above > 0 && ownership.is_sticky();
        if !ownership.is_own_or_of_root() {
            return Ok(Some(format!("{} belongs to another user", place.display())));
        }
        if ownership.others_can_write() && !protects {
            return Ok(Some(format!("others can write to {}", place.display())));
        }
    }
    Ok(None)
}

#[cfg(not(target_os = "linux"))]
fn others_than_user(path: &Path) -> io::Result<Option<String>> {
    fs::metadata(path)?;
    Ok(Some("permissions can be checked on Linux only; pass keys with --trust-key".to_owned()))
}
