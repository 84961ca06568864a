/* Packs and unpacks generated data with zstd at several levels. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"
#include "zstd.h"

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? (size_t)atoi(argv[1]) : 1500) * 1024, capacity = ZSTD_compressBound(size);
    uint8_t *data = malloc(size), *packed = malloc(capacity), *back = malloc(size);
    if (data == NULL || packed == NULL || back == NULL)
        return 2;
    static const int levels[] = { 1, 3, 9, 15 };
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, data, size);
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            size_t packed_size = ZSTD_compress(packed, capacity, data, size, levels[i]);
            uint64_t sum = 0;
            for (int again = 0; again < 8; again++) {
                size_t back_size = ZSTD_decompress(back, size, packed, packed_size);
                sum += ZSTD_isError(back_size) ? 1 : corpus_checksum(back, 1024) + back_size;
            }
            printf("%s level %d: %u bytes %016" PRIx64 ", back %016" PRIx64 "\n", corpus_name(kind), levels[i],
                   (unsigned)packed_size, corpus_checksum(packed, packed_size), sum);
        }
    }
    return 0;
}
