//! Options chosen by the first bytes of an input, so that a fuzzer can vary them.

use cwamrc::{Architecture, Options};

use crate::differential::draw;
use crate::machine::{Collection, Machine};
use crate::random::Random;

/// How many bytes the choice takes.
pub(super) const BYTES: usize = 2;

/// Splits an input into the options that its first bytes choose, for any machine, and the rest. Two bytes
/// of zero are the defaults.
pub(super) fn options(data: &[u8]) -> (Options, &[u8]) {
    let (choice, rest) = data.split_first_chunk::<BYTES>().unwrap_or((&[0; BYTES], data));
    let number = u16::from_le_bytes(*choice);
    if number == 0 {
        return (Options::new(), rest);
    }
    let mut random = Random::new(number.into());
    let machine = match random.choose(Architecture::ALL) {
        Architecture::X86_64 => Machine::Here,
        architecture => Machine::Runner {
            architecture,
            guard_pages: true,
            sanitized: false,
            collection: Collection::None,
        },
    };
    let vectors = random.below(4) != 0;
    let mut options = draw::options(&mut random, machine, vectors);
    // Compiling threads do not depend on the input, and take time to start.
    options.threads = std::num::NonZeroUsize::new(1);
    (options, rest)
}
