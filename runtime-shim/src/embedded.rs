//! The runtime with garbage collection: a runner that this library contains.
//!
//! WAMR has one set of build options per process, and with garbage collection it reads all files in
//! another layout. So such a runtime is a process of its own. Its program is in memory only, if the
//! system allows that, and otherwise in a temporary file until it has started.

use crate::error::Error;
use crate::ffi;
use crate::remote::Streams;
use crate::runtime::Runtime;
use std::env;
use std::ffi::CStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

/// The program, made by the build script.
static PROGRAM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/gc-runner"));

/// The name of its process.
const NAME: &CStr = c"wamr-gc";

impl Runtime {
    /// Starts a runtime with garbage collection in a process of its own, as
    /// [`Runtime::in_gc_runner`] does. Programs there use the standard streams of this process.
    ///
    /// # Errors
    /// [`Error::Runtime`] if the process cannot be started.
    ///
    /// # Panics
    /// Those of [`Runtime::in_runner`].
    pub fn with_gc(stack_size: usize, gc_heap_size: u32) -> Result<Runtime, Error> {
        let start = |program: Program| {
            let command = program.command();
            Runtime::start(command, Streams::Inherited, stack_size, gc_heap_size)
        };
        let fail = |error| Error::Runtime(format!("garbage collection: {error}"));
        // Some systems run no programs in memory, or have no `/proc`.
        match Program::in_memory().map_err(fail).and_then(start) {
            Ok(runtime) => Ok(runtime),
            Err(_) => start(Program::in_file().map_err(fail)?),
        }
    }
}

/// The program, where it can be started.
enum Program {
    Memory(File),
    /// Removed when this is dropped.
    File(PathBuf),
}

impl Program {
    fn in_memory() -> io::Result<Program> {
        // Older systems do not know the second flag.
        let create = |flags| {
            // SAFETY: the name is a string.
            let file = unsafe { ffi::memfd_create(NAME.as_ptr(), flags) };
            // SAFETY: nobody else knows the file.
            (file >= 0).then(|| unsafe { File::from_raw_fd(file) })
        };
        let file = create(ffi::MFD_CLOEXEC | ffi::MFD_EXEC).or_else(|| create(ffi::MFD_CLOEXEC));
        let mut file = file.ok_or_else(io::Error::last_os_error)?;
        file.write_all(PROGRAM)?;
        Ok(Program::Memory(file))
    }

    fn in_file() -> io::Result<Program> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("wamr-gc-{}-{number}", process::id()));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o700).open(&path)?;
        let program = Program::File(path);
        file.write_all(PROGRAM)?;
        Ok(program)
    }

    fn command(&self) -> Command {
        let mut command = match self {
            // The number is the same in the process that executes it.
            Program::Memory(file) => Command::new(format!("/proc/self/fd/{}", file.as_raw_fd())),
            Program::File(path) => Command::new(path),
        };
        command.arg0(NAME.to_string_lossy().as_ref());
        command
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Program::File(path) = self {
            // Nothing can be done about a file that stays.
            let _ = fs::remove_file(path);
        }
    }
}
