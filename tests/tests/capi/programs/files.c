/* Modules as text, several targets, universal files, reports, the cache, and options as JSON. The
   arguments are the path of a universal file to write, and the folder of a cache. */
#include "check.h"
#include "modules.h"

static const char *const TARGETS[] = { "x86_64", "aarch64", "riscv64" };
enum { COUNT = sizeof(TARGETS) / sizeof(*TARGETS) };

static void
write_file(const char *path, const cwamrc_bytes_t *bytes)
{
    FILE *file = fopen(path, "wb");
    CHECK(file);
    CHECK(fwrite(cwamrc_bytes_data(bytes), 1, cwamrc_bytes_size(bytes), file)
          == cwamrc_bytes_size(bytes));
    CHECK(fclose(file) == 0);
}

static void
text_is_assembled(void)
{
    /* From the specification of the binary format: the header, and the sections 1, 3 and 10. */
    static const uint8_t expected[] = { 0, 'a', 's', 'm', 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0,
                                        3, 2, 1, 0, 10, 4, 1, 2, 0, 0x0b };
    const char *text = "(module (func))", *wrong = "(module\n  (fun))";
    cwamrc_bytes_t *wasm, *same;
    fine(cwamrc_wat_to_wasm((const uint8_t *)text, strlen(text), &wasm));
    CHECK(cwamrc_bytes_size(wasm) == sizeof(expected));
    CHECK(memcmp(cwamrc_bytes_data(wasm), expected, sizeof(expected)) == 0);
    fine(cwamrc_wat_to_wasm(cwamrc_bytes_data(wasm), cwamrc_bytes_size(wasm), &same));
    CHECK(cwamrc_bytes_size(same) == sizeof(expected));
    cwamrc_bytes_delete(same);
    cwamrc_bytes_delete(wasm);
    refused(cwamrc_wat_to_wasm((const uint8_t *)wrong, strlen(wrong), &wasm), CWAMRC_ERROR_INVALID,
            "in line 2, column 4");
    CHECK(wasm == NULL);
    refused(cwamrc_wat_to_wasm(NULL, 3, &wasm), CWAMRC_ERROR_ARGUMENT, "the text is NULL");
    refused(cwamrc_wat_to_wasm((const uint8_t *)text, strlen(text), NULL), CWAMRC_ERROR_ARGUMENT,
            "NULL");
    CHECK(cwamrc_bytes_data(NULL) == NULL && cwamrc_bytes_size(NULL) == 0);
    cwamrc_bytes_delete(NULL);
}

static void
one_file_for_several_targets(const char *path)
{
    cwamrc_artifact_t *artifacts[COUNT], *none[COUNT];
    cwamrc_bytes_t *file, *report;
    fine(cwamrc_compile_each(PROGRAM, sizeof(PROGRAM), NULL, TARGETS, COUNT, artifacts));
    for (size_t index = 0; index < COUNT; index++) {
        fine(cwamrc_inspect(cwamrc_artifact_data(artifacts[index]),
                            cwamrc_artifact_size(artifacts[index]), &report));
        CHECK(strstr((const char *)cwamrc_bytes_data(report), TARGETS[index]));
        cwamrc_bytes_delete(report);
    }
    const cwamrc_artifact_t *const *given = (const cwamrc_artifact_t *const *)artifacts;
    fine(cwamrc_make_universal(PROGRAM, sizeof(PROGRAM), given, COUNT, NULL, &file));
    write_file(path, file);
    fine(cwamrc_inspect(cwamrc_bytes_data(file), cwamrc_bytes_size(file), &report));
    for (size_t index = 0; index < COUNT; index++)
        CHECK(strstr((const char *)cwamrc_bytes_data(report), TARGETS[index]));
    cwamrc_bytes_delete(report);
    cwamrc_bytes_delete(file);

    refused(cwamrc_inspect(PROGRAM, 0, &report), CWAMRC_ERROR_INVALID, "");
    refused(cwamrc_make_universal(PROGRAM, sizeof(PROGRAM), given, COUNT, "no key", &file),
            CWAMRC_ERROR_ARGUMENT, "key");
    CHECK(file == NULL);
    given = (const cwamrc_artifact_t *const[]){ artifacts[0], artifacts[0] };
    refused(cwamrc_make_universal(PROGRAM, sizeof(PROGRAM), given, 2, NULL, &file),
            CWAMRC_ERROR_UNSUPPORTED, "twice");
    given = (const cwamrc_artifact_t *const[]){ NULL };
    refused(cwamrc_make_universal(PROGRAM, sizeof(PROGRAM), given, 1, NULL, &file),
            CWAMRC_ERROR_ARGUMENT, "NULL");
    for (size_t index = 0; index < COUNT; index++)
        cwamrc_artifact_delete(artifacts[index]);

    const char *const unknown[] = { "x86_64", "vax", NULL };
    memset(none, 1, sizeof(none));
    refused(cwamrc_compile_each(PROGRAM, sizeof(PROGRAM), NULL, unknown, COUNT, none),
            CWAMRC_ERROR_ARGUMENT, "vax");
    CHECK(!none[0] && !none[1] && !none[2]);
    refused(cwamrc_compile_each(PROGRAM, sizeof(PROGRAM), NULL, unknown + 2, 1, none),
            CWAMRC_ERROR_ARGUMENT, "the target is NULL");
    refused(cwamrc_compile_each(PROGRAM, sizeof(PROGRAM), NULL, NULL, 1, none),
            CWAMRC_ERROR_ARGUMENT, "the array of targets is NULL");
    refused(cwamrc_compile_each(PROGRAM, sizeof(PROGRAM), NULL, TARGETS, 1, NULL),
            CWAMRC_ERROR_ARGUMENT, "the array for the artifacts is NULL");
    fine(cwamrc_compile_each(PROGRAM, sizeof(PROGRAM), NULL, NULL, 0, NULL));
}

static void
functions_come_from_the_cache(const char *folder)
{
    cwamrc_artifact_t *first, *second;
    cwamrc_options_t *options = cwamrc_options_new();
    fine(cwamrc_options_set_cache(options, folder, 1 << 20));
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &first));
    cwamrc_options_t *copy = cwamrc_options_clone(options);
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), copy, &second));
    CHECK(cwamrc_artifact_diagnostic_count(second) == 0);
    CHECK(cwamrc_artifact_cached_function_count(second) > 0);
    CHECK(cwamrc_artifact_size(first) == cwamrc_artifact_size(second));
    CHECK(memcmp(cwamrc_artifact_data(first), cwamrc_artifact_data(second),
                 cwamrc_artifact_size(first))
          == 0);
    cwamrc_artifact_delete(second);
    fine(cwamrc_options_set_cache(copy, NULL, 0));
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), copy, &second));
    CHECK(cwamrc_artifact_cached_function_count(second) == 0);
    cwamrc_artifact_delete(second);
    cwamrc_artifact_delete(first);
    cwamrc_options_delete(copy);
    cwamrc_options_delete(options);
}

static void
parts_of_options(void)
{
    cwamrc_options_t *options = cwamrc_options_new();
    fine(cwamrc_options_set_json(options, "{\"cpu\": \"native\"}"));
    fine(cwamrc_options_set_json(options, "{\"cpu\": \"cortex-a53\"}"));
    fine(cwamrc_options_set_json(options, "{\"cpu\": {\"architecture\": \"x86_64\"}}"));
    fine(cwamrc_options_set_json(options, "{\"call_stacks\": {\"position\": true}}"));
    fine(cwamrc_options_set_json(options, "{\"call_stacks\": {\"function_index\": true}}"));
    fine(cwamrc_options_set_json(
        options, "{\"instrumentation\": {\"gas\": {\"costs\": {\"i32.add\": 2}}}}"));
    fine(cwamrc_options_set_json(
        options, "{\"instrumentation\": {\"gas\": {\"costs\": {\"memory.fill\": \"5 + 1/64\"}}}}"));
    refused(cwamrc_options_set_json(options, "{\"cpu\": \"vax\"}"), CWAMRC_ERROR_ARGUMENT, "vax");
    refused(cwamrc_options_set_json(options, "{\"cpu\": 7}"), CWAMRC_ERROR_ARGUMENT,
            "the name of a CPU or target");
    cwamrc_artifact_t *artifact;
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
    cwamrc_artifact_delete(artifact);
    cwamrc_options_delete(options);
}

int
main(int count, char **arguments)
{
    CHECK(count == 3);
    text_is_assembled();
    one_file_for_several_targets(arguments[1]);
    functions_come_from_the_cache(arguments[2]);
    parts_of_options();
    puts("made");
    return 0;
}
