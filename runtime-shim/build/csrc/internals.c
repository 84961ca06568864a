#include "internals.h"

#include <stddef.h>
#include <string.h>

#include "aot_runtime.h"
#if WASM_ENABLE_THREAD_MGR != 0
#include "thread_manager.h"
#endif
#include "wasm_runtime.h"
#include "wasm_runtime_common.h"

/* The sizes that src/ffi.rs states for the structures it shares with C. */
_Static_assert(sizeof(LoadArgs) == 16, "LoadArgs");
_Static_assert(sizeof(NativeSymbol) == 32, "NativeSymbol");
_Static_assert(sizeof(wasm_import_t) == 32, "wasm_import_t");
_Static_assert(offsetof(wasm_import_t, linked) == 20, "wasm_import_t.linked");
_Static_assert(offsetof(wasm_import_t, u) == 24, "wasm_import_t.u");
_Static_assert(sizeof(wasm_export_t) == 24, "wasm_export_t");
_Static_assert(sizeof(wasm_global_inst_t) == 16, "wasm_global_inst_t");
_Static_assert(sizeof(wasm_table_inst_t) == 24, "wasm_table_inst_t");
_Static_assert(sizeof(struct wamr_shim_frame) == 16, "wamr_shim_frame");

/* Numbers that src/ffi.rs states. */
_Static_assert(MMAP_PROT_READ == 1 && MMAP_PROT_WRITE == 2 && MMAP_PROT_EXEC == 4, "MMAP_PROT");
_Static_assert(EXCEPTION_BUF_LEN == WAMR_SHIM_EXCEPTION_SIZE, "EXCEPTION_BUF_LEN");
_Static_assert(sizeof(os_file_handle) == sizeof(int), "os_file_handle");

uint32_t
wamr_shim_callee(wasm_module_inst_t instance, wasm_function_inst_t function, void **attachment)
{
    const AOTFunctionInstance *callee = function;
    const AOTImportFunc *import;

    *attachment = NULL;
    if (instance->module_type != Wasm_Module_AoT || !callee->is_import_func)
        return WAMR_SHIM_CALL_WASM;

    import = callee->u.func_import;
    if (!import->func_ptr_linked)
        return WAMR_SHIM_CALL_UNLINKED;
    if (import->call_conv_raw) {
        *attachment = import->attachment;
        return WAMR_SHIM_CALL_RAW;
    }
    if (import->signature && strpbrk(import->signature, "*$"))
        return WAMR_SHIM_CALL_POINTERS;
    return WAMR_SHIM_CALL_WASM;
}

static const AOTExport *
find_export(const AOTModule *module, const char *name, uint8 kind)
{
    uint32 i;

    for (i = 0; i < module->export_count; i++) {
        const AOTExport *candidate = &module->exports[i];
        if (candidate->kind == kind && !strcmp(candidate->name, name))
            return candidate;
    }
    return NULL;
}

bool
wamr_shim_export_global(wasm_module_inst_t instance, const char *name, wasm_global_inst_t *global)
{
    const AOTModuleInstance *aot = (const AOTModuleInstance *)instance;
    const AOTModule *module;
    const AOTExport *found;
    const WASMGlobalType *type;
    uint32 data_offset;
    wasm_export_t export_type;

    if (instance->module_type != Wasm_Module_AoT)
        return wasm_runtime_get_export_global_inst(instance, name, global);

    module = (const AOTModule *)aot->module;
    if (!(found = find_export(module, name, EXPORT_KIND_GLOBAL)))
        return false;
    if (found->index < module->import_global_count) {
        type = &module->import_globals[found->index].type;
        data_offset = module->import_globals[found->index].data_offset;
    }
    else {
        const AOTGlobal *own = &module->globals[found->index - module->import_global_count];
        type = &own->type;
        data_offset = own->data_offset;
    }
    wasm_runtime_get_export_type((wasm_module_t)module, (int32)(found - module->exports),
                                 &export_type);
    global->kind = wasm_global_type_get_valkind(export_type.u.global_type);
    global->is_mutable = type->is_mutable;
    global->global_data = aot->global_data + data_offset;
    return true;
}

bool
wamr_shim_link_global(wasm_module_t module, uint32_t import_index, const void *value,
                      uint32_t size)
{
    WASMValue *place;
    bool *is_linked;

    if (module->module_type == Wasm_Module_AoT) {
        /* wasm_runtime_get_import_type numbers the functions first, then the globals. */
        const AOTModule *aot = (const AOTModule *)module;
        uint32 index = import_index - aot->import_func_count;

        if (import_index < aot->import_func_count || index >= aot->import_global_count)
            return false;
        place = &aot->import_globals[index].global_data_linked;
        is_linked = &aot->import_globals[index].is_linked;
    }
    else {
        const WASMModule *wasm = (const WASMModule *)module;
        WASMGlobalImport *global;

        if (import_index >= wasm->import_count
            || wasm->imports[import_index].kind != IMPORT_KIND_GLOBAL)
            return false;
        global = &wasm->imports[import_index].u.global;
        place = &global->global_data_linked;
        is_linked = &global->is_linked;
    }
    if (size > sizeof(*place))
        return false;
    memset(place, 0, sizeof(*place));
    memcpy(place, value, size);
    *is_linked = true;
    return true;
}

wasm_exec_env_t
wamr_shim_swap_exec_env(wasm_exec_env_t exec_env)
{
#ifdef OS_ENABLE_HW_BOUND_CHECK
    wasm_exec_env_t previous = wasm_runtime_get_exec_env_tls();
    wasm_runtime_set_exec_env_tls(exec_env);
    return previous;
#else
    (void)exec_env;
    return NULL;
#endif
}

#if WASM_ENABLE_THREAD_MGR != 0
void
wamr_shim_join_threads(wasm_exec_env_t exec_env)
{
    WASMCluster *cluster = wasm_exec_env_get_cluster(exec_env);

    if (cluster)
        wasm_cluster_wait_for_all_except_self(cluster, exec_env);
}

void
wamr_shim_terminate(wasm_module_inst_t instance)
{
    /* The frames recorded are those of the thread that raises the exception: one that runs a module
     * of neither kind has none. */
    WASMModuleInstanceCommon nothing = { .module_type = Package_Type_Unknown };
    WASMExecEnv nobody = { .module_inst = &nothing };
    WASMExecEnv *exec_env = wasm_clusters_search_exec_env(instance);

    if (!exec_env)
        return;
    nobody.cluster = wasm_exec_env_get_cluster(exec_env);
    wasm_cluster_set_exception(&nobody, "terminated by user");
}
#else
void
wamr_shim_join_threads(wasm_exec_env_t exec_env)
{
    /* There are none, and nobody else takes the request to end back. */
    WASM_SUSPEND_FLAGS_FETCH_AND(exec_env->suspend_flags, ~WASM_SUSPEND_FLAG_TERMINATE);
}

void
wamr_shim_terminate(wasm_module_inst_t instance)
{
    WASMExecEnv *exec_env = wasm_runtime_get_exec_env_singleton(instance);

    if (!exec_env)
        return;
    wasm_runtime_terminate(instance);
    WASM_SUSPEND_FLAGS_FETCH_OR(exec_env->suspend_flags, WASM_SUSPEND_FLAG_TERMINATE);
}
#endif

bool
wamr_shim_copy_exception(wasm_module_inst_t instance, char *text)
{
    return wasm_copy_exception((WASMModuleInstance *)instance, text);
}

bool
wamr_shim_frame(wasm_module_inst_t instance, uint32_t index, struct wamr_shim_frame *frame)
{
    const Vector *frames = ((const WASMModuleInstance *)instance)->frames;
    WASMCApiFrame recorded;

    if (index >= bh_vector_size(frames) || !bh_vector_get(frames, index, &recorded))
        return false;
    frame->function_index = recorded.func_index;
    frame->offset = recorded.func_offset;
    frame->name = recorded.func_name_wp;
    return true;
}

void
wamr_shim_drop_frames(wasm_module_inst_t instance)
{
    Vector *frames = ((WASMModuleInstance *)instance)->frames;
    uint32 i;

    for (i = 0; i < bh_vector_size(frames); i++) {
        WASMCApiFrame recorded;
        if (bh_vector_get(frames, i, &recorded) && recorded.lp)
            wasm_runtime_free(recorded.lp);
    }
    if (frames)
        bh_vector_destroy(frames);
}
