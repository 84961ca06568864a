/* Compresses generated data with the fast, the high-compression and the frame interface, and takes it back. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus.h"
#include "lz4.h"
#include "lz4frame.h"
#include "lz4hc.h"

#define SIZE (512 * 1024)

static int unpack(const char *packed, int packed_size, char *unpacked, uint64_t *sum)
{
    memset(unpacked, 0, SIZE);
    int size = LZ4_decompress_safe(packed, unpacked, packed_size, SIZE);
    *sum = size < 0 ? 0 : corpus_checksum((uint8_t *)unpacked, (size_t)size);
    return size;
}

static void report(enum corpus_kind kind, const char *how, int level, const char *packed, int size,
                   char *unpacked)
{
    uint64_t sum;
    int back = unpack(packed, size, unpacked, &sum);
    printf("%-8s %s %2d: %6d bytes, packed %016" PRIx64 ", %d bytes back, %016" PRIx64 "\n",
           corpus_name(kind), how, level, size, corpus_checksum((uint8_t *)packed, (size_t)size),
           back, sum);
}

static void frame(enum corpus_kind kind, const char *data, char *packed, size_t capacity,
                  char *unpacked)
{
    LZ4F_preferences_t preferences;
    memset(&preferences, 0, sizeof preferences);
    preferences.compressionLevel = 4;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences.frameInfo.blockMode = LZ4F_blockLinked;
    size_t size = LZ4F_compressFrame(packed, capacity, data, SIZE, &preferences);
    LZ4F_dctx *context;
    LZ4F_createDecompressionContext(&context, LZ4F_VERSION);
    size_t in_size = size, out_size = SIZE;
    memset(unpacked, 0, SIZE);
    size_t hint = LZ4F_decompress(context, unpacked, &out_size, packed, &in_size, NULL);
    LZ4F_freeDecompressionContext(context);
    printf("%-8s frame: %u bytes, packed %016" PRIx64 ", %u bytes back, hint %u, %016" PRIx64 "\n",
           corpus_name(kind), (unsigned)size, corpus_checksum((uint8_t *)packed, size),
           (unsigned)out_size, (unsigned)hint, corpus_checksum((uint8_t *)unpacked, out_size));
}

int main(void)
{
    size_t capacity = LZ4F_compressFrameBound(SIZE, NULL) + (size_t)LZ4_compressBound(SIZE);
    char *data = malloc(SIZE), *packed = malloc(capacity), *unpacked = malloc(SIZE);
    if (data == NULL || packed == NULL || unpacked == NULL)
        return 2;
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, (uint8_t *)data, SIZE);
        printf("%-8s source %016" PRIx64 "\n", corpus_name(kind),
               corpus_checksum((uint8_t *)data, SIZE));
        for (int acceleration = 1; acceleration <= 64; acceleration *= 8) {
            int size = LZ4_compress_fast(data, packed, SIZE, (int)capacity, acceleration);
            report(kind, "fast", acceleration, packed, size, unpacked);
        }
        for (int level = 3; level <= LZ4HC_CLEVEL_MAX; level += 3) {
            int size = LZ4_compress_HC(data, packed, SIZE, (int)capacity, level);
            report(kind, "hc", level, packed, size, unpacked);
        }
        frame(kind, data, packed, capacity, unpacked);
    }
    free(data);
    free(packed);
    free(unpacked);
    return 0;
}
