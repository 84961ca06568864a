/* A host in C, as far as universal files concern it: what would it load?
 *
 * host FILE            prints the choice in words, and writes what is to be loaded to standard output
 * host FILE shorten    chooses from each beginning of the file, which must never be its machine code */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwamrc_universal.h"

int
main(int argc, char **argv)
{
    FILE *stream = argc > 1 ? fopen(argv[1], "rb") : NULL;
    uint8_t *file = malloc(1 << 20), *code;
    uint32_t size, code_size;
    enum cwamrc_choice choice;

    if (!stream || !file)
        return 2;
    size = (uint32_t)fread(file, 1, 1 << 20, stream);
    fclose(stream);
    if (argc > 2) {
        for (uint32_t length = 0; length < size; length++) {
            /* Of its own, so that a read behind it is found. */
            uint8_t *beginning = malloc(length ? length : 1);
            memcpy(beginning, file, length);
            choice = cwamrc_choose(beginning, length, &code, &code_size);
            if (choice == CWAMRC_NATIVE || code != beginning || code_size != length)
                return 3;
            free(beginning);
        }
        free(file);
        return 0;
    }
    choice = cwamrc_choose(file, size, &code, &code_size);
    fprintf(stderr, "%s", cwamrc_choice_text(choice));
    fwrite(code, 1, code_size, stdout);
    free(file);
    return 0;
}
