/* Wrong arguments, one by one: errors, and never a crash. */
#include "check.h"
#include "modules.h"

#define NOT_UTF8 "\xff\xfe"

static void
null_handles(void)
{
    cwamrc_options_t *none = NULL;
    cwamrc_error_t *errors[] = {
        cwamrc_options_set_host(none),
        cwamrc_options_set_target(none, "x86_64"),
        cwamrc_options_set_cpu(none, "haswell"),
        cwamrc_options_set_cpu_features(none, "+avx"),
        cwamrc_options_set_opt_level(none, 1),
        cwamrc_options_set_bounds_checks(none, true),
        cwamrc_options_set_stack_bounds_checks(none, true),
        cwamrc_options_set_indirect_mode(none, true),
        cwamrc_options_set_wamr_version(none, "2.4.5"),
        cwamrc_options_set_threads(none, 1),
        cwamrc_options_add_custom_section(none, "name"),
        cwamrc_options_set_format(none, CWAMRC_FORMAT_AOT),
        cwamrc_options_set_address_map(none, true),
        cwamrc_options_set_json(none, "{}"),
        cwamrc_options_set_progress(none, NULL, NULL),
        cwamrc_options_set_cancel(none, NULL, NULL),
    };
    for (size_t index = 0; index < sizeof(errors) / sizeof(errors[0]); index++)
        refused(errors[index], CWAMRC_ERROR_ARGUMENT, "options is NULL");

    cwamrc_options_delete(NULL);
    cwamrc_error_delete(NULL);
    cwamrc_artifact_delete(NULL);
    CHECK(cwamrc_error_kind(NULL) == CWAMRC_ERROR_NONE);
    CHECK(cwamrc_error_message(NULL) == NULL && cwamrc_error_hint(NULL) == NULL);
    CHECK(!cwamrc_error_offset(NULL, NULL));
    CHECK(cwamrc_artifact_data(NULL) == NULL && cwamrc_artifact_size(NULL) == 0);
    CHECK(cwamrc_artifact_function_count(NULL) == 0 && cwamrc_artifact_code_size(NULL) == 0);
    CHECK(cwamrc_artifact_code_offset(NULL) == 0);
    CHECK(cwamrc_artifact_diagnostic_count(NULL) == 0);
    CHECK(cwamrc_artifact_diagnostic_severity(NULL, 0) == CWAMRC_SEVERITY_NONE);
    CHECK(cwamrc_artifact_diagnostic_message(NULL, 0) == NULL);
    CHECK(cwamrc_artifact_section_count(NULL) == 0);
    CHECK(cwamrc_artifact_section(NULL, 0, NULL, NULL) == NULL);
    CHECK(cwamrc_artifact_symbol_count(NULL) == 0);
    CHECK(cwamrc_artifact_symbol(NULL, 0, NULL, NULL, NULL) == NULL);
    CHECK(!cwamrc_artifact_location(NULL, 0, NULL, NULL));
    refused(cwamrc_artifact_write_file(NULL, "x"), CWAMRC_ERROR_ARGUMENT, "artifact is NULL");

    cwamrc_options_t *defaults = cwamrc_options_clone(NULL);
    CHECK(defaults != NULL);
    cwamrc_options_delete(defaults);
}

static void
texts(void)
{
    cwamrc_options_t *options = cwamrc_options_new();
    cwamrc_error_t *(*setters[])(cwamrc_options_t *, const char *) = {
        cwamrc_options_set_target,       cwamrc_options_set_cpu,
        cwamrc_options_set_cpu_features, cwamrc_options_set_wamr_version,
        cwamrc_options_add_custom_section, cwamrc_options_set_json,
    };
    for (size_t index = 0; index < sizeof(setters) / sizeof(setters[0]); index++) {
        refused(setters[index](options, NULL), CWAMRC_ERROR_ARGUMENT, "is NULL");
        refused(setters[index](options, NOT_UTF8), CWAMRC_ERROR_ARGUMENT, "is not UTF-8");
    }
    refused(cwamrc_options_set_target(options, "vax"), CWAMRC_ERROR_ARGUMENT, "`vax`");
    refused(cwamrc_options_set_target(options, ""), CWAMRC_ERROR_ARGUMENT, "");
    refused(cwamrc_options_set_cpu(options, "haswel"), CWAMRC_ERROR_ARGUMENT, "`haswell`");
    refused(cwamrc_options_set_cpu_features(options, "avx"), CWAMRC_ERROR_ARGUMENT, "`avx`");
    refused(cwamrc_options_set_wamr_version(options, "1.0"), CWAMRC_ERROR_ARGUMENT, "1.0");
    refused(cwamrc_options_set_opt_level(options, 4), CWAMRC_ERROR_ARGUMENT, "level 4");
    refused(cwamrc_options_set_format(options, 77), CWAMRC_ERROR_ARGUMENT, "format 77");
    refused(cwamrc_options_set_threads(options, UINT32_MAX), CWAMRC_ERROR_ARGUMENT, "too many");
    refused(cwamrc_options_set_json(options, "[]"), CWAMRC_ERROR_ARGUMENT, "options");
    refused(cwamrc_options_set_json(options, "{\"opt_level\": 0"), CWAMRC_ERROR_ARGUMENT, "EOF");
    refused(cwamrc_options_set_json(options, "{\"opt_level\": 0, \"opt\": 0}"),
            CWAMRC_ERROR_ARGUMENT, "`opt`");
    refused(cwamrc_options_set_json(options, "{\"threads\": 5000}"), CWAMRC_ERROR_ARGUMENT,
            "too many");

    /* None of these calls has changed anything. */
    cwamrc_artifact_t *artifact, *plain;
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), NULL, &plain));
    size_t size = cwamrc_artifact_size(plain);
    CHECK(cwamrc_artifact_size(artifact) == size);
    CHECK(memcmp(cwamrc_artifact_data(artifact), cwamrc_artifact_data(plain), size) == 0);
    refused(cwamrc_artifact_write_file(plain, NULL), CWAMRC_ERROR_ARGUMENT, "path is NULL");
    refused(cwamrc_artifact_write_file(plain, NOT_UTF8), CWAMRC_ERROR_ARGUMENT, "not UTF-8");
    CHECK(cwamrc_artifact_section(plain, SIZE_MAX, NULL, NULL) == NULL);
    CHECK(cwamrc_artifact_symbol(plain, SIZE_MAX, NULL, NULL, NULL) == NULL);
    /* No map was requested. */
    CHECK(!cwamrc_artifact_location(plain, 0, NULL, NULL));
    cwamrc_artifact_delete(artifact);
    cwamrc_artifact_delete(plain);

    /* An object file cannot run in place. */
    fine(cwamrc_options_set_format(options, CWAMRC_FORMAT_OBJECT));
    fine(cwamrc_options_set_indirect_mode(options, true));
    refused(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact),
            CWAMRC_ERROR_UNSUPPORTED, "XIP");
    cwamrc_options_delete(options);
}

static void
modules(void)
{
    cwamrc_artifact_t *artifact;
    refused(cwamrc_compile(PROGRAM, sizeof(PROGRAM), NULL, NULL), CWAMRC_ERROR_ARGUMENT,
            "place for the artifact is NULL");
    refused(cwamrc_compile(NULL, 8, NULL, &artifact), CWAMRC_ERROR_ARGUMENT, "module is NULL");
    refused(cwamrc_compile(PROGRAM, SIZE_MAX, NULL, &artifact), CWAMRC_ERROR_ARGUMENT, "cannot have");
    refused(cwamrc_compile(NULL, 0, NULL, &artifact), CWAMRC_ERROR_INVALID, "");
    refused(cwamrc_compile(PROGRAM, 0, NULL, &artifact), CWAMRC_ERROR_INVALID, "");
    CHECK(artifact == NULL);
    /* Every prefix of a module, and every module with one byte changed, gives an error or a result. */
    uint8_t damaged[sizeof(PROGRAM)];
    for (size_t index = 0; index < sizeof(PROGRAM); index++) {
        cwamrc_error_t *error = cwamrc_compile(PROGRAM, index, NULL, &artifact);
        CHECK((error == NULL) != (artifact == NULL));
        cwamrc_error_delete(error);
        cwamrc_artifact_delete(artifact);
        memcpy(damaged, PROGRAM, sizeof(PROGRAM));
        damaged[index] ^= 0x55;
        error = cwamrc_compile(damaged, sizeof(damaged), NULL, &artifact);
        CHECK((error == NULL) != (artifact == NULL));
        CHECK(cwamrc_error_kind(error) != CWAMRC_ERROR_INTERNAL);
        cwamrc_error_delete(error);
        cwamrc_artifact_delete(artifact);
    }
}

int
main(void)
{
    null_handles();
    texts();
    modules();
    puts("refused");
    return 0;
}
