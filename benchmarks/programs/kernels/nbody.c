/* Planets under gravity, symplectic Euler steps: f64 with divisions and square roots. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define BODIES 5

static struct body {
    double at[3], speed[3], mass;
} bodies[BODIES] = {
    { { 0, 0, 0 }, { 0, 0, 0 }, 39.5 },
    { { 4.84, -1.16, -0.1 }, { 0.606, 2.81, -0.025 }, 0.0377 },
    { { 8.34, 4.12, -0.4 }, { -1.01, 1.82, 0.0084 }, 0.0113 },
    { { 12.9, -15.1, -0.22 }, { 1.08, 0.868, -0.0108 }, 0.00172 },
    { { 15.4, -25.9, 0.18 }, { 0.979, 0.594, -0.0347 }, 0.00203 },
};

static double energy(void)
{
    double sum = 0;
    for (int i = 0; i < BODIES; i++) {
        for (int k = 0; k < 3; k++)
            sum += 0.5 * bodies[i].mass * bodies[i].speed[k] * bodies[i].speed[k];
        for (int j = i + 1; j < BODIES; j++) {
            double square = 0;
            for (int k = 0; k < 3; k++) {
                double d = bodies[i].at[k] - bodies[j].at[k];
                square += d * d;
            }
            sum -= bodies[i].mass * bodies[j].mass / sqrt(square);
        }
    }
    return sum;
}

static void step(double dt)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++) {
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = bodies[i].at[k] - bodies[j].at[k];
                square += d[k] * d[k];
            }
            double force = dt / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                bodies[i].speed[k] -= d[k] * bodies[j].mass * force;
                bodies[j].speed[k] += d[k] * bodies[i].mass * force;
            }
        }
    for (int i = 0; i < BODIES; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].at[k] += dt * bodies[i].speed[k];
}

int main(int argc, char **argv)
{
    int steps = argc > 1 ? atoi(argv[1]) : 5000000;
    printf("%.12f\n", energy());
    for (int i = 0; i < steps; i++)
        step(0.001);
    printf("%.12f\n", energy());
    return 0;
}
