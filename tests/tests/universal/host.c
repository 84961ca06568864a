/* The part of a C host that handles universal files: it prints what it would load.
 *
 * host FILE TRUST          prints the choice in words, and writes the bytes to load to standard output
 * host FILE TRUST shorten  chooses from each beginning of the file, which must never be its machine code
 *
 * TRUST is `nobody`, `everybody`, or a public key in hexadecimal digits, for a host that is built with
 * libsodium. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwamrc_universal.h"

#ifdef WITH_SODIUM
#include <sodium.h>

static int
verify(const uint8_t *signature, const uint8_t *message, size_t size, const uint8_t *key)
{
    return crypto_sign_verify_detached(signature, message, size, key);
}
#define VERIFY verify
#else
#define VERIFY NULL
#endif

static const struct cwamrc_trust *
trust(const char *text)
{
    static uint8_t key[32];
    static struct cwamrc_trust trust;

    if (strcmp(text, "nobody") == 0)
        return NULL;
    trust.all = strcmp(text, "everybody") == 0;
    if (trust.all)
        return &trust;
    for (size_t i = 0; i < sizeof key; i++) {
        unsigned byte;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            exit(4);
        key[i] = (uint8_t)byte;
    }
    trust.keys = key;
    trust.key_count = 1;
    trust.verify = VERIFY;
    return &trust;
}

int
main(int argc, char **argv)
{
    FILE *stream = argc > 2 ? fopen(argv[1], "rb") : NULL;
    uint8_t *file = malloc(1 << 20), *code;
    uint32_t size, code_size;
    enum cwamrc_choice choice;

    if (!stream || !file)
        return 2;
    size = (uint32_t)fread(file, 1, 1 << 20, stream);
    fclose(stream);
    if (argc > 3) {
        for (uint32_t length = 0; length < size; length++) {
            /* A separate allocation, so that a read beyond its end is detected. */
            uint8_t *beginning = malloc(length ? length : 1);
            memcpy(beginning, file, length);
            choice = cwamrc_choose(beginning, length, trust(argv[2]), &code, &code_size);
            if (choice == CWAMRC_NATIVE || code != beginning || code_size != length)
                return 3;
            free(beginning);
        }
        free(file);
        return 0;
    }
    choice = cwamrc_choose(file, size, trust(argv[2]), &code, &code_size);
    fprintf(stderr, "%s", cwamrc_choice_text(choice));
    if (code)
        fwrite(code, 1, code_size, stdout);
    free(file);
    return 0;
}
