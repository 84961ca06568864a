/* Checks for all programs: the first one that fails ends the program and prints its line. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cwamrc.h>

#define CHECK(condition)                                                         \
    do {                                                                         \
        if (!(condition)) {                                                      \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                             \
        }                                                                        \
    } while (0)

/* There must be no error. */
static inline void
fine(cwamrc_error_t *error)
{
    if (error) {
        fprintf(stderr, "unexpected: %s\n", cwamrc_error_message(error));
        exit(1);
    }
}

/* There must be an error of that kind, whose message contains the text. */
static inline void
refused(cwamrc_error_t *error, cwamrc_error_kind_t kind, const char *text)
{
    CHECK(error != NULL);
    if (cwamrc_error_kind(error) != kind || !strstr(cwamrc_error_message(error), text)) {
        fprintf(stderr, "not %d, %s: %d, %s\n", kind, text, cwamrc_error_kind(error),
                cwamrc_error_message(error));
        exit(1);
    }
    cwamrc_error_delete(error);
}

#endif
