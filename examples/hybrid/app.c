/* Counts the primes below a number: a program for WASI. */
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    long limit = argc > 1 ? strtol(argv[1], NULL, 10) : 1000;
    unsigned char *composite = calloc((size_t)(limit > 0 ? limit : 1), 1);
    long count = 0;
    if (!composite)
        return 1;
    for (long number = 2; number < limit; number++) {
        if (composite[number])
            continue;
        count++;
        for (long multiple = 2 * number; multiple < limit; multiple += number)
            composite[multiple] = 1;
    }
    printf("%ld primes below %ld\n", count, limit);
    free(composite);
    return 0;
}
