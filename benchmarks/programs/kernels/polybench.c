/* Dense loops in the manner of PolyBench, on REAL (float or double): products, stencils, solvers,
 * shortest paths. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef REAL
#define REAL double
#endif
#define N 240

static REAL a[N][N], b[N][N], c[N][N], x[N], y[N];
static int path[N][N];

static void fill(void)
{
    for (int i = 0; i < N; i++) {
        x[i] = (REAL)(i % 17) / 16;
        y[i] = 0;
        for (int j = 0; j < N; j++) {
            a[i][j] = (REAL)((i * 7 + j * 3) % 32) / 32 + (i == j ? N : 0);
            b[i][j] = (REAL)((i * 5 + j * 11) % 64) / 64;
            c[i][j] = 0;
            path[i][j] = (i * 13 + j * 29) % 97 + 1;
        }
    }
}

static void gemm(REAL (*out)[N], REAL (*left)[N], REAL (*right)[N])
{
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++)
            for (int j = 0; j < N; j++)
                out[i][j] += left[i][k] * right[k][j];
}

static void jacobi(REAL (*from)[N], REAL (*to)[N])
{
    for (int i = 1; i < N - 1; i++)
        for (int j = 1; j < N - 1; j++)
            to[i][j] = (REAL)0.2
                       * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i - 1][j] + from[i + 1][j]);
}

static void seidel(REAL (*at)[N])
{
    for (int i = 1; i < N - 1; i++)
        for (int j = 1; j < N - 1; j++)
            at[i][j] = (at[i - 1][j] + at[i][j - 1] + at[i][j] + at[i][j + 1] + at[i + 1][j]) / 5;
}

static void lu(REAL (*m)[N])
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < i; j++) {
            for (int k = 0; k < j; k++)
                m[i][j] -= m[i][k] * m[k][j];
            m[i][j] /= m[j][j];
        }
        for (int j = i; j < N; j++)
            for (int k = 0; k < i; k++)
                m[i][j] -= m[i][k] * m[k][j];
    }
}

static void atax(void)
{
    for (int i = 0; i < N; i++) {
        REAL sum = 0;
        for (int j = 0; j < N; j++)
            sum += b[i][j] * x[j];
        for (int j = 0; j < N; j++)
            y[j] += b[i][j] * sum / N;
    }
}

static void floyd_warshall(void)
{
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                int by = path[i][k] + path[k][j];
                path[i][j] = by < path[i][j] ? by : path[i][j];
            }
}

static double trace(REAL (*m)[N])
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            sum += m[i][j] * (1 + (i + 2 * j) % 3);
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 8;
    double total = 0;
    fill();
    for (int round = 0; round < rounds; round++) {
        gemm(c, a, b);
        for (int i = 0; i < 20; i++) {
            jacobi(b, c);
            jacobi(c, b);
        }
        for (int i = 0; i < 10; i++)
            seidel(b);
        for (int i = 0; i < 20; i++)
            atax();
        lu(a);
        total += trace(a) / 1e3 + trace(b) + trace(c);
        fill();
        floyd_warshall();
        for (int i = 0; i < N; i++)
            x[i] = y[(i + round) % N] + (REAL)round / 8;
        gemm(c, b, a);
    }
    long paths = 0;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            paths += path[i][j];
    printf("%.9e %.6e %ld\n", total, trace(c), paths);
    return 0;
}
