/* Several threads compile at once, with the same options and the same artifact, and cancel. */
#include "check.h"
#include "modules.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 4
#define ROUNDS 3

static cwamrc_options_t *options, *cancelled;
static cwamrc_artifact_t *expected;
static atomic_uint told, asked;

static void
progress(void *context, uint64_t done, uint64_t total)
{
    CHECK(done <= total);
    atomic_fetch_add((atomic_uint *)context, 1);
}

static bool
cancel(void *context)
{
    /* At some point during some of the compilations. */
    return atomic_fetch_add((atomic_uint *)context, 1) > 5;
}

static void *
work(void *argument)
{
    (void)argument;
    for (int round = 0; round < ROUNDS; round++) {
        cwamrc_artifact_t *artifact;
        fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), options, &artifact));
        size_t size = cwamrc_artifact_size(artifact);
        CHECK(size == cwamrc_artifact_size(expected));
        CHECK(memcmp(cwamrc_artifact_data(artifact), cwamrc_artifact_data(expected), size) == 0);
        cwamrc_artifact_delete(artifact);

        /* The texts of the shared artifact are created when the first thread asks for them. */
        const char *name = cwamrc_artifact_symbol(expected, 0, NULL, NULL, NULL);
        CHECK(name && name == cwamrc_artifact_symbol(expected, 0, NULL, NULL, NULL));

        cwamrc_error_t *error = cwamrc_compile(PROGRAM, sizeof(PROGRAM), cancelled, &artifact);
        if (error)
            refused(error, CWAMRC_ERROR_CANCELLED, "cancelled");
        else
            cwamrc_artifact_delete(artifact);
    }
    return NULL;
}

int
main(void)
{
    options = cwamrc_options_new();
    fine(cwamrc_options_set_progress(options, progress, &told));
    fine(cwamrc_options_set_threads(options, 2));
    cancelled = cwamrc_options_new();
    fine(cwamrc_options_set_cancel(cancelled, cancel, &asked));
    fine(cwamrc_compile(PROGRAM, sizeof(PROGRAM), NULL, &expected));

    pthread_t threads[THREADS];
    for (int index = 0; index < THREADS; index++)
        CHECK(pthread_create(&threads[index], NULL, work, NULL) == 0);
    for (int index = 0; index < THREADS; index++)
        CHECK(pthread_join(threads[index], NULL) == 0);

    CHECK(atomic_load(&told) == THREADS * ROUNDS * cwamrc_artifact_function_count(expected));
    cwamrc_artifact_t *artifact;
    refused(cwamrc_compile(PROGRAM, sizeof(PROGRAM), cancelled, &artifact),
            CWAMRC_ERROR_CANCELLED, "cancelled");
    cwamrc_artifact_delete(expected);
    cwamrc_options_delete(cancelled);
    cwamrc_options_delete(options);
    puts("at once");
    return 0;
}
