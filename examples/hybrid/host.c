/* host NAME [ARGUMENTS]: runs NAME_<this machine>.aot if it exists and this runtime can load it, otherwise
 * NAME.wasm in the interpreter. Prints on standard error which one. The first is native code and must be as trusted
 * as this program. The second is sandboxed, so it must really be a module. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <wasm_export.h>

static uint8_t *
read_file(const char *path, uint32_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = NULL;
    long end;
    if (file && fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) > 0
        && fseek(file, 0, SEEK_SET) == 0 && (data = malloc((size_t)end))) {
        *size = (uint32_t)fread(data, 1, (size_t)end, file);
        if (*size != (uint32_t)end) {
            free(data);
            data = NULL;
        }
    }
    if (file)
        fclose(file);
    return data;
}

/* Loads the module in a file, which may be machine code if `native`. Its bytes must live as long as the module. */
static wasm_module_t
load(const char *path, int native, uint8_t **data)
{
    char error[128] = "cannot be read";
    uint32_t size = 0;
    wasm_module_t module = NULL;
    *data = read_file(path, &size);
    /* The runtime looks only at the content of the file, so machine code would run under any name. */
    if (*data && !native && (size < 4 || memcmp(*data, "\0asm", 4) != 0))
        strcpy(error, "not a wasm module");
    else if (*data)
        module = wasm_runtime_load(*data, size, error, sizeof(error));
    if (!module) {
        fprintf(stderr, "%s: %s\n", path, error);
        free(*data);
    }
    return module;
}

static int
run(wasm_module_t module, int argc, char **argv)
{
    char error[128];
    wasm_runtime_set_wasi_args(module, NULL, 0, NULL, 0, NULL, 0, argv, argc);
    wasm_module_inst_t instance =
        wasm_runtime_instantiate(module, 64 * 1024, 0, error, sizeof(error));
    if (!instance) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    int code = 1;
    if (wasm_application_execute_main(instance, argc, argv))
        code = (int)wasm_runtime_get_wasi_exit_code(instance);
    else
        fprintf(stderr, "%s\n", wasm_runtime_get_exception(instance));
    wasm_runtime_deinstantiate(instance);
    return code;
}

int
main(int argc, char **argv)
{
    char path[4096];
    struct utsname machine;
    uint8_t *data;
    if (argc < 2 || uname(&machine) != 0 || !wasm_runtime_init()) {
        fputs("usage: host NAME [ARGUMENTS]\n", stderr);
        return 2;
    }
    snprintf(path, sizeof(path), "%s_%s.aot", argv[1], machine.machine);
    wasm_module_t module = load(path, 1, &data);
    if (!module) {
        snprintf(path, sizeof(path), "%s.wasm", argv[1]);
        module = load(path, 0, &data);
    }
    int code = 1;
    if (module) {
        fprintf(stderr, "running %s\n", path);
        code = run(module, argc - 1, argv + 1);
        wasm_runtime_unload(module);
        free(data);
    }
    wasm_runtime_destroy();
    return code;
}
