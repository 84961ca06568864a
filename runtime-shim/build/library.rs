//! The runtime as a static library for C programs: `libiwasm.a`, WAMR's public headers, and a
//! pkg-config file.
//!
//! It is the same runtime that `wamr-shim` links into Rust programs. WAMR's own build makes a
//! library of the same name; programs can link either.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::fingerprint::fingerprint;
use crate::sources::Sources;
use crate::{Options, Target, compile_runtime, libraries, options, runner};

/// WAMR's headers for embedders. The other headers belong to parts that this runtime does not have.
const HEADERS: &[&str] = &["lib_export.h", "wasm_c_api.h", "wasm_export.h"];

/// Where they are.
const HEADER_FOLDER: &str = "core/iwasm/include";

/// The runtime for a machine, installed in a folder of its own, laid out like the prefix of a
/// package: `lib/libiwasm.a`, `lib/pkgconfig/iwasm.pc`, `include`.
#[derive(Clone, Debug)]
pub struct Library {
    prefix: PathBuf,
}

impl Library {
    /// Builds the library, unless it exists below `folder` already, in a folder whose name depends
    /// on everything it is built from.
    ///
    /// # Errors
    /// A message: there is no C compiler, or the build failed.
    pub fn build(target: &Target, options: Options, folder: &Path) -> Result<Library, String> {
        let version = runner::tool(target.compiler(), target.compiler_packages())?;
        let root = crate::wamr_root()?;
        let found = Sources::find(&root, target, options)?;
        let parts = (&version, options::defines(target, options), include_str!("library.rs"));
        let number = fingerprint(parts, options, found.files())?;
        let prefix = folder.join(format!("libiwasm-{}-{number:016x}", target.arch));
        // The name of the unfinished folder distinguishes processes, but not threads of this one.
        static BUILDING: Mutex<()> = Mutex::new(());
        let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        if !prefix.exists() {
            // Renamed when it is complete, since several processes may build it at the same time.
            let unfinished = prefix.with_extension(std::process::id().to_string());
            install(target, options, &unfinished, &prefix)?;
            match fs::rename(&unfinished, &prefix) {
                Err(_) if prefix.exists() => {
                    fs::remove_dir_all(&unfinished)
                        .map_err(|error| describe(&unfinished, &error))?;
                }
                renamed => renamed.map_err(|error| describe(&unfinished, &error))?,
            }
        }
        Ok(Library { prefix })
    }

    /// The folder that contains `lib` and `include`.
    pub fn prefix(&self) -> &Path {
        &self.prefix
    }
}

/// Builds the library for `target` and installs it below `folder`, for use below `prefix`.
///
/// # Errors
/// A message: there is no C compiler, the build failed, or files cannot be written.
pub fn install(
    target: &Target,
    options: Options,
    folder: &Path,
    prefix: &Path,
) -> Result<(), String> {
    runner::tool(target.compiler(), target.compiler_packages())?;
    let root = crate::wamr_root()?;
    let library_folder = folder.join("lib");
    let objects_folder = folder.join("objects");
    for folder in [&library_folder.join("pkgconfig"), &folder.join("include"), &objects_folder] {
        fs::create_dir_all(folder).map_err(|error| describe(folder, &error))?;
    }
    let build = runner::compiler(target, &objects_folder);
    let objects = compile_runtime(build, &root, target, options, &objects_folder)?;
    let mut archive = runner::compiler(target, &library_folder);
    archive.objects(objects).try_compile("iwasm").map_err(|error| error.to_string())?;
    fs::remove_dir_all(&objects_folder).map_err(|error| describe(&objects_folder, &error))?;

    for name in HEADERS {
        let header = root.join(HEADER_FOLDER).join(name);
        fs::copy(&header, folder.join("include").join(name))
            .map_err(|error| describe(&header, &error))?;
    }
    let description = library_folder.join("pkgconfig/iwasm.pc");
    fs::write(&description, pkg_config(prefix, target))
        .map_err(|error| describe(&description, &error))
}

fn pkg_config(prefix: &Path, target: &Target) -> String {
    let system: String = libraries(target).iter().map(|name| format!(" -l{name}")).collect();
    format!(
        "prefix={}\nlibdir=${{prefix}}/lib\nincludedir=${{prefix}}/include\n\n\
         Name: iwasm\nDescription: WebAssembly Micro Runtime\nVersion: {}\n\
         Cflags: -I${{includedir}}\nLibs: -L${{libdir}} -liwasm{system}\n",
        prefix.display(),
        env!("CARGO_PKG_VERSION"),
    )
}

fn describe(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
