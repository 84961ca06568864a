//! Runs the command in a temporary folder, one for each test.

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const CWAMRC: &str = env!("CARGO_BIN_EXE_cwamrc");

/// A valid module in the text format.
pub(crate) const VALID: &str = r#"(module (func (export "f") (result i32) (i32.const 7)))"#;

/// A folder with the files of one test, and separate folders for the command's cache and
/// configuration.
pub(crate) struct Sandbox {
    folder: TempDir,
    cache: TempDir,
    configuration: TempDir,
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Done {
    /// Its exit code.
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        let folder = || TempDir::new().expect("a folder can be made");
        Self { folder: folder(), cache: folder(), configuration: folder() }
    }

    /// The folder for the user's configuration.
    #[cfg(feature = "run")]
    pub(crate) fn configuration(&self) -> &Path {
        self.configuration.path()
    }

    /// The folder for cached functions.
    pub(crate) fn cache(&self) -> &Path {
        self.cache.path()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).expect("the file can be written");
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The sorted names of the files, including hidden ones.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder can be read");
        let names = entries.map(|entry| entry.expect("the folder can be read").file_name());
        let mut names: Vec<String> =
            names.map(|name| name.into_string().expect("names are UTF-8")).collect();
        names.sort();
        names
    }

    /// Runs `cwamrc` in the folder, with empty standard input.
    pub(crate) fn cwamrc(&self, arguments: &[&str]) -> Done {
        self.cwamrc_with(arguments, b"")
    }

    /// Runs `cwamrc` in the folder, with `stdin` as standard input.
    pub(crate) fn cwamrc_with(&self, arguments: &[&str], stdin: &[u8]) -> Done {
        let mut command = Command::new(CWAMRC);
        command.args(arguments);
        self.finish(command, stdin)
    }

    /// Runs `cwamrc` in the folder, with arguments that need not be UTF-8.
    #[cfg(feature = "run")]
    pub(crate) fn cwamrc_os(&self, arguments: &[&std::ffi::OsStr]) -> Done {
        let mut command = Command::new(CWAMRC);
        command.args(arguments);
        self.finish(command, b"")
    }

    /// Runs a shell script in the folder, in which `$CWAMRC` is the command.
    pub(crate) fn shell(&self, script: &str) -> Done {
        let mut command = Command::new("sh");
        command.args(["-c", script]).env("CWAMRC", CWAMRC);
        self.finish(command, b"")
    }

    fn finish(&self, mut command: Command, stdin: &[u8]) -> Done {
        let mut child = command
            .current_dir(self.folder.path())
            .env("CWAMRC_CACHE_DIR", self.cache())
            .env("XDG_CONFIG_HOME", self.configuration.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        // The command may exit without reading its input.
        let _ = child.stdin.take().expect("it is piped").write_all(stdin);
        let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
        let code =
            status.code().unwrap_or_else(|| panic!("killed by signal {:?}", status.signal()));
        let stderr = String::from_utf8(stderr).expect("messages are UTF-8");
        Done { code, stdout, stderr }
    }
}

impl Done {
    /// Asserts success with nothing on standard error.
    #[track_caller]
    pub(crate) fn silent(self) -> Vec<u8> {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""));
        self.stdout
    }

    /// Asserts a failure: exit code 1, nothing on standard output, and one line on standard error,
    /// which a hint may follow. Returns the line.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        assert_eq!(self.code, 1, "{}", self.stderr);
        assert!(self.stdout.is_empty(), "{:?}", self.stdout);
        let mut lines = self.stderr.lines();
        let error = lines.next().expect("a failure says why").to_owned();
        assert!(error.starts_with("error: "), "{}", self.stderr);
        let hint = lines.next();
        assert!(hint.is_none_or(|line| line.starts_with("hint: ")), "{}", self.stderr);
        assert_eq!(lines.next(), None, "{}", self.stderr);
        error
    }

    pub(crate) fn stdout_text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("the output is UTF-8")
    }
}
