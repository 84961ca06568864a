/* calc [--time]: reads lines, compiles them to machine code with cwamrc, and runs that in WAMR. */
#define _POSIX_C_SOURCE 200809L
#include "calc.h"

#include <cwamrc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wasm_export.h>

static double
now_in_microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* Runs the function "line" of a compiled module. */
static bool
run(uint8_t *data, size_t size, double *value, char error[128])
{
    bool good = false;
    wasm_module_inst_t instance = NULL;
    wasm_module_t module = wasm_runtime_load(data, (uint32_t)size, error, 128);
    if (module)
        instance = wasm_runtime_instantiate(module, 64 * 1024, 0, error, 128);
    if (instance) {
        uint32_t result[2];
        wasm_exec_env_t env = wasm_runtime_get_exec_env_singleton(instance);
        wasm_function_inst_t line = wasm_runtime_lookup_function(instance, "line");
        good = env && line && wasm_runtime_call_wasm(env, line, 0, result);
        if (good) {
            memcpy(value, result, sizeof(*value));
        } else {
            static const char prefix[] = "Exception: ";
            const char *text = wasm_runtime_get_exception(instance);
            text = text ? text : "the function cannot be called";
            if (strncmp(text, prefix, strlen(prefix)) == 0)
                text += strlen(prefix);
            snprintf(error, 128, "%s", text);
        }
        wasm_runtime_deinstantiate(instance);
    }
    if (module)
        wasm_runtime_unload(module);
    return good;
}

static bool
compile_and_run(const cwamrc_options_t *options, const struct buffer *wasm, double *value,
                double *compiled_at, char error[128])
{
    cwamrc_artifact_t *artifact;
    cwamrc_error_t *failure = cwamrc_compile(wasm->data, wasm->size, options, &artifact);
    if (failure) {
        snprintf(error, 128, "%s", cwamrc_error_message(failure));
        cwamrc_error_delete(failure);
        return false;
    }
    *compiled_at = now_in_microseconds();
    bool good = run(cwamrc_artifact_data(artifact), cwamrc_artifact_size(artifact), value, error);
    cwamrc_artifact_delete(artifact);
    return good;
}

/* Prints a value with as few digits as tell it from all others. */
static void
print_value(double value)
{
    char text[40];
    int digits = 1;
    do
        snprintf(text, sizeof(text), "%.*g", digits, value);
    while (digits++ < 17 && strtod(text, NULL) != value && value == value);
    puts(text);
}

static void
answer(struct session *session, const cwamrc_options_t *options, const char *text, bool shows_time)
{
    struct buffer wasm = { 0 };
    char name[MAX_NAME], error[128] = "";
    double value, compiled_at, start = now_in_microseconds();
    enum line line = read_line(session, text, &wasm, name, error);
    if (line == LINE_DEFINED) {
        printf("defined %s\n", name);
    } else if (line == LINE_ERROR
               || !compile_and_run(options, &wasm, &value, &compiled_at, error)) {
        printf("error: %s\n", error);
    } else {
        if (line == LINE_VARIABLE && !set_variable(session, name, value))
            printf("error: there are at most %d variables\n", MAX_NAMES);
        print_value(value);
        if (shows_time)
            printf("  compiled in %.1fµs, ran in %.1fµs\n", compiled_at - start,
                   now_in_microseconds() - compiled_at);
    }
    free(wasm.data);
}

/* Options for this machine. A line is too small to be shared out to threads. */
static cwamrc_options_t *
new_options(void)
{
    cwamrc_options_t *options = cwamrc_options_new();
    cwamrc_error_t *error = cwamrc_options_set_host(options);
    if (!error)
        error = cwamrc_options_set_wamr_version(options, "main");
    if (!error)
        error = cwamrc_options_set_threads(options, 1);
    if (error) {
        fprintf(stderr, "error: %s\n", cwamrc_error_message(error));
        cwamrc_error_delete(error);
        cwamrc_options_delete(options);
        return NULL;
    }
    return options;
}

int
main(int argc, char **argv)
{
    static struct session session;
    char line[2 * MAX_LINE];
    bool shows_time = argc == 2 && strcmp(argv[1], "--time") == 0;
    if (argc > 1 && !shows_time) {
        fputs("usage: calc [--time]\n", stderr);
        return 2;
    }
    cwamrc_options_t *options = new_options();
    if (!options || !wasm_runtime_init()) {
        cwamrc_options_delete(options);
        return 1;
    }
    for (;;) {
        if (isatty(STDIN_FILENO))
            fputs("> ", stdout);
        fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            break;
        line[strcspn(line, "\n")] = 0;
        if (line[strspn(line, " \t")])
            answer(&session, options, line, shows_time);
    }
    wasm_runtime_destroy();
    cwamrc_options_delete(options);
    return 0;
}
