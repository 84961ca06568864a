//! Flags of the function cache.

use std::env;
use std::path::PathBuf;

use clap::Args;
use cwamrc::cache::{CacheKey, DiskCache};

use super::args::OWN;
use crate::failure::Failure;
use crate::files;

/// In MiB.
const DEFAULT_SIZE: u32 = (DiskCache::DEFAULT_LIMIT >> 20) as u32;

// The variables are read here and not by clap. With clap, the usage in every error would show the
// flag of a variable that is set, as if the user had given it.
const NO_CACHE: &str = "CWAMRC_NO_CACHE";
const CACHE_DIR: &str = "CWAMRC_CACHE_DIR";
const CACHE_SIZE: &str = "CWAMRC_CACHE_SIZE";
const CACHE_KEY: &str = "CWAMRC_CACHE_KEY";

#[derive(Args)]
pub(super) struct CacheArgs {
    /// Do not use the cache of compiled functions; the same as CWAMRC_NO_CACHE=1 in the environment
    #[arg(long, help_heading = OWN)]
    no_cache: bool,
    /// The folder of the cache. Default: $CWAMRC_CACHE_DIR, or `cwamrc` in the user's cache folder
    #[arg(long, value_name = "FOLDER", help_heading = OWN)]
    cache_dir: Option<PathBuf>,
    /// The maximum size of the cache. Default: $CWAMRC_CACHE_SIZE, or 1024
    #[arg(long, value_name = "MIB", help_heading = OWN)]
    cache_size: Option<u32>,
    /// A file with a secret of at least 32 bytes that authenticates cached functions. Everyone who
    /// has it can share a cache folder, whoever else writes to it. Default: $CWAMRC_CACHE_KEY
    #[arg(long, value_name = "FILE", help_heading = OWN)]
    cache_key: Option<PathBuf>,
}

impl CacheArgs {
    /// The cache to use, if any; on a bad value in the environment, prints why and exits.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub(super) fn cache(self) -> Result<Option<DiskCache>, Failure> {
        if self.no_cache || is_set(NO_CACHE) {
            return Ok(None);
        }
        let size = self.cache_size.or_else(size_in_environment).unwrap_or(DEFAULT_SIZE);
        let folder = self.cache_dir.or_else(|| path_in_environment(CACHE_DIR));
        let Some(folder) = folder.or_else(files::user_cache) else { return Ok(None) };
        let cache = DiskCache::new(folder).limit(u64::from(size) << 20);
        let Some(path) = self.cache_key.or_else(|| path_in_environment(CACHE_KEY)) else {
            return Ok(Some(cache));
        };
        let key = CacheKey::read(&path).map_err(|error| {
            let name = files::display_name(&path);
            Failure::new(format!("cannot use the key of the cache: {error}, in {name}"))
        })?;
        Ok(Some(cache.key(key)))
    }
}

/// Whether a variable is set to anything but a common word for no.
fn is_set(variable: &str) -> bool {
    let value = env::var_os(variable).unwrap_or_default().to_string_lossy().to_lowercase();
    !matches!(value.as_str(), "" | "0" | "n" | "no" | "f" | "false" | "off")
}

fn path_in_environment(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn size_in_environment() -> Option<u32> {
    let value = env::var_os(CACHE_SIZE).filter(|value| !value.is_empty())?;
    let size = value.to_str().and_then(|value| value.parse().ok());
    Some(size.unwrap_or_else(|| {
        super::misuse(&format!("{CACHE_SIZE} is not a number of MiB: {}", value.display()))
    }))
}
