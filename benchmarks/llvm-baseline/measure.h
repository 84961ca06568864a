/* The time and memory that a piece of work takes in this process; the same fields as in
 * benchmarks/src/measure.rs. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdbool.h>
#include <stdint.h>

struct figures {
    double cpu, wall;
    uint64_t before, peak;
};

/* False, with errno set, if the system does not provide them. */
bool measure_begin(struct figures *figures);
bool measure_end(struct figures *figures);

/* Writes the figures to a file as JSON. */
bool measure_write(const struct figures *figures, uint64_t output, const char *version, const char *path);

#endif
