/* String and memory functions of the C library: copy, move, set, compare, search, format, parse. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t sum(const char *data, size_t size)
{
    uint64_t hash = 5381;
    for (size_t i = 0; i < size; i++)
        hash = hash * 33 ^ (unsigned char)data[i];
    return hash;
}

static void moves(void)
{
    static char buffer[70000], copy[70000];
    for (size_t i = 0; i < sizeof buffer; i++)
        buffer[i] = (char)(i * 7 + (i >> 8));
    for (size_t size = 1; size < 60000; size = size * 3 + 1)
        for (size_t shift = 0; shift < 9; shift++) {
            memmove(buffer + shift * 3, buffer + 11, size);
            memcpy(copy + shift, buffer + 5, size);
            memset(buffer + size / 2, (int)shift, size / 7);
        }
    printf("moves %016" PRIx64 " %016" PRIx64 "\n", sum(buffer, sizeof buffer), sum(copy, sizeof copy));
}

static void words(void)
{
    char text[4096] = "", *at = text;
    for (int i = 0; i < 150; i++)
        at += sprintf(at, "%s%d%c", i % 3 == 0 ? "alpha" : i % 3 == 1 ? "Beta" : "GAMMA", i * i % 53, i % 10 == 9 ? '\n' : ' ');
    int count = 0, upper = 0;
    long numbers = 0;
    for (char *word = strtok(text, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        count++;
        upper += isupper((unsigned char)word[0]) != 0;
        numbers += strtol(word + strcspn(word, "0123456789"), NULL, 10);
    }
    printf("words %d, upper %d, numbers %ld\n", count, upper, numbers);
}

static void parse(void)
{
    static const char *const numbers[] = { "0", "-17", "3.25", "1e-5", "6.02214076e23", "0x1.8p3", "inf", "  42abc" };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *end;
        double value = strtod(numbers[i], &end);
        printf("%s -> %.17g, %d read\n", numbers[i], value, (int)(end - numbers[i]));
    }
    int a, b;
    char name[16];
    printf("%d:", sscanf("x=12, y=-0x1f named thing", "x=%d, y=%i named %15s", &a, &b, name));
    printf(" %d %d %s\n", a, b, name);
}

int main(void)
{
    moves();
    words();
    parse();
    const char *haystack = "the needle in the haystack is not the only needle";
    printf("%d %d %d %d\n", (int)(strstr(haystack, "needle") - haystack), (int)(strrchr(haystack, 'n') - haystack),
           strncmp("abcd", "abce", 3), strcmp("abcd", "abce") < 0);
    printf("[%10s][%-10s][%.3s][%+05d][%x][%o][%5.2f][%e][%g]\n", "right", "left", "cut off", 42, 48879u, 8u, 2.0 / 3, 12345.678, 1e-7);
    return 0;
}
