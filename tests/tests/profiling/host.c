/* Calls a function of a module, wasm or compiled, once for each argument. The runtime prints its
 * measurement of the stack after each call, and its profile of all calls at the end:
 * host FILE FUNCTION ARGUMENT... */

#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wasm_export.h"

enum { STACK_SIZE = 64 * 1024, HEAP_SIZE = 0 };

/* Calls the module again, twice. */
static int32_t
twice(wasm_exec_env_t exec_env, int32_t value)
{
    wasm_module_inst_t instance = wasm_runtime_get_module_inst(exec_env);
    wasm_function_inst_t leaf = wasm_runtime_lookup_function(instance, "leaf");
    uint32_t argument = (uint32_t)value;

    for (int i = 0; i < 2; i++)
        if (!wasm_runtime_call_wasm(exec_env, leaf, 1, &argument))
            return 0;
    return (int32_t)argument;
}

/* Prints the address of the native stack; 99 is refused. */
static int32_t
here(wasm_exec_env_t exec_env, int32_t value)
{
    if (value == 99)
        wasm_runtime_set_exception(wasm_runtime_get_module_inst(exec_env), "99 is refused");
    printf("host frame at %" PRIuPTR "\n", (uintptr_t)__builtin_frame_address(0));
    return value;
}

static NativeSymbol symbols[] = {
    { "twice", (void *)twice, "(i)i", NULL },
    { "here", (void *)here, "(i)i", NULL },
};

static _Noreturn void
fail(const char *what)
{
    fprintf(stderr, "error: %s\n", what);
    exit(1);
}

/* Files that run in place must be in executable memory. */
static uint8_t *
map_file(const char *path, uint32_t *size)
{
    int file = open(path, O_RDONLY);
    struct stat status;
    void *bytes;

    if (file < 0 || fstat(file, &status) != 0)
        fail(path);
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE, file, 0);
    if (bytes == MAP_FAILED)
        fail(path);
    close(file);
    *size = (uint32_t)status.st_size;
    return bytes;
}

int
main(int argc, char **argv)
{
    char error[128];
    uint32_t size;
    uint8_t *bytes;
    wasm_module_t module;
    wasm_module_inst_t instance;
    wasm_exec_env_t exec_env;
    wasm_function_inst_t function;

    if (argc < 4)
        fail("usage: host FILE FUNCTION ARGUMENT...");
    bytes = map_file(argv[1], &size);
    if (!wasm_runtime_init() || !wasm_runtime_register_natives("env", symbols, 2))
        fail("the runtime does not start");
    if (!(module = wasm_runtime_load(bytes, size, error, sizeof error)))
        fail(error);
    if (!(instance = wasm_runtime_instantiate(module, STACK_SIZE, HEAP_SIZE, error, sizeof error)))
        fail(error);
    exec_env = wasm_runtime_get_exec_env_singleton(instance);
    if (!(function = wasm_runtime_lookup_function(instance, argv[2])))
        fail("no such function");

    for (int i = 3; i < argc; i++) {
        uint32_t argument = (uint32_t)strtoul(argv[i], NULL, 10);
        if (wasm_runtime_call_wasm(exec_env, function, 1, &argument))
            printf("result %" PRIu32 "\n", argument);
        else
            printf("%s\n", wasm_runtime_get_exception(instance));
        wasm_runtime_set_log_level(WASM_LOG_LEVEL_VERBOSE);
        wasm_runtime_dump_mem_consumption(exec_env);
        wasm_runtime_set_log_level(WASM_LOG_LEVEL_WARNING);
    }
    wasm_runtime_dump_perf_profiling(instance);

    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
    wasm_runtime_destroy();
    munmap(bytes, size);
    return 0;
}
