//! The folder of a cache, accessed by handle, with checks of who can write to it.
//!
//! Whoever can write a pack decides what code runs. So a folder is used only if nobody but this
//! user can have written to it. It must belong to the user, others must not be able to write to it,
//! and the same holds for every folder on the path up to the root; those may belong to root as
//! well. In a folder where everyone may create files but nobody may remove those of others, such as
//! `/tmp`, an entry counts if it belongs to the user. A symbolic link is followed if the user or
//! root created it.
//!
//! Each step of the path is opened relative to the one before and checked through its handle, and
//! so are files. What was checked is what is used, whatever others rename in the meantime.
//!
//! With a key, packs are authenticated, and their owner does not matter ([`Trust::Anybody`]). Even
//! then, a link that somebody else created is not followed: it could redirect what is written or
//! removed to another folder of this user.

use std::ffi::OsString;
use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat};

use crate::ownership::{Ownership, user};

/// Whose files are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// This user's.
    Own,
    /// Anybody's.
    Anybody,
}

/// With more links than this, they form a cycle.
const MAX_LINKS: usize = 40;

/// Folders on the path need no permission to list them.
#[cfg(target_os = "linux")]
const ON_THE_WAY: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const ON_THE_WAY: OFlags = OFlags::RDONLY;

/// A folder that is open.
#[derive(Debug)]
pub(super) struct Folder {
    handle: OwnedFd,
    trust: Trust,
}

/// The modification time and the size of a file.
pub(super) type Age = (SystemTime, u64);

impl Folder {
    /// Opens the folder at `path`, if it exists.
    ///
    /// # Errors
    /// Why it cannot be opened, or must not be used.
    pub(super) fn open(path: &Path, trust: Trust) -> io::Result<Option<Self>> {
        Self::find(path, trust, false)
    }

    /// The same, but creates missing folders, with access for this user only.
    pub(super) fn create(path: &Path, trust: Trust) -> io::Result<Self> {
        Self::find(path, trust, true)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn find(path: &Path, trust: Trust, create: bool) -> io::Result<Option<Self>> {
        let Some(last) = PathWalk::new(trust)?.go(path, create)? else { return Ok(None) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(last, c".", flags, Mode::empty())?;
        Ok(Some(Self { handle, trust }))
    }

    /// The names of all entries, if they are UTF-8.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.handle)? {
            names.extend(entry?.file_name().to_str().ok().map(str::to_owned));
        }
        Ok(names)
    }

    /// The age and size of the file `name`, without following a link.
    pub(super) fn age(&self, name: &str) -> io::Result<Age> {
        let stat = rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let seconds = u64::try_from(stat.st_mtime).unwrap_or(0);
        // The type differs on other systems.
        #[allow(clippy::useless_conversion)]
        let nanoseconds = u64::try_from(stat.st_mtime_nsec).unwrap_or(0);
        let since = Duration::from_secs(seconds) + Duration::from_nanos(nanoseconds);
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        Ok((SystemTime::UNIX_EPOCH + since, size))
    }

    /// Opens the file `name` for reading.
    ///
    /// # Errors
    /// Why it cannot be opened; of kind `PermissionDenied` if it must not be used.
    pub(super) fn read(&self, name: &str) -> io::Result<File> {
        // Opening something other than a file must not block.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let handle = rustix::fs::openat(&self.handle, name, flags, Mode::empty())?;
        let file = File::from(handle);
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if self.trust == Trust::Own {
            check_own(&metadata).map_err(|why| refused(Path::new(name), &why))?;
        }
        Ok(file)
    }

    /// Creates a new file, whose name begins with `prefix`.
    pub(super) fn make(&self, prefix: &str) -> io::Result<NewFile<'_>> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        // Other users read the packs of a shared folder.
        let mode = match self.trust {
            Trust::Own => Mode::RUSR | Mode::WUSR,
            Trust::Anybody => Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::ROTH,
        };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        loop {
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            // Processes in different containers may have the same number.
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
            let name = format!("{prefix}{}-{number}-{}", process::id(), now.subsec_nanos());
            match rustix::fs::openat(&self.handle, &name, flags, mode) {
                Err(rustix::io::Errno::EXIST) => {}
                handle => return Ok(NewFile { folder: self, file: handle?.into(), name }),
            }
        }
    }

    /// Removes the file `name`. Another process may have done so already.
    pub(super) fn remove(&self, name: &str) {
        let _ = rustix::fs::unlinkat(&self.handle, name, AtFlags::empty());
    }
}

/// A file that is removed unless it gets its final name.
pub(super) struct NewFile<'f> {
    folder: &'f Folder,
    pub(super) file: File,
    /// Empty once the file has its final name.
    name: String,
}

impl NewFile<'_> {
    /// Gives it the name `name`, and replaces a file of that name.
    pub(super) fn persist(mut self, name: &str) -> io::Result<()> {
        let folder = &self.folder.handle;
        rustix::fs::renameat(folder, &self.name, folder, name)?;
        self.name.clear();
        Ok(())
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.name.is_empty() {
            self.folder.remove(&self.name);
        }
    }
}

/// A walk from the root to a folder.
struct PathWalk {
    trust: Trust,
    here: OwnedFd,
    /// Where that is, for messages.
    path: PathBuf,
    /// The remaining steps, the next one last.
    rest: Vec<OsString>,
    links: usize,
}

impl PathWalk {
    fn new(trust: Trust) -> io::Result<Self> {
        let here = rustix::fs::open(c"/", directory(), Mode::empty())?;
        Ok(Self { trust, here, path: PathBuf::from("/"), rest: Vec::new(), links: 0 })
    }

    /// Goes to `target`, and creates missing folders if `create` is set. Returns `None` if
    /// something is missing.
    fn go(mut self, target: &Path, create: bool) -> io::Result<Option<OwnedFd>> {
        self.plan(&std::path::absolute(target)?);
        self.check_passed()?;
        while let Some(name) = self.rest.pop() {
            match rustix::fs::statat(&self.here, &name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink => {
                    self.follow(&name, &stat)?;
                    continue;
                }
                Err(rustix::io::Errno::NOENT) if create => self.make(&name)?,
                Err(rustix::io::Errno::NOENT) => return Ok(None),
                stat => _ = stat?,
            }
            self.here = rustix::fs::openat(&self.here, &name, directory(), Mode::empty())?;
            self.path.push(name);
            self.check_passed()?;
        }
        self.check_last()?;
        Ok(Some(self.here))
    }

    /// Puts the steps of `path` before the remaining ones.
    fn plan(&mut self, path: &Path) {
        for step in path.components().rev() {
            match step {
                Component::Normal(_) | Component::ParentDir => {
                    self.rest.push(step.as_os_str().to_owned());
                }
                Component::RootDir | Component::Prefix(_) | Component::CurDir => {}
            }
        }
    }

    /// Plans the steps of a link.
    fn follow(&mut self, name: &OsString, stat: &Stat) -> io::Result<()> {
        let owner = stat.st_uid;
        if owner != 0 && owner != user() {
            let why = format!("it is a link that belongs to {}", whom(owner));
            return Err(refused(&self.path.join(name), &why));
        }
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(rustix::io::Errno::LOOP.into());
        }
        let target = rustix::fs::readlinkat(&self.here, name, Vec::new())?;
        let target = PathBuf::from(OsString::from_vec(target.into_bytes()));
        if target.is_absolute() {
            self.here = rustix::fs::open(c"/", directory(), Mode::empty())?;
            self.path = PathBuf::from("/");
        }
        self.plan(&target);
        Ok(())
    }

    /// Creates a folder for this user alone. Another process may do so at the same time.
    fn make(&self, name: &OsString) -> io::Result<()> {
        match rustix::fs::mkdirat(&self.here, name, Mode::RWXU) {
            Err(rustix::io::Errno::EXIST) => Ok(()),
            made => Ok(made?),
        }
    }

    fn metadata(&self) -> io::Result<Metadata> {
        File::from(self.here.try_clone()?).metadata()
    }

    /// Checks that nobody else can replace the next folder with another one.
    fn check_passed(&self) -> io::Result<()> {
        if self.trust == Trust::Anybody {
            return Ok(());
        }
        let ownership = Ownership::of(&self.metadata()?);
        let fail = |why: String| Err(refused(&self.path, &why));
        if !ownership.is_own_or_of_root() {
            return fail(format!("it belongs to {}", whom(ownership.owner)));
        }
        if ownership.others_can_write_besides_own_group() && !ownership.is_sticky() {
            return fail(writable(ownership));
        }
        Ok(())
    }

    fn check_last(&self) -> io::Result<()> {
        match self.trust {
            Trust::Own => check_own(&self.metadata()?).map_err(|why| refused(&self.path, &why)),
            Trust::Anybody => Ok(()),
        }
    }
}

fn directory() -> OFlags {
    ON_THE_WAY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Checks that only this user can write to what has this metadata; otherwise, returns why not.
fn check_own(metadata: &Metadata) -> Result<(), String> {
    let ownership = Ownership::of(metadata);
    if !ownership.is_own() {
        return Err(format!("it belongs to {}", whom(ownership.owner)));
    }
    if ownership.others_can_write() {
        return Err(writable(ownership));
    }
    Ok(())
}

fn writable(ownership: Ownership) -> String {
    format!("others can write to it (mode {:03o})", ownership.permissions())
}

fn whom(owner: u32) -> String {
    format!("user {owner}, and this is user {}", user())
}

fn refused(path: &Path, why: &str) -> io::Error {
    let message = format!("{} is not trusted: {why}", path.display());
    io::Error::new(io::ErrorKind::PermissionDenied, message)
}

/// Reads a secret of this user.
///
/// # Errors
/// Why it cannot be read, or is not a secret.
pub(super) fn read_secret(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let ownership = Ownership::of(&metadata);
    let fail = |why: String| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    if !metadata.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if !ownership.is_own() {
        return fail(format!(
            "the key file must belong to the user; this one belongs to {}",
            whom(ownership.owner)
        ));
    }
    if ownership.permissions() & 0o077 != 0 {
        return fail(format!(
            "only its owner may have access to the key file (mode 600, not {:03o})",
            ownership.permissions()
        ));
    }
    let mut secret = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, 1 << 16), &mut secret)?;
    Ok(secret)
}
