/* The largest singular value of an infinite matrix, cut to n: f64 divisions in a double loop. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double element(int i, int j)
{
    return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

static void times(int n, int transposed, const double *v, double *out)
{
    for (int i = 0; i < n; i++) {
        double sum = 0;
        for (int j = 0; j < n; j++)
            sum += (transposed ? element(j, i) : element(i, j)) * v[j];
        out[i] = sum;
    }
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1500;
    double *u = malloc(sizeof *u * (size_t)n), *v = malloc(sizeof *v * (size_t)n),
           *w = malloc(sizeof *w * (size_t)n);
    if (u == NULL || v == NULL || w == NULL)
        return 1;
    for (int i = 0; i < n; i++)
        u[i] = 1;
    for (int round = 0; round < 10; round++) {
        times(n, 0, u, w);
        times(n, 1, w, v);
        times(n, 0, v, w);
        times(n, 1, w, u);
    }
    double uv = 0, vv = 0;
    for (int i = 0; i < n; i++) {
        uv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    printf("%.9f\n", sqrt(uv / vv));
    return 0;
}
