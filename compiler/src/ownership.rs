//! Who owns a file or folder, and who can write to it.
//!
//! The function cache and the folder of trusted keys both use a file only if nobody else can have
//! written it. Each has its own rule; both are made of these facts.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

const GROUP_WRITES: u32 = 0o020;
const OTHERS_WRITE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// The owner and the permissions of a file or folder.
#[derive(Clone, Copy, Debug)]
pub struct Ownership {
    /// The user that it belongs to.
    pub owner: u32,
    group: u32,
    mode: u32,
}

impl Ownership {
    /// That of what has this metadata.
    pub fn of(metadata: &Metadata) -> Self {
        Self { owner: metadata.uid(), group: metadata.gid(), mode: metadata.mode() }
    }

    /// The permissions, as `chmod` takes them.
    pub fn permissions(&self) -> u32 {
        self.mode & 0o7777
    }

    /// Whether it belongs to the user of this process.
    pub fn is_own(&self) -> bool {
        self.owner == user()
    }

    /// Whether it belongs to the user of this process, or to root.
    pub fn is_own_or_of_root(&self) -> bool {
        self.is_own() || self.owner == 0
    }

    /// Whether someone besides its owner can write to it.
    pub fn others_can_write(&self) -> bool {
        self.mode & (GROUP_WRITES | OTHERS_WRITE) != 0
    }

    /// The same, but the group that many systems give each user, with the user's number, is not
    /// someone else.
    pub fn others_can_write_besides_own_group(&self) -> bool {
        let own_group = self.group == rustix::process::getegid().as_raw() && self.group == user();
        let writers = if own_group { OTHERS_WRITE } else { OTHERS_WRITE | GROUP_WRITES };
        self.mode & writers != 0
    }

    /// Whether nobody can remove or rename files of others in this folder, although they can create
    /// their own.
    pub fn is_sticky(&self) -> bool {
        self.mode & STICKY != 0
    }
}

/// The number of the user of this process.
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}
