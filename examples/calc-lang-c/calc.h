/* A tiny language, that of ../calc-lang: what has been said, and lines as wasm modules. */
#ifndef CALC_H
#define CALC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_NAME = 32, MAX_NAMES = 64, MAX_PARAMETERS = 8, MAX_LINE = 1024 };

struct variable {
    char name[MAX_NAME];
    double value;
};

/* A function is kept as text, and compiled with every line that needs it. */
struct definition {
    char name[MAX_NAME];
    char parameters[MAX_PARAMETERS][MAX_NAME];
    int parameter_count;
    char body[MAX_LINE];
};

struct session {
    struct variable variables[MAX_NAMES];
    int variable_count;
    struct definition definitions[MAX_NAMES];
    int definition_count;
};

struct buffer {
    uint8_t *data;
    size_t size, capacity;
};

enum line { LINE_ERROR, LINE_DEFINED, LINE_VALUE, LINE_VARIABLE };

/* Understands a line. A definition is kept. A value is to be computed by the function "line" of
 * `module`, which the caller frees; `name` is the function or the variable. */
enum line
read_line(struct session *session, const char *text, struct buffer *module, char name[MAX_NAME],
          char error[128]);

/* Gives a variable its value; false if there are too many. */
bool
set_variable(struct session *session, const char *name, double value);

#endif
