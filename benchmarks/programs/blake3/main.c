/* BLAKE3 of a buffer, in one call and in pieces. */
#include <stdio.h>
#include <stdlib.h>

#include "blake3.h"
#include "corpus.h"

#define SIZE ((size_t)1 << 20)

static void show(blake3_hasher *hasher)
{
    uint8_t out[BLAKE3_OUT_LEN];
    blake3_hasher_finalize(hasher, out, sizeof out);
    for (size_t i = 0; i < sizeof out; i++)
        printf("%02x", out[i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    int megabytes = argc > 1 ? atoi(argv[1]) : 200;
    uint8_t *data = malloc(SIZE);
    if (data == NULL)
        return 2;
    corpus_fill(CORPUS_NOISE, data, SIZE);
    blake3_hasher hasher;
    blake3_hasher_init(&hasher);
    for (int i = 0; i < megabytes; i++)
        blake3_hasher_update(&hasher, data, SIZE);
    show(&hasher);
    blake3_hasher_init_derive_key(&hasher, "cwamrc benchmark");
    for (size_t at = 0, piece = 1; at < SIZE; at += piece, piece = piece * 3 % 10007)
        blake3_hasher_update(&hasher, data + at, piece < SIZE - at ? piece : SIZE - at);
    show(&hasher);
    return 0;
}
