//! Digests of bytes of any length.

use sha2::Sha256;

/// Size of a digest in bytes. Finding two inputs with the same digest takes about 2^64 attempts.
pub(crate) const DIGEST_SIZE: usize = 16;

/// A digest of any number of bytes.
pub(crate) type Digest = [u8; DIGEST_SIZE];

/// The digest of all `parts`, concatenated.
pub(crate) fn digest<'b>(parts: impl IntoIterator<Item = &'b [u8]>) -> Digest {
    let mut hasher = <Sha256 as sha2::Digest>::new();
    parts.into_iter().for_each(|part| sha2::Digest::update(&mut hasher, part));
    let mut digest = [0; DIGEST_SIZE];
    digest.copy_from_slice(&sha2::Digest::finalize(hasher)[..DIGEST_SIZE]);
    digest
}
