#include "corpus.h"

#include <string.h>

static uint64_t next(uint64_t *state)
{
    /* xorshift64*: no dependence on the width of long or size_t. */
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

const char *corpus_name(enum corpus_kind kind)
{
    static const char *const names[] = { "text", "records", "runs", "noise" };
    return names[kind];
}

static void fill_text(uint8_t *data, size_t size, uint64_t *state)
{
    static const char *const words[] = {
        "the", "module", "of", "memory", "and", "function", "a", "table", "is", "compiled",
        "to", "native", "code", "before", "it", "runs", "in", "an", "embedded", "runtime",
        "with", "linear", "bounds", "checks", "that", "trap", "when", "access", "leaves", "pages",
    };
    size_t at = 0;
    while (at < size) {
        uint64_t r = next(state);
        const char *word = words[(r >> 33) % (sizeof words / sizeof *words)];
        size_t length = strlen(word);
        for (size_t i = 0; i < length && at < size; i++)
            data[at++] = (uint8_t)word[i];
        if (at < size)
            data[at++] = r % 13 == 0 ? '\n' : ' ';
    }
}

static void fill_records(uint8_t *data, size_t size, uint64_t *state)
{
    uint32_t key = 0;
    for (size_t at = 0; at < size; at++) {
        if (at % 16 == 0)
            key += (uint32_t)(next(state) >> 60);
        data[at] = at % 16 < 4 ? (uint8_t)(key >> (8 * (at % 4))) : (uint8_t)((at % 16) * 3);
    }
}

static void fill_runs(uint8_t *data, size_t size, uint64_t *state)
{
    size_t at = 0;
    while (at < size) {
        uint64_t r = next(state);
        size_t length = 1 + (size_t)((r >> 20) % 700);
        for (size_t i = 0; i < length && at < size; i++)
            data[at++] = (uint8_t)r;
    }
}

void corpus_fill(enum corpus_kind kind, uint8_t *data, size_t size)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)kind;
    switch (kind) {
    case CORPUS_TEXT:
        fill_text(data, size, &state);
        break;
    case CORPUS_RECORDS:
        fill_records(data, size, &state);
        break;
    case CORPUS_RUNS:
        fill_runs(data, size, &state);
        break;
    default:
        for (size_t at = 0; at < size; at++)
            data[at] = (uint8_t)(next(&state) >> 56);
    }
}

uint64_t corpus_checksum(const uint8_t *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    return hash;
}
