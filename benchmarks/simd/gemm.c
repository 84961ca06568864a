/* Multiplies f32 matrices with vectors of four. The compiler's flags decide what the vectors become.
 * Prints a sum that does not depend on them, since each element is added in the same order. */

#include <stdio.h>

#define N 256
#define ROUNDS 100

typedef float row __attribute__((vector_size(16)));

static row a[N][N / 4], b[N][N / 4], c[N][N / 4];

int
main(void)
{
    double sum = 0;
    int round, i, j, k;

    for (i = 0; i < N; i++)
        for (j = 0; j < N; j++) {
            a[i][j / 4][j % 4] = (float)((i * 17 + j * 31) % 23) / 8 - 1;
            b[i][j / 4][j % 4] = (float)((i * 13 + j * 7) % 19) / 4 - 2;
        }
    for (round = 0; round < ROUNDS; round++)
        for (i = 0; i < N; i++)
            for (k = 0; k < N; k++) {
                float factor = a[i][k / 4][k % 4];
                row splat = { factor, factor, factor, factor };
                for (j = 0; j < N / 4; j++)
                    c[i][j] += splat * b[k][j];
            }
    for (i = 0; i < N; i++)
        for (j = 0; j < N; j++)
            sum += c[i][j / 4][j % 4] * (1 + (i + j) % 3);
    printf("%.6f\n", sum);
    return 0;
}
