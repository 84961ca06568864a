/* Universal files: one .wasm that any runtime runs, with machine code for WAMR inside.
 *
 * `cwamrc --format=universal` adds a custom section for each target, which holds what would be its .aot
 * file. A host passes what it has read through cwamrc_choose and loads what comes out:
 *
 *     uint8_t *code;
 *     uint32_t code_size;
 *     enum cwamrc_choice choice = cwamrc_choose(file, file_size, &code, &code_size);
 *     wasm_module_t module = wasm_runtime_load(code, code_size, error, sizeof error);
 *     if (!module && choice == CWAMRC_NATIVE)
 *         module = wasm_runtime_load(file, file_size, error, sizeof error);
 *
 * The second attempt is for a runtime that does not take the section: of another release, or built
 * without something that the code needs.
 *
 * cwamrc_universal.c and this header are all that is needed: they know nothing of WAMR, keep no state and
 * call nothing but the C library. As with .aot files, machine code is not checked for what it does: choose
 * from files that you trust, and give others to wasm_runtime_load as they are. */

#ifndef CWAMRC_UNIVERSAL_H
#define CWAMRC_UNIVERSAL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What was chosen, and why. The numbers do not change. */
enum cwamrc_choice {
    /* The machine code for this machine. */
    CWAMRC_NATIVE = 0,
    /* The whole file, because it holds no machine code: any other file than a universal one. */
    CWAMRC_NOT_UNIVERSAL = 1,
    /* The whole file, because it holds none for machines of this architecture. */
    CWAMRC_OTHER_MACHINES = 2,
    /* The whole file, because the module is not the one that the code was made from. */
    CWAMRC_EDITED = 3,
    /* The whole file, because the section is damaged or was made by another cwamrc. */
    CWAMRC_DAMAGED = 4,
    /* The whole file, because the code needs what the CPU of this machine lacks, or what this function
     * cannot find out about it. */
    CWAMRC_CPU_LACKS = 5,
    /* The whole file, because the code would not lie at a multiple of 4: `file` does not lie at one. */
    CWAMRC_UNALIGNED = 6
};

/* Sets `code` and `code_size` to the part of `file` that WAMR is to load here, and says why. Nothing is
 * copied or changed; as for any module, WAMR writes to what it loads and uses it until it is unloaded.
 * Reads all of the file once, to see that the code was made from this module. */
enum cwamrc_choice
cwamrc_choose(uint8_t *file, uint32_t size, uint8_t **code, uint32_t *code_size);

/* The choice in words, without a full stop. */
const char *
cwamrc_choice_text(enum cwamrc_choice choice);

#ifdef __cplusplus
}
#endif

#endif
