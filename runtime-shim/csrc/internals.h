/* What the safe API needs and WAMR's public C API does not offer. Each function says what is
 * missing. The structures are WAMR's own, read through its own headers. */

#ifndef WAMR_SHIM_INTERNALS_H
#define WAMR_SHIM_INTERNALS_H

#include "wasm_export.h"

/* How an exported function can be called from the host. */
enum wamr_shim_callee_kind {
    /* wasm_runtime_call_wasm does it. */
    WAMR_SHIM_CALL_WASM = 0,
    /* A raw host function, exported again by a module compiled ahead of time: aot_call_function
     * would call it with another convention than its own. */
    WAMR_SHIM_CALL_RAW = 1,
    /* An import that is not linked, exported again by such a module: aot_call_function would call
     * a null pointer. */
    WAMR_SHIM_CALL_UNLINKED = 2,
    /* A native function with pointer parameters, exported again by such a module:
     * aot_call_function would not convert them. */
    WAMR_SHIM_CALL_POINTERS = 3
};

uint32_t
wamr_shim_callee(wasm_module_inst_t instance, wasm_function_inst_t function, void **attachment);

/* The exported global `name`. wasm_runtime_get_export_global_inst takes the index of a module
 * compiled ahead of time for one that does not count the imported globals. */
bool
wamr_shim_export_global(wasm_module_inst_t instance, const char *name, wasm_global_inst_t *global);

/* Gives the imported global at `import_index` its initial value, of `size` bytes, before the module
 * is instantiated. Only the wasm-c-api can do that otherwise. */
bool
wamr_shim_link_global(wasm_module_t module, uint32_t import_index, const void *value,
                      uint32_t size);

/* Makes `exec_env` the one that this thread runs, and returns the one before. WAMR refuses a call
 * in an execution environment while the thread runs another; the caller of this puts null there for
 * the time of such a call. */
wasm_exec_env_t
wamr_shim_swap_exec_env(wasm_exec_env_t exec_env);

/* Waits for the threads that the module has started, which a trap has asked to end. Clearing its
 * exception takes that back, too early for those that have not looked yet. Only for the execution
 * environment of the thread that called the module first. Nothing may ask the threads again while
 * they end: wasm_cluster_cancel_thread looks at their environments before it knows that they live. */
void
wamr_shim_join_threads(wasm_exec_env_t exec_env);

/* Asks the call under way in `instance`, and the threads of its module, to end. As
 * wasm_runtime_terminate, which however records the frames of the thread that runs `instance`, from
 * this thread and without a lock: the other may be changing them, or recording them for a trap of its
 * own, and the two free the same memory (aot_create_call_stack, wasm_cluster_set_exception). */
void
wamr_shim_terminate(wasm_module_inst_t instance);

/* The size in bytes of an exception's text, its end included. */
#define WAMR_SHIM_EXCEPTION_SIZE 128

/* Copies the text of the exception of `instance` to `text`, of that size, and says whether there is
 * one. wasm_runtime_get_exception gives the place where another thread may be writing, one that
 * terminates the instance. */
bool
wamr_shim_copy_exception(wasm_module_inst_t instance, char *text);

/* A frame of the call stack that the last trap left, innermost first. The public API gives text. */
struct wamr_shim_frame {
    uint32_t function_index;
    uint32_t offset;
    const char *name;
};

bool
wamr_shim_frame(wasm_module_inst_t instance, uint32_t index, struct wamr_shim_frame *frame);

/* Forgets those frames, so that a later trap which records none does not show them. */
void
wamr_shim_drop_frames(wasm_module_inst_t instance);

#endif
