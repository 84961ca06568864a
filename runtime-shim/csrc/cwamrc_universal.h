/* Universal files: one .wasm that any runtime runs, with machine code for WAMR inside.
 *
 * `cwamrc --format=universal` adds a custom section for each target, which holds what would be its .aot
 * file. Machine code can do whatever the host can, so somebody has to vouch for it: cwamrc signs it (Ed25519)
 * with `--sign=KEY`, and the host has the public key. It passes what it has read through cwamrc_choose and loads
 * what comes out:
 *
 *     static const uint8_t keys[][32] = { { 0x3b, 0x6a, ... } };   // `cwamrc key show --hex me.key.pub`
 *     static const struct cwamrc_trust trust = { 0, keys[0], 1, verify };
 *
 *     uint8_t *code;
 *     uint32_t code_size;
 *     enum cwamrc_choice choice = cwamrc_choose(file, file_size, &trust, &code, &code_size);
 *     wasm_module_t module = wasm_runtime_load(code, code_size, error, sizeof error);
 *     if (!module && choice == CWAMRC_NATIVE)
 *         module = wasm_runtime_load(file, file_size, error, sizeof error);
 *
 * The second attempt is for a runtime that does not take the section: of another release, or built
 * without something that the code needs. With libsodium, `verify` is
 *
 *     static int verify(const uint8_t *signature, const uint8_t *message, size_t size, const uint8_t *key)
 *     {
 *         return crypto_sign_verify_detached(signature, message, size, key);
 *     }
 *
 * cwamrc_universal.c and this header are all that is needed: they know nothing of WAMR, keep no state and
 * call nothing but the C library. */

#ifndef CWAMRC_UNIVERSAL_H
#define CWAMRC_UNIVERSAL_H

#include <stddef.h>
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
    CWAMRC_UNALIGNED = 6,
    /* The whole file, because the code is not signed, or nobody is trusted. */
    CWAMRC_UNTRUSTED = 7,
    /* The whole file, because the code is signed with another key than those that are trusted. */
    CWAMRC_UNKNOWN_KEY = 8,
    /* The whole file, because the signature is not that of the key that it names. */
    CWAMRC_FORGED = 9,
    /* Nothing, a null pointer: it is an .aot file, which has no signature, whatever its name is. WAMR
     * refuses to load nothing. */
    CWAMRC_AOT_FILE = 10
};

/* Whose machine code may run. A null pointer in its place: nobody's. */
struct cwamrc_trust {
    /* Not 0: everybody's. For files that are as trusted as the host itself; what follows is not used then. */
    int all;
    /* Public keys of those whose signature is trusted, 32 bytes each, one behind the other. */
    const uint8_t *keys;
    size_t key_count;
    /* Whether `signature`, 64 bytes, is Ed25519's for the `size` bytes of `message` by the owner of `key`, 32
     * bytes: 0 if so, as the functions of libsodium return it. Without it, no signature is trusted. */
    int (*verify)(const uint8_t *signature, const uint8_t *message, size_t size, const uint8_t *key);
};

/* Sets `code` and `code_size` to the part of `file` that WAMR is to load here, and says why. Nothing is
 * copied or changed; as for any module, WAMR writes to what it loads and uses it until it is unloaded.
 * If somebody vouches for the code, reads all of the file once, to see that it was made from this module. */
enum cwamrc_choice
cwamrc_choose(uint8_t *file, uint32_t size, const struct cwamrc_trust *trust, uint8_t **code,
              uint32_t *code_size);

/* The choice in words, without a full stop. */
const char *
cwamrc_choice_text(enum cwamrc_choice choice);

#ifdef __cplusplus
}
#endif

#endif
