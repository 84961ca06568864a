/* f32 and f64 operators on ordinary and on special values. NaNs are printed as such, without payload. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double values[] = {
    0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 1e-310, -4.9e-324, 1e30, -1e30, 16777217.0, 2147483647.0,
    2147483648.0, -2147483648.0, 4294967295.0, 9007199254740993.0, 9.2e18, 1.8e19, 1e308, INFINITY, -INFINITY, NAN,
};
#define VALUES (sizeof values / sizeof *values)

static void show64(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (isnan(x))
        printf(" nan");
    else
        printf(" %" PRIx64, bits);
}

static void show32(float x)
{
    show64((double)x);
}

__attribute__((noinline)) static void unary(double x)
{
    float f = (float)x;
    printf("unary");
    show64(sqrt(x)), show64(floor(x)), show64(ceil(x)), show64(trunc(x)), show64(rint(x)), show64(fabs(x)), show64(-x);
    show32(sqrtf(f)), show32(floorf(f)), show32(ceilf(f)), show32(truncf(f)), show32(rintf(f)), show32(f);
    /* Conversions to integers only where C defines them. */
    if (x > -2147483649.0 && x < 2147483648.0)
        printf(" i32 %" PRId32, (int32_t)x);
    if (x > -1.0 && x < 4294967296.0)
        printf(" u32 %" PRIu32, (uint32_t)x);
    if (x >= -9223372036854775808.0 && x < 9223372036854775808.0)
        printf(" i64 %" PRId64, (int64_t)x);
    if (x > -1.0 && x < 18446744073709551616.0)
        printf(" u64 %" PRIu64, (uint64_t)x);
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (!isnan(x)) {
        uint32_t low = (uint32_t)bits;
        show32((float)(int32_t)low), show32((float)low), show32((float)(int64_t)bits), show32((float)bits);
        show64((double)(int32_t)low), show64((double)low), show64((double)(int64_t)bits), show64((double)bits);
    }
    putchar('\n');
}

__attribute__((noinline)) static void binary(double x, double y)
{
    float f = (float)x, g = (float)y;
    show64(x + y), show64(x - y), show64(x * y), show64(x / y), show64(copysign(x, y));
    show32(f + g), show32(f - g), show32(f * g), show32(f / g), show32(copysignf(f, g));
    int order = (x < y) | (x <= y) << 1 | (x > y) << 2 | (x >= y) << 3 | (x == y) << 4 | (x != y) << 5;
    int order32 = (f < g) | (f <= g) << 1 | (f > g) << 2 | (f >= g) << 3 | (f == g) << 4 | (f != g) << 5;
    printf(" %d %d\n", order, order32);
}

int main(void)
{
    for (size_t i = 0; i < VALUES; i++)
        unary(values[i]);
    for (size_t i = 0; i < VALUES; i++)
        for (size_t j = 0; j < VALUES; j++)
            binary(values[i], values[j]);
    float sum = 0;
    double root = 0;
    for (int i = 1; i < 100000; i++) {
        sum += 1.0f / (float)i;
        root += sqrt((double)i) - floor(sqrt((double)i));
    }
    show32(sum), show64(root), putchar('\n');
    return 0;
}
