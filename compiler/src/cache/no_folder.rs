//! Replaces `folder.rs` on systems without the permissions that it checks: no folder is used there,
//! and a warning says so.

use std::convert::Infallible;
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// Whose files are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    Own,
    Anybody,
}

#[derive(Debug)]
pub(super) struct Folder(Infallible);

pub(super) struct NewFile<'f> {
    pub(super) file: File,
    folder: &'f Folder,
}

impl Folder {
    pub(super) fn open(_: &Path, _: Trust) -> io::Result<Option<Self>> {
        Err(unsupported())
    }

    pub(super) fn create(_: &Path, _: Trust) -> io::Result<Self> {
        Err(unsupported())
    }

    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        match self.0 {}
    }

    pub(super) fn age(&self, _: &str) -> io::Result<(SystemTime, u64)> {
        match self.0 {}
    }

    pub(super) fn read(&self, _: &str) -> io::Result<File> {
        match self.0 {}
    }

    pub(super) fn make(&self, _: &str) -> io::Result<NewFile<'_>> {
        match self.0 {}
    }

    pub(super) fn remove(&self, _: &str) {
        match self.0 {}
    }
}

impl NewFile<'_> {
    pub(super) fn persist(self, _: &str) -> io::Result<()> {
        match self.folder.0 {}
    }
}

pub(super) fn read_secret(_: &Path) -> io::Result<Vec<u8>> {
    Err(unsupported())
}

fn unsupported() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "file permissions of this system are not supported")
}
