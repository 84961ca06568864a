#include "references.h"

#include "aot_runtime.h"
#include "wasm_runtime.h"
#include "wasm_runtime_common.h"

#if WASM_ENABLE_GC == 0

uint8_t
wamr_shim_param_kind(wasm_module_t module, wasm_func_type_t type, uint32_t index)
{
    (void)module;
    return wasm_func_type_get_param_valkind(type, index);
}

uint8_t
wamr_shim_result_kind(wasm_module_t module, wasm_func_type_t type, uint32_t index)
{
    (void)module;
    return wasm_func_type_get_result_valkind(type, index);
}

uint8_t
wamr_shim_global_kind(wasm_global_type_t type)
{
    return wasm_global_type_get_valkind(type);
}

uint8_t
wamr_shim_table_kind(wasm_module_t module, wasm_table_type_t type)
{
    (void)module;
    return wasm_table_type_get_elem_kind(type);
}

uint8_t
wamr_shim_export_table_kind(wasm_module_inst_t instance, const char *name)
{
    wasm_table_inst_t table = { 0 };

    wasm_runtime_get_export_table_inst(instance, name, &table);
    return table.elem_kind;
}

bool
wamr_shim_has_gc(void)
{
    return false;
}

bool
wamr_shim_describe(uint64_t stored, uint64_t *description)
{
    void *object = NULL;
    bool known = wasm_externref_ref2obj((uint32)stored, &object);

    *description = (uint64_t)(uintptr_t)object;
    return known;
}

bool
wamr_shim_refer(wasm_module_inst_t instance, uint64_t description, uint64_t *stored)
{
    uint32 reference = 0;
    bool made = wasm_externref_obj2ref(instance, (void *)(uintptr_t)description, &reference);

    *stored = reference;
    return made;
}

bool
wamr_shim_call(wasm_exec_env_t exec_env, wasm_function_inst_t function, uint32_t count,
               uint32_t *cells)
{
    return wasm_runtime_call_wasm(exec_env, function, count, cells);
}

#else /* WASM_ENABLE_GC != 0 */

#include "gc_object.h"

/* The number of a host object is one less than its address, which is not null. */
#define HOST_NUMBER(address) ((uint32)((uintptr_t)(address)-1))
#define HOST_ADDRESS(number) ((const void *)((uintptr_t)(uint32)(number) + 1))

static const WASMType *
defined_type(wasm_module_t module, int32 index)
{
    if (module->module_type == Wasm_Module_AoT)
        return ((const AOTModule *)module)->types[index];
    return ((const WASMModule *)module)->types[index];
}

/* The kind of a type: its first byte, and the rest if there is one. */
static uint8
kind_of(wasm_module_t module, uint8 type, const WASMRefType *rest)
{
    int32 heap_type;

    switch (type) {
        case VALUE_TYPE_I32:
            return WASM_I32;
        case VALUE_TYPE_I64:
            return WASM_I64;
        case VALUE_TYPE_F32:
            return WASM_F32;
        case VALUE_TYPE_F64:
            return WASM_F64;
        case VALUE_TYPE_V128:
            return WASM_V128;
        case REF_TYPE_FUNCREF:
        case REF_TYPE_NULLFUNCREF:
            return WASM_FUNCREF;
        case REF_TYPE_EXTERNREF:
        case REF_TYPE_NULLEXTERNREF:
            return WASM_EXTERNREF;
        case REF_TYPE_HT_NULLABLE:
        case REF_TYPE_HT_NON_NULLABLE:
            break;
        default:
            return WAMR_SHIM_ANYREF;
    }
    if (!rest)
        return WAMR_SHIM_ANYREF;
    heap_type = rest->ref_ht_common.heap_type;
    if (heap_type == HEAP_TYPE_FUNC || heap_type == HEAP_TYPE_NOFUNC)
        return WASM_FUNCREF;
    if (heap_type == HEAP_TYPE_EXTERN || heap_type == HEAP_TYPE_NOEXTERN)
        return WASM_EXTERNREF;
    if (heap_type >= 0 && defined_type(module, heap_type)->type_flag == WASM_TYPE_FUNC)
        return WASM_FUNCREF;
    return WAMR_SHIM_ANYREF;
}

/* The kind of parameter `index`, or, counted behind the parameters, of a result. */
static uint8
func_kind(wasm_module_t module, wasm_func_type_t type, uint32 index)
{
    WASMRefTypeMap *map = NULL;

    if (wasm_is_type_multi_byte_type(type->types[index])) {
        uint32 i;
        for (i = 0; i < type->ref_type_map_count && !map; i++)
            if (type->ref_type_maps[i].index == index)
                map = &type->ref_type_maps[i];
    }
    return kind_of(module, type->types[index], map ? map->ref_type : NULL);
}

uint8_t
wamr_shim_param_kind(wasm_module_t module, wasm_func_type_t type, uint32_t index)
{
    return func_kind(module, type, index);
}

uint8_t
wamr_shim_result_kind(wasm_module_t module, wasm_func_type_t type, uint32_t index)
{
    return func_kind(module, type, type->param_count + index);
}

uint8_t
wamr_shim_global_kind(wasm_global_type_t type)
{
    return kind_of(NULL, type->val_type, NULL);
}

uint8_t
wamr_shim_table_kind(wasm_module_t module, wasm_table_type_t type)
{
    return kind_of(module, type->elem_type, type->elem_ref_type);
}

uint8_t
wamr_shim_export_table_kind(wasm_module_inst_t instance, const char *name)
{
    wasm_module_t module = wasm_runtime_get_module(instance);
    int32 count = wasm_runtime_get_export_count(module);
    int32 i;

    for (i = 0; i < count; i++) {
        wasm_export_t export;
        wasm_runtime_get_export_type(module, i, &export);
        if (export.kind == WASM_IMPORT_EXPORT_KIND_TABLE && !strcmp(export.name, name))
            return wamr_shim_table_kind(module, export.u.table_type);
    }
    return WAMR_SHIM_ANYREF;
}

bool
wamr_shim_has_gc(void)
{
    return true;
}

static uint64
description(uint32 object, uint32 number)
{
    return (uint64)object << 32 | number;
}

/* What a reference refers to that is not null. */
static uint64
describe_object(WASMObjectRef object)
{
    if (wasm_obj_is_i31_obj(object))
        return description(WAMR_SHIM_I31,
                           wasm_i31_obj_get_value((WASMI31ObjectRef)(uintptr_t)object, true));
    if (wasm_obj_is_externref_obj(object)) {
        WASMObjectRef internal = wasm_externref_obj_to_internal_obj((WASMExternrefObjectRef)object);
        return describe_object(internal) | description(WAMR_SHIM_EXTERN, 0);
    }
    if (wasm_obj_is_anyref_obj(object))
        return description(WAMR_SHIM_HOST,
                           HOST_NUMBER(wasm_anyref_obj_get_value((WASMAnyrefObjectRef)object)));
    if (wasm_obj_is_func_obj(object))
        return description(WAMR_SHIM_FUNC,
                           wasm_func_obj_get_func_idx_bound((WASMFuncObjectRef)object));
    if (wasm_obj_is_array_obj(object))
        return description(WAMR_SHIM_ARRAY, 0);
    return description(WAMR_SHIM_STRUCT, 0);
}

bool
wamr_shim_describe(uint64_t stored, uint64_t *described)
{
    WASMObjectRef object = (WASMObjectRef)(uintptr_t)stored;

    *described = object ? describe_object(object) : description(WAMR_SHIM_NULL, 0);
    return true;
}

static WASMObjectRef
function_object(wasm_exec_env_t exec_env, uint32 index)
{
    wasm_module_inst_t instance = exec_env->module_inst;

    if (instance->module_type != Wasm_Module_AoT)
        return wasm_create_func_obj((WASMModuleInstance *)instance, index, false, NULL, 0);
    return aot_create_func_obj((AOTModuleInstance *)instance, index, false, NULL, 0);
}

/* The reference to what is described; null, too, if that is not possible. */
static WASMObjectRef
make_object(wasm_exec_env_t exec_env, uint64 described)
{
    uint32 number = (uint32)described;

    switch (described >> 32) {
        case WAMR_SHIM_I31:
            return (WASMObjectRef)wasm_i31_obj_new(number);
        case WAMR_SHIM_FUNC:
            return function_object(exec_env, number);
        case WAMR_SHIM_HOST:
            return (WASMObjectRef)wasm_anyref_obj_new(exec_env, HOST_ADDRESS(number));
        case WAMR_SHIM_EXTERN | WAMR_SHIM_HOST:
            return (WASMObjectRef)wasm_externref_obj_new(exec_env, HOST_ADDRESS(number));
        case WAMR_SHIM_EXTERN | WAMR_SHIM_I31:
            return (WASMObjectRef)wasm_internal_obj_to_externref_obj(
                exec_env, (WASMObjectRef)wasm_i31_obj_new(number));
        default:
            return NULL;
    }
}

static bool
refer(wasm_exec_env_t exec_env, uint64 described, uint64 *stored)
{
    WASMObjectRef object = make_object(exec_env, described);

    *stored = (uintptr_t)object;
    return object || described >> 32 == WAMR_SHIM_NULL;
}

bool
wamr_shim_refer(wasm_module_inst_t instance, uint64_t described, uint64_t *stored)
{
    WASMExecEnv *exec_env = wasm_runtime_get_exec_env_singleton(instance);

    return exec_env && refer(exec_env, described, stored);
}

/* Replaces descriptions by references, which `locals` keep alive. */
static bool
refer_to_arguments(wasm_exec_env_t exec_env, const WASMFuncType *type, WASMLocalObjectRef *locals,
                   uint32 *cells)
{
    uint32 i;

    for (i = 0; i < type->param_count; i++) {
        if (wasm_is_type_reftype(type->types[i])) {
            uint64 described, stored;
            memcpy(&described, cells, sizeof described);
            if (!refer(exec_env, described, &stored)) {
                wasm_runtime_set_exception(exec_env->module_inst,
                                           "a reference cannot be passed to the module");
                return false;
            }
            memcpy(cells, &stored, sizeof stored);
            wasm_runtime_push_local_obj_ref(exec_env, &locals[i]);
            locals[i].val = (WASMObjectRef)(uintptr_t)stored;
        }
        cells += wasm_value_type_cell_num(type->types[i]);
    }
    return true;
}

static void
describe_results(const WASMFuncType *type, uint32 *cells)
{
    uint32 i;

    for (i = type->param_count; i < type->param_count + type->result_count; i++) {
        if (wasm_is_type_reftype(type->types[i])) {
            uint64 described, stored;
            memcpy(&stored, cells, sizeof stored);
            wamr_shim_describe(stored, &described);
            memcpy(cells, &described, sizeof described);
        }
        cells += wasm_value_type_cell_num(type->types[i]);
    }
}

bool
wamr_shim_call(wasm_exec_env_t exec_env, wasm_function_inst_t function, uint32_t count,
               uint32_t *cells)
{
    const WASMFuncType *type =
        wasm_runtime_get_function_type(function, exec_env->module_inst->module_type);
    struct WASMLocalObjectRef *outer = exec_env->cur_local_object_ref;
    WASMLocalObjectRef *locals = wasm_runtime_malloc((type->param_count + 1) * sizeof *locals);
    bool returned;

    if (!locals) {
        wasm_runtime_set_exception(exec_env->module_inst, "allocate memory failed");
        return false;
    }
    returned = refer_to_arguments(exec_env, type, locals, cells)
               && wasm_runtime_call_wasm(exec_env, function, count, cells);
    /* A trap may have left those of native functions. */
    exec_env->cur_local_object_ref = outer;
    wasm_runtime_free(locals);
    if (returned)
        describe_results(type, cells);
    return returned;
}

#endif /* WASM_ENABLE_GC */
