#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "internals.h"
#include "references.h"

#define ERROR_SIZE 256

/* An array of strings that stay part of the message. */
static char **
take_strings(struct message *message, uint32_t *count)
{
    char **strings;
    uint32_t i;

    *count = take_u32(message);
    if (!(strings = calloc(*count + 1, sizeof *strings)))
        fail("no memory for strings");
    for (i = 0; i < *count; i++)
        strings[i] = take_string(message);
    return strings;
}

/* module, custom data, stack size, heap size, pages, arguments, environment, directories, standard
 * streams -> instance (null: then the error) */
void
instantiate(struct message *request, struct message *reply)
{
    char error[ERROR_SIZE] = { 0 };
    struct InstantiationArgs2 *args;
    wasm_module_t module = take_pointer(request);
    wasm_module_inst_t instance;
    wasm_exec_env_t running;
    char **argv, **env, **dirs;
    uint32_t argc, env_count, dir_count;
    int64_t stdio[3];
    int i;

    if (!wasm_runtime_instantiation_args_create(&args))
        fail("no memory for an instance");
    wasm_runtime_instantiation_args_set_custom_data(args, take_pointer(request));
    wasm_runtime_instantiation_args_set_default_stack_size(args, take_u32(request));
    wasm_runtime_instantiation_args_set_host_managed_heap_size(args, take_u32(request));
    wasm_runtime_instantiation_args_set_max_memory_pages(args, take_u32(request));
    argv = take_strings(request, &argc);
    env = take_strings(request, &env_count);
    dirs = take_strings(request, &dir_count);
    for (i = 0; i < 3; i++)
        stdio[i] = (int64_t)take_u64(request);
    wasm_runtime_instantiation_args_set_wasi_arg(args, argv, (int)argc);
    wasm_runtime_instantiation_args_set_wasi_env(args, (const char **)env, env_count);
    wasm_runtime_instantiation_args_set_wasi_dir(args, NULL, 0, (const char **)dirs, dir_count);
    wasm_runtime_instantiation_args_set_wasi_stdio(args, stdio[0], stdio[1], stdio[2]);

    /* The start function may run while another instance does. */
    running = wamr_shim_swap_exec_env(NULL);
    instance = wasm_runtime_instantiate_ex2(module, args, error, sizeof error);
    wamr_shim_swap_exec_env(running);

    wasm_runtime_instantiation_args_destroy(args);
    free(argv);
    free(env);
    free(dirs);
    if (instance && !wasm_runtime_get_exec_env_singleton(instance))
        fail("no memory for an execution environment");
    put_pointer(reply, instance);
    if (!instance)
        put_bytes(reply, error, sizeof error);
}

/* instance -> nothing */
void
deinstantiate(struct message *request, struct message *reply)
{
    (void)reply;
    wasm_runtime_deinstantiate(take_pointer(request));
}

/* Notes the execution environment of `instance` as not running, for the time of a call. */
static wasm_exec_env_t
begin(wasm_module_inst_t instance)
{
    wasm_exec_env_t running = wamr_shim_swap_exec_env(NULL);

    if (running == wasm_runtime_get_exec_env_singleton(instance))
        wamr_shim_swap_exec_env(running);
    return running;
}

static void
put_wasi_exit_code(struct message *reply, wasm_module_inst_t instance)
{
    bool is_wasi = wasm_runtime_is_wasi_mode(instance);

    put_u8(reply, is_wasi);
    put_u32(reply, is_wasi ? wasm_runtime_get_wasi_exit_code(instance) : 0);
}

/* The text, the frames, the exit code of WASI. The instance can be used again afterwards; unless it
 * was `running` already when it was called, no thread of the module is left. */
static void
put_trap(struct message *reply, wasm_module_inst_t instance, wasm_exec_env_t running)
{
    wasm_exec_env_t exec_env = wasm_runtime_get_exec_env_singleton(instance);
    struct wamr_shim_frame frame;
    struct message frames = { 0 };
    char text[WAMR_SHIM_EXCEPTION_SIZE];
    uint32_t count;

    if (running != exec_env)
        wamr_shim_join_threads(exec_env);
    for (count = 0; wamr_shim_frame(instance, count, &frame); count++) {
        put_u32(&frames, frame.function_index);
        put_u32(&frames, frame.offset);
        put_u8(&frames, frame.name != NULL);
        put_string(&frames, frame.name);
    }
    put_u8(reply, RUNNER_TRAPPED);
    put_string(reply, wamr_shim_copy_exception(instance, text) ? text : NULL);
    put_u32(reply, count);
    put_bytes(reply, frames.bytes, (uint32_t)frames.length);
    put_wasi_exit_code(reply, instance);
    clear(&frames);
    wamr_shim_drop_frames(instance);
    wasm_runtime_clear_exception(instance);
}

static void
call_wasm(wasm_module_inst_t instance, wasm_function_inst_t function, struct message *request,
          struct message *reply)
{
    uint32_t params = take_u32(request);
    uint32_t results = take_u32(request);
    uint32_t count = params > results ? params : results;
    uint32_t *cells = calloc(count + 1, sizeof *cells);
    wasm_exec_env_t running;
    uint32_t i;
    bool returned;

    if (!cells)
        fail("no memory for arguments");
    for (i = 0; i < params; i++)
        cells[i] = take_u32(request);
    running = begin(instance);
    returned =
        wamr_shim_call(wasm_runtime_get_exec_env_singleton(instance), function, params, cells);
    wamr_shim_swap_exec_env(running);
    if (returned) {
        put_u8(reply, RUNNER_RETURNED);
        for (i = 0; i < results; i++)
            put_u32(reply, cells[i]);
    }
    else
        put_trap(reply, instance, running);
    free(cells);
}

/* instance, name, number of argument cells, number of result cells, arguments -> outcome; results,
 * trap, or the number of a host function */
void
call(struct message *request, struct message *reply)
{
    wasm_module_inst_t instance = take_pointer(request);
    wasm_function_inst_t function = wasm_runtime_lookup_function(instance, take_string(request));
    void *attachment;

    if (!function) {
        put_u8(reply, RUNNER_NO_FUNCTION);
        return;
    }
    switch (wamr_shim_callee(instance, function, &attachment)) {
        case WAMR_SHIM_CALL_WASM:
            call_wasm(instance, function, request, reply);
            break;
        case WAMR_SHIM_CALL_RAW:
            put_u8(reply, RUNNER_CALL_HOST);
            put_u32(reply, host_number(attachment));
            break;
        case WAMR_SHIM_CALL_UNLINKED:
            put_u8(reply, RUNNER_CALL_UNLINKED);
            break;
        default:
            put_u8(reply, RUNNER_CALL_POINTERS);
            break;
    }
}

/* instance, arguments -> outcome; what was stored over the start of the arguments and the exit code of
 * WASI, or the trap */
void
run_main(struct message *request, struct message *reply)
{
    wasm_module_inst_t instance = take_pointer(request);
    uint32_t argc;
    char **argv = take_strings(request, &argc);
    wasm_exec_env_t running = begin(instance);
    bool returned = wasm_application_execute_main(instance, (int32_t)argc, argv);

    wamr_shim_swap_exec_env(running);
    if (returned) {
        put_u8(reply, RUNNER_RETURNED);
        put_pointer(reply, argv[0]);
        put_wasi_exit_code(reply, instance);
    }
    else
        put_trap(reply, instance, running);
    free(argv);
}

/* instance -> whether it has a memory; address, size */
void
find_memory(struct message *request, struct message *reply)
{
    wasm_memory_inst_t memory = wasm_runtime_get_default_memory(take_pointer(request));

    put_u8(reply, memory != NULL);
    put_pointer(reply, memory ? wasm_memory_get_base_address(memory) : NULL);
    put_u64(reply, memory ? wasm_memory_get_cur_page_count(memory)
                                * wasm_memory_get_bytes_per_page(memory)
                          : 0);
}

/* instance, name -> whether it is there; whether it is mutable, address */
void
find_global(struct message *request, struct message *reply)
{
    wasm_global_inst_t global = { 0 };
    wasm_module_inst_t instance = take_pointer(request);

    put_u8(reply, wamr_shim_export_global(instance, take_string(request), &global));
    put_u8(reply, global.is_mutable);
    put_pointer(reply, global.global_data);
}

/* instance, name -> whether it is there; kind of the elements, their number, address */
void
find_table(struct message *request, struct message *reply)
{
    wasm_table_inst_t table = { 0 };
    wasm_module_inst_t instance = take_pointer(request);
    const char *name = take_string(request);
    bool found = wasm_runtime_get_export_table_inst(instance, name, &table);

    put_u8(reply, found);
    put_u8(reply, found ? wamr_shim_export_table_kind(instance, name) : 0);
    put_u32(reply, table.cur_size);
    put_pointer(reply, table.elems);
}
