/* i32 and i64 operators: multiply, divide, shift, rotate, count bits, extend, compare; hash mixing. */
#include <inttypes.h>
#include <stdio.h>

static const uint64_t edges[] = {
    0, 1, 2, 3, 7, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000u, 0xffffffffu,
    UINT64_C(0x100000000), UINT64_C(0x123456789abcdef0), UINT64_C(0x7fffffffffffffff),
    UINT64_C(0x8000000000000000), UINT64_C(0xfffffffffffffffe), UINT64_C(0xffffffffffffffff),
};
#define EDGES (sizeof edges / sizeof *edges)

/* Not inlined, so that operands are not constants. */
__attribute__((noinline)) static uint64_t mix64(uint64_t a, uint64_t b)
{
    uint64_t r = a + b, n = b & 63;
    r = r * 31 + (a - b);
    r = r * 31 + a * b;
    r = r * 31 + (a & b) + (a | b) * 3 + (a ^ b) * 7;
    r = r * 31 + (a << n) + (a >> n) + (uint64_t)((int64_t)a >> n);
    r = r * 31 + (n == 0 ? a : a << n | a >> (64 - n));
    if (b != 0) {
        r = r * 31 + a / b + a % b;
        if (!(a == UINT64_C(1) << 63 && b == UINT64_MAX))
            r = r * 31 + (uint64_t)((int64_t)a / (int64_t)b) + (uint64_t)((int64_t)a % (int64_t)b);
    }
    r = r * 31 + (a < b) + 2 * ((int64_t)a < (int64_t)b) + 4 * (a <= b) + 8 * ((int64_t)a >= (int64_t)b) + 16 * (a == b);
    if (a != 0)
        r = r * 31 + (uint64_t)__builtin_clzll(a) + (uint64_t)__builtin_ctzll(a) * 64;
    r = r * 31 + (uint64_t)__builtin_popcountll(a);
    r = r * 31 + (uint64_t)(int64_t)(int8_t)a + (uint64_t)(int64_t)(int16_t)a + (uint64_t)(int64_t)(int32_t)a;
    return r;
}

__attribute__((noinline)) static uint32_t mix32(uint32_t a, uint32_t b)
{
    uint32_t r = a + b, n = b & 31;
    r = r * 31 + (a - b);
    r = r * 31 + a * b;
    r = r * 31 + (a & b) + (a | b) * 3 + (a ^ b) * 7;
    r = r * 31 + (a << n) + (a >> n) + (uint32_t)((int32_t)a >> n);
    r = r * 31 + (n == 0 ? a : a << n | a >> (32 - n));
    if (b != 0) {
        r = r * 31 + a / b + a % b;
        if (!(a == 0x80000000u && b == UINT32_MAX))
            r = r * 31 + (uint32_t)((int32_t)a / (int32_t)b) + (uint32_t)((int32_t)a % (int32_t)b);
    }
    r = r * 31 + (a < b) + 2 * ((int32_t)a < (int32_t)b) + 4 * (a <= b) + 8 * ((int32_t)a >= (int32_t)b) + 16 * (a == b);
    if (a != 0)
        r = r * 31 + (uint32_t)__builtin_clz(a) + (uint32_t)__builtin_ctz(a) * 32;
    r = r * 31 + (uint32_t)__builtin_popcount(a);
    r = r * 31 + (uint32_t)(int32_t)(int8_t)a + (uint32_t)(int32_t)(int16_t)a;
    return r;
}

static uint64_t avalanche(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

int main(void)
{
    for (size_t i = 0; i < EDGES; i++) {
        uint64_t row64 = 0;
        uint32_t row32 = 0;
        for (size_t j = 0; j < EDGES; j++) {
            row64 = row64 * 37 + mix64(edges[i], edges[j]);
            row32 = row32 * 37 + mix32((uint32_t)edges[i], (uint32_t)edges[j]);
        }
        printf("%016" PRIx64 ": %016" PRIx64 " %08" PRIx32 "\n", edges[i], row64, row32);
    }
    uint64_t hash = 1, wide = 1;
    for (uint64_t i = 0; i < 400000; i++) {
        hash = avalanche(hash + i);
        wide = (uint64_t)(((unsigned __int128)(wide | 1) * (hash | 3)) >> 61) + mix64(hash, i);
    }
    printf("hash %016" PRIx64 ", wide %016" PRIx64 "\n", hash, wide);
    return 0;
}
