/* The properties of an artifact and of an error, and every option. The argument is an output path. */
#include "check.h"
#include "modules.h"

static uint64_t last_done, last_total;

static void
progress(void *context, uint64_t done, uint64_t total)
{
    CHECK(context == &last_done);
    last_done = done;
    last_total = total;
}

static void
texts_and_places(void)
{
    cwamrc_artifact_t *artifact;
    cwamrc_options_t *options = cwamrc_options_new();
    fine(cwamrc_options_set_target(options, "x86_64"));
    fine(cwamrc_options_set_cpu(options, "haswell"));
    fine(cwamrc_options_set_cpu_features(options, "-bmi,+popcnt"));
    fine(cwamrc_options_set_address_map(options, true));
    fine(cwamrc_options_set_threads(options, 1));
    fine(cwamrc_options_set_progress(options, progress, &last_done));
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
    CHECK(last_done == last_total && last_total > 0);

    const uint8_t *data = cwamrc_artifact_data(artifact);
    size_t size = cwamrc_artifact_size(artifact), offset, length;
    CHECK(size > 64 && memcmp(data, "\0aot", 4) == 0);
    CHECK(cwamrc_artifact_function_count(artifact) == 5);
    CHECK(cwamrc_artifact_code_size(artifact) > 0);
    CHECK(cwamrc_artifact_code_offset(artifact) + cwamrc_artifact_code_size(artifact) <= size);
    CHECK(cwamrc_artifact_diagnostic_count(artifact) == 0);

    size_t end = 0, sections = cwamrc_artifact_section_count(artifact);
    CHECK(sections > 4);
    for (size_t index = 0; index < sections; index++) {
        CHECK(cwamrc_artifact_section(artifact, index, &offset, &length));
        CHECK(offset >= end + 8);
        end = offset + length;
    }
    CHECK(end == size);
    CHECK(strcmp(cwamrc_artifact_section(artifact, 0, NULL, NULL), "target info") == 0);

    uint64_t code_offset, code_size, wasm_offset;
    uint32_t function, located;
    size_t found = 0, symbols = cwamrc_artifact_symbol_count(artifact);
    for (size_t index = 0; index < symbols; index++) {
        const char *name =
            cwamrc_artifact_symbol(artifact, index, &code_offset, &code_size, &function);
        CHECK(name && code_offset + code_size <= cwamrc_artifact_code_size(artifact));
        if (strcmp(name, "divide") == 0) {
            found++;
            CHECK(function == 5);
            for (uint64_t at = code_offset; at < code_offset + code_size; at++)
                if (cwamrc_artifact_location(artifact, at, &wasm_offset, &located))
                    CHECK(located == 5 && wasm_offset < sizeof(PROGRAM));
        }
        if (function == CWAMRC_NO_FUNCTION)
            CHECK(!cwamrc_artifact_location(artifact, code_offset, NULL, NULL));
    }
    CHECK(found == 1);
    cwamrc_artifact_delete(artifact);

    /* A copy has the same values and is independent. */
    cwamrc_options_t *copy = cwamrc_options_clone(options);
    fine(cwamrc_options_set_format(copy, CWAMRC_FORMAT_OBJECT));
    fine(cwamrc_options_set_progress(copy, NULL, NULL));
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), copy, &artifact));
    CHECK(memcmp(cwamrc_artifact_data(artifact), "\177ELF", 4) == 0);
    cwamrc_artifact_delete(artifact);
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
    CHECK(memcmp(cwamrc_artifact_data(artifact), "\0aot", 4) == 0);
    cwamrc_artifact_delete(artifact);
    cwamrc_options_delete(copy);
    cwamrc_options_delete(options);
}

/* Whether the file exports the counter of instructions. */
static bool
counts(const cwamrc_options_t *options)
{
    static const char name[] = "__cwamrc_instruction_count";
    cwamrc_artifact_t *artifact;
    bool found = false;

    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
    const uint8_t *data = cwamrc_artifact_data(artifact);
    for (size_t at = 0; at + sizeof(name) <= cwamrc_artifact_size(artifact); at++)
        found = found || memcmp(data + at, name, sizeof(name)) == 0;
    cwamrc_artifact_delete(artifact);
    return found;
}

/* Options without a setter of their own; the others keep their values. */
static void
options_as_data(void)
{
    cwamrc_artifact_t *artifact;
    cwamrc_options_t *options = cwamrc_options_new();
    fine(cwamrc_options_set_format(options, CWAMRC_FORMAT_OBJECT));
    fine(cwamrc_options_set_json(options, "{\"instrumentation\": {\"measure_time\": true}}"));
    refused(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact),
            CWAMRC_ERROR_UNSUPPORTED, "measure time");
    fine(cwamrc_options_set_format(options, CWAMRC_FORMAT_AOT));
    CHECK(!counts(options));
    fine(cwamrc_options_set_json(options,
                                 "{\"instrumentation\": {\"count_instructions\": true}}"));
    CHECK(counts(options));
    fine(cwamrc_options_set_json(options, "{\"opt_level\": 1}"));
    CHECK(counts(options));
    cwamrc_options_delete(options);
}

static void
warnings(void)
{
    cwamrc_artifact_t *artifact;
    cwamrc_options_t *options = cwamrc_options_new();
    fine(cwamrc_options_set_stack_bounds_checks(options, true));
    fine(cwamrc_compile(MEMORY64, sizeof(MEMORY64), options, &artifact));
    CHECK(cwamrc_artifact_diagnostic_count(artifact) == 2);
    CHECK(cwamrc_artifact_diagnostic_severity(artifact, 0) == CWAMRC_SEVERITY_WARNING);
    CHECK(strstr(cwamrc_artifact_diagnostic_message(artifact, 0), "WAMR_BUILD_MEMORY64"));
    CHECK(cwamrc_artifact_diagnostic_severity(artifact, 1) == CWAMRC_SEVERITY_NOTE);
    CHECK(cwamrc_artifact_diagnostic_severity(artifact, 2) == CWAMRC_SEVERITY_NONE);
    CHECK(cwamrc_artifact_diagnostic_message(artifact, 2) == NULL);
    cwamrc_artifact_delete(artifact);

    /* Custom sections that are kept, code that runs in place, another machine. */
    fine(cwamrc_options_set_target(options, "aarch64"));
    fine(cwamrc_options_set_indirect_mode(options, true));
    fine(cwamrc_options_add_custom_section(options, "about"));
    fine(cwamrc_compile(CUSTOM, sizeof(CUSTOM), options, &artifact));
    size_t size = cwamrc_artifact_size(artifact);
    CHECK(memcmp(cwamrc_artifact_data(artifact) + size - 5, "hello", 5) == 0);
    cwamrc_artifact_delete(artifact);
    cwamrc_options_delete(options);
}

static void
errors(void)
{
    cwamrc_artifact_t *artifact = (cwamrc_artifact_t *)&last_done;
    cwamrc_error_t *error = cwamrc_compile(MISTAKE, sizeof(MISTAKE), NULL, &artifact);
    CHECK(artifact == NULL);
    CHECK(cwamrc_error_kind(error) == CWAMRC_ERROR_INVALID);
    CHECK(strstr(cwamrc_error_message(error), "type mismatch"));
    CHECK(cwamrc_error_hint(error) == NULL);
    uint64_t offset = 0;
    CHECK(cwamrc_error_offset(error, &offset) && cwamrc_error_offset(error, NULL));
    CHECK(offset == MISTAKE_OFFSET);
    cwamrc_error_delete(error);

    error = cwamrc_compile(TWO_MEMORIES, sizeof(TWO_MEMORIES), NULL, &artifact);
    CHECK(cwamrc_error_kind(error) == CWAMRC_ERROR_UNSUPPORTED);
    CHECK(cwamrc_error_hint(error) != NULL);
    cwamrc_error_delete(error);
    refused(cwamrc_compile(PROGRAM, 9, NULL, &artifact), CWAMRC_ERROR_INVALID, "");
}

static void
files(const char *path)
{
    cwamrc_artifact_t *artifact;
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), NULL, &artifact));
    fine(cwamrc_artifact_write_file(artifact, path));
    FILE *file = fopen(path, "rb");
    size_t size = cwamrc_artifact_size(artifact);
    uint8_t *content = malloc(size + 1);
    CHECK(file && content && fread(content, 1, size + 1, file) == size);
    CHECK(memcmp(content, cwamrc_artifact_data(artifact), size) == 0);
    free(content);
    fclose(file);
    refused(cwamrc_artifact_write_file(artifact, "/nowhere/at/all"), CWAMRC_ERROR_IO,
            "/nowhere/at/all");
    cwamrc_artifact_delete(artifact);
}

int
main(int argc, char **argv)
{
    CHECK(argc == 2);
    CHECK(strcmp(cwamrc_version(), CWAMRC_VERSION) == 0);
    texts_and_places();
    options_as_data();
    warnings();
    errors();
    files(argv[1]);
    puts("told");
    return 0;
}
