/* Escape times of four points at once, in f32. The compiler's flags decide what the vectors become.
 * Prints a sum that does not depend on them. */

#include <stdint.h>
#include <stdio.h>

#define WIDTH 2048
#define HEIGHT 1280
#define LIMIT 200

typedef float points __attribute__((vector_size(16)));
typedef int32_t counts __attribute__((vector_size(16)));

int
main(void)
{
    uint64_t sum = 0;
    int row, column, i;

    for (row = 0; row < HEIGHT; row++) {
        float cy = (float)row / (HEIGHT / 2.4f) - 1.2f;
        for (column = 0; column < WIDTH; column += 4) {
            points cx = { (float)column, (float)(column + 1), (float)(column + 2),
                          (float)(column + 3) };
            points x = { 0 }, y = { 0 };
            counts times = { 0 };
            cx = cx / (WIDTH / 3.0f) - 2.0f;
            for (i = 0; i < LIMIT; i++) {
                points xx = x * x, yy = y * y;
                counts inside = xx + yy < 4.0f;
                if (!(inside[0] | inside[1] | inside[2] | inside[3]))
                    break;
                times -= inside;
                y = 2.0f * x * y + cy;
                x = xx - yy + cx;
            }
            sum += (uint64_t)(times[0] + times[1] + times[2] + times[3]);
        }
    }
    printf("%llu\n", (unsigned long long)sum);
    return 0;
}
