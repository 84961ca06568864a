/* Compresses and takes back generated data with bzip2: block sorting and Huffman codes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "bzlib.h"
#include "corpus.h"

/* Named by the library when it is built without its own standard output. */
void bz_internal_error(int code)
{
    printf("bzip2: internal error %d\n", code);
    exit(1);
}

int main(int argc, char **argv)
{
    unsigned size = (argc > 1 ? (unsigned)atoi(argv[1]) : 900) * 1024, capacity = size + size / 50 + 600;
    uint8_t *data = malloc(size), *back = malloc(size);
    char *packed = malloc(capacity);
    if (data == NULL || back == NULL || packed == NULL)
        return 2;
    for (int kind = 0; kind < CORPUS_KINDS; kind++) {
        corpus_fill(kind, data, size);
        unsigned packed_size = capacity, back_size = size;
        int status = BZ2_bzBuffToBuffCompress(packed, &packed_size, (char *)data, size, 9, 0, 30);
        if (status == BZ_OK)
            status = BZ2_bzBuffToBuffDecompress((char *)back, &back_size, packed, packed_size, 0, 0);
        printf("%s: status %d, %u bytes, packed %016" PRIx64 ", back %016" PRIx64 " of %016" PRIx64 "\n",
               corpus_name(kind), status, packed_size, corpus_checksum((uint8_t *)packed, packed_size),
               corpus_checksum(back, back_size), corpus_checksum(data, size));
    }
    return 0;
}
