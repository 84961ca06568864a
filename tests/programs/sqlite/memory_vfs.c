/* The operating system layer of SQLITE_OS_OTHER: databases live in memory only, time stands still and
 * the random numbers are always the same, so that both builds print the same. */
#include <string.h>

#include "sqlite3.h"

static int no_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
    (void)vfs, (void)name, (void)flags, (void)out;
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}

static int no_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs, (void)name, (void)sync;
    return SQLITE_IOERR_DELETE;
}

static int no_access(sqlite3_vfs *vfs, const char *name, int flags, int *result)
{
    (void)vfs, (void)name, (void)flags;
    *result = 0;
    return SQLITE_OK;
}

static int full_pathname(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
}

static int fixed_randomness(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    for (int i = 0; i < size; i++)
        out[i] = (char)(i * 37 + 11);
    return size;
}

static int no_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return microseconds;
}

/* Julian day number in milliseconds: 2024-01-01 12:00 UTC. */
static int fixed_time(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    *out = (sqlite3_int64)2460311 * 86400000;
    return SQLITE_OK;
}

static int fixed_time_days(sqlite3_vfs *vfs, double *out)
{
    sqlite3_int64 milliseconds;
    fixed_time(vfs, &milliseconds);
    *out = (double)milliseconds / 86400000.0;
    return SQLITE_OK;
}

static int no_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs, (void)size, (void)out;
    return 0;
}

int sqlite3_os_init(void)
{
    static sqlite3_vfs vfs;
    memset(&vfs, 0, sizeof vfs);
    vfs.iVersion = 2;
    vfs.szOsFile = sizeof(sqlite3_file);
    vfs.mxPathname = 512;
    vfs.zName = "memory-only";
    vfs.xOpen = no_open;
    vfs.xDelete = no_delete;
    vfs.xAccess = no_access;
    vfs.xFullPathname = full_pathname;
    vfs.xRandomness = fixed_randomness;
    vfs.xSleep = no_sleep;
    vfs.xCurrentTime = fixed_time_days;
    vfs.xGetLastError = no_last_error;
    vfs.xCurrentTimeInt64 = fixed_time;
    return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void)
{
    return SQLITE_OK;
}
