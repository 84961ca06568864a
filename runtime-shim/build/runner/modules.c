#include "runner.h"

#include <stdlib.h>
#include <string.h>

#include "bh_platform.h"
#include "cwamrc_universal.h"
#include "internals.h"
#include "references.h"

/* WAMR's error texts are at most 128 bytes long inside it. */
#define ERROR_SIZE 256

static void
put_func_type(struct message *reply, wasm_module_t module, wasm_func_type_t type)
{
    uint32_t params = wasm_func_type_get_param_count(type);
    uint32_t results = wasm_func_type_get_result_count(type);
    uint32_t i;

    put_u32(reply, params);
    for (i = 0; i < params; i++)
        put_u8(reply, wamr_shim_param_kind(module, type, i));
    put_u32(reply, results);
    for (i = 0; i < results; i++)
        put_u8(reply, wamr_shim_result_kind(module, type, i));
}

static void
put_global_type(struct message *reply, wasm_global_type_t type)
{
    put_u8(reply, wamr_shim_global_kind(type));
    put_u8(reply, wasm_global_type_get_mutable(type));
}

static void
put_table_type(struct message *reply, wasm_module_t module, wasm_table_type_t type)
{
    put_u8(reply, wamr_shim_table_kind(module, type));
    put_u32(reply, wasm_table_type_get_init_size(type));
    put_u32(reply, wasm_table_type_get_max_size(type));
}

static void
put_memory_type(struct message *reply, wasm_memory_type_t type)
{
    put_u32(reply, wasm_memory_type_get_init_page_count(type));
    put_u32(reply, wasm_memory_type_get_max_page_count(type));
    put_u8(reply, wasm_memory_type_get_shared(type));
}

static void
put_imports(struct message *reply, wasm_module_t module)
{
    int32_t count = wasm_runtime_get_import_count(module);
    int32_t i;

    put_u32(reply, (uint32_t)count);
    for (i = 0; i < count; i++) {
        wasm_import_t import;
        wasm_runtime_get_import_type(module, i, &import);
        put_string(reply, import.module_name);
        put_string(reply, import.name);
        put_u8(reply, import.linked);
        put_u8(reply, (uint8_t)import.kind);
        switch (import.kind) {
            case WASM_IMPORT_EXPORT_KIND_FUNC:
                put_func_type(reply, module, import.u.func_type);
                break;
            case WASM_IMPORT_EXPORT_KIND_TABLE:
                put_table_type(reply, module, import.u.table_type);
                break;
            case WASM_IMPORT_EXPORT_KIND_MEMORY:
                put_memory_type(reply, import.u.memory_type);
                break;
            default:
                put_global_type(reply, import.u.global_type);
                break;
        }
    }
}

static void
put_exports(struct message *reply, wasm_module_t module)
{
    int32_t count = wasm_runtime_get_export_count(module);
    int32_t i;

    put_u32(reply, (uint32_t)count);
    for (i = 0; i < count; i++) {
        wasm_export_t export;
        wasm_runtime_get_export_type(module, i, &export);
        put_string(reply, export.name);
        put_u8(reply, (uint8_t)export.kind);
        switch (export.kind) {
            case WASM_IMPORT_EXPORT_KIND_FUNC:
                put_func_type(reply, module, export.u.func_type);
                break;
            case WASM_IMPORT_EXPORT_KIND_TABLE:
                put_table_type(reply, module, export.u.table_type);
                break;
            case WASM_IMPORT_EXPORT_KIND_MEMORY:
                put_memory_type(reply, export.u.memory_type);
                break;
            default:
                put_global_type(reply, export.u.global_type);
                break;
        }
    }
}

/* bytes -> module (null: then the error), buffer, imports */
void
load(struct message *request, struct message *reply)
{
    char error[ERROR_SIZE] = { 0 };
    LoadArgs args = { .name = "", .no_resolve = true };
    uint32_t size;
    const uint8_t *bytes = take_bytes(request, &size);
    int rights = MMAP_PROT_READ | MMAP_PROT_WRITE;
    /* WAMR uses strings and data segments in place, and writes to it. An XIP file runs in it, and WAMR may
     * take away the right to write to its code, for good. So the pages are the file's own, and are given
     * back to the system. */
    uint8_t *buffer = os_mmap(NULL, size + 1, rights, MMAP_MAP_NONE, os_get_invalid_handle());
    wasm_module_t module;

    if (!buffer)
        fail("no memory for a module");
    memcpy(buffer, bytes, size);
    if (wasm_runtime_is_xip_file(buffer, size)) {
        if (os_mprotect(buffer, size, rights | MMAP_PROT_EXEC))
            fail("no executable memory");
        os_icache_flush(buffer, size);
    }
    module = wasm_runtime_load_ex(buffer, size, &args, error, sizeof error);
    put_pointer(reply, module);
    if (!module) {
        os_munmap(buffer, size + 1);
        put_bytes(reply, error, sizeof error);
        return;
    }
    put_pointer(reply, buffer);
    put_imports(reply, module);
}

/* module; globals: count, (import, 16 bytes)…; host modules: count, (name, functions: count, (name,
 * number, parameters)…)… -> whether the globals were linked; imports, exports */
void
link_module(struct message *request, struct message *reply)
{
    wasm_module_t module = take_pointer(request);
    uint32_t globals = take_u32(request);
    uint32_t hosts, i, j;
    bool linked = true;
    NativeSymbol **symbols;
    char **names;

    for (i = 0; i < globals; i++) {
        uint32_t import = take_u32(request);
        uint32_t size;
        const uint8_t *value = take_bytes(request, &size);
        linked &= wamr_shim_link_global(module, import, value, size);
    }

    hosts = take_u32(request);
    symbols = calloc(hosts ? hosts : 1, sizeof *symbols);
    names = calloc(hosts ? hosts : 1, sizeof *names);
    if (!symbols || !names)
        fail("no memory for host modules");
    for (i = 0; i < hosts; i++) {
        uint32_t count;
        names[i] = take_string(request);
        count = take_u32(request);
        if (!(symbols[i] = calloc(count ? count : 1, sizeof **symbols)))
            fail("no memory for host functions");
        for (j = 0; j < count; j++) {
            uint32_t number;
            symbols[i][j].symbol = take_string(request);
            symbols[i][j].func_ptr = (void *)call_driver;
            number = take_u32(request);
            symbols[i][j].attachment = host_attachment(number, take_u32(request));
        }
        if (!wasm_runtime_register_natives_raw(names[i], symbols[i], count))
            fail("host functions cannot be registered");
    }
    /* False if an import has nobody who provides it. It traps when it is called. */
    (void)wasm_runtime_resolve_symbols(module);
    for (i = 0; i < hosts; i++) {
        wasm_runtime_unregister_natives(names[i], symbols[i]);
        free(symbols[i]);
    }
    free(symbols);
    free(names);

    put_u8(reply, linked);
    put_imports(reply, module);
    put_exports(reply, module);
}

/* module, buffer, size of the file -> nothing */
void
unload(struct message *request, struct message *reply)
{
    void *buffer;

    (void)reply;
    wasm_runtime_unload(take_pointer(request));
    buffer = take_pointer(request);
    os_munmap(buffer, (size_t)take_u32(request) + 1);
}

/* module, name -> whether it is there, and its bytes */
void
custom_section(struct message *request, struct message *reply)
{
    wasm_module_t module = take_pointer(request);
    const char *name = take_string(request);
    uint32_t size = 0;
    const uint8_t *section = wasm_runtime_get_custom_section(module, name, &size);

    put_u8(reply, section != NULL);
    put_bytes(reply, section, section ? size : 0);
}

/* What was to be verified, of the only signature that a choice asks about. */
static struct {
    int asked;
    uint8_t signature[64];
    uint8_t key[32];
    uint8_t message[256];
    uint32_t size;
} question;

/* There is no cryptography here: the process that drives the runner answers, once the choice is made. */
static int
ask(const uint8_t *signature, const uint8_t *message, size_t size, const uint8_t *key)
{
    if (size > sizeof question.message)
        return -1;
    question.asked = 1;
    memcpy(question.signature, signature, sizeof question.signature);
    memcpy(question.key, key, sizeof question.key);
    memcpy(question.message, message, size);
    question.size = (uint32_t)size;
    return 0;
}

/* bytes of a file, whether somebody is trusted, whether everybody is, keys of those who are -> choice, and which of the bytes to
 * load: offset, size; whether it depends on a signature, and if so this, its message and its key */
void
choose(struct message *request, struct message *reply)
{
    uint32_t size, keys, code_size;
    const uint8_t *bytes = take_bytes(request, &size);
    uint8_t *file = malloc(size ? size : 1);
    uint8_t *code;
    int is_in_some = take_u8(request);
    struct cwamrc_trust trust = { .all = take_u8(request), .verify = ask };

    if (!file)
        fail("no memory for a file");
    memcpy(file, bytes, size);
    trust.keys = take_bytes(request, &keys);
    trust.key_count = keys / sizeof question.key;
    question.asked = 0;
    put_u32(reply, cwamrc_choose(file, size, is_in_some ? &trust : NULL, &code, &code_size));
    put_u32(reply, code ? (uint32_t)(code - file) : 0);
    put_u32(reply, code_size);
    put_u8(reply, (uint8_t)question.asked);
    if (question.asked) {
        put_bytes(reply, question.signature, sizeof question.signature);
        put_bytes(reply, question.message, question.size);
        put_bytes(reply, question.key, sizeof question.key);
    }
    free(file);
}
