/* Conway's game of life on bytes and on bits: loops, table look-ups, narrow loads and stores. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SIDE 64

static uint8_t cells[SIDE][SIDE], after[SIDE][SIDE];
static uint64_t rows[SIDE];

static void step_bytes(void)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int near = 0;
            for (int dy = -1; dy <= 1; dy++)
                for (int dx = -1; dx <= 1; dx++)
                    near += (dy | dx) != 0 && cells[(y + dy) & (SIDE - 1)][(x + dx) & (SIDE - 1)];
            after[y][x] = near == 3 || (near == 2 && cells[y][x]);
        }
    memcpy(cells, after, sizeof cells);
}

static uint64_t around(uint64_t row, int which)
{
    return which == 0 ? row << 1 | row >> 63 : which == 1 ? row : row >> 1 | row << 63;
}

static void step_bits(void)
{
    uint64_t next[SIDE];
    for (int y = 0; y < SIDE; y++) {
        uint64_t ones = 0, twos = 0, fours = 0;
        for (int dy = -1; dy <= 1; dy++)
            for (int which = 0; which < 3; which++) {
                if (dy == 0 && which == 1)
                    continue;
                uint64_t bits = around(rows[(y + dy) & (SIDE - 1)], which), carry = ones & bits;
                ones ^= bits;
                fours |= twos & carry;
                twos ^= carry;
            }
        next[y] = ~fours & twos & (ones | rows[y]);
    }
    memcpy(rows, next, sizeof rows);
}

int main(void)
{
    uint32_t seed = 42;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            seed = seed * 1103515245u + 12345u;
            cells[y][x] = (seed >> 16) % 3 == 0;
            rows[y] |= (uint64_t)cells[y][x] << x;
        }
    for (int generation = 0; generation <= 120; generation++) {
        int alive = 0, differ = 0;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                alive += cells[y][x];
                differ += cells[y][x] != (rows[y] >> x & 1);
            }
        if (generation % 20 == 0)
            printf("generation %d: %d alive, %d differ, %016" PRIx64 "\n", generation, alive, differ, rows[17]);
        step_bytes();
        step_bits();
    }
    return 0;
}
