/* Vectors of sixteen bytes, written with the compiler's vector types: a product of matrices, escape
 * times, a block cipher, saturating pixels, sorting by shuffles. The same source gives SIMD where
 * the target has it, and scalar code elsewhere. */
#include <stdint.h>
#include <stdio.h>

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef uint8_t u8x16 __attribute__((vector_size(16)));
typedef int64_t i64x2 __attribute__((vector_size(16)));
typedef double f64x2 __attribute__((vector_size(16)));

#define N 96

static f32x4 a[N][N / 4], b[N][N / 4], c[N][N / 4];

static void fill(void)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N / 4; j++)
            for (int l = 0; l < 4; l++) {
                a[i][j][l] = (float)((i * 17 + j * 31 + l * 5) % 23) / 8 - 1;
                b[i][j][l] = (float)((i * 13 + j * 7 + l * 3) % 19) / 4 - 2;
            }
}

/* Four rows of the result at a time. */
static void gemm(void)
{
    for (int i = 0; i < N; i += 4)
        for (int j = 0; j < N / 4; j++) {
            f32x4 sum[4] = {{0}, {0}, {0}, {0}};
            for (int k = 0; k < N; k++)
                for (int r = 0; r < 4; r++) {
                    float x = a[i + r][k / 4][k % 4];
                    sum[r] += (f32x4){x, x, x, x} * b[k][j];
                }
            for (int r = 0; r < 4; r++)
                c[i + r][j] = sum[r];
        }
}

static uint32_t bits(float value)
{
    union {
        float f;
        uint32_t u;
    } both = {.f = value};
    return both.u;
}

static uint32_t digest(void)
{
    uint32_t hash = 2166136261u;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N / 4; j++)
            for (int l = 0; l < 4; l++)
                hash = (hash ^ bits(c[i][j][l])) * 16777619u;
    return hash;
}

/* Four points at once; a lane that has escaped counts no further. */
static i32x4 escape(f32x4 cx, float cy, int limit)
{
    f32x4 x = {0}, y = {0};
    i32x4 count = {0};
    for (int i = 0; i < limit; i++) {
        i32x4 inside = x * x + y * y < 4;
        if (!(inside[0] | inside[1] | inside[2] | inside[3]))
            break;
        count -= inside;
        f32x4 t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
    }
    return count;
}

static unsigned mandelbrot(void)
{
    unsigned sum = 0;
    for (int row = 0; row < 64; row++)
        for (int column = 0; column < 128; column += 4) {
            f32x4 cx = {(float)column, (float)(column + 1), (float)(column + 2), (float)(column + 3)};
            i32x4 depth = escape(cx / 48 - 2, (float)row / 26 - 1.2f, 200);
            for (int l = 0; l < 4; l++)
                sum = sum * 31 + (unsigned)depth[l];
        }
    return sum;
}

static u32x4 rotate(u32x4 x, int by)
{
    return x << by | x >> (32 - by);
}

/* Rounds of the ChaCha permutation on four columns, then on four diagonals. */
static u32x4 chacha(u32x4 s0, u32x4 s1, u32x4 s2, u32x4 s3)
{
    for (int round = 0; round < 20; round++) {
        s0 += s1, s3 = rotate(s3 ^ s0, 16);
        s2 += s3, s1 = rotate(s1 ^ s2, 12);
        s0 += s1, s3 = rotate(s3 ^ s0, 8);
        s2 += s3, s1 = rotate(s1 ^ s2, 7);
        s1 = __builtin_shufflevector(s1, s1, 1, 2, 3, 0);
        s2 = __builtin_shufflevector(s2, s2, 2, 3, 0, 1);
        s3 = __builtin_shufflevector(s3, s3, 3, 0, 1, 2);
    }
    return s0 ^ s1 ^ s2 ^ s3;
}

static unsigned pixels(void)
{
    u8x16 image[64], other[64];
    unsigned sum = 0;
    for (int i = 0; i < 64; i++)
        for (int l = 0; l < 16; l++) {
            image[i][l] = (uint8_t)(i * 37 + l * 11);
            other[i][l] = (uint8_t)(i * 5 ^ l * 29);
        }
    for (int i = 0; i < 64; i++) {
        u8x16 brighter = __builtin_elementwise_add_sat(image[i], other[i]);
        u8x16 darker = __builtin_elementwise_sub_sat(image[i], other[63 - i]);
        u8x16 low = __builtin_elementwise_min(brighter, darker);
        u8x16 high = __builtin_elementwise_max(image[i], other[i]);
        i16x8 wide = __builtin_convertvector(
            __builtin_shufflevector(low, low, 0, 1, 2, 3, 4, 5, 6, 7), i16x8);
        wide = __builtin_elementwise_add_sat(wide * 100, (i16x8)high);
        for (int l = 0; l < 8; l++)
            sum = sum * 33 + (uint16_t)wide[l];
    }
    return sum;
}

static unsigned long long conversions(void)
{
    unsigned long long sum = 0;
    for (int i = -40; i < 40; i++) {
        f64x2 x = {i * 1.75, i * -3.25};
        i64x2 whole = __builtin_convertvector(x, i64x2);
        i32x4 n = {i, i * 3, i * 5, -i};
        f32x4 f = __builtin_convertvector(n, f32x4) * 0.3f;
        i32x4 back = __builtin_convertvector(f, i32x4);
        f = __builtin_elementwise_abs(__builtin_elementwise_floor(f) - __builtin_elementwise_trunc(f));
        i64x2 product = whole * (i64x2){5, i};
        long long term = product[0] + product[1] * 7 + back[1] - back[2] + (int)(f[0] + f[3]);
        sum = sum * 3 + (unsigned long long)term;
    }
    return sum;
}

int main(void)
{
    fill();
    for (int repeat = 0; repeat < 3; repeat++)
        gemm();
    printf("gemm %08x\n", digest());
    printf("mandelbrot %u\n", mandelbrot());
    u32x4 state = chacha((u32x4){1, 2, 3, 4}, (u32x4){5, 6, 7, 8}, (u32x4){9, 10, 11, 12},
                         (u32x4){13, 14, 15, 16});
    printf("chacha %08x %08x %08x %08x\n", state[0], state[1], state[2], state[3]);
    printf("pixels %u\n", pixels());
    printf("conversions %llu\n", conversions());
    return 0;
}
