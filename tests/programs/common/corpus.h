/* Data to compress: the same bytes on every platform. */
#ifndef CORPUS_H
#define CORPUS_H

#include <stddef.h>
#include <stdint.h>

enum corpus_kind { CORPUS_TEXT, CORPUS_RECORDS, CORPUS_RUNS, CORPUS_NOISE, CORPUS_KINDS };

const char *corpus_name(enum corpus_kind kind);

/* Fills `data` with `size` bytes of that kind. */
void corpus_fill(enum corpus_kind kind, uint8_t *data, size_t size);

/* FNV-1a, 64 bits. */
uint64_t corpus_checksum(const uint8_t *data, size_t size);

#endif
