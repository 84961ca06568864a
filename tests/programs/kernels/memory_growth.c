/* Linear memory that grows while pointers into it are in use. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next;
    size_t words;
    uint32_t data[];
};

int main(void)
{
    struct block *list = NULL;
    uint32_t seed = 12345;
    size_t total = 0;
    for (int i = 0; i < 60; i++) {
        size_t words = 1000 + (size_t)i * 1500;
        struct block *block = malloc(sizeof *block + words * sizeof(uint32_t));
        if (block == NULL)
            return 1;
        block->next = list;
        block->words = words;
        for (size_t w = 0; w < words; w++)
            block->data[w] = seed = seed * 1664525u + 1013904223u;
        list = block;
        total += words;
    }
    uint32_t *joined = NULL;
    size_t used = 0;
    for (struct block *block = list; block != NULL; block = block->next) {
        joined = realloc(joined, (used + block->words) * sizeof *joined);
        if (joined == NULL)
            return 1;
        memcpy(joined + used, block->data, block->words * sizeof *joined);
        used += block->words;
    }
    uint32_t hash = 0;
    for (size_t i = 0; i < used; i++)
        hash = (hash << 5 | hash >> 27) ^ joined[i];
    printf("%d blocks, %u words, hash %08x\n", 60, (unsigned)total, (unsigned)hash);
    return used == total ? 0 : 1;
}
