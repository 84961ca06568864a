/* CPU time of all threads, wall time, and resident memory, from /proc/self. */
#include "measure.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static bool now(clockid_t clock, double *seconds)
{
    struct timespec time;
    if (clock_gettime(clock, &time) != 0)
        return false;
    *seconds = (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
    return true;
}

static bool status_bytes(const char *field, uint64_t *bytes)
{
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL)
        return false;
    char line[256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            found = sscanf(line + strlen(field), ": %" SCNu64 " kB", bytes) == 1;
    fclose(file);
    *bytes *= 1024;
    errno = found ? 0 : ENOENT;
    return found;
}

bool measure_begin(struct figures *figures)
{
    FILE *refs = fopen("/proc/self/clear_refs", "w");
    if (refs == NULL)
        return false;
    /* 5 resets VmHWM (proc_pid_clear_refs(5)). */
    bool reset = fputs("5", refs) >= 0;
    reset = fclose(refs) == 0 && reset;
    return reset && status_bytes("VmRSS", &figures->before) && now(CLOCK_MONOTONIC, &figures->wall)
           && now(CLOCK_PROCESS_CPUTIME_ID, &figures->cpu);
}

bool measure_end(struct figures *figures)
{
    double cpu, wall;
    if (!now(CLOCK_PROCESS_CPUTIME_ID, &cpu) || !now(CLOCK_MONOTONIC, &wall))
        return false;
    figures->cpu = cpu - figures->cpu;
    figures->wall = wall - figures->wall;
    return status_bytes("VmHWM", &figures->peak);
}

bool measure_write(const struct figures *figures, uint64_t output, const char *version, const char *path)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    int printed = fprintf(file,
                          "{\"cpu\": %.9f, \"wall\": %.9f, \"before\": %" PRIu64 ", \"peak\": %" PRIu64
                          ", \"output\": %" PRIu64 ", \"version\": \"%s\"}\n",
                          figures->cpu, figures->wall, figures->before, figures->peak, output, version);
    return fclose(file) == 0 && printed > 0;
}
