/*
 * cwamrc for C: compiles WebAssembly modules to .aot files of WAMR, like aot_export.h of WAMR's own
 * compiler. docs/library-c.md shows how to use it, and which functions replace those of aot_export.h.
 *
 * Generated from compiler/capi by `CWAMRC_BLESS=1 cargo test -p cwamrc-tests --test capi header`.
 *
 * Errors. A function that can fail returns NULL on success, or an error that you have to delete.
 * Wrong arguments (NULL, strings that are not UTF-8, unknown names and numbers) are errors. Functions
 * that only read return 0, false or NULL instead. Nothing unwinds out of the library, and it never
 * exits; it aborts only if there is no memory left.
 *
 * Handles. A handle that a function returns, or stores where you want it, lives until you pass it to the
 * `_delete` function of its type. Pointers to what belongs to a handle are valid as
 * long as the handle.
 *
 * Threads. Any number of threads may call functions at once, also with the same handle, except for
 * functions that change it: `_set_`, `_add_` and `_delete` need exclusive access.
 *
 * The library relies on the caller for the rest: pointers point to what they should, strings end with
 * a NUL, and handles come from this library and are not deleted yet.
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
 * A function index that means no function.
 */
#define CWAMRC_NO_FUNCTION 4294967295

/**
 * Why something failed. Kinds may be added: treat those that you do not know like
 * CWAMRC_ERROR_INTERNAL.
 */
typedef enum {
  /**
   * No error: what cwamrc_error_kind() returns for NULL.
   */
  CWAMRC_ERROR_NONE = 0,
  /**
   * An argument is wrong: NULL, not UTF-8, an unknown name or number.
   */
  CWAMRC_ERROR_ARGUMENT = 1,
  /**
   * The bytes are not a valid WebAssembly module, or not a file that can be read.
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
   * The callback of cwamrc_options_set_cancel() cancelled the compilation.
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
   * The file is as requested; the note says how it was made.
   */
  CWAMRC_SEVERITY_NOTE = 2,
} cwamrc_severity_t;

/**
 * The kind of file to make.
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
 * Bytes that the library made. Delete them with cwamrc_bytes_delete().
 */
typedef struct cwamrc_bytes_t cwamrc_bytes_t;

/**
 * An error. Delete it with cwamrc_error_delete().
 */
typedef struct cwamrc_error_t cwamrc_error_t;

/**
 * Options of a compilation. Delete them with cwamrc_options_delete().
 */
typedef struct cwamrc_options_t cwamrc_options_t;

/**
 * Called with the number of bytes of function bodies compiled so far, and of all. It may be called
 * from any thread, and from several at once. It must return: no longjmp, no exception.
 */
typedef void (*cwamrc_progress_callback_t)(void *context, uint64_t done, uint64_t total);

/**
 * Called to ask whether to give up. It may be called from any thread, and from several at once. It
 * must return: no longjmp, no exception.
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
 * What went wrong, in one line, without the position; NULL for NULL. It lives as long as the
 * error.
 */
const char *cwamrc_error_message(const cwamrc_error_t *error);

/**
 * What can be done about it; NULL if nothing is known. It lives as long as the error.
 */
const char *cwamrc_error_hint(const cwamrc_error_t *error);

/**
 * Whether a single byte of the module caused the error. If so, also returns its offset from the
 * start of the module. `offset` may be NULL.
 */
bool cwamrc_error_offset(const cwamrc_error_t *error, uint64_t *offset);

/**
 * Deletes an error; NULL is allowed.
 */
void cwamrc_error_delete(cwamrc_error_t *error);

/**
 * The bytes; NULL for NULL. They live as long as the handle, and a NUL follows them, so that text
 * is a string.
 */
const uint8_t *cwamrc_bytes_data(const cwamrc_bytes_t *bytes);

/**
 * The number of bytes; 0 for NULL.
 */
size_t cwamrc_bytes_size(const cwamrc_bytes_t *bytes);

/**
 * Deletes bytes; NULL is allowed.
 */
void cwamrc_bytes_delete(cwamrc_bytes_t *bytes);

/**
 * The defaults, which are the same on every machine: the minimum x86-64 CPU, level 3, memory
 * accesses checked by hardware, the newest release of WAMR, all processors. NULL only if there is
 * no memory.
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
 * Compiles for this machine and all features of its CPU, as wamrc does if no target is named.
 */
cwamrc_error_t *cwamrc_options_set_host(cwamrc_options_t *options);

/**
 * Compiles for every CPU of a target: a name that wamrc's `--target` accepts, such as "x86_64",
 * "aarch64" or "riscv64", or a triple. Resets the CPU and its features.
 */
cwamrc_error_t *cwamrc_options_set_target(cwamrc_options_t *options, const char *target);

/**
 * Compiles for a CPU of the target, by LLVM's name; "native" is the CPU of this machine. Resets
 * the features.
 */
cwamrc_error_t *cwamrc_options_set_cpu(cwamrc_options_t *options, const char *cpu);

/**
 * Switches features of the CPU on and off, by LLVM's names: "+avx2,-bmi".
 */
cwamrc_error_t *cwamrc_options_set_cpu_features(cwamrc_options_t *options, const char *features);

/**
 * Sets the level from 0, which compiles fastest, to 3, the default, which makes the fastest code.
 */
cwamrc_error_t *cwamrc_options_set_opt_level(cwamrc_options_t *options, uint32_t level);

/**
 * Sets whether compiled code checks its memory accesses, which is required for a runtime built
 * without hardware bounds checks. Otherwise the runtime's guard pages do.
 */
cwamrc_error_t *cwamrc_options_set_bounds_checks(cwamrc_options_t *options, bool checks);

/**
 * Sets whether compiled code checks the native stack. It always does if it checks its memory
 * accesses; otherwise the default is false.
 */
cwamrc_error_t *cwamrc_options_set_stack_bounds_checks(cwamrc_options_t *options, bool checks);

/**
 * Sets whether the file can run in place (XIP): no relocations, and the runtime is called through
 * a table.
 */
cwamrc_error_t *cwamrc_options_set_indirect_mode(cwamrc_options_t *options, bool indirect);

/**
 * Sets whether every NaN that an operator computes is the canonical one, so that results are the
 * same on every machine. Otherwise sign and payload depend on the machine.
 */
cwamrc_error_t *cwamrc_options_set_canonicalize_nans(cwamrc_options_t *options, bool canonicalize);

/**
 * Sets whether the file is for a runtime that collects garbage even if the module does not need
 * one. Modules that need one are always compiled for it; other runtimes refuse the file.
 */
cwamrc_error_t *cwamrc_options_set_garbage_collection(cwamrc_options_t *options, bool collect);

/**
 * Sets the release of WAMR that will load the file: a version ("2.4.3"), a release line ("2.3"),
 * or "main".
 */
cwamrc_error_t *cwamrc_options_set_wamr_version(cwamrc_options_t *options, const char *version);

/**
 * Sets the number of compiling threads; 0, the default, means all processors.
 */
cwamrc_error_t *cwamrc_options_set_threads(cwamrc_options_t *options, uint32_t threads);

/**
 * Copies a custom section of the module to the file; may be called several times.
 */
cwamrc_error_t *cwamrc_options_add_custom_section(cwamrc_options_t *options, const char *name);

/**
 * Sets the kind of file to make: one of cwamrc_format_t.
 */
cwamrc_error_t *cwamrc_options_set_format(cwamrc_options_t *options, uint32_t format);

/**
 * Sets whether cwamrc_artifact_location() can return where code comes from. The file is the same.
 */
cwamrc_error_t *cwamrc_options_set_address_map(cwamrc_options_t *options, bool map);

/**
 * Takes functions from a cache in a folder, and adds those that it does not have. The files are
 * the same as without; compiling again after a small change is faster. The folder is created when
 * there is something to keep; its files together stay below `limit` bytes, or 1 GiB if `limit` is
 * 0. NULL, the default, means no cache.
 *
 * Any number of processes may use the folder at once. It must belong to the user, and nobody else
 * may be able to write to it; otherwise it is not used, and a warning of the artifact says why.
 * It is not used either for object files, with call stacks, instrumentation, an address map or
 * disabled proposals.
 */
cwamrc_error_t *cwamrc_options_set_cache(cwamrc_options_t *options,
                                         const char *folder,
                                         uint64_t limit);

/**
 * Sets the options that a JSON object names; others stay unchanged, also inside of objects
 * other than "cpu". Keys and values are those of the Rust library's options as data. There are more of them than
 * functions here, such as "call_stacks", "instrumentation" (counters, gas, interruption),
 * "builtin_intrinsics" and "disabled_proposals"; docs/library-c.md lists them. An unknown key or
 * an invalid value changes nothing and is an error.
 */
cwamrc_error_t *cwamrc_options_set_json(cwamrc_options_t *options,
                                        const char *json);

/**
 * Sets a callback that is called after each function with the progress of the compilation; NULL
 * for none. `context` is passed to it.
 */
cwamrc_error_t *cwamrc_options_set_progress(cwamrc_options_t *options,
                                            cwamrc_progress_callback_t callback,
                                            void *context);

/**
 * Sets a callback that is asked from time to time whether to give up; NULL for none. Once it
 * returns true, the compilation ends with CWAMRC_ERROR_CANCELLED as soon as each thread has
 * finished its step. `context` is passed to it.
 */
cwamrc_error_t *cwamrc_options_set_cancel(cwamrc_options_t *options,
                                          cwamrc_cancel_callback_t callback,
                                          void *context);

/**
 * Deletes an artifact, including its bytes; NULL is allowed.
 */
void cwamrc_artifact_delete(cwamrc_artifact_t *artifact);

/**
 * The bytes of the file; NULL for NULL. They live as long as the artifact. The host may write to
 * them. wasm_runtime_load() does so, and needs them as long as the module is loaded.
 */
uint8_t *cwamrc_artifact_data(cwamrc_artifact_t *artifact);

/**
 * The size of the file in bytes; 0 for NULL.
 */
size_t cwamrc_artifact_size(const cwamrc_artifact_t *artifact);

/**
 * Writes the bytes to a file, which is created or replaced. If that fails, the file is unchanged.
 */
cwamrc_error_t *cwamrc_artifact_write_file(const cwamrc_artifact_t *artifact, const char *path);

/**
 * The number of functions of the module, not counting imports.
 */
size_t cwamrc_artifact_function_count(const cwamrc_artifact_t *artifact);

/**
 * The number of functions that were taken from the cache of cwamrc_options_set_cache(); 0 without
 * a cache.
 */
size_t cwamrc_artifact_cached_function_count(const cwamrc_artifact_t *artifact);

/**
 * Bytes of machine code.
 */
size_t cwamrc_artifact_code_size(const cwamrc_artifact_t *artifact);

/**
 * The offset of the machine code in an .aot file. Offsets of code in the following functions count
 * from there. 0 for an object file.
 */
size_t cwamrc_artifact_code_offset(const cwamrc_artifact_t *artifact);

/**
 * The number of warnings and notes; warnings come first.
 */
size_t cwamrc_artifact_diagnostic_count(const cwamrc_artifact_t *artifact);

/**
 * The severity of a diagnostic; CWAMRC_SEVERITY_NONE if there is none with this number.
 */
cwamrc_severity_t cwamrc_artifact_diagnostic_severity(const cwamrc_artifact_t *artifact,
                                                      size_t index);

/**
 * The text of a diagnostic; NULL if there is none with this number. It lives as long as the
 * artifact.
 */
const char *cwamrc_artifact_diagnostic_message(const cwamrc_artifact_t *artifact, size_t index);

/**
 * The number of sections of an .aot file; 0 for an object file.
 */
size_t cwamrc_artifact_section_count(const cwamrc_artifact_t *artifact);

/**
 * The name of a section, its offset in the file and its size; NULL if there is none with this
 * number. `offset` and `size` may be NULL. The name lives as long as the artifact.
 */
const char *cwamrc_artifact_section(const cwamrc_artifact_t *artifact,
                                    size_t index,
                                    size_t *offset,
                                    size_t *size);

/**
 * The number of ranges of machine code: functions, and code that the compiler adds.
 */
size_t cwamrc_artifact_symbol_count(const cwamrc_artifact_t *artifact);

/**
 * The name of a range of machine code, its offset and size, and the index of the function that it
 * belongs to, imports counted, or CWAMRC_NO_FUNCTION. Ranges are in code order. NULL if there is
 * none with this number. `offset`, `size` and `function` may be NULL. The name lives as long as
 * the artifact.
 */
const char *cwamrc_artifact_symbol(const cwamrc_artifact_t *artifact,
                                   size_t index,
                                   uint64_t *offset,
                                   uint64_t *size,
                                   uint32_t *function);

/**
 * Whether the code at an offset was compiled from an operator. If so, also returns the offset of
 * the operator from the start of the module, and the index of the function that contains it,
 * imports counted. Always false without cwamrc_options_set_address_map(). `wasm_offset` and
 * `function` may be NULL.
 */
bool cwamrc_artifact_location(const cwamrc_artifact_t *artifact,
                              uint64_t code_offset,
                              uint64_t *wasm_offset,
                              uint32_t *function);

/**
 * Compiles the wasm module in the `size` bytes at `wasm` and stores the result in `artifact`; NULL
 * if there is an error. The bytes are only read, and not needed afterwards. `options` may be NULL
 * for the defaults, and several compilations may use the same options at once.
 */
cwamrc_error_t *cwamrc_compile(const uint8_t *wasm,
                               size_t size,
                               const cwamrc_options_t *options,
                               cwamrc_artifact_t **artifact);

/**
 * Compiles the module for each of `count` targets instead of the target of the options, and reads
 * it only once. `targets` are names as for cwamrc_options_set_target(). The results are stored in
 * the array `artifacts`, in the same order; all of them are NULL if there is an error.
 */
cwamrc_error_t *cwamrc_compile_each(const uint8_t *wasm,
                                    size_t size,
                                    const cwamrc_options_t *options,
                                    const char *const *targets,
                                    size_t count,
                                    cwamrc_artifact_t **artifacts);

/**
 * The version of the library, in the same form as CWAMRC_VERSION of the header.
 */
const char *cwamrc_version(void);

/**
 * Assembles the module in the `size` bytes of text at `text` (.wat), and stores it in `wasm`; NULL
 * if there is an error, which names the line and the column. The text may also be a module in
 * binary, which is returned as it is.
 */
cwamrc_error_t *cwamrc_wat_to_wasm(const uint8_t *text, size_t size, cwamrc_bytes_t **wasm);

/**
 * Makes a universal file: the module in the `size` bytes at `wasm`, which every runtime can load,
 * with the machine code of `count` artifacts, each for another architecture and compiled from
 * exactly these bytes. Stores it in `file`; NULL if there is an error.
 *
 * `signing_key` is a private Ed25519 key in PEM, as `cwamrc key` makes it: hosts that trust its
 * public key run the machine code. NULL for no signature; such code runs only where the host
 * trusts the file itself.
 */
cwamrc_error_t *cwamrc_make_universal(const uint8_t *wasm,
                                      size_t size,
                                      const cwamrc_artifact_t *const *artifacts,
                                      size_t count,
                                      const char *signing_key,
                                      cwamrc_bytes_t **file);

/**
 * Describes the `size` bytes at `file`, an .aot file or a universal file, as `cwamrc inspect
 * --json` does, and stores the JSON text in `report`; NULL if there is an error. Nothing in the
 * file is run.
 */
cwamrc_error_t *cwamrc_inspect(const uint8_t *file, size_t size, cwamrc_bytes_t **report);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CWAMRC_H */
