/* Dense linear algebra in f64 and f32: products, and Gaussian elimination with pivoting. */
#include <math.h>
#include <stdio.h>

#define N 64

static double a[N][N], b[N][N], c[N][N];
static float f[N][N], g[N][N], h[N][N];

static void fill(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)((i * 17 + j * 31) % 23) / 8 - 1;
            b[i][j] = (double)((i * 13 + j * 7) % 19) / 4 - 2;
            f[i][j] = (float)a[i][j];
            g[i][j] = (float)b[i][j];
        }
}

static void multiply(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            float small = 0;
            for (int k = 0; k < N; k++) {
                sum += a[i][k] * b[k][j];
                small += f[i][k] * g[k][j];
            }
            c[i][j] = sum;
            h[i][j] = small / 3;
        }
}

static double determinant(void)
{
    double product = 1;
    for (int i = 0; i < N; i++)
        a[i][i] += 5 + i * 0.125;
    for (int k = 0; k < N; k++) {
        int pivot = k;
        for (int i = k + 1; i < N; i++)
            if (fabs(a[i][k]) > fabs(a[pivot][k]))
                pivot = i;
        if (pivot != k) {
            product = -product;
            for (int j = 0; j < N; j++) {
                double t = a[k][j];
                a[k][j] = a[pivot][j];
                a[pivot][j] = t;
            }
        }
        product *= a[k][k] / 16;
        for (int i = k + 1; i < N; i++) {
            double factor = a[i][k] / a[k][k];
            for (int j = k; j < N; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    return product;
}

int main(void)
{
    fill();
    multiply();
    double trace = 0, small = 0;
    for (int i = 0; i < N; i++) {
        trace += c[i][i];
        small += (double)h[i][N - 1 - i];
    }
    printf("trace %a, anti-trace %a\n", trace, small);
    printf("determinant %a\n", determinant());
    return 0;
}
