/* WAMR's own LLVM-based ahead-of-time compiler, as a command with wamrc's flags. The benchmarks
 * compare with it, and `cwamrc --backend=llvm` runs it. It reads a file, compiles it through
 * aot_export.h, and writes a file. WAMR's code does all of the compiling. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <llvm/Config/llvm-config.h>

#include "measure.h"
#include "options.h"
#include "version.h"
#include "wasm_export.h"

#define STRINGIZE_(x) #x
#define STRINGIZE(x) STRINGIZE_(x)
#define VERSION                                                                                    \
    "wamrc " STRINGIZE(WAMR_VERSION_MAJOR) "." STRINGIZE(WAMR_VERSION_MINOR) "." STRINGIZE(        \
        WAMR_VERSION_PATCH) " with LLVM " LLVM_VERSION_STRING

struct bytes {
    uint8_t *start;
    uint32_t size;
};

static bool read_file(const char *path, struct bytes *bytes)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode)
        || status.st_size > UINT32_MAX) {
        fprintf(stderr, "error: cannot read %s as a file of less than 4 GiB\n", path);
        if (file != NULL)
            fclose(file);
        return false;
    }
    bytes->size = (uint32_t)status.st_size;
    bytes->start = malloc(bytes->size + 1);
    bool whole = bytes->start != NULL && fread(bytes->start, 1, bytes->size, file) == bytes->size;
    fclose(file);
    if (!whole)
        fprintf(stderr, "error: cannot read all of %s\n", path);
    return whole;
}

static bool emit(aot_comp_context_t context, aot_comp_data_t data, const struct request *request)
{
    switch (request->option.output_format) {
    case AOT_FORMAT_FILE:
        return aot_emit_aot_file(context, data, request->output);
    case AOT_OBJECT_FILE:
        return aot_emit_object_file(context, request->output);
    default:
        return aot_emit_llvm_file(context, request->output);
    }
}

/* Everything from the bytes of the module to the finished file. */
static bool compile(struct bytes wasm, struct request *request)
{
    char message[256] = "";
    wasm_module_t module = wasm_runtime_load(wasm.start, wasm.size, message, sizeof message);
    if (module == NULL) {
        fprintf(stderr, "error: %s, in %s\n", message, request->input);
        return false;
    }
    bool done = false;
    aot_comp_context_t context = NULL;
    aot_comp_data_t data = aot_create_comp_data(module, request->option.target_arch, request->option.enable_gc);
    if (data != NULL)
        context = aot_create_comp_context(data, &request->option);
    if (context != NULL)
        done = aot_compile_wasm(context) && emit(context, data, request);
    if (!done)
        fprintf(stderr, "error: %s, in %s\n", aot_get_last_error(), request->input);
    if (context != NULL)
        aot_destroy_comp_context(context);
    if (data != NULL)
        aot_destroy_comp_data(data);
    wasm_runtime_unload(module);
    return done;
}

static bool measured(struct bytes wasm, struct request *request)
{
    struct figures figures;
    struct stat status;
    if (!measure_begin(&figures)) {
        perror("error: cannot measure this process");
        return false;
    }
    if (!compile(wasm, request))
        return false;
    if (!measure_end(&figures) || stat(request->output, &status) != 0
        || !measure_write(&figures, (uint64_t)status.st_size, VERSION, request->measure)) {
        perror("error: cannot write what was measured");
        return false;
    }
    return true;
}

/* Prints a list of targets or CPUs: WAMR does so instead of creating a compiler. */
static bool list(struct request *request)
{
    static uint8_t empty[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    struct bytes wasm = { empty, sizeof empty };
    char message[64];
    wasm_module_t module = wasm_runtime_load(wasm.start, wasm.size, message, sizeof message);
    if (module == NULL)
        return false;
    aot_comp_data_t data = aot_create_comp_data(module, NULL, false);
    if (data == NULL)
        return false;
    return aot_create_comp_context(data, &request->option) == NULL;
}

int main(int argc, char **argv)
{
    struct request request;
    switch (parse_options(&request, argc, argv)) {
    case DONE:
        return EXIT_SUCCESS;
    case MISUSE:
        return 2;
    case COMPILE:
        break;
    }
    RuntimeInitArgs arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.mem_alloc_type = Alloc_With_System_Allocator;
    if (!wasm_runtime_full_init(&arguments) || !aot_compiler_init()) {
        fprintf(stderr, "error: WAMR does not start\n");
        return EXIT_FAILURE;
    }
    wasm_runtime_set_log_level((log_level_t)request.verbosity);
    if (request.input == NULL)
        return list(&request) ? EXIT_SUCCESS : EXIT_FAILURE;
    struct bytes wasm;
    if (!read_file(request.input, &wasm))
        return EXIT_FAILURE;
    bool done = request.measure != NULL ? measured(wasm, &request) : compile(wasm, &request);
    free(wasm.start);
    free(request.option.custom_sections);
    aot_compiler_destroy();
    wasm_runtime_destroy();
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
