//! Build options of the runtime, as macros.
//!
//! Source: `build-scripts/config_common.cmake` of WAMR and the cmake file of each part. These are
//! the settings of its Linux build, with every feature enabled that a compiled module may use.

use crate::target::Target;

const ON: &[&str] = &[
    "BH_PLATFORM_LINUX",
    "NDEBUG",
    "WASM_ENABLE_AOT",
    "WASM_ENABLE_AOT_INTRINSICS",
    "WASM_ENABLE_AOT_STACK_FRAME",
    "WASM_ENABLE_BULK_MEMORY",
    "WASM_ENABLE_BULK_MEMORY_OPT",
    "WASM_ENABLE_CALL_INDIRECT_OVERLONG",
    "WASM_ENABLE_CUSTOM_NAME_SECTION",
    "WASM_ENABLE_DUMP_CALL_STACK",
    "WASM_ENABLE_EXTENDED_CONST_EXPR",
    "WASM_ENABLE_HEAP_AUX_STACK_ALLOCATION",
    "WASM_ENABLE_INTERP",
    "WASM_ENABLE_LIBC_BUILTIN",
    "WASM_ENABLE_LIBC_WASI",
    "WASM_ENABLE_LOAD_CUSTOM_SECTION",
    "WASM_ENABLE_MODULE_INST_CONTEXT",
    "WASM_ENABLE_QUICK_AOT_ENTRY",
    "WASM_ENABLE_REF_TYPES",
    "WASM_ENABLE_TAIL_CALL",
    "WASM_HAVE_MREMAP",
    "_GNU_SOURCE",
];

/// Threads, which exclude garbage collection: the first collection of a runtime with both crashes.
const THREADS: &[&str] = &[
    "WASM_ENABLE_LIB_PTHREAD",
    "WASM_ENABLE_LIB_WASI_THREADS",
    "WASM_ENABLE_SHARED_MEMORY",
    "WASM_ENABLE_THREAD_MGR",
];

/// Options that are on by default in WAMR's headers or build.
const OFF: &[&str] = &[
    "BH_DEBUG",
    // The fast interpreter needs SIMDe for SIMD.
    "WASM_ENABLE_FAST_INTERP",
    "WASM_ENABLE_MINI_LOADER",
    "WASM_ENABLE_MULTI_MODULE",
    // It would give the interpreter a smaller memory than the module declares, so the interpreter
    // could not be used as a reference for out-of-bounds accesses.
    "WASM_ENABLE_SHRUNK_MEMORY",
    // A proposal that is no longer pursued.
    "WASM_ENABLE_STRINGREF",
    "WASM_DISABLE_WAKEUP_BLOCKING_OP",
];

/// In files that write diagnostics, these go to standard error (see `csrc/console.c`). WAMR writes
/// them to standard output, which belongs to the running program.
pub(crate) const CONSOLE_RENAMES: &[(&str, &str)] =
    &[("os_printf", "wamr_shim_eprintf"), ("os_vprintf", "wamr_shim_veprintf")];

/// In the file that prints the call stack of a trap to standard output, printing is disabled, since
/// a `Trap` contains the call stack. Profiles of calls, which it prints too, go to standard error.
pub(crate) fn call_stack_renames(options: Options) -> [(&'static str, &'static str); 1] {
    let place = if options.profiling { "wamr_shim_eprintf" } else { "wamr_shim_discard" };
    [("os_printf", place)]
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// No guard pages: only code that checks bounds itself is safe.
    pub software_bounds_checks: bool,
    /// 64-bit memories, which WAMR builds only without guard pages.
    pub memory64: bool,
    /// WAMR's native module `spectest`.
    pub spec_test: bool,
    /// Profiles of calls and of the native stack, which WAMR prints.
    pub profiling: bool,
    /// Garbage collection: such a runtime loads only files made for it, and has no threads.
    pub gc: bool,
    /// The collector runs at every allocation, so that it finds references that were forgotten.
    pub collects_always: bool,
    /// gcc's sanitizers of addresses and of undefined behaviour in all C code; they end the
    /// program. Their signal handlers conflict with WAMR's, so this is only for a runtime without
    /// guard pages, and only for the machine that builds it.
    pub sanitized: bool,
}

/// Every macro for the C compiler, with its value.
pub(crate) fn defines(target: &Target, options: Options) -> Vec<(String, Option<String>)> {
    let Options { software_bounds_checks, memory64, spec_test, profiling, gc, .. } = options;
    let switches = [
        ("GC_IN_EVERY_ALLOCATION", options.collects_always),
        ("WASM_DISABLE_HW_BOUND_CHECK", software_bounds_checks),
        ("WASM_DISABLE_STACK_HW_BOUND_CHECK", software_bounds_checks),
        ("WASM_ENABLE_GC", gc),
        ("WASM_ENABLE_MEMORY64", memory64),
        ("WASM_ENABLE_MEMORY_PROFILING", profiling),
        ("WASM_ENABLE_PERF_PROFILING", profiling),
        ("WASM_ENABLE_SIMD", target.simd),
        ("WASM_ENABLE_SPEC_TEST", spec_test),
    ];
    let allocator = [("BH_MALLOC", "wasm_runtime_malloc"), ("BH_FREE", "wasm_runtime_free")];

    let define = |name: &str, value: &str| (name.to_owned(), Some(value.to_owned()));
    let mut defines = Vec::new();
    defines.extend(ON.iter().map(|name| define(name, "1")));
    let threads = if gc { "0" } else { "1" };
    defines.extend(THREADS.iter().map(|name| define(name, threads)));
    defines.extend(OFF.iter().map(|name| define(name, "0")));
    defines.extend(switches.iter().map(|(name, on)| define(name, if *on { "1" } else { "0" })));
    defines.extend(allocator.iter().map(|(name, value)| define(name, value)));
    defines.extend(target.defines.iter().map(|(name, value)| define(name, value)));
    defines
}

/// Flags of the compiler and of the linker beyond macros.
pub(crate) fn flags(options: Options) -> &'static [&'static str] {
    // WAMR shifts into the sign bit and accesses unaligned numbers, adds to null pointers, and
    // calls functions through types that differ only in names.
    const SANITIZED: &[&str] = &[
        "-fsanitize=address,undefined",
        "-fno-sanitize=alignment,shift,pointer-overflow,null",
        "-fno-sanitize-recover=all",
        "-fno-omit-frame-pointer",
        "-g1",
    ];
    if options.sanitized { SANITIZED } else { &[] }
}
