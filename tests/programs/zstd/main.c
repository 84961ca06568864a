/* Compresses generated data at several levels, in one go and as a stream, and takes it back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "zstd.h"

#define SIZE ((size_t)192 * 1024)

static void die(const char *what, size_t code)
{
    printf("%s: %s\n", what, ZSTD_getErrorName(code));
    exit(1);
}

static void round_trip(enum corpus_kind kind, int level, const uint8_t *data, uint8_t *packed,
                       size_t capacity, uint8_t *unpacked)
{
    size_t packed_size = ZSTD_compress(packed, capacity, data, SIZE, level);
    if (ZSTD_isError(packed_size))
        die("compress", packed_size);
    memset(unpacked, 0, SIZE);
    size_t size = ZSTD_decompress(unpacked, SIZE, packed, packed_size);
    if (ZSTD_isError(size))
        die("decompress", size);
    printf("%-8s level %3d: %6u bytes, packed %016" PRIx64 ", unpacked %016" PRIx64 "\n",
           corpus_name(kind), level, (unsigned)packed_size, corpus_checksum(packed, packed_size),
           corpus_checksum(unpacked, size));
}

static void stream(enum corpus_kind kind, const uint8_t *data, uint8_t *packed, size_t capacity)
{
    ZSTD_CStream *compressor = ZSTD_createCStream();
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, 5);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_enableLongDistanceMatching, 1);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_windowLog, 17);
    ZSTD_outBuffer out = { packed, capacity, 0 };
    for (size_t at = 0; at < SIZE;) {
        size_t chunk = SIZE - at < 7001 ? SIZE - at : 7001;
        ZSTD_inBuffer in = { data + at, chunk, 0 };
        size_t left = ZSTD_compressStream2(compressor, &out, &in,
                                           at + chunk == SIZE ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left))
            die("stream", left);
        at += chunk;
    }
    ZSTD_freeCStream(compressor);

    ZSTD_DStream *decompressor = ZSTD_createDStream();
    ZSTD_inBuffer in = { packed, out.pos, 0 };
    uint8_t window[4096];
    uint64_t sum = 0, total = 0;
    size_t hint = 1;
    while (hint != 0) {
        ZSTD_outBuffer piece = { window, sizeof window, 0 };
        hint = ZSTD_decompressStream(decompressor, &piece, &in);
        if (ZSTD_isError(hint))
            die("unstream", hint);
        sum = sum * 31 + corpus_checksum(window, piece.pos);
        total += piece.pos;
    }
    ZSTD_freeDStream(decompressor);
    printf("%-8s stream: %6u bytes, packed %016" PRIx64 ", %" PRIu64 " bytes back, %016" PRIx64 "\n",
           corpus_name(kind), (unsigned)out.pos, corpus_checksum(packed, out.pos), total, sum);
}

int main(void)
{
    static const int levels[] = { -5, 1, 3, 6, 9, 13, 17, 19 };
    size_t capacity = ZSTD_compressBound(SIZE) + 1024;
    uint8_t *data = malloc(SIZE), *packed = malloc(capacity), *unpacked = malloc(SIZE);
    if (data == NULL || packed == NULL || unpacked == NULL)
        return 2;
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, data, SIZE);
        printf("%-8s source %016" PRIx64 "\n", corpus_name(kind), corpus_checksum(data, SIZE));
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
            round_trip(kind, levels[i], data, packed, capacity, unpacked);
        stream(kind, data, packed, capacity);
    }
    free(data);
    free(packed);
    free(unpacked);
    return 0;
}
