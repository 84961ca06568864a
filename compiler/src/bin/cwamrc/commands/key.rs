//! `cwamrc key`, and the files that contain keys.
//!
//! Invariant: no file is overwritten, and a private key is never in a file that others can read.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cwamrc::pending_file::PendingFile;
use cwamrc::universal::{KeyError, PublicKey, SigningKey};

use crate::cli::KeyRequest;
use crate::failure::Failure;
use crate::files;

/// Where keys come from.
const HINT: &str = "`cwamrc key new FILE` makes a pair of keys";

/// Makes or shows a key.
pub(crate) fn key(request: &KeyRequest) -> Result<ExitCode, Failure> {
    match request {
        KeyRequest::New { file } => make(file),
        KeyRequest::Show { file, hex } => show(file, *hex),
    }
}

fn make(file: &Path) -> Result<ExitCode, Failure> {
    let key = SigningKey::generate().map_err(|error| Failure::new(error.to_string()))?;
    let public_key = key.public_key();
    let public_text = public_key.to_pem().map_err(|error| Failure::new(error.to_string()))?;
    let mut public_file = file.as_os_str().to_owned();
    public_file.push(".pub");
    let public_file = PathBuf::from(public_file);

    let failed = |path: &Path, error: std::io::Error| {
        Failure::new(format!("cannot write {}: {error}", path.display()))
    };
    let private = PendingFile::write_private(file, key.to_pem().as_bytes());
    let private = private.map_err(|error| failed(file, error))?;
    let public = PendingFile::write(&public_file, public_text.as_bytes());
    let public = public.map_err(|error| failed(&public_file, error))?;
    private.persist_new().map_err(|error| failed(file, error))?;
    if let Err(error) = public.persist_new() {
        // Half a key pair is useless. If this fails, the next attempt reports that the file exists.
        let _ = std::fs::remove_file(file);
        return Err(failed(&public_file, error));
    }
    super::show(&format!(
        "private key, to be kept secret: {}\npublic key, to be trusted: {}\n{public_key}\n",
        file.display(),
        public_file.display(),
    ))
}

fn show(file: &Path, hex: bool) -> Result<ExitCode, Failure> {
    let text = read(file)?;
    let public_key = match SigningKey::from_pem(&text) {
        Ok(key) => key.public_key(),
        Err(_) => PublicKey::from_pem(&text).map_err(|_| no_key("not an Ed25519 key", file))?,
    };
    super::show(&match hex {
        true => format!("{public_key}\n"),
        false => public_key.to_pem().map_err(|error| Failure::new(error.to_string()))?,
    })
}

/// The private key in a file.
pub(super) fn read_private(file: &Path) -> Result<SigningKey, Failure> {
    SigningKey::from_pem(&read(file)?).map_err(|error| named(&error, file))
}

/// The public key in a file.
#[cfg(feature = "run")]
pub(super) fn read_public(file: &Path) -> Result<PublicKey, Failure> {
    PublicKey::from_pem(&read(file)?).map_err(|error| named(&error, file))
}

/// The text of a file. A file that is not text is not a key.
fn read(file: &Path) -> Result<String, Failure> {
    String::from_utf8(files::read(file)?).map_err(|_| no_key("not a key, but binary data", file))
}

fn named(error: &KeyError, file: &Path) -> Failure {
    no_key(&error.to_string(), file)
}

fn no_key(what: &str, file: &Path) -> Failure {
    Failure::new(format!("{what}, in {}", files::display_name(file))).with_hint(Some(HINT))
}
