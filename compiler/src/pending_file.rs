//! A file that is written before it gets its name, so that at its path is either all of it or what was
//! there before, and a process that ends early, however it ends, leaves nothing behind.
//!
//! Where the system has files without a name (`O_TMPFILE` of Linux, on most file systems), a result is
//! one of these until it is complete. A new file then gets its name at once. One that takes the place of
//! another is named beside it and renamed right away, since no system call does both. Elsewhere, the file
//! has a name beside the result's from the beginning, which is removed on failure, but not when the process
//! is killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A complete file, and where it is to go.
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
    /// Writes `bytes`, which are to become the regular file at `path`: a new one, or one that takes the
    /// place of another and has its permissions.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn write(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        // Renaming would replace a symbolic link instead of the file that it names.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut content = Content::create(directory(&target))?;
        if let Ok(existing) = fs::metadata(&target) {
            content.file().set_permissions(existing.permissions())?;
        }
        content.file().write_all(bytes)?;
        Ok(Self { content, target })
    }

    /// Writes `bytes`, which are to become a new file at `path` that only its owner can read.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let mut content = Content::create(directory(path))?;
        // Before there is anything to be read.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            content.file().set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        content.file().write_all(bytes)?;
        Ok(Self { content, target: path.to_owned() })
    }

    /// Gives it its name, unless something has it already. Without this, it goes away by itself.
    ///
    /// # Errors
    /// [`io::ErrorKind::AlreadyExists`] if so, or why else it cannot have it.
    pub fn persist_new(self) -> io::Result<()> {
        match self.content {
            Content::Named(file) => {
                file.persist_noclobber(&self.target).map(drop).map_err(|error| error.error)
            }
            #[cfg(target_os = "linux")]
            Content::Nameless(file) => nameless::link(&file, &self.target),
        }
    }

    /// Gives it its name. Without this, it goes away by itself.
    ///
    /// # Errors
    /// Why it cannot have it; what was there before still is.
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

    /// The file itself: errors of the wrapper name its temporary path.
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

    /// How a process names what it has opened; without, such a file could never get a name.
    const OPENED: &str = "/proc/self/fd";

    /// A new file in `folder`, if that can have such files.
    pub(super) fn create(folder: &Path) -> Option<File> {
        let flags = OFlags::TMPFILE.bits().cast_signed();
        let file = OpenOptions::new().write(true).custom_flags(flags).open(folder).ok()?;
        opened(&file).exists().then_some(file)
    }

    /// Gives `file` the name `path`, which nothing may have.
    pub(super) fn link(file: &File, path: &Path) -> io::Result<()> {
        let linked = rustix::fs::linkat(CWD, opened(file), CWD, path, AtFlags::SYMLINK_FOLLOW);
        Ok(linked?)
    }

    fn opened(file: &File) -> PathBuf {
        Path::new(OPENED).join(file.as_raw_fd().to_string())
    }
}
