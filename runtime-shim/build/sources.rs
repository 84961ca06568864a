//! The source files of the runtime.
//!
//! Whole folders are compiled, as in WAMR's own build, so that a newer checkout with an additional
//! file still builds.

use crate::Options;
use crate::target::Target;
use std::fs;
use std::path::{Path, PathBuf};

const INCLUDE_DIRS: &[&str] = &[
    "core",
    "core/iwasm/aot",
    "core/iwasm/common",
    "core/iwasm/common/gc",
    "core/iwasm/include",
    "core/iwasm/interpreter",
    "core/iwasm/libraries/lib-pthread",
    "core/iwasm/libraries/lib-wasi-threads",
    "core/iwasm/libraries/libc-builtin",
    "core/iwasm/libraries/libc-wasi/sandboxed-system-primitives/include",
    "core/iwasm/libraries/libc-wasi/sandboxed-system-primitives/src",
    "core/iwasm/libraries/thread-mgr",
    "core/shared/mem-alloc",
    "core/shared/platform/common/libc-util",
    "core/shared/platform/include",
    "core/shared/platform/linux",
    "core/shared/utils",
];

/// The folder of this project's C code that belongs to every runtime, and of the code with which
/// hosts in C choose from universal files.
pub const OWN_FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/csrc");

/// Folders whose C files all belong to the runtime.
const FOLDERS: &[&str] = &[
    "core/iwasm/common",
    "core/iwasm/libraries/libc-builtin",
    "core/iwasm/libraries/libc-wasi",
    "core/iwasm/libraries/libc-wasi/sandboxed-system-primitives/src",
    "core/shared/mem-alloc",
    "core/shared/mem-alloc/ems",
    "core/shared/platform/common/libc-util",
    "core/shared/platform/common/posix",
    "core/shared/platform/linux",
    "core/shared/utils",
];

/// The same for a runtime with threads.
const THREAD_FOLDERS: &[&str] =
    &["core/iwasm/libraries/lib-pthread", "core/iwasm/libraries/thread-mgr"];

/// The same for one with garbage collection.
const GC_FOLDERS: &[&str] = &["core/iwasm/common/gc"];

const FILES: &[&str] = &[
    "core/iwasm/aot/aot_intrinsic.c",
    "core/iwasm/aot/aot_loader.c",
    "core/iwasm/aot/aot_runtime.c",
    "core/iwasm/interpreter/wasm_interp_classic.c",
    "core/iwasm/interpreter/wasm_loader.c",
    "core/iwasm/interpreter/wasm_runtime.c",
];

/// Files of a runtime with threads.
const THREAD_FILES: &[&str] = &[
    "core/iwasm/libraries/lib-wasi-threads/lib_wasi_threads_wrapper.c",
    "core/iwasm/libraries/lib-wasi-threads/tid_allocator.c",
];

/// Files whose only output is diagnostics.
const CONSOLE_FILES: &[&str] = &["bh_log.c", "posix_memmap.c", "posix_thread.c"];

/// The file whose only output is the call stack of a trap (`dump_line_buf_impl`).
const CALL_STACK_FILE: &str = "wasm_runtime_common.c";

/// The files to compile, grouped by the macros they need.
pub(crate) struct Sources {
    pub(crate) include_dirs: Vec<PathBuf>,
    pub(crate) console: Vec<PathBuf>,
    pub(crate) call_stack: Vec<PathBuf>,
    pub(crate) other: Vec<PathBuf>,
}

impl Sources {
    /// Lists the files below `root`, always in the same order.
    pub(crate) fn find(root: &Path, target: &Target, options: Options) -> Result<Sources, String> {
        let (folders, files): (_, &[_]) =
            if options.gc { (GC_FOLDERS, &[]) } else { (THREAD_FOLDERS, THREAD_FILES) };
        let mut all = c_files(Path::new(OWN_FOLDER))?;
        for folder in FOLDERS.iter().chain(folders) {
            all.extend(c_files(&root.join(folder))?);
        }
        all.extend(FILES.iter().chain(files).map(|file| root.join(file)));
        all.push(root.join("core/iwasm/aot/arch").join(target.relocations));
        all.push(root.join("core/iwasm/common/arch").join(target.invoke_native));

        let is_named = |path: &Path, names: &[&str]| names.iter().any(|name| path.ends_with(name));
        let (console, all): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|path| is_named(path, CONSOLE_FILES));
        let (call_stack, other) =
            all.into_iter().partition(|path| is_named(path, &[CALL_STACK_FILE]));
        let include_dirs = INCLUDE_DIRS.iter().map(|folder| root.join(folder)).collect();
        Ok(Sources { include_dirs, console, call_stack, other })
    }
}

impl Sources {
    /// All files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.console.iter().chain(&self.call_stack).chain(&self.other)
    }
}

fn c_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    files(folder, &["c"])
}

/// The files of a folder with one of these extensions, in the order of their names.
pub(crate) fn files(folder: &Path, extensions: &[&str]) -> Result<Vec<PathBuf>, String> {
    let fail = |error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension.is_some_and(|extension| extensions.contains(&extension)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
