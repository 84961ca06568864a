/* Builds, writes, parses and walks JSON with yyjson. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "corpus.h"
#include "yyjson.h"

static yyjson_mut_val *person(yyjson_mut_doc *doc, int i)
{
    yyjson_mut_val *it = yyjson_mut_obj(doc);
    char name[48];
    snprintf(name, sizeof name, "person \"%d\" \xc3\xa9\n", i);
    yyjson_mut_obj_add_strcpy(doc, it, "name", name);
    yyjson_mut_obj_add_int(doc, it, "id", (int64_t)i * 7919);
    yyjson_mut_obj_add_real(doc, it, "score", i / 7.0);
    yyjson_mut_obj_add_bool(doc, it, "active", i % 3 == 0);
    yyjson_mut_val *tags = yyjson_mut_obj_add_arr(doc, it, "tags");
    for (int k = 0; k < i % 5; k++)
        yyjson_mut_arr_add_real(doc, tags, k * 1.5e-7 + i);
    return it;
}

static double walk(yyjson_val *value)
{
    size_t index, most;
    yyjson_val *key, *item;
    double sum = 0;
    if (yyjson_is_arr(value)) {
        yyjson_arr_foreach(value, index, most, item) sum += walk(item);
    }
    else if (yyjson_is_obj(value)) {
        yyjson_obj_foreach(value, index, most, key, item) sum += walk(item) + (double)yyjson_get_len(key);
    }
    else if (yyjson_is_str(value))
        sum = (double)yyjson_get_len(value);
    else
        sum = yyjson_get_num(value);
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 60;
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_val *all = yyjson_mut_arr(doc);
    yyjson_mut_doc_set_root(doc, all);
    for (int i = 0; i < 8000; i++)
        yyjson_mut_arr_append(all, person(doc, i));
    size_t size = 0;
    char *text = yyjson_mut_write(doc, 0, &size);
    double sum = 0;
    uint64_t hash = 0;
    for (int round = 0; round < rounds; round++) {
        yyjson_doc *parsed = yyjson_read(text, size, 0);
        if (parsed == NULL)
            return 1;
        sum += walk(yyjson_doc_get_root(parsed));
        size_t again_size;
        char *again = yyjson_write(parsed, round % 2 ? YYJSON_WRITE_PRETTY : 0, &again_size);
        hash = hash * 31 + corpus_checksum((uint8_t *)again, again_size);
        free(again);
        yyjson_doc_free(parsed);
    }
    printf("%u bytes, sum %.6f, %016" PRIx64 "\n", (unsigned)size, sum, hash);
    free(text);
    yyjson_mut_doc_free(doc);
    return 0;
}
