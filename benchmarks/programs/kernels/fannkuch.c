/* Flips of pancakes over all permutations: small arrays, data-dependent loops. */
#include <stdio.h>
#include <stdlib.h>

#define MOST 16

static int flips_of(const int *order, int n)
{
    int stack[MOST], flips = 0;
    for (int i = 0; i < n; i++)
        stack[i] = order[i];
    while (stack[0] != 0) {
        for (int low = 0, high = stack[0]; low < high; low++, high--) {
            int t = stack[low];
            stack[low] = stack[high];
            stack[high] = t;
        }
        flips++;
    }
    return flips;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 10;
    if (n < 2 || n > MOST)
        return 1;
    int order[MOST], count[MOST], most = 0, sum = 0, left = n;
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int number = 0;; number++) {
        for (; left > 1; left--)
            count[left - 1] = left;
        int flips = flips_of(order, n);
        most = flips > most ? flips : most;
        sum += number % 2 == 0 ? flips : -flips;
        for (;; left++) {
            if (left == n) {
                printf("%d, most flips %d\n", sum, most);
                return 0;
            }
            int first = order[0];
            for (int i = 0; i < left; i++)
                order[i] = order[i + 1];
            order[left] = first;
            if (--count[left] > 0)
                break;
        }
    }
}
