/* Packs and unpacks generated data with libdeflate at several levels. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"
#include "libdeflate.h"

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? (size_t)atoi(argv[1]) : 1200) * 1024, capacity = size + 65536;
    uint8_t *data = malloc(size), *packed = malloc(capacity), *back = malloc(size);
    if (data == NULL || packed == NULL || back == NULL)
        return 2;
    static const int levels[] = { 1, 6, 9 };
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, data, size);
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
            struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(levels[i]);
            struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
            size_t packed_size = libdeflate_zlib_compress(compressor, data, size, packed, capacity);
            int status = libdeflate_zlib_decompress(decompressor, packed, packed_size, back, size, NULL);
            printf("%s level %d: %u bytes %016" PRIx64 ", status %d, back %016" PRIx64 "\n", corpus_name(kind),
                   levels[i], (unsigned)packed_size, corpus_checksum(packed, packed_size), status,
                   corpus_checksum(back, size));
            libdeflate_free_compressor(compressor);
            libdeflate_free_decompressor(decompressor);
        }
    }
    return 0;
}
