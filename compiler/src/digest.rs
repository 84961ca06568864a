//! Digests of bytes of any length.

use blake2::digest::consts::U16;
use blake2::{Blake2b, Digest as _};

/// Size of a digest in bytes, which are those of BLAKE2b (RFC 7693). Finding two inputs with the same digest takes about 2^64 attempts.
pub(crate) const DIGEST_SIZE: usize = 16;

/// A digest of any number of bytes.
pub(crate) type Digest = [u8; DIGEST_SIZE];

/// The digest of all `parts`, concatenated.
pub(crate) fn digest<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> Digest {
    let mut hasher = Blake2b::<U16>::new();
    parts.into_iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}
