/* SHA-256 (FIPS 180-4): 32-bit rotates and adds, with the standard's own test vectors among the inputs. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t constants[64], initial[8];

/* The first 32 bits of the fractional part of the root, found by bisection on integers. */
static void derive_constants(void)
{
    int found = 0;
    for (uint32_t n = 2; found < 64; n++) {
        int prime = 1;
        for (uint32_t d = 2; d * d <= n; d++)
            prime &= n % d != 0;
        if (!prime)
            continue;
        /* cube root: the largest r with r^3 <= n * 2^96, kept as r / 2^32 */
        uint64_t low = 0, high = (uint64_t)1 << 36;
        while (high - low > 1) {
            uint64_t r = (low + high) / 2;
            unsigned __int128 square = (unsigned __int128)r * r;
            unsigned __int128 cube_high = (square >> 32) * r, cube_low = (square & 0xffffffffu) * r;
            unsigned __int128 cube = cube_high + (cube_low >> 32); /* r^3 >> 32 */
            if (cube < (unsigned __int128)n << 64)
                low = r;
            else
                high = r;
        }
        constants[found] = (uint32_t)low;
        if (found < 8) {
            uint64_t from = 0, to = (uint64_t)1 << 40;
            while (to - from > 1) {
                uint64_t r = (from + to) / 2;
                if ((unsigned __int128)r * r <= (unsigned __int128)n << 64)
                    from = r;
                else
                    to = r;
            }
            initial[found] = (uint32_t)from;
        }
        found++;
    }
}

static uint32_t rotr(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void block(uint32_t state[8], const uint8_t *data)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)data[4 * i] << 24 | (uint32_t)data[4 * i + 1] << 16
               | (uint32_t)data[4 * i + 2] << 8 | data[4 * i + 3];
    for (int i = 16; i < 64; i++)
        w[i] = w[i - 16] + (rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3) + w[i - 7]
               + (rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t t1 = s[7] + (rotr(s[4], 6) ^ rotr(s[4], 11) ^ rotr(s[4], 25))
                      + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t t2 = (rotr(s[0], 2) ^ rotr(s[0], 13) ^ rotr(s[0], 22))
                      + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static void sha256(const uint8_t *data, size_t size, const char *label)
{
    uint32_t state[8];
    uint8_t last[128] = { 0 };
    memcpy(state, initial, sizeof state);
    size_t at = 0;
    for (; size - at >= 64; at += 64)
        block(state, data + at);
    size_t rest = size - at;
    memcpy(last, data + at, rest);
    last[rest] = 0x80;
    size_t end = rest < 56 ? 64 : 128;
    for (int i = 0; i < 8; i++)
        last[end - 1 - i] = (uint8_t)((uint64_t)size * 8 >> (8 * i));
    for (size_t i = 0; i < end; i += 64)
        block(state, last + i);
    for (int i = 0; i < 8; i++)
        printf("%08x", (unsigned)state[i]);
    printf("  %s\n", label);
}

int main(void)
{
    static uint8_t data[1 << 18];
    derive_constants();
    sha256((const uint8_t *)"", 0, "empty");
    sha256((const uint8_t *)"abc", 3, "abc");
    const char *long_vector = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    sha256((const uint8_t *)long_vector, strlen(long_vector), "448 bits");
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 131 + (i >> 7));
    sha256(data, sizeof data, "generated");
    sha256(data, 119, "119 bytes");
    return 0;
}
