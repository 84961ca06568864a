/* Quicksort of 32-bit keys, and the library's qsort with a callback. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t state = 2463534242u;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void quicksort(int32_t *a, int low, int high)
{
    while (low < high) {
        int32_t pivot = a[low + (high - low) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                int32_t t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        quicksort(a, low, j);
        low = i;
    }
}

static int compare(const void *left, const void *right)
{
    int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
    return (a > b) - (a < b);
}

static uint32_t sum(const int32_t *a, int n)
{
    uint32_t hash = 0;
    for (int i = 0; i < n; i++)
        hash = hash * 31 + (uint32_t)a[i] + (i > 0 && a[i - 1] > a[i]);
    return hash;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 4000000;
    int32_t *a = malloc(sizeof *a * (size_t)n);
    if (a == NULL)
        return 1;
    for (int i = 0; i < n; i++)
        a[i] = (int32_t)next();
    quicksort(a, 0, n - 1);
    printf("quicksort %08x\n", (unsigned)sum(a, n));
    for (int i = 0; i < n / 4; i++)
        a[i] = (int32_t)next();
    qsort(a, (size_t)n / 4, sizeof *a, compare);
    printf("qsort %08x\n", (unsigned)sum(a, n / 4));
    return 0;
}
