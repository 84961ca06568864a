//! The options that the suite is compiled with, for the runtime that this crate is linked with.

use cwamrc::{BoundsChecks, OptLevel, Options, Release};
use std::num::NonZeroUsize;

/// One way to compile the suite.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// Its name in reports.
    pub name: &'static str,
    opt_level: OptLevel,
    bounds_checks: BoundsChecks,
}

/// Every way that the runtime can judge.
#[cfg(not(feature = "software-bounds-checks"))]
pub const MODES: &[Mode] = &[
    Mode::new("hardware-O0", OptLevel::O0, BoundsChecks::Hardware),
    Mode::new("hardware-O1", OptLevel::O1, BoundsChecks::Hardware),
    Mode::new("hardware-O3", OptLevel::O3, BoundsChecks::Hardware),
    Mode::new("software-O0", OptLevel::O0, BoundsChecks::Software),
    Mode::new("software-O3", OptLevel::O3, BoundsChecks::Software),
];

/// Every way that the runtime can judge: it has no guard pages.
#[cfg(feature = "software-bounds-checks")]
pub const MODES: &[Mode] = &[
    Mode::new("software-O0 without guard pages", OptLevel::O0, BoundsChecks::Software),
    Mode::new("software-O3 without guard pages", OptLevel::O3, BoundsChecks::Software),
];

impl Mode {
    const fn new(name: &'static str, opt_level: OptLevel, bounds_checks: BoundsChecks) -> Mode {
        Mode { name, opt_level, bounds_checks }
    }

    /// The compiler's options.
    pub(super) fn options(&self) -> Options {
        Options::new()
            .opt_level(self.opt_level)
            .bounds_checks(self.bounds_checks)
            .release(Release::Main)
            // Files run beside each other; their modules are small.
            .threads(NonZeroUsize::MIN)
    }
}
