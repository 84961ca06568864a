/* Five bodies under gravity, leapfrog steps: f64 arithmetic with divisions and square roots. */
#include <math.h>
#include <stdio.h>

#define BODIES 5

struct body {
    double position[3], velocity[3], mass;
};

static struct body bodies[BODIES] = {
    { { 0, 0, 0 }, { 0, 0, 0 }, 40 },
    { { 5, 0, 0.25 }, { 0, 2.75, 0 }, 0.5 },
    { { -9, 1, 0 }, { 0.125, -2, 0.0625 }, 0.25 },
    { { 0, 14, -1 }, { -1.75, 0, 0 }, 0.125 },
    { { 3, -20, 2 }, { 1.375, 0.25, 0 }, 0.375 },
};

static double energy(void)
{
    double total = 0;
    for (int i = 0; i < BODIES; i++) {
        const struct body *a = &bodies[i];
        for (int k = 0; k < 3; k++)
            total += a->mass * a->velocity[k] * a->velocity[k] / 2;
        for (int j = i + 1; j < BODIES; j++) {
            double square = 0;
            for (int k = 0; k < 3; k++) {
                double d = a->position[k] - bodies[j].position[k];
                square += d * d;
            }
            total -= a->mass * bodies[j].mass / sqrt(square);
        }
    }
    return total;
}

static void kick(double step)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].position[k] - bodies[j].position[k];
                square += d[k] * d[k];
            }
            double pull = step / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                bodies[i].velocity[k] -= d[k] * bodies[j].mass * pull;
                bodies[j].velocity[k] += d[k] * bodies[i].mass * pull;
            }
        }
}

int main(void)
{
    const double step = 1.0 / 256;
    printf("energy %.12e\n", energy());
    for (int i = 0; i < 20000; i++) {
        kick(step / 2);
        for (int b = 0; b < BODIES; b++)
            for (int k = 0; k < 3; k++)
                bodies[b].position[k] += step * bodies[b].velocity[k];
        kick(step / 2);
    }
    printf("energy %.12e\n", energy());
    for (int b = 0; b < BODIES; b++)
        printf("%a %a %a\n", bodies[b].position[0], bodies[b].position[1], bodies[b].position[2]);
    return 0;
}
