//! A file that gets its name only when it is complete. So its path holds either the whole file or
//! what was there before, and a process that ends early, however it ends, leaves nothing behind.
//!
//! If the system supports files without a name (`O_TMPFILE` of Linux, on most file systems), the
//! file has none until it is complete. A new file then gets its name at once. One that replaces
//! another gets a temporary name next to it and is renamed right away, since no system call does
//! both. Elsewhere, the file has a temporary name from the start. It is removed on failure, but not
//! if the process is killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A complete file, and its destination.
#[derive(Debug)]
pub struct PendingFile {
    content: Content,
    target: PathBuf,
}

#[derive(Debug)]
enum Content {
    Named(NamedTempFile),
    #[cfg(target_os = "linux")]
    Nameless(File),
}

impl PendingFile {
    /// Writes `bytes` for the regular file at `path`: a new one, or one that replaces another and
    /// keeps its permissions.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn write(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        // Renaming would replace a symbolic link instead of the file that it points to.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut content = Content::create(directory(&target))?;
        if let Ok(existing) = fs::metadata(&target) {
            content.file().set_permissions(existing.permissions())?;
        }
        content.file().write_all(bytes)?;
        Ok(Self { content, target })
    }

    /// Writes `bytes` for a new file at `path` that only its owner can read.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let mut content = Content::create(directory(path))?;
        // Before there is any content to read.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            content.file().set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        content.file().write_all(bytes)?;
        Ok(Self { content, target: path.to_owned() })
    }

    /// Gives the file its name, unless that exists already. Otherwise, the file is removed
    /// automatically.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if the name exists, or why else it cannot be given.
    pub fn persist_new(self) -> io::Result<()> {
        match self.content {
            Content::Named(file) => {
                file.persist_noclobber(&self.target).map(drop).map_err(|error| error.error)
            }
            #[cfg(target_os = "linux")]
            Content::Nameless(file) => nameless::link(&file, &self.target),
        }
    }

    /// Gives the file its name. Otherwise, the file is removed automatically.
    ///
    /// # Errors
    /// Why it cannot have the name; what was there before is unchanged.
    pub fn persist(self) -> io::Result<()> {
        let named = match self.content {
            Content::Named(file) => file.persist(&self.target).map(drop),
            #[cfg(target_os = "linux")]
            Content::Nameless(file) => match nameless::link(&file, &self.target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let beside = directory(&self.target);
                    let named = named_like().make_in(beside, |path| nameless::link(&file, path))?;
                    named.persist(&self.target).map_err(|error| error.error)?;
                    return Ok(());
                }
                result => return result,
            },
        };
        named.map_err(|error| error.error)
    }
}

impl Content {
    fn create(folder: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        if let Some(file) = nameless::create(folder) {
            return Ok(Self::Nameless(file));
        }
        // Opened here, so that the process's umask applies, as for any new file.
        let create = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
        named_like().make_in(folder, create).map(Self::Named)
    }

    /// The file itself, since errors of the wrapper contain its temporary path.
    fn file(&mut self) -> &mut File {
        match self {
            Self::Named(file) => file.as_file_mut(),
            #[cfg(target_os = "linux")]
            Self::Nameless(file) => file,
        }
    }
}

fn named_like() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".cwamrc-");
    builder
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Files without a name.
#[cfg(target_os = "linux")]
mod nameless {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, OFlags};

    /// The folder with names of the process's open files; without it, a nameless file could never
    /// get a name.
    const OPENED: &str = "/proc/self/fd";

    /// A new nameless file in `folder`, if its file system supports that.
    pub(super) fn create(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE.bits().cast_signed();
        let file = OpenOptions::new().write(true).custom_flags(flags).open(folder).ok()?;
        opened(&file).exists().then_some(file)
    }

    /// Gives `file` the name `path`, which must not exist.
    pub(super) fn link(file: &File, path: &Path) -> io::Result<()> {
        let linked = rustix::fs::linkat(CWD, opened(file), CWD, path, AtFlags::SYMLINK_FOLLOW);
        Ok(linked?)
    }

    fn opened(file: &File) -> PathBuf {
        Path::new(OPENED).join(file.as_raw_fd().to_string())
    }
}
