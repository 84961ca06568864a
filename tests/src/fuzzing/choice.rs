//! Options chosen by the first byte of an input, so that a fuzzer can vary them.

use std::num::NonZeroUsize;

use cwamrc::{BoundsChecks, OptLevel, Options};

/// Splits an input into the options that its first byte chooses and the rest.
pub(super) fn options(data: &[u8]) -> (Options, &[u8]) {
    let (choice, rest) = data.split_first().unwrap_or((&0, data));
    let levels = [OptLevel::O0, OptLevel::O1, OptLevel::O2, OptLevel::O3];
    let checks = [BoundsChecks::Hardware, BoundsChecks::Software];
    let options = Options::new()
        .opt_level(levels[usize::from(choice & 3)])
        .bounds_checks(checks[usize::from(choice >> 2 & 1)])
        .threads(NonZeroUsize::MIN);
    (options, rest)
}
