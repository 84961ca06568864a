/* The Mandelbrot set as a bitmap, in f64; a checksum instead of the picture. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int inside(double cx, double cy, int limit)
{
    double x = 0, y = 0, xx = 0, yy = 0;
    for (int i = 0; i < limit; i++) {
        y = 2 * x * y + cy;
        x = xx - yy + cx;
        xx = x * x;
        yy = y * y;
        if (xx + yy > 4)
            return 0;
    }
    return 1;
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 1200;
    uint32_t hash = 0, set = 0;
    for (int row = 0; row < n; row++)
        for (int column = 0; column < n; column++) {
            int in = inside(2.0 * column / n - 1.5, 2.0 * row / n - 1, 100);
            set += (unsigned)in;
            hash = hash * 31 + (unsigned)in;
        }
    printf("%u of %u, %08x\n", (unsigned)set, (unsigned)n * (unsigned)n, (unsigned)hash);
    return 0;
}
