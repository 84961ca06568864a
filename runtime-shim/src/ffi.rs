//! The part of WAMR's C API that the shim uses, declared by hand.
//!
//! Source: `core/iwasm/include/wasm_export.h` and `lib_export.h`; `build/csrc/internals.h` for the
//! functions named `wamr_shim_*`. The sizes of the shared structures are asserted on both sides:
//! below, and in `build/csrc/internals.c`.

#![allow(non_camel_case_types, missing_docs)]

#[cfg(feature = "gc")]
use std::ffi::c_uint;
use std::ffi::{c_char, c_int, c_void};

/// Declares opaque C types, which are used only through pointers.
macro_rules! opaque {
    ($($name:ident)*) => { $( #[repr(C)] pub(crate) struct $name { _opaque: [u8; 0] } )* };
}

opaque! {
    WASMModuleCommon WASMModuleInstanceCommon WASMExecEnv WASMFunctionInstanceCommon
    WASMMemoryInstance WASMFuncType WASMGlobalType InstantiationArgs2
}

pub(crate) type wasm_module_t = *mut WASMModuleCommon;
pub(crate) type wasm_module_inst_t = *mut WASMModuleInstanceCommon;
pub(crate) type wasm_exec_env_t = *mut WASMExecEnv;
pub(crate) type wasm_function_inst_t = *mut WASMFunctionInstanceCommon;
pub(crate) type wasm_memory_inst_t = *mut WASMMemoryInstance;

/// `get_package_type`
pub(crate) const PACKAGE_AOT: u32 = 1;
/// `WASM_LOG_LEVEL_ERROR`
pub(crate) const LOG_LEVEL_ERROR: u32 = 1;

pub(crate) const KIND_FUNC: u32 = 0;
pub(crate) const KIND_TABLE: u32 = 1;
pub(crate) const KIND_MEMORY: u32 = 2;
pub(crate) const KIND_GLOBAL: u32 = 3;

/// `enum wamr_shim_callee_kind`
pub(crate) const CALL_WASM: u32 = 0;
pub(crate) const CALL_RAW: u32 = 1;
pub(crate) const CALL_UNLINKED: u32 = 2;

/// `enum cwamrc_choice`
pub(crate) const CHOICE_NATIVE: u32 = 0;
pub(crate) const CHOICE_NOT_UNIVERSAL: u32 = 1;
pub(crate) const CHOICE_OTHER_MACHINES: u32 = 2;
pub(crate) const CHOICE_EDITED: u32 = 3;
pub(crate) const CHOICE_DAMAGED: u32 = 4;
pub(crate) const CHOICE_CPU_LACKS: u32 = 5;
pub(crate) const CHOICE_UNTRUSTED: u32 = 7;
pub(crate) const CHOICE_UNKNOWN_KEY: u32 = 8;
pub(crate) const CHOICE_FORGED: u32 = 9;
pub(crate) const CHOICE_AOT_FILE: u32 = 10;

/// `struct cwamrc_trust`
#[repr(C)]
pub(crate) struct cwamrc_trust {
    pub(crate) all: c_int,
    pub(crate) keys: *const u8,
    pub(crate) key_count: usize,
    pub(crate) verify:
        Option<unsafe extern "C" fn(*const u8, *const u8, usize, *const u8) -> c_int>,
}

#[repr(C)]
pub(crate) struct LoadArgs {
    pub(crate) name: *mut c_char,
    pub(crate) clone_wasm_binary: bool,
    pub(crate) wasm_binary_freeable: bool,
    pub(crate) no_resolve: bool,
}

#[repr(C)]
pub(crate) struct NativeSymbol {
    pub(crate) symbol: *const c_char,
    pub(crate) func_ptr: *mut c_void,
    pub(crate) signature: *const c_char,
    pub(crate) attachment: *mut c_void,
}

#[repr(C)]
pub(crate) struct wasm_import_t {
    pub(crate) module_name: *const c_char,
    pub(crate) name: *const c_char,
    pub(crate) kind: u32,
    pub(crate) linked: bool,
    pub(crate) ty: *mut c_void,
}

#[repr(C)]
pub(crate) struct wasm_export_t {
    pub(crate) name: *const c_char,
    pub(crate) kind: u32,
    pub(crate) ty: *mut c_void,
}

#[repr(C)]
pub(crate) struct wasm_global_inst_t {
    pub(crate) kind: u8,
    pub(crate) is_mutable: bool,
    pub(crate) global_data: *mut c_void,
}

#[repr(C)]
pub(crate) struct wasm_table_inst_t {
    pub(crate) elem_kind: u8,
    pub(crate) cur_size: u32,
    pub(crate) max_size: u32,
    pub(crate) elems: *mut c_void,
}

#[repr(C)]
pub(crate) struct wamr_shim_frame {
    pub(crate) function_index: u32,
    pub(crate) offset: u32,
    pub(crate) name: *const c_char,
}

const _: () = assert!(size_of::<cwamrc_trust>() == 32);
const _: () = assert!(std::mem::offset_of!(cwamrc_trust, verify) == 24);
const _: () = assert!(size_of::<LoadArgs>() == 16);
const _: () = assert!(size_of::<NativeSymbol>() == 32);
const _: () = assert!(size_of::<wasm_import_t>() == 32);
const _: () = assert!(std::mem::offset_of!(wasm_import_t, linked) == 20);
const _: () = assert!(std::mem::offset_of!(wasm_import_t, ty) == 24);
const _: () = assert!(size_of::<wasm_export_t>() == 24);
const _: () = assert!(size_of::<wasm_global_inst_t>() == 16);
const _: () = assert!(size_of::<wasm_table_inst_t>() == 24);
const _: () = assert!(size_of::<wamr_shim_frame>() == 16);

/// Size in bytes of an exception's text (`build/csrc/internals.h`).
pub(crate) const WAMR_SHIM_EXCEPTION_SIZE: usize = 128;

/// Rights to memory (`core/shared/platform/include/platform_api_vmcore.h`).
pub(crate) const MMAP_PROT_READ: c_int = 1;
pub(crate) const MMAP_PROT_WRITE: c_int = 2;
pub(crate) const MMAP_PROT_EXEC: c_int = 4;
/// The result of `os_get_invalid_handle`, for memory without a file.
pub(crate) const NO_FILE: c_int = -1;

/// `fcntl.h`: sets whether a file is closed when a program starts.
pub(crate) const F_SETFD: c_int = 2;
/// `linux/memfd.h`: the file is closed when a program starts.
#[cfg(feature = "gc")]
pub(crate) const MFD_CLOEXEC: c_uint = 1;
/// `linux/memfd.h`: the file can be a program.
#[cfg(feature = "gc")]
pub(crate) const MFD_EXEC: c_uint = 16;

unsafe extern "C" {
    /// `build/csrc/cwamrc_universal.h`
    pub(crate) fn cwamrc_choose(
        file: *mut u8,
        size: u32,
        trust: *const cwamrc_trust,
        code: *mut *mut u8,
        code_size: *mut u32,
    ) -> u32;
    pub(crate) fn cwamrc_choice_text(choice: u32) -> *const c_char;

    /// Of the C library.
    pub(crate) fn _exit(code: c_int) -> !;
    pub(crate) fn fcntl(file: c_int, command: c_int, ...) -> c_int;
    #[cfg(feature = "gc")]
    pub(crate) fn memfd_create(name: *const c_char, flags: c_uint) -> c_int;

    // Memory.
    pub(crate) fn os_mmap(
        hint: *mut c_void,
        size: usize,
        protection: c_int,
        flags: c_int,
        file: c_int,
    ) -> *mut c_void;
    pub(crate) fn os_munmap(start: *mut c_void, size: usize);
    pub(crate) fn os_mprotect(start: *mut c_void, size: usize, protection: c_int) -> c_int;
    pub(crate) fn os_icache_flush(start: *mut c_void, size: usize);

    // The runtime and its threads.
    pub(crate) fn wasm_runtime_init() -> bool;
    pub(crate) fn wasm_runtime_set_log_level(level: u32);
    pub(crate) fn wasm_runtime_set_max_thread_num(count: u32);
    pub(crate) fn wasm_runtime_init_thread_env() -> bool;
    pub(crate) fn wasm_runtime_destroy_thread_env();
    pub(crate) fn wasm_runtime_thread_env_inited() -> bool;
    pub(crate) fn wasm_runtime_get_current_package_version(package_type: u32) -> u32;

    // Modules.
    pub(crate) fn wasm_runtime_is_xip_file(buffer: *const u8, size: u32) -> bool;
    pub(crate) fn wasm_runtime_load_ex(
        buffer: *mut u8,
        size: u32,
        args: *const LoadArgs,
        error: *mut c_char,
        error_size: u32,
    ) -> wasm_module_t;
    pub(crate) fn wasm_runtime_resolve_symbols(module: wasm_module_t) -> bool;
    pub(crate) fn wasm_runtime_unload(module: wasm_module_t);
    pub(crate) fn wasm_runtime_get_import_count(module: wasm_module_t) -> i32;
    pub(crate) fn wasm_runtime_get_import_type(
        module: wasm_module_t,
        index: i32,
        import: *mut wasm_import_t,
    );
    pub(crate) fn wasm_runtime_get_export_count(module: wasm_module_t) -> i32;
    pub(crate) fn wasm_runtime_get_export_type(
        module: wasm_module_t,
        index: i32,
        export: *mut wasm_export_t,
    );
    pub(crate) fn wasm_runtime_get_custom_section(
        module: wasm_module_t,
        name: *const c_char,
        size: *mut u32,
    ) -> *const u8;
    pub(crate) fn wasm_func_type_get_param_count(ty: *const WASMFuncType) -> u32;
    pub(crate) fn wasm_func_type_get_param_valkind(ty: *const WASMFuncType, index: u32) -> u8;
    pub(crate) fn wasm_func_type_get_result_count(ty: *const WASMFuncType) -> u32;
    pub(crate) fn wasm_func_type_get_result_valkind(ty: *const WASMFuncType, index: u32) -> u8;
    pub(crate) fn wasm_global_type_get_valkind(ty: *const WASMGlobalType) -> u8;
    pub(crate) fn wasm_global_type_get_mutable(ty: *const WASMGlobalType) -> bool;
    pub(crate) fn wasm_memory_type_get_shared(ty: *const c_void) -> bool;
    pub(crate) fn wasm_memory_type_get_init_page_count(ty: *const c_void) -> u32;
    pub(crate) fn wasm_memory_type_get_max_page_count(ty: *const c_void) -> u32;
    pub(crate) fn wasm_table_type_get_elem_kind(ty: *const c_void) -> u8;
    pub(crate) fn wasm_table_type_get_init_size(ty: *const c_void) -> u32;
    pub(crate) fn wasm_table_type_get_max_size(ty: *const c_void) -> u32;
    pub(crate) fn wamr_shim_link_global(
        module: wasm_module_t,
        import_index: u32,
        value: *const c_void,
        size: u32,
    ) -> bool;

    // Host functions.
    pub(crate) fn wasm_runtime_register_natives_raw(
        module: *const c_char,
        symbols: *mut NativeSymbol,
        count: u32,
    ) -> bool;
    pub(crate) fn wasm_runtime_unregister_natives(
        module: *const c_char,
        symbols: *mut NativeSymbol,
    ) -> bool;
    pub(crate) fn wasm_runtime_get_function_attachment(exec_env: wasm_exec_env_t) -> *mut c_void;
    pub(crate) fn wasm_runtime_get_module_inst(exec_env: wasm_exec_env_t) -> wasm_module_inst_t;
    pub(crate) fn wasm_runtime_detect_native_stack_overflow_size(
        exec_env: wasm_exec_env_t,
        size: u32,
    ) -> bool;

    // Instances.
    pub(crate) fn wasm_runtime_instantiation_args_create(
        args: *mut *mut InstantiationArgs2,
    ) -> bool;
    pub(crate) fn wasm_runtime_instantiation_args_destroy(args: *mut InstantiationArgs2);
    pub(crate) fn wasm_runtime_instantiation_args_set_default_stack_size(
        args: *mut InstantiationArgs2,
        size: u32,
    );
    pub(crate) fn wasm_runtime_instantiation_args_set_host_managed_heap_size(
        args: *mut InstantiationArgs2,
        size: u32,
    );
    pub(crate) fn wasm_runtime_instantiation_args_set_max_memory_pages(
        args: *mut InstantiationArgs2,
        pages: u32,
    );
    pub(crate) fn wasm_runtime_instantiation_args_set_wasi_arg(
        args: *mut InstantiationArgs2,
        argv: *mut *mut c_char,
        argc: c_int,
    );
    pub(crate) fn wasm_runtime_instantiation_args_set_wasi_env(
        args: *mut InstantiationArgs2,
        env: *mut *const c_char,
        count: u32,
    );
    pub(crate) fn wasm_runtime_instantiation_args_set_wasi_dir(
        args: *mut InstantiationArgs2,
        dirs: *mut *const c_char,
        dir_count: u32,
        mapped_dirs: *mut *const c_char,
        mapped_dir_count: u32,
    );
    pub(crate) fn wasm_runtime_instantiation_args_set_wasi_stdio(
        args: *mut InstantiationArgs2,
        stdin: i64,
        stdout: i64,
        stderr: i64,
    );
    pub(crate) fn wasm_runtime_instantiate_ex2(
        module: wasm_module_t,
        args: *const InstantiationArgs2,
        error: *mut c_char,
        error_size: u32,
    ) -> wasm_module_inst_t;
    pub(crate) fn wasm_runtime_instantiation_args_set_custom_data(
        args: *mut InstantiationArgs2,
        data: *mut c_void,
    );
    pub(crate) fn wasm_runtime_get_custom_data(instance: wasm_module_inst_t) -> *mut c_void;
    pub(crate) fn wasm_runtime_deinstantiate(instance: wasm_module_inst_t);
    pub(crate) fn wasm_runtime_get_exec_env_singleton(
        instance: wasm_module_inst_t,
    ) -> wasm_exec_env_t;
    pub(crate) fn wasm_runtime_get_wasi_exit_code(instance: wasm_module_inst_t) -> u32;
    pub(crate) fn wasm_runtime_is_wasi_mode(instance: wasm_module_inst_t) -> bool;

    // Calls and traps.
    pub(crate) fn wasm_runtime_lookup_function(
        instance: wasm_module_inst_t,
        name: *const c_char,
    ) -> wasm_function_inst_t;
    pub(crate) fn wasm_runtime_call_wasm(
        exec_env: wasm_exec_env_t,
        function: wasm_function_inst_t,
        argc: u32,
        argv: *mut u32,
    ) -> bool;
    pub(crate) fn wasm_application_execute_main(
        instance: wasm_module_inst_t,
        argc: i32,
        argv: *mut *mut c_char,
    ) -> bool;
    pub(crate) fn wasm_runtime_set_exception(instance: wasm_module_inst_t, text: *const c_char);
    pub(crate) fn wasm_runtime_clear_exception(instance: wasm_module_inst_t);
    pub(crate) fn wamr_shim_callee(
        instance: wasm_module_inst_t,
        function: wasm_function_inst_t,
        attachment: *mut *mut c_void,
    ) -> u32;
    pub(crate) fn wamr_shim_swap_exec_env(exec_env: wasm_exec_env_t) -> wasm_exec_env_t;
    pub(crate) fn wamr_shim_join_threads(exec_env: wasm_exec_env_t);
    pub(crate) fn wamr_shim_terminate(instance: wasm_module_inst_t);
    pub(crate) fn wamr_shim_copy_exception(instance: wasm_module_inst_t, text: *mut c_char)
    -> bool;
    pub(crate) fn wamr_shim_frame(
        instance: wasm_module_inst_t,
        index: u32,
        frame: *mut wamr_shim_frame,
    ) -> bool;
    pub(crate) fn wamr_shim_drop_frames(instance: wasm_module_inst_t);

    // Memories, globals, tables, references.
    pub(crate) fn wasm_runtime_get_default_memory(
        instance: wasm_module_inst_t,
    ) -> wasm_memory_inst_t;
    pub(crate) fn wasm_memory_get_cur_page_count(memory: wasm_memory_inst_t) -> u64;
    pub(crate) fn wasm_memory_get_bytes_per_page(memory: wasm_memory_inst_t) -> u64;
    pub(crate) fn wasm_memory_get_base_address(memory: wasm_memory_inst_t) -> *mut c_void;
    pub(crate) fn wamr_shim_export_global(
        instance: wasm_module_inst_t,
        name: *const c_char,
        global: *mut wasm_global_inst_t,
    ) -> bool;
    pub(crate) fn wasm_runtime_get_export_table_inst(
        instance: wasm_module_inst_t,
        name: *const c_char,
        table: *mut wasm_table_inst_t,
    ) -> bool;
    pub(crate) fn wasm_externref_obj2ref(
        instance: wasm_module_inst_t,
        object: *mut c_void,
        reference: *mut u32,
    ) -> bool;
    pub(crate) fn wasm_externref_ref2obj(reference: u32, object: *mut *mut c_void) -> bool;
}
