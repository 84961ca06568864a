/* Packs and unpacks generated data with Brotli. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "brotli/decode.h"
#include "brotli/encode.h"
#include "corpus.h"

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? (size_t)atoi(argv[1]) : 1000) * 1024, capacity = size + 65536;
    uint8_t *data = malloc(size), *packed = malloc(capacity), *back = malloc(size);
    if (data == NULL || packed == NULL || back == NULL)
        return 2;
    static const int levels[] = { 3, 6 };
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, data, size);
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            size_t packed_size = capacity, back_size = size;
            int packed_it = BrotliEncoderCompress(levels[i], 20, BROTLI_MODE_GENERIC, size, data, &packed_size, packed);
            int unpacked_it = BrotliDecoderDecompress(packed_size, packed, &back_size, back);
            printf("%s level %d: %d %u bytes %016" PRIx64 ", %d back %016" PRIx64 "\n", corpus_name(kind), levels[i],
                   packed_it, (unsigned)packed_size, corpus_checksum(packed, packed_size), unpacked_it,
                   corpus_checksum(back, back_size));
        }
    }
    return 0;
}
