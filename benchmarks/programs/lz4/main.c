/* Packs and unpacks generated data with LZ4, fast and thorough. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"
#include "lz4.h"
#include "lz4hc.h"

int main(int argc, char **argv)
{
    int size = (argc > 1 ? atoi(argv[1]) : 3000) * 1024, capacity = LZ4_compressBound(size);
    char *data = malloc((size_t)size), *packed = malloc((size_t)capacity), *back = malloc((size_t)size);
    if (data == NULL || packed == NULL || back == NULL)
        return 2;
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, (uint8_t *)data, (size_t)size);
        for (int level = 0; level <= 9; level += 3) {
            int packed_size = 0, back_size = 0;
            for (int again = 0; again < (level == 0 ? 8 : 1); again++)
                packed_size = level == 0 ? LZ4_compress_default(data, packed, size, capacity)
                                         : LZ4_compress_HC(data, packed, size, capacity, level);
            for (int again = 0; again < 8; again++)
                back_size = LZ4_decompress_safe(packed, back, packed_size, size);
            printf("%s level %d: %d bytes %016" PRIx64 ", %d back %016" PRIx64 "\n", corpus_name(kind), level,
                   packed_size, corpus_checksum((uint8_t *)packed, (size_t)packed_size), back_size,
                   corpus_checksum((uint8_t *)back, (size_t)size));
        }
    }
    return 0;
}
