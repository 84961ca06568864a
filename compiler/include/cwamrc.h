/*
 * cwamrc for C: compiles WebAssembly modules to .aot files of WAMR, as its own compiler does through
 * aot_export.h. docs/library-c.md shows how, and what takes the place of what.
 *
 * Generated from compiler/capi by `CWAMRC_BLESS=1 cargo test -p cwamrc-tests --test capi header`.
 *
 * Errors. A function that can fail returns NULL, or an error, which is then yours to delete. Wrong
 * arguments (NULL, texts that are not UTF-8, unknown names and numbers) are errors. Functions that
 * only look return 0, false or NULL instead. Nothing unwinds out of the library, and it never exits;
 * only if there is no memory left does it abort.
 *
 * Handles. What a function with `_new`, `_clone` or `_compile` in its name gives out lives until the
 * function of its type with `_delete` takes it. Pointers to what belongs to a handle are valid that
 * long.
 *
 * Threads. Any number of them may call at once, also with the same handle, but for the functions that
 * change one: `_set_`, `_add_` and `_delete` need it for themselves.
 *
 * The rest is up to you: pointers are to what they are said to be to, texts end with a NUL, and
 * handles come from here and are not deleted yet.
 */

#ifndef CWAMRC_H
#define CWAMRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CWAMRC_VERSION "0.1.0"
#define CWAMRC_VERSION_MAJOR 0
#define CWAMRC_VERSION_MINOR 1
#define CWAMRC_VERSION_PATCH 0

/**
 * A function index that stands for none.
 */
#define CWAMRC_NO_FUNCTION 4294967295

/**
 * Why something failed. Kinds may be added: treat those that you do not know like
 * CWAMRC_ERROR_INTERNAL.
 */
typedef enum {
  /**
   * No error: what cwamrc_error_kind() says of NULL.
   */
  CWAMRC_ERROR_NONE = 0,
  /**
   * An argument is wrong: NULL, not UTF-8, an unknown name or number.
   */
  CWAMRC_ERROR_ARGUMENT = 1,
  /**
   * The bytes are no valid WebAssembly module.
   */
  CWAMRC_ERROR_INVALID = 2,
  /**
   * The module is valid, but needs something that is not supported.
   */
  CWAMRC_ERROR_UNSUPPORTED = 3,
  /**
   * The module exceeds a limit.
   */
  CWAMRC_ERROR_LIMIT = 4,
  /**
   * The callback of cwamrc_options_set_cancel() wanted an end.
   */
  CWAMRC_ERROR_CANCELLED = 5,
  /**
   * A file cannot be written.
   */
  CWAMRC_ERROR_IO = 6,
  /**
   * A defect of the compiler.
   */
  CWAMRC_ERROR_INTERNAL = 7,
} cwamrc_error_kind_t;

/**
 * How much a diagnostic matters.
 */
typedef enum {
  /**
   * There is no such diagnostic.
   */
  CWAMRC_SEVERITY_NONE = 0,
  /**
   * The file may not do what its user expects.
   */
  CWAMRC_SEVERITY_WARNING = 1,
  /**
   * The file is what was asked for; this is how it was made.
   */
  CWAMRC_SEVERITY_NOTE = 2,
} cwamrc_severity_t;

/**
 * What is made of a module.
 */
typedef enum {
  /**
   * A file for the runtime.
   */
  CWAMRC_FORMAT_AOT = 0,
  /**
   * The same code as a relocatable ELF file, for linkers.
   */
  CWAMRC_FORMAT_OBJECT = 1,
} cwamrc_format_t;

/**
 * A compiled module. Delete it with cwamrc_artifact_delete().
 */
typedef struct cwamrc_artifact_t cwamrc_artifact_t;

/**
 * An error. Delete it with cwamrc_error_delete().
 */
typedef struct cwamrc_error_t cwamrc_error_t;

/**
 * Options of a compilation. Delete them with cwamrc_options_delete().
 */
typedef struct cwamrc_options_t cwamrc_options_t;

/**
 * Called with the bytes of function bodies that are compiled, and the bytes that there are. It is
 * called from any thread, also from several at once, and must return: no longjmp, no exception.
 */
typedef void (*cwamrc_progress_callback_t)(void *context, uint64_t done, uint64_t total);

/**
 * Asked whether to give up. It is called from any thread, also from several at once, and must
 * return: no longjmp, no exception.
 */
typedef bool (*cwamrc_cancel_callback_t)(void *context);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The kind of an error; CWAMRC_ERROR_NONE for NULL.
 */
cwamrc_error_kind_t cwamrc_error_kind(const cwamrc_error_t *error);

/**
 * What went wrong, in one line, without the position; NULL for NULL. It lives as long as the error.
 */
const char *cwamrc_error_message(const cwamrc_error_t *error);

/**
 * What can be done about it; NULL if there is nothing to say. It lives as long as the error.
 */
const char *cwamrc_error_hint(const cwamrc_error_t *error);

/**
 * Whether one byte of the module is to blame, and if so, its offset from the start of the module.
 * `offset` may be NULL.
 */
bool cwamrc_error_offset(const cwamrc_error_t *error, uint64_t *offset);

/**
 * Deletes an error; NULL is fine.
 */
void cwamrc_error_delete(cwamrc_error_t *error);

/**
 * The defaults, which are the same on every machine: the least x86-64 CPU, level 3, memory accesses
 * checked by hardware, the newest release of WAMR, all processors. NULL only if there is no memory.
 */
cwamrc_options_t *cwamrc_options_new(void);

/**
 * A copy of options; the defaults for NULL.
 */
cwamrc_options_t *cwamrc_options_clone(const cwamrc_options_t *options);

/**
 * Deletes options; NULL is fine.
 */
void cwamrc_options_delete(cwamrc_options_t *options);

/**
 * Compiles for this machine and all that its CPU has, as wamrc does if no target is named.
 */
cwamrc_error_t *cwamrc_options_set_host(cwamrc_options_t *options);

/**
 * Compiles for every machine of a target: a name that wamrc's `--target` takes, such as "x86_64",
 * "aarch64" or "riscv64", or a triple. Unsets the CPU and its features.
 */
cwamrc_error_t *cwamrc_options_set_target(cwamrc_options_t *options, const char *target);

/**
 * Compiles for a CPU of the target, by LLVM's name; "native" is the one of this machine. Unsets the
 * features.
 */
cwamrc_error_t *cwamrc_options_set_cpu(cwamrc_options_t *options, const char *cpu);

/**
 * Switches features of the CPU on and off, by LLVM's names: "+avx2,-bmi".
 */
cwamrc_error_t *cwamrc_options_set_cpu_features(cwamrc_options_t *options, const char *features);

/**
 * From 0, which compiles fastest, to 3, the default, which makes the fastest code.
 */
cwamrc_error_t *cwamrc_options_set_opt_level(cwamrc_options_t *options, uint32_t level);

/**
 * Whether compiled code checks its memory accesses, as it must for a runtime that is built without
 * hardware bounds checks. If not, the runtime's guard pages do.
 */
cwamrc_error_t *cwamrc_options_set_bounds_checks(cwamrc_options_t *options, bool checks);

/**
 * Whether compiled code checks the native stack. It does in any case if it checks its memory
 * accesses; if it does not, this is false unless set.
 */
cwamrc_error_t *cwamrc_options_set_stack_bounds_checks(cwamrc_options_t *options, bool checks);

/**
 * Whether the file can run in place (XIP): no relocations, the runtime called through a table.
 */
cwamrc_error_t *cwamrc_options_set_indirect_mode(cwamrc_options_t *options, bool indirect);

/**
 * Whether a NaN that an operator computes is the canonical one, so that results are the same on every
 * machine. If not, sign and payload depend on the machine.
 */
cwamrc_error_t *cwamrc_options_set_canonicalize_nans(cwamrc_options_t *options,
                                                     bool canonicalize);

/**
 * The release of WAMR that will load the file: a version ("2.4.3"), a line ("2.3"), or "main".
 */
cwamrc_error_t *cwamrc_options_set_wamr_version(cwamrc_options_t *options, const char *version);

/**
 * How many threads compile; 0, the default, stands for all processors.
 */
cwamrc_error_t *cwamrc_options_set_threads(cwamrc_options_t *options, uint32_t threads);

/**
 * Carries a custom section of the module over to the file; may be called several times.
 */
cwamrc_error_t *cwamrc_options_add_custom_section(cwamrc_options_t *options, const char *name);

/**
 * What to make of the module: one of cwamrc_format_t.
 */
cwamrc_error_t *cwamrc_options_set_format(cwamrc_options_t *options, uint32_t format);

/**
 * Whether cwamrc_artifact_location() can tell where code comes from. The file is the same.
 */
cwamrc_error_t *cwamrc_options_set_address_map(cwamrc_options_t *options, bool map);

/**
 * Sets what a JSON object names; the rest stays as it is. Keys and values are those of the options of
 * the Rust library as data, of which there are more than functions here, such as "call_stacks",
 * "instrumentation" (counters, gas, interruption), "builtin_intrinsics" and "disabled_proposals":
 * docs/library-c.md lists them. An unknown key, or a value that is none, changes nothing and is an error.
 */
cwamrc_error_t *cwamrc_options_set_json(cwamrc_options_t *options,
                                        const char *json);

/**
 * Sets who is told after each function how far a compilation is; NULL for nobody. `context` is
 * passed on as it is.
 */
cwamrc_error_t *cwamrc_options_set_progress(cwamrc_options_t *options,
                                            cwamrc_progress_callback_t callback,
                                            void *context);

/**
 * Sets who is asked now and then whether to give up; NULL for nobody. Once the answer is true, the
 * compilation ends with CWAMRC_ERROR_CANCELLED, as soon as each thread is through with the step it
 * is at. `context` is passed on as it is.
 */
cwamrc_error_t *cwamrc_options_set_cancel(cwamrc_options_t *options,
                                          cwamrc_cancel_callback_t callback,
                                          void *context);

/**
 * Deletes an artifact, and the bytes with it; NULL is fine.
 */
void cwamrc_artifact_delete(cwamrc_artifact_t *artifact);

/**
 * The bytes of the file; NULL for NULL. They live as long as the artifact. The host may write to
 * them, as wasm_runtime_load() does, which needs them as long as the module is loaded.
 */
uint8_t *cwamrc_artifact_data(cwamrc_artifact_t *artifact);

/**
 * How many bytes the file has; 0 for NULL.
 */
size_t cwamrc_artifact_size(const cwamrc_artifact_t *artifact);

/**
 * Writes the bytes to a file, which is created or replaced: as a whole, or not at all.
 */
cwamrc_error_t *cwamrc_artifact_write_file(const cwamrc_artifact_t *artifact, const char *path);

/**
 * Functions of the module, imports not counted.
 */
size_t cwamrc_artifact_function_count(const cwamrc_artifact_t *artifact);

/**
 * Bytes of machine code.
 */
size_t cwamrc_artifact_code_size(const cwamrc_artifact_t *artifact);

/**
 * Where the machine code lies in an .aot file. What follows counts offsets of code from there. 0 for
 * an object file.
 */
size_t cwamrc_artifact_code_offset(const cwamrc_artifact_t *artifact);

/**
 * How many warnings and notes there are; warnings come first.
 */
size_t cwamrc_artifact_diagnostic_count(const cwamrc_artifact_t *artifact);

/**
 * How much a diagnostic matters; CWAMRC_SEVERITY_NONE if there is none of that number.
 */
cwamrc_severity_t cwamrc_artifact_diagnostic_severity(const cwamrc_artifact_t *artifact,
                                                      size_t index);

/**
 * The text of a diagnostic; NULL if there is none of that number. It lives as long as the artifact.
 */
const char *cwamrc_artifact_diagnostic_message(const cwamrc_artifact_t *artifact, size_t index);

/**
 * How many sections an .aot file has; 0 for an object file.
 */
size_t cwamrc_artifact_section_count(const cwamrc_artifact_t *artifact);

/**
 * The name of a section, its place in the file and its size: NULL if there is none of that number.
 * `offset` and `size` may be NULL. The name lives as long as the artifact.
 */
const char *cwamrc_artifact_section(const cwamrc_artifact_t *artifact,
                                    size_t index,
                                    size_t *offset,
                                    size_t *size);

/**
 * How many stretches of machine code there are: functions, and what the compiler adds.
 */
size_t cwamrc_artifact_symbol_count(const cwamrc_artifact_t *artifact);

/**
 * The name of a stretch of machine code, its offset and size, and the index of the function that it
 * belongs to, imports counted, or CWAMRC_NO_FUNCTION. They are in the order of the code. NULL if there
 * is none of that number. `offset`, `size` and `function` may be NULL. The name lives as long as the
 * artifact.
 */
const char *cwamrc_artifact_symbol(const cwamrc_artifact_t *artifact,
                                   size_t index,
                                   uint64_t *offset,
                                   uint64_t *size,
                                   uint32_t *function);

/**
 * Whether the code at an offset was made from some operator, and if so, the offset of that from the
 * start of the module and the index of the function that it stands in, imports counted. False without
 * cwamrc_options_set_address_map(). `wasm_offset` and `function` may be NULL.
 */
bool cwamrc_artifact_location(const cwamrc_artifact_t *artifact,
                              uint64_t code_offset,
                              uint64_t *wasm_offset,
                              uint32_t *function);

/**
 * Compiles the wasm module in the `size` bytes at `wasm`, which are only read and not needed
 * afterwards, and puts the result to `artifact`: NULL if there is an error. `options` may be NULL
 * for the defaults, and may serve several compilations at once.
 */
cwamrc_error_t *cwamrc_compile(const uint8_t *wasm,
                               size_t size,
                               const cwamrc_options_t *options,
                               cwamrc_artifact_t **artifact);

/**
 * The version of the library, as CWAMRC_VERSION is that of the header.
 */
const char *cwamrc_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CWAMRC_H */
