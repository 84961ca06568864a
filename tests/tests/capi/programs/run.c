/*
 * Compiles a module and runs it in WAMR: results, calls of the host, traps. With an argument, it
 * compiles for a runtime without guard pages.
 */
#include "check.h"
#include "modules.h"

#include <wasm_export.h>

static uint32_t told[4];
static int tells;

static void
tell(wasm_exec_env_t env, uint32_t value)
{
    (void)env;
    CHECK(tells < 4);
    told[tells++] = value;
}

/* Calls `name` with up to two numbers; the result replaces the first one. */
static bool
call(wasm_module_inst_t instance, const char *name, uint32_t argc, uint32_t argv[2])
{
    wasm_function_inst_t function = wasm_runtime_lookup_function(instance, name);
    CHECK(function != NULL);
    wasm_exec_env_t env = wasm_runtime_get_exec_env_singleton(instance);
    CHECK(env != NULL);
    return wasm_runtime_call_wasm(env, function, argc, argv);
}

static void
run(uint8_t *data, size_t size)
{
    char text[128];
    wasm_module_t module = wasm_runtime_load(data, (uint32_t)size, text, sizeof(text));
    if (!module) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }
    wasm_module_inst_t instance =
        wasm_runtime_instantiate(module, 64 * 1024, 0, text, sizeof(text));
    if (!instance) {
        fprintf(stderr, "%s\n", text);
        exit(1);
    }

    uint32_t argv[2] = { 25, 0 };
    CHECK(call(instance, "fib", 1, argv));
    CHECK(argv[0] == 75025);

    argv[0] = 7;
    CHECK(call(instance, "tell_twice", 1, argv));
    CHECK(tells == 2 && told[0] == 7 && told[1] == 8);

    argv[0] = 65532;
    argv[1] = 0xabcdef01;
    CHECK(call(instance, "store", 2, argv));
    argv[0] = 65532;
    CHECK(call(instance, "load", 1, argv));
    CHECK(argv[0] == 0xabcdef01);

    argv[0] = 65533;
    CHECK(!call(instance, "load", 1, argv));
    CHECK(strstr(wasm_runtime_get_exception(instance), "out of bounds memory access"));
    wasm_runtime_clear_exception(instance);
    argv[0] = 1;
    argv[1] = 0;
    CHECK(!call(instance, "divide", 2, argv));
    CHECK(strstr(wasm_runtime_get_exception(instance), "integer divide by zero"));
    wasm_runtime_clear_exception(instance);

    wasm_runtime_deinstantiate(instance);
    wasm_runtime_unload(module);
}

int
main(int argc, char **argv)
{
    (void)argv;
    static NativeSymbol symbols[] = { { "tell", NULL, "(i)", NULL } };
    symbols[0].func_ptr = (void *)(uintptr_t)tell;
    CHECK(wasm_runtime_init());
    CHECK(wasm_runtime_register_natives("env", symbols, 1));

    cwamrc_options_t *options = cwamrc_options_new();
    fine(cwamrc_options_set_host(options));
    fine(cwamrc_options_set_wamr_version(options, "main"));
    fine(cwamrc_options_set_bounds_checks(options, argc > 1));
    for (uint32_t level = 0; level <= 3; level++) {
        cwamrc_artifact_t *artifact;
        fine(cwamrc_options_set_opt_level(options, level));
        fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
        tells = 0;
        run(cwamrc_artifact_data(artifact), cwamrc_artifact_size(artifact));
        cwamrc_artifact_delete(artifact);
    }
    cwamrc_options_delete(options);
    wasm_runtime_destroy();
    puts("ran");
    return 0;
}
