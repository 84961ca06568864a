/* The runner: the WAMR runtime as a process of its own, driven by wamr-shim (src/remote). It runs
 * what was compiled for another machine, under an emulator.
 *
 * The process that drives it keeps the types, chooses what to link and implements the host
 * functions; the runner holds the runtime and what lives in its address space. Modules, instances
 * and addresses are named by their pointers.
 *
 * The driver sends a request and gets one reply. While a request runs WebAssembly, a host function
 * may be called: the runner then sends RUNNER_HOST_CALL in place of the reply, and serves further
 * requests until the driver sends RUNNER_RETURN or RUNNER_FAIL.
 *
 * A second socket ends calls under way: the driver sends the address of an instance, in the byte
 * order of the machine, and gets it back when the instance has been notified. */

#ifndef RUNNER_H
#define RUNNER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "wasm_export.h"
#include "wire.h"

/* Exit code of a runner that failed by itself. */
#define RUNNER_FAILURE 70

/* First byte of a message from the driver; src/remote/wire.rs has the same table. */
enum runner_request {
    RUNNER_LOAD = 1,
    RUNNER_LINK = 2,
    RUNNER_UNLOAD = 3,
    RUNNER_INSTANTIATE = 4,
    RUNNER_DEINSTANTIATE = 5,
    RUNNER_CALL = 6,
    RUNNER_RUN_MAIN = 7,
    RUNNER_MEMORY = 8,
    RUNNER_GLOBAL = 9,
    RUNNER_TABLE = 10,
    RUNNER_PEEK = 11,
    RUNNER_POKE = 12,
    RUNNER_DESCRIBE = 13,
    RUNNER_REFER = 14,
    RUNNER_OPEN = 15,
    RUNNER_CLOSE = 16,
    RUNNER_CUSTOM_SECTION = 17,
    /* These two end a host call. */
    RUNNER_RETURN = 18,
    RUNNER_FAIL = 19,
    RUNNER_CHOOSE = 20
};

/* First byte of a message to the driver. */
enum runner_answer { RUNNER_REPLY = 0, RUNNER_HOST_CALL = 1 };

/* How a call ended. */
enum runner_outcome {
    RUNNER_RETURNED = 0,
    RUNNER_TRAPPED = 1,
    /* There is no such export. */
    RUNNER_NO_FUNCTION = 2,
    /* For the driver to do: the export is a host function of its own. */
    RUNNER_CALL_HOST = 3,
    /* The export is an import that cannot be called; see enum wamr_shim_callee_kind. */
    RUNNER_CALL_UNLINKED = 4,
    RUNNER_CALL_POINTERS = 5
};

/* Connected with the driver. */
extern int runner_socket;
/* The thread that serves requests. */
extern pthread_t runner_thread;

/* Serves requests until a host call ends, whose end is then in `request`. */
void
serve(struct message *request);

/* modules.c */
void
load(struct message *request, struct message *reply);
void
link_module(struct message *request, struct message *reply);
void
unload(struct message *request, struct message *reply);
void
custom_section(struct message *request, struct message *reply);
void
choose(struct message *request, struct message *reply);

/* instances.c */
void
instantiate(struct message *request, struct message *reply);
void
deinstantiate(struct message *request, struct message *reply);
void
call(struct message *request, struct message *reply);
void
run_main(struct message *request, struct message *reply);
void
find_memory(struct message *request, struct message *reply);
void
find_global(struct message *request, struct message *reply);
void
find_table(struct message *request, struct message *reply);

/* host.c: implements every host function in WAMR. The attachment of the function is its number
 * in the driver and the number of its parameters. */
void
call_driver(wasm_exec_env_t exec_env, uint64_t *slots);

static inline void *
host_attachment(uint32_t number, uint32_t params)
{
    return (void *)(uintptr_t)((uint64_t)params << 32 | number);
}

static inline uint32_t
host_number(const void *attachment)
{
    return (uint32_t)(uintptr_t)attachment;
}

static inline uint32_t
host_params(const void *attachment)
{
    return (uint32_t)((uint64_t)(uintptr_t)attachment >> 32);
}

#endif
