//! Shows that a pack is unchanged: by checksums, or by codes that need a secret.
//!
//! A checksum detects damage by a disk, but whoever writes a pack can compute its checksums. If
//! others may write packs, message authentication codes replace the checksums (BLAKE2b with a key,
//! 32 bytes): one for each content, and one for the table with the codes of all contents. So
//! nothing in a pack is used unless it comes from someone who has the secret. Codes are compared in
//! constant time.

use std::fmt;
use std::io;
use std::path::Path;

use blake2::digest::Mac;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Blake2bMac, Digest};
use twox_hash::XxHash3_64;

/// A secret shared by the users of a folder, so that each can use functions that others have
/// stored.
#[derive(Clone)]
pub struct CacheKey([u8; Self::SIZE]);

impl CacheKey {
    const SIZE: usize = 32;
    /// The minimum size of a secret in bytes.
    pub const MIN_SECRET: usize = 32;

    /// The key derived from `secret`: at least [`Self::MIN_SECRET`] bytes that nobody can guess.
    pub fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < Self::MIN_SECRET {
            return None;
        }
        let hash = Blake2b::<U32>::new_with_prefix(b"cwamrc cache key\0").chain_update(secret);
        Some(Self(hash.finalize().into()))
    }

    /// The key derived from the file at `path`, which must belong to this user, with access for
    /// nobody else.
    ///
    /// # Errors
    /// Why it is not a key.
    pub fn read(path: &Path) -> io::Result<Self> {
        let secret = super::folder::read_secret(path)?;
        Self::new(&secret).ok_or_else(|| {
            let (size, least) = (secret.len(), Self::MIN_SECRET);
            io::Error::other(format!("a key needs at least {least} bytes; this one has {size}"))
        })
    }
}

/// Without the secret.
impl fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CacheKey")
    }
}

/// How a pack proves that it is unchanged.
#[derive(Clone, Debug)]
pub(super) enum Integrity {
    /// By checksums.
    Checksum,
    /// By message authentication codes.
    Key(CacheKey),
}

/// The part of a pack that a tag belongs to. A tag of another part never fits, whatever the bytes.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Content,
    Table,
}

/// A checksum or code.
#[derive(Clone, Copy)]
pub(super) struct Tag {
    bytes: [u8; Self::MAX],
    size: u8,
}

impl Tag {
    const MAX: usize = 32;

    pub(super) fn new(bytes: &[u8]) -> Option<Self> {
        let mut tag = Self { bytes: [0; Self::MAX], size: bytes.len() as u8 };
        tag.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(tag)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.size)]
    }

    /// A number that other packs are unlikely to have.
    pub(super) fn id(&self) -> u64 {
        self.bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

impl Integrity {
    pub(super) const MAGIC_SIZE: usize = 12;

    /// The end of every pack with such a check. The last two bytes are the version of the format.
    pub(super) fn magic(&self) -> &'static [u8; Self::MAGIC_SIZE] {
        match self {
            Self::Checksum => b"cwamrcpack01",
            Self::Key(_) => b"cwamrcseal01",
        }
    }

    /// Bytes of a tag.
    pub(super) fn tag_size(&self) -> usize {
        match self {
            Self::Checksum => 8,
            Self::Key(_) => 32,
        }
    }

    /// The tag of `bytes`.
    pub(super) fn tag(&self, part: Part, bytes: &[u8]) -> Tag {
        let tag = match self {
            Self::Checksum => Tag::new(&XxHash3_64::oneshot(bytes).to_le_bytes()),
            Self::Key(key) => Tag::new(&code(key, part, bytes).finalize().into_bytes()),
        };
        tag.expect("tags are that long at most")
    }

    /// Whether `tag` is the tag of `bytes`.
    pub(super) fn fits(&self, part: Part, bytes: &[u8], tag: &[u8]) -> bool {
        match self {
            Self::Checksum => XxHash3_64::oneshot(bytes).to_le_bytes() == tag,
            Self::Key(key) => code(key, part, bytes).verify_slice(tag).is_ok(),
        }
    }
}

fn code(CacheKey(key): &CacheKey, part: Part, bytes: &[u8]) -> Blake2bMac<U32> {
    let mac = <Blake2bMac<U32> as Mac>::new_from_slice(key).expect("keys are that long at most");
    let kind = match part {
        Part::Content => b"content\0",
        Part::Table => b"a table\0",
    };
    mac.chain_update(kind).chain_update(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Python's `hashlib.blake2b` has them.
    #[test]
    fn codes() {
        let secret: Vec<u8> = (0..32).collect();
        let integrity = Integrity::Key(CacheKey::new(&secret).expect("it is long enough"));
        for (part, expected) in [
            (Part::Content, "50cff8528f01cf43d6a477887e2c9effb5befa87c383c250dcf98bd7dc87ef78"),
            (Part::Table, "f2d2bcba835e839ddd33d40550c410fdcea4a629cd55d93536541cbcd763b61b"),
        ] {
            let tag = integrity.tag(part, b"\0asm");
            let text: String = tag.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(text, expected);
            assert!(integrity.fits(part, b"\0asm", tag.bytes()));
            assert!(!integrity.fits(part, b"\0asn", tag.bytes()));
            assert!(!integrity.fits(part, b"\0asm", &tag.bytes()[1..]));
            assert!(!integrity.fits(part, b"\0asm", &[]));
        }
        assert!(CacheKey::new(&secret[1..]).is_none());
    }
}
