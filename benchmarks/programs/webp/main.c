/* Encodes a drawn picture with libwebp, lossy and lossless, and decodes it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"
#include "webp/decode.h"
#include "webp/encode.h"

static void draw(uint8_t *rgb, int side)
{
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            int dx = x - side / 3, dy = y - side / 2, ring = (dx * dx + dy * dy) / 64;
            uint8_t *at = rgb + 3 * (y * side + x);
            at[0] = (uint8_t)(x * 255 / side);
            at[1] = (uint8_t)(ring & 255);
            at[2] = (uint8_t)((x ^ y) % 97 + (ring % 5) * 20);
        }
}

static void report(const char *what, uint8_t *packed, size_t size, int side)
{
    int width = 0, height = 0;
    uint8_t *back = WebPDecodeRGB(packed, size, &width, &height);
    if (size == 0 || back == NULL) {
        printf("%s: failed\n", what);
        exit(1);
    }
    printf("%s: %u bytes %016" PRIx64 ", %d x %d back %016" PRIx64 "\n", what, (unsigned)size,
           corpus_checksum(packed, size), width, height, corpus_checksum(back, (size_t)side * (size_t)side * 3));
    WebPFree(back);
    WebPFree(packed);
}

int main(int argc, char **argv)
{
    int side = argc > 1 ? atoi(argv[1]) : 512;
    uint8_t *rgb = malloc((size_t)side * (size_t)side * 3), *packed;
    if (rgb == NULL)
        return 2;
    draw(rgb, side);
    size_t size = WebPEncodeRGB(rgb, side, side, 3 * side, 80, &packed);
    report("lossy", packed, size, side);
    size = WebPEncodeLosslessRGB(rgb, side, side, 3 * side, &packed);
    report("lossless", packed, size, side);
    free(rgb);
    return 0;
}
