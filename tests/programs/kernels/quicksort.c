/* Sorting: an own quicksort on 32-bit keys, and qsort with a callback on records. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define COUNT 20000

struct record {
    uint64_t key;
    int32_t order;
    float weight;
};

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
        if (j - low < high - i) {
            quicksort(a, low, j);
            low = i;
        } else {
            quicksort(a, i, high);
            high = j;
        }
    }
}

static int by_key(const void *left, const void *right)
{
    const struct record *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

int main(void)
{
    static int32_t numbers[COUNT];
    static struct record records[COUNT];
    for (int i = 0; i < COUNT; i++) {
        numbers[i] = (int32_t)next();
        records[i] = (struct record){ next() % 997 * UINT64_C(0x100000001), i, (float)(next() % 1000) / 8 };
    }
    quicksort(numbers, 0, COUNT - 1);
    qsort(records, COUNT, sizeof *records, by_key);
    uint64_t hash = 0;
    int inversions = 0;
    for (int i = 0; i < COUNT; i++) {
        hash = hash * 31 + (uint32_t)numbers[i];
        hash = hash * 31 + records[i].key + (uint32_t)records[i].order;
        inversions += i > 0 && (numbers[i - 1] > numbers[i] || by_key(&records[i - 1], &records[i]) > 0);
    }
    printf("inversions %d, hash %016" PRIx64 "\n", inversions, hash);
    for (int i = 0; i < COUNT; i += COUNT / 8)
        printf("%" PRId32 " %" PRIu64 " %" PRId32 " %g\n", numbers[i], records[i].key, records[i].order,
               (double)records[i].weight);
    return 0;
}
