/* Functions that the safe API needs and WAMR's public C API lacks. Each comment says what is missing.
 * The structures are WAMR's own, read through its own headers. */

#ifndef WAMR_SHIM_INTERNALS_H
#define WAMR_SHIM_INTERNALS_H

#include "wasm_export.h"

/* How an exported function can be called from the host. */
enum wamr_shim_callee_kind {
    /* With wasm_runtime_call_wasm. */
    WAMR_SHIM_CALL_WASM = 0,
    /* A raw host function, re-exported by a module compiled ahead of time: aot_call_function would
     * call it with the wrong calling convention. */
    WAMR_SHIM_CALL_RAW = 1,
    /* An import that is not linked, re-exported by such a module: aot_call_function would call a
     * null pointer. */
    WAMR_SHIM_CALL_UNLINKED = 2,
    /* A native function with pointer parameters, re-exported by such a module: aot_call_function
     * would not convert them. */
    WAMR_SHIM_CALL_POINTERS = 3
};

uint32_t
wamr_shim_callee(wasm_module_inst_t instance, wasm_function_inst_t function, void **attachment);

/* The exported global `name`. For a module compiled ahead of time,
 * wasm_runtime_get_export_global_inst misreads the index as one that does not count imports. */
bool
wamr_shim_export_global(wasm_module_inst_t instance, const char *name, wasm_global_inst_t *global);

/* Sets the initial value, of `size` bytes, of the imported global at `import_index`, before the
 * module is instantiated. Otherwise only the wasm-c-api can do that. */
bool
wamr_shim_link_global(wasm_module_t module, uint32_t import_index, const void *value,
                      uint32_t size);

/* Makes `exec_env` the one that this thread runs, and returns the previous one. WAMR refuses a call
 * in an execution environment while the thread runs another; so for such a call, the caller sets it
 * to null. */
wasm_exec_env_t
wamr_shim_swap_exec_env(wasm_exec_env_t exec_env);

/* Waits for the threads that the module has started, which a trap has asked to end. Clearing the
 * exception also clears that request, which is too early for threads that have not checked yet. Only
 * for the execution environment of the thread that called the module first. Nothing may ask the
 * threads again while they end: wasm_cluster_cancel_thread reads their environments before it knows
 * whether they still exist. */
void
wamr_shim_join_threads(wasm_exec_env_t exec_env);

/* Asks the running call in `instance`, and the threads of its module, to end. wasm_runtime_terminate
 * does the same, but it also records the frames of the thread that runs `instance`, from this thread
 * and without a lock. The other thread may be changing them, or recording them for a trap of its own,
 * and then both free the same memory (aot_create_call_stack, wasm_cluster_set_exception). */
void
wamr_shim_terminate(wasm_module_inst_t instance);

/* The size in bytes of an exception's text, including its NUL. */
#define WAMR_SHIM_EXCEPTION_SIZE 128

/* Copies the text of the exception of `instance` to `text`, which has that size, and returns whether
 * there is one. wasm_runtime_get_exception returns a pointer to memory that another thread, which
 * terminates the instance, may be writing. */
bool
wamr_shim_copy_exception(wasm_module_inst_t instance, char *text);

/* A frame of the call stack of the last trap, innermost first. The public API returns only text. */
struct wamr_shim_frame {
    uint32_t function_index;
    uint32_t offset;
    const char *name;
};

bool
wamr_shim_frame(wasm_module_inst_t instance, uint32_t index, struct wamr_shim_frame *frame);

/* Drops those frames, so that a later trap that records none does not show them. */
void
wamr_shim_drop_frames(wasm_module_inst_t instance);

#endif
