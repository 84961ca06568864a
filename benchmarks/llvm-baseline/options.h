/* The command line of the baseline compiler: wamrc's flags, one row of a table each. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "aot_export.h"

struct request {
    const char *input, *output;
    /* The file for measurements of the compilation, as JSON; NULL for none. */
    const char *measure;
    uint32_t verbosity;
    /* Whether traps show a call stack. */
    bool call_stacks;
    AOTCompOption option;
};

enum outcome { COMPILE, DONE, MISUSE };

/* Parses the arguments, which must outlive the request. Prints an error or the help. */
enum outcome parse_options(struct request *request, int argc, char **argv);

#endif
