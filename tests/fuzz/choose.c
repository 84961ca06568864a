/* Gives mutated universal files to the choice that hosts in C make, under sanitizers.
 *
 * choose FILE SEED COUNT: mutates the content of FILE, COUNT times, and checks that what is chosen lies in
 * the file. Prints how many mutations chose machine code. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cwamrc_universal.h"

static uint64_t state;

/* Signatures are not asked for, so that mutations reach what comes after them. */
static const struct cwamrc_trust everybody = { .all = 1 };

/* Marsaglia's xorshift. */
static uint64_t
below(uint64_t end)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % end;
}

/* Other bytes, bytes left out, bytes repeated. Returns the new size, which is at most `room`. */
static size_t
mutate(uint8_t *bytes, size_t size, size_t room)
{
    uint64_t changes = below(4);

    while (changes-- > 0 && size > 0) {
        size_t place = below(size), length = below(32);

        if (length > size - place)
            length = size - place;
        switch (below(4)) {
            case 0:
                bytes[place] = (uint8_t)below(256);
                break;
            case 1:
                bytes[place] ^= (uint8_t)(1 << below(8));
                break;
            case 2:
                memmove(bytes + place, bytes + place + length, size - place - length);
                size -= length;
                break;
            default:
                if (length <= room - size) {
                    memmove(bytes + size, bytes + place, length);
                    size += length;
                }
                break;
        }
    }
    return size;
}

int
main(int argc, char **argv)
{
    uint8_t *seed;
    size_t seed_size, room;
    unsigned long count, chosen = 0;
    FILE *file;

    if (argc != 4 || !(file = fopen(argv[1], "rb")))
        return 2;
    fseek(file, 0, SEEK_END);
    seed_size = (size_t)ftell(file);
    rewind(file);
    room = seed_size + 256;
    if (!(seed = malloc(room)) || fread(seed, 1, seed_size, file) != seed_size)
        return 2;
    fclose(file);
    state = strtoull(argv[2], NULL, 10) * 2 + 1;

    for (count = strtoul(argv[3], NULL, 10); count > 0; count--) {
        uint8_t *changed = malloc(room), *bytes, *code = NULL;
        uint32_t code_size = 0;
        size_t size;
        enum cwamrc_choice choice;

        if (!changed)
            return 2;
        memcpy(changed, seed, seed_size);
        size = mutate(changed, seed_size, room);
        /* As large as the file, so that a byte read behind it is found out. */
        if (!(bytes = malloc(size ? size : 1)))
            return 2;
        memcpy(bytes, changed, size);
        choice = cwamrc_choose(bytes, (uint32_t)size, &everybody, &code, &code_size);
        if (!cwamrc_choice_text(choice) || code < bytes || code_size > size
            || (size_t)(code - bytes) > size - code_size) {
            fprintf(stderr, "choice %d lies outside of the file\n", (int)choice);
            return 1;
        }
        chosen += choice == CWAMRC_NATIVE;
        free(bytes);
        free(changed);
    }
    printf("%lu\n", chosen);
    free(seed);
    return 0;
}
