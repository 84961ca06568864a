//! Flags about functions that are kept for the next compilation.

use std::path::PathBuf;

use clap::Args;
use clap::builder::FalseyValueParser;
use cwamrc::cache::DiskCache;

use super::args::OWN;
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
}

impl CacheArgs {
    /// Where functions are kept, if they are.
    pub(super) fn cache(self) -> Option<DiskCache> {
        if self.no_cache {
            return None;
        }
        let folder = self.cache_dir.or_else(files::user_cache)?;
        Some(DiskCache::new(folder).limit(u64::from(self.cache_size) << 20))
    }
}
