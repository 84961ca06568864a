/* The command line of the baseline compiler: wamrc's flags, one row of a table each. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "aot_export.h"

struct request {
    const char *input, *output;
    /* Where figures about the compilation go, as JSON; NULL for nowhere. */
    const char *measure;
    uint32_t verbosity;
    /* Whether traps show the functions that they went through. */
    bool call_stacks;
    AOTCompOption option;
};

enum outcome { COMPILE, DONE, MISUSE };

/* Reads the arguments, which must outlive the request; prints what is wrong with them, or the help. */
enum outcome parse_options(struct request *request, int argc, char **argv);

#endif
