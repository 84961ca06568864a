/* Threads of POSIX: a queue with a mutex and condition variables, counters of every kind, barriers,
 * thread-specific data, memory from malloc that other threads free. What is printed does not depend
 * on who runs when. */

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "threads.h"

#define WORKERS 4
#define ROUNDS 200
#define ITEMS 2000

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static pthread_cond_t emptied = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t table_lock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static _Thread_local uint64_t own;
static atomic_ullong atomic_sum;
static uint64_t locked_sum;
static unsigned table[64];
static unsigned initialised, destroyed;

/* A queue of few places, so that both sides wait. */
static struct item {
    uint32_t number;
    char text[24];
} *queue[4];
static unsigned first, count;

static void
initialise(void)
{
    initialised++;
}

static void
destroy(void *value)
{
    free(value);
    pthread_mutex_lock(&lock);
    destroyed++;
    pthread_mutex_unlock(&lock);
}

static void
put(struct item *item)
{
    pthread_mutex_lock(&lock);
    while (count == 4)
        pthread_cond_wait(&emptied, &lock);
    queue[(first + count++) % 4] = item;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
}

static struct item *
take(void)
{
    struct item *item;

    pthread_mutex_lock(&lock);
    while (!count)
        pthread_cond_wait(&filled, &lock);
    item = queue[first];
    first = (first + 1) % 4;
    count--;
    pthread_cond_signal(&emptied);
    pthread_mutex_unlock(&lock);
    return item;
}

static uint64_t
hash(const struct item *item)
{
    uint64_t state = 0xcbf29ce484222325u ^ item->number;
    const char *p;

    for (p = item->text; *p; p++)
        state = (state ^ (unsigned char)*p) * 0x100000001b3u;
    return state;
}

static void *
consume(void *argument)
{
    struct item *item;
    unsigned i;

    pthread_once(&once, initialise);
    pthread_setspecific(key, malloc(100));
    while ((item = take())) {
        own += hash(item);
        free(item);
    }
    for (i = 0; i < ROUNDS; i++) {
        atomic_fetch_add(&atomic_sum, i * (uintptr_t)argument);
        pthread_rwlock_wrlock(&table_lock);
        table[i % 64]++;
        pthread_rwlock_unlock(&table_lock);
    }
    pthread_mutex_lock(&lock);
    locked_sum += own;
    pthread_mutex_unlock(&lock);
    return (void *)((uintptr_t)argument * 10);
}

int
main(void)
{
    pthread_t threads[WORKERS];
    uintptr_t results = 0;
    unsigned i, entries = 0;

    pthread_key_create(&key, destroy);
    for (i = 0; i < WORKERS; i++)
        if (pthread_create(&threads[i], NULL, consume, (void *)(uintptr_t)(i + 1)) != 0)
            return 1;
    for (i = 0; i < ITEMS; i++) {
        struct item *item = malloc(sizeof *item);
        item->number = i;
        snprintf(item->text, sizeof item->text, "item %u", i * 2654435761u);
        put(item);
    }
    for (i = 0; i < WORKERS; i++)
        put(NULL);
    for (i = 0; i < WORKERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        results += (uintptr_t)result;
    }
    for (i = 0; i < 64; i++)
        entries += table[i];
    printf("hashes %016llx\n", (unsigned long long)locked_sum);
    printf("atomic %llu, entries %u, results %u\n", (unsigned long long)atomic_sum, entries,
           (unsigned)results);
    printf("initialised %u, destroyed %u, own %llu\n", initialised, destroyed,
           (unsigned long long)own);
    return 0;
}
