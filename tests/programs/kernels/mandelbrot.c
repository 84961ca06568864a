/* Escape times in f64 and f32, drawn as text and summed. */
#include <stdio.h>

static int escape64(double cx, double cy, int limit)
{
    double x = 0, y = 0;
    int i = 0;
    for (; i < limit && x * x + y * y < 4; i++) {
        double t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
    }
    return i;
}

static int escape32(float cx, float cy, int limit)
{
    float x = 0, y = 0;
    int i = 0;
    for (; i < limit && x * x + y * y < 4; i++) {
        float t = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = t;
    }
    return i;
}

int main(void)
{
    unsigned long long sum64 = 0, sum32 = 0;
    for (int row = 0; row < 48; row++) {
        for (int column = 0; column < 96; column++) {
            double cx = column / 32.0 - 2, cy = row / 20.0 - 1.2;
            int depth = escape64(cx, cy, 300);
            sum64 += (unsigned)depth;
            sum32 += (unsigned)escape32((float)cx, (float)cy, 300);
            if (row % 2 == 0)
                putchar(" .:-=+*#%@"[depth >= 300 ? 9 : depth % 9]);
        }
        if (row % 2 == 0)
            putchar('\n');
    }
    printf("%llu %llu\n", sum64, sum32);
    return 0;
}
