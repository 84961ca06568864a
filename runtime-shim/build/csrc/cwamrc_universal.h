/* Universal files: a .wasm file for any runtime, with machine code for WAMR inside.
 *
 * `cwamrc --format=universal` adds a custom section for each target, which contains its .aot file. Machine
 * code can do whatever the host can do, so it must be signed: cwamrc signs it (Ed25519) with `--sign=KEY`, and
 * the host has the public key. The host passes what it has read to cwamrc_choose and loads the result:
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
 * The second attempt is for a runtime that refuses the machine code: one of another release, or built without
 * something that the code needs. With libsodium, `verify` is
 *
 *     static int verify(const uint8_t *signature, const uint8_t *message, size_t size, const uint8_t *key)
 *     {
 *         return crypto_sign_verify_detached(signature, message, size, key);
 *     }
 *
 * Only cwamrc_universal.c and this header are needed. They do not depend on WAMR, keep no state, and call only
 * the C library. */

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
    /* The whole file, because it contains no machine code: it is not a universal file. */
    CWAMRC_NOT_UNIVERSAL = 1,
    /* The whole file, because it contains no machine code for this architecture. */
    CWAMRC_OTHER_MACHINES = 2,
    /* The whole file, because the code was not compiled from this module. */
    CWAMRC_EDITED = 3,
    /* The whole file, because the section is damaged or was made by another version of cwamrc. */
    CWAMRC_DAMAGED = 4,
    /* The whole file, because the code needs features that the CPU lacks, or that this function cannot
     * find out. */
    CWAMRC_CPU_LACKS = 5,
    /* The whole file, because the code would not be aligned to 4: `file` is not. */
    CWAMRC_UNALIGNED = 6,
    /* The whole file, because the code is not signed, or nobody is trusted. */
    CWAMRC_UNTRUSTED = 7,
    /* The whole file, because the code is signed with a key that is not trusted. */
    CWAMRC_UNKNOWN_KEY = 8,
    /* The whole file, because the signature was not made by the key that it names. */
    CWAMRC_FORGED = 9,
    /* Nothing, a null pointer: it is an .aot file, which has no signature, whatever its name is. WAMR
     * refuses to load a null pointer. */
    CWAMRC_AOT_FILE = 10
};

/* Whose machine code may run. A null pointer instead of this struct means nobody's. */
struct cwamrc_trust {
    /* If not 0, everybody's: for files that are as trusted as the host itself. The rest is ignored then. */
    int all;
    /* Public keys of trusted signers, 32 bytes each, one after the other. */
    const uint8_t *keys;
    size_t key_count;
    /* Verifies the Ed25519 signature, 64 bytes, of the `size` bytes of `message` with the public `key`, 32
     * bytes. Returns 0 if it is valid, like libsodium. A null pointer means that no signature is trusted. */
    int (*verify)(const uint8_t *signature, const uint8_t *message, size_t size, const uint8_t *key);
};

/* Sets `code` and `code_size` to the part of `file` that WAMR should load, and returns why. Nothing is copied
 * or changed. As for any module, WAMR writes to what it loads and uses it until it is unloaded. If the code is
 * trusted, reads the whole file once, to check that the code was compiled from this module. */
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
