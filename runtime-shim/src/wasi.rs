//! What a WASI program can see of its host.

use crate::error::Error;
use crate::ffi;
use std::ffi::{CString, OsStr, OsString, c_char};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::ptr;
use std::sync::Arc;

/// Arguments, environment, directories and standard streams of a WASI program.
///
/// By default there are no arguments, variables or directories, and the standard streams are those
/// of the host process. Strings reach the program byte for byte; they need not be UTF-8.
#[derive(Clone, Debug, Default)]
pub struct WasiConfig {
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    dirs: Vec<(OsString, OsString)>,
    stdin: Option<Arc<OwnedFd>>,
    stdout: Option<Arc<OwnedFd>>,
    stderr: Option<Arc<OwnedFd>>,
}

impl WasiConfig {
    /// The default configuration.
    pub fn new() -> WasiConfig {
        WasiConfig::default()
    }

    /// Adds an argument; the first is the program's name.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> WasiConfig {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments; the first of all is the program's name.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> WasiConfig {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> WasiConfig {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Gives access to the directory `host`, under the name `guest`.
    #[must_use]
    pub fn preopened_dir(
        mut self,
        host: impl Into<OsString>,
        guest: impl Into<OsString>,
    ) -> WasiConfig {
        self.dirs.push((host.into(), guest.into()));
        self
    }

    /// Replaces standard input.
    #[must_use]
    pub fn stdin(mut self, file: impl Into<OwnedFd>) -> WasiConfig {
        self.stdin = Some(Arc::new(file.into()));
        self
    }

    /// Replaces standard output.
    #[must_use]
    pub fn stdout(mut self, file: impl Into<OwnedFd>) -> WasiConfig {
        self.stdout = Some(Arc::new(file.into()));
        self
    }

    /// Replaces standard error.
    #[must_use]
    pub fn stderr(mut self, file: impl Into<OwnedFd>) -> WasiConfig {
        self.stderr = Some(Arc::new(file.into()));
        self
    }

    /// The same for C.
    pub(crate) fn to_c(&self) -> Result<WasiStrings, Error> {
        let dirs = self.dirs.iter().map(|(host, guest)| {
            // WAMR expects both in one string, and looks for the first separator.
            let name = guest.as_bytes();
            if name.windows(2).any(|pair| pair == b"::") || name.ends_with(b":") {
                return Err(Error::Instantiate(format!("`::` in the directory name {guest:?}")));
            }
            c_string(&joined(guest, "::", host))
        });
        let env = self.env.iter().map(|(name, value)| c_string(&joined(name, "=", value)));
        Ok(WasiStrings {
            args: self.args.iter().map(|arg| c_string(arg)).collect::<Result<_, _>>()?,
            env: env.collect::<Result<_, _>>()?,
            dirs: dirs.collect::<Result<_, _>>()?,
            stdio: [&self.stdin, &self.stdout, &self.stderr]
                .map(|file| file.as_ref().map_or(-1, |file| file.as_raw_fd().into())),
        })
    }
}

fn joined(first: &OsStr, separator: &str, second: &OsStr) -> OsString {
    let mut whole = first.to_owned();
    whole.push(separator);
    whole.push(second);
    whole
}

/// A string for C; it is an error if it has a NUL.
pub(crate) fn c_string(text: &OsStr) -> Result<CString, Error> {
    CString::new(text.as_bytes()).map_err(|_| Error::Instantiate(format!("a NUL in {text:?}")))
}

/// A [`WasiConfig`] as C strings. The file descriptors are those of the configuration; -1 means the
/// stream of the host process.
pub(crate) struct WasiStrings {
    pub(crate) args: Vec<CString>,
    pub(crate) env: Vec<CString>,
    pub(crate) dirs: Vec<CString>,
    pub(crate) stdio: [i64; 3],
}

impl WasiStrings {
    /// Calls `instantiate` after setting `args` up. WAMR copies the strings while it instantiates.
    ///
    /// # Safety
    /// `args` is a live object of WAMR, and not used for instantiating after this.
    pub(crate) unsafe fn with<R>(
        &self,
        args: *mut ffi::InstantiationArgs2,
        instantiate: impl FnOnce() -> R,
    ) -> Result<R, Error> {
        let pointers = |strings: &[CString]| -> Vec<*const c_char> {
            strings.iter().map(|string| string.as_ptr()).collect()
        };
        let count = |strings: &[CString]| {
            i32::try_from(strings.len())
                .map_err(|_| Error::Instantiate("too many strings for WASI".to_owned()))
        };
        let mut argv: Vec<*mut c_char> =
            self.args.iter().map(|arg| arg.as_ptr().cast_mut()).collect();
        let (mut env, mut dirs) = (pointers(&self.env), pointers(&self.dirs));
        let (argc, env_count, dir_count) =
            (count(&self.args)?, count(&self.env)?, count(&self.dirs)?);
        let [stdin, stdout, stderr] = self.stdio;
        // SAFETY: the arrays live until `instantiate` is over.
        unsafe {
            ffi::wasm_runtime_instantiation_args_set_wasi_arg(args, argv.as_mut_ptr(), argc);
            ffi::wasm_runtime_instantiation_args_set_wasi_env(
                args,
                env.as_mut_ptr(),
                env_count.cast_unsigned(),
            );
            ffi::wasm_runtime_instantiation_args_set_wasi_dir(
                args,
                ptr::null_mut(),
                0,
                dirs.as_mut_ptr(),
                dir_count.cast_unsigned(),
            );
            ffi::wasm_runtime_instantiation_args_set_wasi_stdio(args, stdin, stdout, stderr);
        }
        Ok(instantiate())
    }
}
