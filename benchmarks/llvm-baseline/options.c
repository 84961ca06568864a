/* wamrc's flags with wamrc's defaults, as a table that is both the parser and the help text. */
#include "options.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "version.h"

/* The value of a flag. */
enum kind {
    ON,       /* nothing: the field becomes true */
    OFF,      /* nothing: the field becomes false */
    STRING,   /* =TEXT */
    NUMBER,   /* =N, at most `most` */
    FORMAT,   /* =NAME of an output format */
    SECTIONS, /* =NAME,NAME... */
    FEATURES, /* =NAME,NAME... of call stacks */
    LIME1     /* nothing: several fields become true */
};

struct flag {
    const char *name;
    enum kind kind;
    size_t field;
    uint32_t most;
    const char *help;
};

#define FIELD(name) offsetof(struct request, option.name)

static const struct flag flags[] = {
    { "target", STRING, FIELD(target_arch), 0, "machine, as in x86_64, thumbv7em; help lists them" },
    { "target-abi", STRING, FIELD(target_abi), 0, "ABI of the target; help lists them" },
    { "cpu", STRING, FIELD(target_cpu), 0, "CPU of the target; this machine's without a target" },
    { "cpu-features", STRING, FIELD(cpu_features), 0, "as in +avx2,-bmi" },
    { "opt-level", NUMBER, FIELD(opt_level), 3, "0 to 3, by default 3" },
    { "size-level", NUMBER, FIELD(size_level), 3, "0 to 3, by default 3: the small code model" },
    { "bounds-checks", NUMBER, FIELD(bounds_checks), 1, "0 or 1; 0 by default on 64-bit targets" },
    { "stack-bounds-checks", NUMBER, FIELD(stack_bounds_checks), 1, "0 or 1; as --bounds-checks by default" },
    { "format", FORMAT, FIELD(output_format), 0, "aot, object, llvmir-unopt or llvmir-opt" },
    { "enable-multi-thread", ON, FIELD(enable_thread_mgr), 0, "threads" },
    { "enable-tail-call", ON, FIELD(enable_tail_call), 0, "tail calls" },
    { "enable-extended-const", ON, FIELD(enable_extended_const), 0, "constant arithmetic" },
    { "enable-gc", ON, FIELD(enable_gc), 0, "garbage collection" },
    { "disable-simd", OFF, FIELD(enable_simd), 0, "no vectors" },
    { "disable-ref-types", OFF, FIELD(enable_ref_types), 0, "no reference types" },
    { "disable-bulk-memory", OFF, FIELD(enable_bulk_memory), 0, "no bulk memory operators" },
    { "disable-aux-stack-check", OFF, FIELD(enable_aux_stack_check), 0, "no check of the stack in linear memory" },
    { "disable-llvm-intrinsics", ON, FIELD(disable_llvm_intrinsics), 0, "calls instead of LLVM's intrinsics" },
    { "disable-llvm-jump-tables", ON, FIELD(disable_llvm_jump_tables), 0, "no jump tables" },
    { "disable-llvm-lto", ON, FIELD(disable_llvm_lto), 0, "no link-time passes" },
    { "enable-indirect-mode", ON, FIELD(is_indirect_mode), 0, "calls through a table, for code in place" },
    { "enable-builtin-intrinsics", STRING, FIELD(builtin_intrinsics), 0, "which calls replace intrinsics" },
    { "enable-simd", ON, FIELD(enable_simd), 0, "vectors, which are there anyway" },
    { "enable-bulk-memory-opt", ON, FIELD(enable_bulk_memory_opt), 0, "memory.copy and memory.fill" },
    { "enable-call-indirect-overlong", ON, FIELD(enable_call_indirect_overlong), 0, "long table indexes" },
    { "enable-lime1", LIME1, 0, 0, "these two, and constant arithmetic" },
    { "enable-dump-call-stack", ON, offsetof(struct request, call_stacks), 0, "frames for call stacks" },
    { "call-stack-features", FEATURES, FIELD(call_stack_features), 0, "what frames hold, as in ip,func-idx" },
    { "enable-perf-profiling", ON, FIELD(enable_perf_profiling), 0, "profiling of functions" },
    { "enable-memory-profiling", ON, FIELD(enable_memory_profiling), 0, "profiling of memory" },
    { "enable-shared-heap", ON, FIELD(enable_shared_heap), 0, "the shared heap" },
    { "llvm-passes", STRING, FIELD(llvm_passes), 0, "passes instead of LLVM's pipeline" },
    { "stack-usage", STRING, FIELD(stack_usage_file), 0, "file for the stack usage of functions" },
    { "emit-custom-sections", SECTIONS, FIELD(custom_sections), 0, "custom sections to carry over" },
    { "sgx", ON, FIELD(is_sgx_platform), 0, "code for an SGX enclave" },
    { "v", NUMBER, offsetof(struct request, verbosity), 5, "0 to 5, how much to say; by default 2" },
    { "measure", STRING, offsetof(struct request, measure), 0, "file for time and memory of the work, as JSON" },
};

static const char *const formats[] = { "aot", "object", "llvmir-unopt", "llvmir-opt" };

static void defaults(struct request *request)
{
    memset(request, 0, sizeof *request);
    request->verbosity = 2;
    AOTCompOption *option = &request->option;
    option->opt_level = 3;
    option->size_level = 3;
    option->output_format = AOT_FORMAT_FILE;
    /* 2 leaves the choice to the target. */
    option->bounds_checks = 2;
    option->stack_bounds_checks = 2;
    option->enable_simd = true;
    option->enable_ref_types = true;
    option->enable_call_indirect_overlong = true;
    option->enable_bulk_memory = true;
    option->enable_bulk_memory_opt = true;
    option->enable_aux_stack_check = true;
    aot_call_stack_features_init_default(&option->call_stack_features);
}

/* Whether a flag has no value. */
static bool is_bare(enum kind kind)
{
    return kind == ON || kind == OFF || kind == LIME1;
}

static void print_help(void)
{
    puts("wamrc's flags, for WAMR's own compiler with LLVM:\n  wamrc [FLAG...] -o FILE FILE.wasm\n");
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        const struct flag *flag = &flags[i];
        bool bare = is_bare(flag->kind);
        printf("  -%s%s%-*s %s\n", strlen(flag->name) > 1 ? "-" : "", flag->name, 28 - (int)strlen(flag->name),
               bare ? "" : "=...", flag->help);
    }
    puts("  --xip                         --enable-indirect-mode --disable-llvm-intrinsics");
}

static bool number(const char *text, uint32_t most, uint32_t *value)
{
    char *end;
    unsigned long parsed = strtoul(text, &end, 10);
    *value = (uint32_t)parsed;
    return *text >= '0' && *text <= '9' && *end == '\0' && parsed <= most;
}

static bool format(const char *text, uint32_t *value)
{
    for (uint32_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(text, formats[i]) == 0) {
            *value = i;
            return true;
        }
    return false;
}

/* Splits in place; the names are in the argument, with a backslash for each space. */
static bool sections(char *text, AOTCompOption *option)
{
    option->custom_sections = malloc((strlen(text) + 1) * sizeof(char *));
    if (option->custom_sections == NULL)
        return false;
    option->custom_sections_count = 0;
    for (char *backslash = text; (backslash = strchr(backslash, '\\')) != NULL;)
        *backslash = ' ';
    for (char *name = strtok(text, ","); name != NULL; name = strtok(NULL, ","))
        option->custom_sections[option->custom_sections_count++] = name;
    return true;
}

/* Splits in place. */
static bool features(char *text, AOTCallStackFeatures *features)
{
    const struct {
        const char *name;
        bool *field;
    } all[] = {
        { "bounds-checks", &features->bounds_checks }, { "ip", &features->ip },
        { "trap-ip", &features->trap_ip },             { "func-idx", &features->func_idx },
        { "values", &features->values },
    };
    const size_t count = sizeof all / sizeof all[0];
    memset(features, 0, sizeof *features);
    for (char *name = strtok(text, ","); name != NULL; name = strtok(NULL, ",")) {
        size_t i = 0;
        while (i < count && strcmp(all[i].name, name) != 0)
            i++;
        if (i == count)
            return false;
        *all[i].field = true;
    }
    return true;
}

/* Settings that depend on several flags, as in wamrc: frames without values are tiny frames, which
 * functions push themselves. The collector finds references in the values of standard frames. */
static void combine(struct request *request)
{
    AOTCompOption *option = &request->option;
    option->enable_stack_estimation = option->enable_memory_profiling;
    if (option->enable_gc) {
        option->enable_ref_types = false;
        option->aux_stack_frame_type = AOT_STACK_FRAME_TYPE_STANDARD;
    }
    if (!request->call_stacks && !option->enable_perf_profiling)
        return;
    option->aux_stack_frame_type = AOT_STACK_FRAME_TYPE_STANDARD;
    if (option->enable_perf_profiling)
        option->call_stack_features.func_idx = true;
    else if (!option->call_stack_features.values) {
        option->aux_stack_frame_type = AOT_STACK_FRAME_TYPE_TINY;
        option->call_stack_features.frame_per_function = true;
    }
}

/* `value` is NULL if the argument has none. */
static bool apply(struct request *request, const struct flag *flag, char *value)
{
    void *field = (char *)request + flag->field;
    if (is_bare(flag->kind) != (value == NULL))
        return false;
    switch (flag->kind) {
    case ON:
    case OFF:
        *(bool *)field = flag->kind == ON;
        return true;
    case STRING:
        *(char **)field = value;
        return *value != '\0';
    case NUMBER:
        return number(value, flag->most, field);
    case FORMAT:
        return format(value, field);
    case SECTIONS:
        return sections(value, &request->option);
    case FEATURES:
        return features(value, field);
    case LIME1:
        request->option.enable_bulk_memory_opt = true;
        request->option.enable_call_indirect_overlong = true;
        request->option.enable_extended_const = true;
        return true;
    }
    return false;
}

static bool long_or_short(struct request *request, char *argument)
{
    char *name = argument + (argument[1] == '-' ? 2 : 1);
    size_t length = strcspn(name, "=");
    char *value = name[length] == '=' ? name + length + 1 : NULL;
    if (strcmp(name, "xip") == 0) {
        request->option.is_indirect_mode = request->option.disable_llvm_intrinsics = true;
        return true;
    }
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strlen(flags[i].name) == length && strncmp(flags[i].name, name, length) == 0)
            return apply(request, &flags[i], value);
    return false;
}

enum outcome parse_options(struct request *request, int argc, char **argv)
{
    defaults(request);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            print_help();
            return DONE;
        }
        if (strcmp(argv[i], "--version") == 0) {
            printf("wamrc %d.%d.%d, cwamrc's llvm-baseline\n", WAMR_VERSION_MAJOR, WAMR_VERSION_MINOR,
                   WAMR_VERSION_PATCH);
            return DONE;
        }
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            request->output = argv[++i];
        else if (argv[i][0] == '-' && !long_or_short(request, argv[i])) {
            fprintf(stderr, "error: cannot make sense of %s; --help lists what there is\n", argv[i]);
            return MISUSE;
        }
        else if (argv[i][0] != '-') {
            if (request->input != NULL) {
                fprintf(stderr, "error: two inputs, %s and %s\n", request->input, argv[i]);
                return MISUSE;
            }
            request->input = argv[i];
        }
    }
    combine(request);
    const char *target = request->option.target_arch, *abi = request->option.target_abi;
    bool lists = (target != NULL && strcmp(target, "help") == 0) || (abi != NULL && strcmp(abi, "help") == 0);
    if (!lists && (request->input == NULL || request->output == NULL)) {
        fprintf(stderr, "error: give a module and -o with a file; --help lists what there is\n");
        return MISUSE;
    }
    return COMPILE;
}
