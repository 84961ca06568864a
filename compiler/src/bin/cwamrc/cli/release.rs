//! The value of `--wamr-version`: a release, or that of the iwasm of this machine.

use std::fmt;
use std::str::FromStr;

use cwamrc::Release;

use super::installed;
use crate::failure::Failure;

/// The release that will load the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReleaseArg {
    /// A release by its name.
    Named(Release),
    /// The release of the iwasm of this machine.
    Installed,
}

const INSTALLED: &str = "auto";

impl Default for ReleaseArg {
    fn default() -> Self {
        Self::Named(Release::DEFAULT)
    }
}

impl fmt::Display for ReleaseArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(release) => release.fmt(f),
            Self::Installed => f.pad(INSTALLED),
        }
    }
}

impl FromStr for ReleaseArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == INSTALLED {
            return Ok(Self::Installed);
        }
        match text.parse() {
            Ok(release) => Ok(Self::Named(release)),
            Err(error) => Err(format!("{error}, {INSTALLED}")),
        }
    }
}

impl ReleaseArg {
    /// The release, and for `auto` how it was found.
    ///
    /// # Errors
    /// Why the release of the iwasm of this machine cannot be determined.
    pub(super) fn resolve(self) -> Result<(Release, Option<String>), Failure> {
        match self {
            Self::Named(release) => Ok((release, None)),
            Self::Installed => installed::release().map(|(release, how)| (release, Some(how))),
        }
    }
}
