/* Regular expressions over generated text with PCRE2's interpreter. */
#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include "corpus.h"
#include "pcre2.h"

static const char *const patterns[] = {
    "\\b(\\w+)\\s+\\1\\b",
    "(?i)MEMORY|function|Tab[lk]e",
    "[a-z]{3,6} (?:and|the) [^ ]+s\\b",
    "(?<=code )\\w+(?= it)",
    "(?:(?:[aeiou][^aeiou\\s])+){2,}\\s",
    "^.*\\btrap\\b.*\\bpages$",
    "(a|of|is|to)(?: \\w{4,}){2} (?!in)",
};

int main(int argc, char **argv)
{
    size_t size = (argc > 1 ? (size_t)atoi(argv[1]) : 1000) * 1024;
    uint8_t *text = malloc(size);
    if (text == NULL)
        return 2;
    corpus_fill(CORPUS_TEXT, text, size);
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        int status;
        PCRE2_SIZE where;
        pcre2_code *code = pcre2_compile((PCRE2_SPTR)patterns[p], PCRE2_ZERO_TERMINATED, PCRE2_MULTILINE,
                                         &status, &where, NULL);
        if (code == NULL)
            return 3;
        pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
        unsigned found = 0, length = 0;
        for (PCRE2_SIZE at = 0; at < size;) {
            status = pcre2_match(code, text, size, at, 0, match, NULL);
            if (status < 0)
                break;
            PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
            found++;
            length += (unsigned)(ends[1] - ends[0]);
            at = ends[1] > ends[0] ? ends[1] : ends[1] + 1;
        }
        printf("%s: %u found, %u bytes, last status %d\n", patterns[p], found, length, status);
        pcre2_match_data_free(match);
        pcre2_code_free(code);
    }
    return 0;
}
