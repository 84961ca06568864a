//! Flags about functions that are kept for the next compilation.

use std::env;
use std::path::PathBuf;

use clap::Args;
use cwamrc::cache::DiskCache;

use super::args::OWN;
use crate::files;

/// In MiB.
const DEFAULT_SIZE: u32 = (DiskCache::DEFAULT_LIMIT >> 20) as u32;

// The variables are read here and not by clap, which would show the flag of one that is set in the usage
// of every error, as if the user had given it.
const NO_CACHE: &str = "CWAMRC_NO_CACHE";
const CACHE_DIR: &str = "CWAMRC_CACHE_DIR";
const CACHE_SIZE: &str = "CWAMRC_CACHE_SIZE";

#[derive(Args)]
pub(super) struct CacheArgs {
    /// Take no function from an earlier compilation, and keep none for the next one; CWAMRC_NO_CACHE=1 in
    /// the environment says the same
    #[arg(long, help_heading = OWN)]
    no_cache: bool,
    /// Where compiled functions are kept; if not given, $CWAMRC_CACHE_DIR, or `cwamrc` in the user's
    /// folder for caches
    #[arg(long, value_name = "FOLDER", help_heading = OWN)]
    cache_dir: Option<PathBuf>,
    /// How much the functions that are kept may take; if not given, $CWAMRC_CACHE_SIZE, or 1024
    #[arg(long, value_name = "MIB", help_heading = OWN)]
    cache_size: Option<u32>,
}

impl CacheArgs {
    /// Where functions are kept, if they are; on a bad value in the environment, prints why and exits.
    pub(super) fn cache(self) -> Option<DiskCache> {
        if self.no_cache || is_set(NO_CACHE) {
            return None;
        }
        let size = self.cache_size.or_else(size_in_environment).unwrap_or(DEFAULT_SIZE);
        let chosen = || env::var_os(CACHE_DIR).filter(|folder| !folder.is_empty());
        let folder = self.cache_dir.or_else(|| chosen().map(PathBuf::from));
        let folder = folder.or_else(files::user_cache)?;
        Some(DiskCache::new(folder).limit(u64::from(size) << 20))
    }
}

/// Whether a variable says yes: anything but what commonly says no.
fn is_set(variable: &str) -> bool {
    let value = env::var_os(variable).unwrap_or_default().to_string_lossy().to_lowercase();
    !matches!(value.as_str(), "" | "0" | "n" | "no" | "f" | "false" | "off")
}

fn size_in_environment() -> Option<u32> {
    let value = env::var_os(CACHE_SIZE).filter(|value| !value.is_empty())?;
    let size = value.to_str().and_then(|value| value.parse().ok());
    Some(size.unwrap_or_else(|| {
        super::misuse(&format!("{CACHE_SIZE} is no number of MiB: {}", value.display()))
    }))
}
