//! Options for C: one function for each, so that new ones do not affect existing programs.

use std::ffi::{c_char, c_void};
use std::num::NonZeroUsize;

use compiler::cache::DiskCache;
use compiler::{BoundsChecks, Compiler, Cpu, OptLevel, Options};

use serde_json::{Map, Value};

use crate::boundary::{delete, fallible, infallible, shared, text, unique};
use crate::error::{Failure, cwamrc_error_t};

/// The kind of file to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub enum cwamrc_format_t {
    /// A file for the runtime.
    CWAMRC_FORMAT_AOT = 0,
    /// The same code as a relocatable ELF file, for linkers.
    CWAMRC_FORMAT_OBJECT = 1,
}

/// Called with the number of bytes of function bodies compiled so far, and of all. It may be called
/// from any thread, and from several at once. It must return: no longjmp, no exception.
pub type cwamrc_progress_callback_t =
    Option<unsafe extern "C" fn(context: *mut c_void, done: u64, total: u64)>;

/// More threads would not be faster, and at some number the system cannot start them.
const MOST_THREADS: usize = 1024;

/// Called to ask whether to give up. It may be called from any thread, and from several at once. It
/// must return: no longjmp, no exception.
pub type cwamrc_cancel_callback_t = Option<unsafe extern "C" fn(context: *mut c_void) -> bool>;

/// Options of a compilation. Delete them with cwamrc_options_delete().
pub struct cwamrc_options_t {
    options: Options,
    format: cwamrc_format_t,
    cache: Option<DiskCache>,
    progress: Callback<cwamrc_progress_callback_t>,
    cancel: Callback<cwamrc_cancel_callback_t>,
}

/// A callback of the host, and its context argument.
#[derive(Clone, Copy)]
struct Callback<F> {
    function: F,
    context: *mut c_void,
}

// SAFETY: the pointer is only passed to the function, which the header requires to be callable from
// any thread.
unsafe impl<F: Send> Send for Callback<F> {}
// SAFETY: likewise, and from several threads at once.
unsafe impl<F: Sync> Sync for Callback<F> {}

impl Callback<cwamrc_progress_callback_t> {
    fn call(&self, done: u64, total: u64) {
        if let Some(function) = self.function {
            // SAFETY: the header states the requirements for the function.
            unsafe { function(self.context, done, total) };
        }
    }
}

impl Callback<cwamrc_cancel_callback_t> {
    fn call(&self) -> bool {
        // SAFETY: the header states the requirements for the function.
        self.function.is_some_and(|function| unsafe { function(self.context) })
    }
}

impl cwamrc_options_t {
    pub(crate) fn new() -> Self {
        let context = std::ptr::null_mut();
        Self {
            options: Options::new(),
            format: cwamrc_format_t::CWAMRC_FORMAT_AOT,
            cache: None,
            progress: Callback { function: None, context },
            cancel: Callback { function: None, context },
        }
    }

    pub(crate) fn compiler(&self) -> Compiler<'_> {
        let mut compiler = Compiler::new(self.options.clone());
        if self.progress.function.is_some() {
            compiler =
                compiler.on_progress(|progress| self.progress.call(progress.done, progress.total));
        }
        if self.cancel.function.is_some() {
            compiler = compiler.cancel_if(|| self.cancel.call());
        }
        if let Some(cache) = &self.cache {
            compiler = compiler.cache(cache);
        }
        compiler
    }

    pub(crate) fn cpu(&self) -> &Cpu {
        &self.options.cpu
    }

    pub(crate) fn format(&self) -> cwamrc_format_t {
        self.format
    }

    fn duplicate(&self) -> Self {
        let Self { ref options, format, ref cache, progress, cancel } = *self;
        Self { options: options.clone(), format, cache: cache.clone(), progress, cancel }
    }
}

/// Changes options with `change`.
///
/// # Safety
/// Like [`unique`].
unsafe fn set(
    options: *mut cwamrc_options_t,
    change: impl FnOnce(&mut cwamrc_options_t) -> Result<(), Failure>,
) -> *mut cwamrc_error_t {
    fallible(|| {
        // SAFETY: the caller's promise.
        change(unsafe { unique(options, "options") }?)
    })
}

/// The defaults, which are the same on every machine: the minimum x86-64 CPU, level 3, memory
/// accesses checked by hardware, the newest release of WAMR, all processors. NULL only if there is
/// no memory.
#[unsafe(no_mangle)]
pub extern "C" fn cwamrc_options_new() -> *mut cwamrc_options_t {
    infallible(std::ptr::null_mut(), || Some(Box::into_raw(Box::new(cwamrc_options_t::new()))))
}

/// A copy of options; the defaults for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_clone(
    options: *const cwamrc_options_t,
) -> *mut cwamrc_options_t {
    infallible(std::ptr::null_mut(), || {
        // SAFETY: the header requires it of the caller.
        let options = unsafe { shared(options) };
        let copy = options.map_or_else(cwamrc_options_t::new, cwamrc_options_t::duplicate);
        Some(Box::into_raw(Box::new(copy)))
    })
}

/// Deletes options; NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_delete(options: *mut cwamrc_options_t) {
    // SAFETY: the header requires it of the caller.
    unsafe { delete(options) };
}

/// Compiles for this machine and all features of its CPU, as wamrc does if no target is named.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_host(
    options: *mut cwamrc_options_t,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.cpu = Cpu::host()?;
            Ok(())
        })
    }
}

/// Compiles for every CPU of a target: a name that wamrc's `--target` accepts, such as "x86_64",
/// "aarch64" or "riscv64", or a triple. Resets the CPU and its features.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_target(
    options: *mut cwamrc_options_t,
    target: *const c_char,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.cpu = Cpu::for_target(text(target, "the target")?)?;
            Ok(())
        })
    }
}

/// Compiles for a CPU of the target, by LLVM's name; "native" is the CPU of this machine. Resets
/// the features.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_cpu(
    options: *mut cwamrc_options_t,
    cpu: *const c_char,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            let architecture = options.options.cpu.architecture();
            options.options.cpu = Cpu::named(architecture, text(cpu, "the CPU")?)?;
            Ok(())
        })
    }
}

/// Switches features of the CPU on and off, by LLVM's names: "+avx2,-bmi".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_cpu_features(
    options: *mut cwamrc_options_t,
    features: *const c_char,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            let features = text(features, "the list of features")?;
            options.options.cpu = options.options.cpu.clone().with_features(features)?;
            Ok(())
        })
    }
}

/// Sets the level from 0, which compiles fastest, to 3, the default, which makes the fastest code.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_opt_level(
    options: *mut cwamrc_options_t,
    level: u32,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            let unknown = || Failure::argument(format!("unknown level {level}: levels are 0 to 3"));
            options.options.opt_level = OptLevel::from_number(level).ok_or_else(unknown)?;
            Ok(())
        })
    }
}

/// Sets whether compiled code checks its memory accesses, which is required for a runtime built
/// without hardware bounds checks. Otherwise the runtime's guard pages do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_bounds_checks(
    options: *mut cwamrc_options_t,
    checks: bool,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.bounds_checks =
                if checks { BoundsChecks::Software } else { BoundsChecks::Hardware };
            Ok(())
        })
    }
}

/// Sets whether compiled code checks the native stack. It always does if it checks its memory
/// accesses; otherwise the default is false.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_stack_bounds_checks(
    options: *mut cwamrc_options_t,
    checks: bool,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.stack_bounds_checks = checks;
            Ok(())
        })
    }
}

/// Sets whether the file can run in place (XIP): no relocations, and the runtime is called through
/// a table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_indirect_mode(
    options: *mut cwamrc_options_t,
    indirect: bool,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.indirect_mode = indirect;
            Ok(())
        })
    }
}

/// Sets whether every NaN that an operator computes is the canonical one, so that results are the
/// same on every machine. Otherwise sign and payload depend on the machine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_canonicalize_nans(
    options: *mut cwamrc_options_t,
    canonicalize: bool,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.canonicalize_nans = canonicalize;
            Ok(())
        })
    }
}

/// Sets whether the file is for a runtime that collects garbage even if the module does not need
/// one. Modules that need one are always compiled for it; other runtimes refuse the file.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_garbage_collection(
    options: *mut cwamrc_options_t,
    collect: bool,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.garbage_collection = collect;
            Ok(())
        })
    }
}

/// Sets the release of WAMR that will load the file: a version ("2.4.3"), a release line ("2.3"),
/// or "main".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_wamr_version(
    options: *mut cwamrc_options_t,
    version: *const c_char,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            let release = text(version, "the version of WAMR")?.parse();
            options.options.release =
                release.map_err(|error| Failure::argument(format!("{error}")))?;
            Ok(())
        })
    }
}

/// Sets the number of compiling threads; 0, the default, means all processors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_threads(
    options: *mut cwamrc_options_t,
    threads: u32,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.threads = some_threads(NonZeroUsize::new(threads as usize))?;
            Ok(())
        })
    }
}

/// Copies a custom section of the module to the file; may be called several times.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_add_custom_section(
    options: *mut cwamrc_options_t,
    name: *const c_char,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            let name = text(name, "the name of the section")?.to_owned();
            options.options.emit_custom_sections.push(name);
            Ok(())
        })
    }
}

/// Sets the kind of file to make: one of cwamrc_format_t.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_format(
    options: *mut cwamrc_options_t,
    format: u32,
) -> *mut cwamrc_error_t {
    use cwamrc_format_t::{CWAMRC_FORMAT_AOT, CWAMRC_FORMAT_OBJECT};
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            let mut known = [CWAMRC_FORMAT_AOT, CWAMRC_FORMAT_OBJECT].into_iter();
            let known = known.find(|known| *known as u32 == format);
            let unknown = || Failure::argument(format!("unknown format {format}"));
            options.format = known.ok_or_else(unknown)?;
            Ok(())
        })
    }
}

/// Sets whether cwamrc_artifact_location() can return where code comes from. The file is the same.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_address_map(
    options: *mut cwamrc_options_t,
    map: bool,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options.address_map = map;
            Ok(())
        })
    }
}

/// Takes functions from a cache in a folder, and adds those that it does not have. The files are
/// the same as without; compiling again after a small change is faster. The folder is created when
/// there is something to keep; its files together stay below `limit` bytes, or 1 GiB if `limit` is
/// 0. NULL, the default, means no cache.
///
/// Any number of processes may use the folder at once. It must belong to the user, and nobody else
/// may be able to write to it; otherwise it is not used, and a warning of the artifact says why.
/// It is not used either for object files, with call stacks, instrumentation, an address map or
/// disabled proposals.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_cache(
    options: *mut cwamrc_options_t,
    folder: *const c_char,
    limit: u64,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.cache = None;
            if !folder.is_null() {
                let folder = text(folder, "the folder of the cache")?;
                let limit = if limit == 0 { DiskCache::DEFAULT_LIMIT } else { limit };
                options.cache = Some(DiskCache::new(folder).limit(limit));
            }
            Ok(())
        })
    }
}

/// Sets the options that a JSON object names; others stay unchanged, also inside of objects
/// other than "cpu". Keys and values are those of the Rust library's options as data. There are more of them than
/// functions here, such as "call_stacks", "instrumentation" (counters, gas, interruption),
/// "builtin_intrinsics" and "disabled_proposals"; docs/library-c.md lists them. An unknown key or
/// an invalid value changes nothing and is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_json(
    options: *mut cwamrc_options_t,
    json: *const c_char,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.options = with_json(&options.options, text(json, "the options")?)?;
            Ok(())
        })
    }
}

fn some_threads(threads: Option<NonZeroUsize>) -> Result<Option<NonZeroUsize>, Failure> {
    match threads {
        Some(threads) if threads.get() > MOST_THREADS => Err(Failure::argument(format!(
            "too many threads: {threads}; at most {MOST_THREADS} can compile"
        ))),
        threads => Ok(threads),
    }
}

/// `options` with the changes in `json`.
fn with_json(options: &Options, json: &str) -> Result<Options, Failure> {
    let failed = |error: serde_json::Error| Failure::argument(format!("the options: {error}"));
    let given: Map<String, Value> = serde_json::from_str(json).map_err(failed)?;
    let mut all = serde_json::to_value(options).map_err(failed)?;
    for (key, value) in given {
        let old = &mut all[&key];
        // Features belong to their architecture, so a CPU is replaced as a whole.
        if key == "cpu" { *old = value } else { merge(old, value) }
    }
    let options: Options = serde_json::from_value(all).map_err(failed)?;
    some_threads(options.threads)?;
    Ok(options)
}

/// Replaces the values in `all` that `given` names.
fn merge(all: &mut Value, given: Value) {
    match (all, given) {
        (Value::Object(all), Value::Object(given)) => {
            for (key, value) in given {
                merge(all.entry(key).or_insert(Value::Null), value);
            }
        }
        (all, given) => *all = given,
    }
}

/// Sets a callback that is called after each function with the progress of the compilation; NULL
/// for none. `context` is passed to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_progress(
    options: *mut cwamrc_options_t,
    callback: cwamrc_progress_callback_t,
    context: *mut c_void,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.progress = Callback { function: callback, context };
            Ok(())
        })
    }
}

/// Sets a callback that is asked from time to time whether to give up; NULL for none. Once it
/// returns true, the compilation ends with CWAMRC_ERROR_CANCELLED as soon as each thread has
/// finished its step. `context` is passed to it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cwamrc_options_set_cancel(
    options: *mut cwamrc_options_t,
    callback: cwamrc_cancel_callback_t,
    context: *mut c_void,
) -> *mut cwamrc_error_t {
    // SAFETY: the header requires it of the caller.
    unsafe {
        set(options, |options| {
            options.cancel = Callback { function: callback, context };
            Ok(())
        })
    }
}
