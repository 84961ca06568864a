/* Recursive calls and nothing else. */
#include <stdio.h>

static unsigned fib(unsigned n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static unsigned ackermann(unsigned m, unsigned n)
{
    if (m == 0)
        return n + 1;
    return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

int main(void)
{
    for (unsigned n = 5; n <= 25; n += 5)
        printf("fib(%u) = %u\n", n, fib(n));
    printf("ackermann(2, 60) = %u\n", ackermann(2, 60));
    return 0;
}
