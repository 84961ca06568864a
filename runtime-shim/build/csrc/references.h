/* Types and values of references, as numbers that mean the same in every process.
 *
 * In a runtime without garbage collection, all of this is what WAMR's public API does. In one with it,
 * that API knows neither the types of references nor what a pointer refers to. */

#ifndef WAMR_SHIM_REFERENCES_H
#define WAMR_SHIM_REFERENCES_H

#include "wasm_export.h"

/* The kind of a type: a `wasm_valkind_enum`, or this for a reference that is neither to a function nor
 * to something of the host. A type of whose reference only its width is known counts as such, too. */
#define WAMR_SHIM_ANYREF 130

uint8_t
wamr_shim_param_kind(wasm_module_t module, wasm_func_type_t type, uint32_t index);
uint8_t
wamr_shim_result_kind(wasm_module_t module, wasm_func_type_t type, uint32_t index);
uint8_t
wamr_shim_global_kind(wasm_global_type_t type);
uint8_t
wamr_shim_table_kind(wasm_module_t module, wasm_table_type_t type);
/* The kind of the elements of the exported table `name`, which exists. */
uint8_t
wamr_shim_export_table_kind(wasm_module_inst_t instance, const char *name);

/* What a reference of a runtime with garbage collection refers to: the high half of a description. The
 * low half is the value of an i31, the index of a function, or the number that the host has chosen. */
enum wamr_shim_object {
    WAMR_SHIM_NULL = 0,
    WAMR_SHIM_I31 = 1,
    WAMR_SHIM_STRUCT = 2,
    WAMR_SHIM_ARRAY = 3,
    WAMR_SHIM_FUNC = 4,
    /* A value of the host. */
    WAMR_SHIM_HOST = 5,
    /* A reference of type `externref` has this bit, unless it is null. What it encloses are the other
     * bits. */
    WAMR_SHIM_EXTERN = 8
};

/* Whether values of this runtime are described. Otherwise only those of `externref` have another form
 * outside: that of wasm_externref_ref2obj. */
bool
wamr_shim_has_gc(void);

/* The form outside of a reference, as it is stored in the instance. False if it has none. */
bool
wamr_shim_describe(uint64_t stored, uint64_t *description);

/* The opposite. False if that is not possible: no memory, or something that only a module can make. An
 * object that is made lives until the next allocation, unless something refers to it. */
bool
wamr_shim_refer(wasm_module_inst_t instance, uint64_t description, uint64_t *stored);

/* wasm_runtime_call_wasm, with references as descriptions. */
bool
wamr_shim_call(wasm_exec_env_t exec_env, wasm_function_inst_t function, uint32_t count,
               uint32_t *cells);

#endif
