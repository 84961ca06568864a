//! Flags about functions that are kept for the next compilation.

use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;
use cwamrc::cache::{CacheKey, DiskCache};

use super::args::OWN;
use crate::failure::Failure;
use crate::files;

/// In MiB.
const DEFAULT_SIZE: u32 = (DiskCache::DEFAULT_LIMIT >> 20) as u32;

#[derive(Args)]
pub(super) struct CacheArgs {
    /// Take no function from an earlier compilation, and keep none for the next one
    #[arg(long, env = "CWAMRC_NO_CACHE", value_parser = FalseyValueParser::new(), help_heading = OWN)]
    no_cache: bool,
    /// Where compiled functions are kept; if not given, `cwamrc` in the user's folder for caches
    #[arg(long, value_name = "FOLDER", env = "CWAMRC_CACHE_DIR", help_heading = OWN)]
    cache_dir: Option<PathBuf>,
    /// How much the functions that are kept may take
    #[arg(long, value_name = "MIB", env = "CWAMRC_CACHE_SIZE", default_value_t = DEFAULT_SIZE,
          help_heading = OWN)]
    cache_size: u32,
    /// A file with a secret, of at least 32 bytes, with which functions that are kept are sealed, so that
    /// all who have it can share a folder, whoever else writes to it
    #[arg(long, value_name = "FILE", env = "CWAMRC_CACHE_KEY", help_heading = OWN)]
    cache_key: Option<PathBuf>,
}

impl CacheArgs {
    /// Where functions are kept, if they are.
    ///
    /// # Errors
    /// What is wrong with the key.
    pub(super) fn cache(self) -> Result<Option<DiskCache>, Failure> {
        if self.no_cache {
            return Ok(None);
        }
        let Some(folder) = self.cache_dir.or_else(files::user_cache) else { return Ok(None) };
        let cache = DiskCache::new(folder).limit(u64::from(self.cache_size) << 20);
        let Some(path) = self.cache_key else { return Ok(Some(cache)) };
        let key = CacheKey::read(&path).map_err(|error| {
            let name = files::display_name(&path);
            Failure::new(format!("cannot use the key of the cache: {error}, in {name}"))
        })?;
        Ok(Some(cache.key(key)))
    }
}
