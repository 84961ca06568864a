/* Keeps the address space of a memory with guard pages for the next one, and clears large memory by pages.
 *
 * WAMR reserves 8 GiB for such a memory and gives them back with the instance. An emulator walks over
 * each page of a range that is mapped or unmapped, and qemu-user 7.2 keeps a record of each forever;
 * the kernel does neither. So what was reserved once is used again, cleared. The linker puts these
 * functions in the place of WAMR's; ranges of other sizes go to WAMR's own.
 *
 * Not here: any change of what WAMR sees. A range is without access and full of zeros, as a new one. */

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform_api_vmcore.h"
#include "runner.h"

/* The size of a memory with guard pages (memory_instance_allocate_memory… of WAMR: "Totally 8G is
 * mapped"). Without guard pages memories are moved, and none is kept. */
#ifdef OS_ENABLE_HW_BOUND_CHECK
#define KEPT_SIZE ((size_t)8 << 30)
#else
#define KEPT_SIZE SIZE_MAX
#endif
/* Ranges that are known at the same time, in use or not. */
#define MAX_REGIONS 16

struct region {
    char *start;
    /* Bytes from the start that may have been made accessible. */
    size_t touched;
    bool used;
};

static struct region regions[MAX_REGIONS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

void *
__real_os_mmap(void *hint, size_t size, int prot, int flags, os_file_handle file);
void
__real_os_munmap(void *address, size_t size);
int
__real_os_mprotect(void *address, size_t size, int prot);

/* The region that `address` is in, or null. To be called with the lock held. */
static struct region *
find(const char *address)
{
    int i;

    for (i = 0; i < MAX_REGIONS; i++) {
        const char *start = regions[i].start;
        if (start && address >= start && address < start + KEPT_SIZE)
            return &regions[i];
    }
    return NULL;
}

static bool
clear_region(struct region *region)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    void *start = region->start;

    if (region->touched && mmap(start, region->touched, PROT_NONE, flags, -1, 0) != start)
        return false;
    region->touched = 0;
    return true;
}

/* A place for a new region, or null. */
static struct region *
free_place(void)
{
    int i;

    for (i = 0; i < MAX_REGIONS; i++)
        if (!regions[i].start)
            return &regions[i];
    return NULL;
}

static struct region *
unused_region(void)
{
    int i;

    for (i = 0; i < MAX_REGIONS; i++)
        if (regions[i].start && !regions[i].used)
            return &regions[i];
    return NULL;
}

void *
__wrap_os_mmap(void *hint, size_t size, int prot, int flags, os_file_handle file)
{
    struct region *region;
    void *start = NULL;

    if (size != KEPT_SIZE || hint || prot != MMAP_PROT_NONE || flags != MMAP_MAP_NONE)
        return __real_os_mmap(hint, size, prot, flags, file);
    pthread_mutex_lock(&lock);
    if ((region = unused_region()))
        start = region->start;
    else if ((start = __real_os_mmap(hint, size, prot, flags, file)) && (region = free_place()))
        *region = (struct region){ .start = start };
    if (region)
        region->used = true;
    pthread_mutex_unlock(&lock);
    return start;
}

void
__wrap_os_munmap(void *address, size_t size)
{
    struct region *region;

    pthread_mutex_lock(&lock);
    region = find(address);
    if (region && region->start == address && size == KEPT_SIZE) {
        region->used = false;
        if (!clear_region(region))
            fail("a memory cannot be cleared");
    }
    else if (region)
        fail("part of a memory is given back");
    else
        __real_os_munmap(address, size);
    pthread_mutex_unlock(&lock);
}

int
__wrap_os_mprotect(void *address, size_t size, int prot)
{
    struct region *region;

    pthread_mutex_lock(&lock);
    if ((region = find(address))) {
        size_t end = (size_t)((char *)address - region->start) + size;
        if (end > region->touched)
            region->touched = end;
    }
    pthread_mutex_unlock(&lock);
    return __real_os_mprotect(address, size, prot);
}

/* WAMR clears the heap for garbage collection when it makes one, twice, and when it destroys it. So all
 * of the heap would be in memory, even if the program needs little. */
#define LARGE ((size_t)16 << 20)

void *
__real_memset(void *place, int value, size_t size);

/* Puts new pages in the place of those that are to be cleared, if they are many. */
void *
__wrap_memset(void *place, int value, size_t size)
{
#if WASM_ENABLE_GC != 0
    if (value == 0 && size >= LARGE) {
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        char *first = (char *)(((uintptr_t)place + page - 1) & ~(page - 1));
        char *end = (char *)place + size;
        char *last = (char *)((uintptr_t)end & ~(page - 1));
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;

        if (mmap(first, (size_t)(last - first), PROT_READ | PROT_WRITE, flags, -1, 0) == first) {
            __real_memset(place, 0, (size_t)(first - (char *)place));
            __real_memset(last, 0, (size_t)(end - last));
            return place;
        }
    }
#endif
    return __real_memset(place, value, size);
}
