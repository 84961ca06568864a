//! The runner: the runtime as one static program for an architecture, driven by `wamr-shim`.
//!
//! It is built on demand, with the compiler of this machine or a cross compiler, and kept under a
//! name that depends on everything it is made of. A program for another architecture runs under
//! qemu's emulator of Linux programs. [`link_runner`] makes one for a build script, to be part of a
//! program.

use crate::fingerprint::fingerprint;
use crate::{Options, Target, compile, compile_runtime, configure, options, sources};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::{env, fs};

/// The folder of the runner's C files.
pub const OWN_RUNNER_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/runner");

/// Functions that the linker replaces: see `runner/main.c`, `runner/regions.c`.
const LINK_FLAGS: &[&str] = &[
    "-Wl,--gc-sections",
    "-Wl,--wrap=memset",
    "-Wl,--wrap=mprotect",
    "-Wl,--wrap=os_mmap",
    "-Wl,--wrap=os_munmap",
    "-Wl,--wrap=os_mprotect",
];

/// A runner that is ready to be started.
#[derive(Clone, Debug)]
pub struct Runner {
    program: PathBuf,
    target: &'static Target,
}

impl Runner {
    /// Builds the runner for `target`, unless it exists in `folder` already.
    ///
    /// # Errors
    /// A message: a tool is missing, with the Debian package that contains it, or the build failed.
    pub fn build(
        target: &'static Target,
        options: Options,
        folder: &Path,
    ) -> Result<Runner, String> {
        let version = tool(target.compiler(), target.compiler_packages())?;
        if !target.is_native() {
            tool(target.cross.emulator, target.cross.emulator_package)?;
        }
        let root = crate::wamr_root()?;
        let found = sources::Sources::find(&root, target, options)?;
        let own = own_files()?;
        if options.sanitized && !(target.is_native() && options.software_bounds_checks) {
            return Err("sanitizers are for this machine, and for no guard pages".to_owned());
        }
        let (defines, flags) = (options::defines(target, options), options::flags(options));
        let parts = (&version, defines, flags, LINK_FLAGS);
        let number = fingerprint(parts, options, own.iter().chain(found.files()))?;
        let program = folder.join(format!("{}-{:016x}", target.arch, number));
        if !program.exists() {
            link(&root, target, options, &program)?;
        }
        Ok(Runner { program, target })
    }

    /// The command that starts it, without its arguments.
    pub fn command(&self) -> Command {
        self.target.command(&self.program)
    }
}

/// The runner's own files, headers included.
fn own_files() -> Result<Vec<PathBuf>, String> {
    let mut files = sources::files(Path::new(OWN_RUNNER_FOLDER), &["c", "h"])?;
    files.extend(sources::files(Path::new(sources::OWN_FOLDER), &["h"])?);
    Ok(files)
}

/// The version that a tool prints.
pub(crate) fn tool(name: &str, packages: &str) -> Result<Vec<u8>, String> {
    let output = Command::new(name).arg("--version").output();
    let output = output.map_err(|error| format!("{name}: {error}; Debian packages: {packages}"))?;
    Ok(output.stdout)
}

/// A C compiler for `target`, outside of build scripts.
pub(crate) fn compiler(target: &Target, folder: &Path) -> cc::Build {
    let triple = |arch| format!("{arch}-unknown-linux-gnu");
    let mut build = cc::Build::new();
    build
        .compiler(target.compiler())
        .target(&triple(target.arch))
        .host(&triple(env::consts::ARCH))
        .opt_level(2)
        .debug(false)
        .out_dir(folder)
        // Only the compiler's own messages are printed.
        .cargo_metadata(false);
    build
}

fn link(root: &Path, target: &Target, options: Options, program: &Path) -> Result<(), String> {
    let folder = program.with_extension(process::id().to_string());
    let fail = |error| format!("{}: {error}", folder.display());
    fs::create_dir_all(&folder).map_err(fail)?;
    // An emulator finds no shared libraries; those of sanitizers exist only as shared ones.
    let flags: &[_] = if options.sanitized { &[] } else { &["-static"] };
    let linked = link_runner(compiler(target, &folder), root, target, options, flags, &folder)?;
    // Renamed when it is complete, since several processes may build it at the same time.
    fs::rename(&linked, program).map_err(fail)?;
    fs::remove_dir_all(&folder).map_err(fail)
}

/// Builds the runner for `target` in `folder` with a configured C compiler, which also links it,
/// with `flags`. Returns the program.
///
/// # Errors
/// A message. The C compiler has then printed its own.
pub fn link_runner(
    compiler: cc::Build,
    root: &Path,
    target: &Target,
    options: Options,
    flags: &[&str],
    folder: &Path,
) -> Result<PathBuf, String> {
    let sources = sources::Sources::find(root, target, options)?;
    let own = sources::files(Path::new(OWN_RUNNER_FOLDER), &["c"])?;
    let configured = configure(compiler.clone(), &sources, target, options);
    let mut objects = compile(&configured, &own, &[])?;
    let tool = compiler.try_get_compiler().map_err(|error| error.to_string())?;
    objects.extend(compile_runtime(compiler, root, target, options, folder)?);
    let program = folder.join("runner");
    let fail = |error: &dyn Display| format!("{}: {error}", tool.path().display());
    let output = tool
        .to_command()
        .args(LINK_FLAGS)
        .args(flags)
        .args(options::flags(options))
        .arg("-o")
        .arg(&program)
        .args(&objects)
        .args(target.libraries.iter().map(|library| format!("-l{library}")))
        .output()
        .map_err(|error| fail(&error))?;
    if !output.status.success() {
        let messages = String::from_utf8_lossy(&output.stderr);
        return Err(fail(&format_args!("{}: {messages}", output.status)));
    }
    Ok(program)
}
