#include "internals.h"
#include "references.h"
#include "runner.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The maximum number of threads that one program may start, in addition to the one that runs it. */
#define MAX_THREADS 64

/* The size in bytes of a heap for garbage collection, by default. */
#define GC_HEAP_SIZE (8 << 20)

int runner_socket;
pthread_t runner_thread;

int
__real_mprotect(void *address, size_t length, int protection);

/* qemu-user 7.2 answers ENOMEM for a length of 0, where Linux does nothing and succeeds (mm/mprotect.c:
 * `if (!len) return 0`). WAMR does that for a module without memory. The linker puts this in the place
 * of mprotect. */
int
__wrap_mprotect(void *address, size_t length, int protection)
{
    return length == 0 ? 0 : __real_mprotect(address, length, protection);
}

static void
serve_one(uint8_t kind, struct message *request, struct message *reply)
{
    uint32_t length;
    void *pointer;

    switch (kind) {
        case RUNNER_LOAD:
            load(request, reply);
            break;
        case RUNNER_LINK:
            link_module(request, reply);
            break;
        case RUNNER_UNLOAD:
            unload(request, reply);
            break;
        case RUNNER_INSTANTIATE:
            instantiate(request, reply);
            break;
        case RUNNER_DEINSTANTIATE:
            deinstantiate(request, reply);
            break;
        case RUNNER_CALL:
            call(request, reply);
            break;
        case RUNNER_RUN_MAIN:
            run_main(request, reply);
            break;
        case RUNNER_MEMORY:
            find_memory(request, reply);
            break;
        case RUNNER_GLOBAL:
            find_global(request, reply);
            break;
        case RUNNER_TABLE:
            find_table(request, reply);
            break;
        case RUNNER_PEEK: /* address, length -> bytes */
            pointer = take_pointer(request);
            put_bytes(reply, pointer, take_u32(request));
            break;
        case RUNNER_POKE: /* address, bytes -> nothing */
            pointer = take_pointer(request);
            {
                const uint8_t *bytes = take_bytes(request, &length);
                memcpy(pointer, bytes, length);
            }
            break;
        case RUNNER_DESCRIBE: /* stored reference -> whether it has a form outside, that */
        {
            uint64_t description = 0;
            put_u8(reply, wamr_shim_describe(take_u64(request), &description));
            put_u64(reply, description);
            break;
        }
        case RUNNER_REFER: /* instance, description -> whether it could be, reference to store */
        {
            wasm_module_inst_t instance = take_pointer(request);
            uint64_t stored = 0;
            put_u8(reply, wamr_shim_refer(instance, take_u64(request), &stored));
            put_u64(reply, stored);
            break;
        }
        case RUNNER_OPEN: /* path, whether to write -> file descriptor or -1 */
        {
            const char *path = take_string(request);
            put_u32(reply, (uint32_t)open(path, take_u8(request) ? O_WRONLY : O_RDONLY));
            break;
        }
        case RUNNER_CLOSE: /* file descriptor -> nothing */
            close((int)take_u32(request));
            break;
        case RUNNER_CUSTOM_SECTION:
            custom_section(request, reply);
            break;
        case RUNNER_CHOOSE:
            choose(request, reply);
            break;
        default:
            fail("an unknown request");
    }
}

void
serve(struct message *request)
{
    for (;;) {
        struct message reply = { 0 };
        uint8_t kind;

        receive(request);
        kind = request->bytes[0];
        if (kind == RUNNER_RETURN || kind == RUNNER_FAIL)
            return;
        put_u8(&reply, RUNNER_REPLY);
        serve_one(take_u8(request), request, &reply);
        /* The process ends without this, and the driver may write to the same file. */
        fflush(stdout);
        send_message(&reply);
        clear(&reply);
    }
}

static void *
run(void *gc_heap_size)
{
    struct message message = { 0 };
    RuntimeInitArgs arguments = {
        .mem_alloc_type = Alloc_With_System_Allocator,
        .max_thread_num = MAX_THREADS,
        .gc_heap_size = *(const uint32_t *)gc_heap_size,
    };

    runner_thread = pthread_self();
    if (!wasm_runtime_full_init(&arguments))
        fail("WAMR cannot be initialised");
    wasm_runtime_set_log_level(WASM_LOG_LEVEL_ERROR);
    put_u32(&message, wasm_runtime_get_current_package_version(Wasm_Module_AoT));
    put_u8(&message, wamr_shim_has_gc());
    send_message(&message);
    serve(&message);
    fail("the end of a host call that nobody made");
}

/* A socket that a standard stream is; the stream becomes what `replacement` is. */
static int
take_socket(int stream, int replacement)
{
    int socket = dup(stream);

    if (socket < 0 || replacement < 0 || dup2(replacement, stream) < 0)
        fail("a standard stream is no socket");
    return socket;
}

/* Terminates the instance that the driver names, and says so. */
static void
terminate(int control)
{
    uint64_t instance;

    if (read(control, &instance, sizeof instance) != sizeof instance)
        _exit(0);
    wamr_shim_terminate((wasm_module_inst_t)(uintptr_t)instance);
    if (write(control, &instance, sizeof instance) != sizeof instance)
        _exit(0);
}

/* runner STACK GC-HEAP [REQUESTS CONTROL]: the numbers of two sockets, for requests and for instances to
 * terminate. Without them, standard input and standard output are these. STACK is the size in bytes of the stack that WebAssembly runs on, GC-HEAP that of each
 * instance's heap for garbage collection, if the runtime has it, or 0 for a default. */
int
main(int argc, char **argv)
{
    pthread_attr_t attributes;
    pthread_t thread;
    struct pollfd sockets[2];
    uint32_t gc_heap_size;
    int i, null;

    if (argc != 3 && argc != 5)
        fail("usage: runner STACK GC-HEAP [REQUESTS CONTROL]");
    gc_heap_size = (uint32_t)strtoul(argv[2], NULL, 10);
    if (gc_heap_size == 0)
        gc_heap_size = GC_HEAP_SIZE;
    /* A program that writes to a closed pipe gets an error, as in a process of Rust. */
    signal(SIGPIPE, SIG_IGN);
    if (argc == 5) {
        runner_socket = atoi(argv[3]);
        sockets[1].fd = atoi(argv[4]);
    }
    else {
        null = open("/dev/null", O_RDONLY);
        runner_socket = take_socket(STDIN_FILENO, null);
        sockets[1].fd = take_socket(STDOUT_FILENO, STDERR_FILENO);
        close(null);
    }

    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, strtoul(argv[1], NULL, 10)) != 0
        || pthread_create(&thread, &attributes, run, &gc_heap_size) != 0)
        fail("no thread with that stack");

    /* A program may run forever; it ends with its driver, or when the driver says so. */
    sockets[0].fd = runner_socket;
    sockets[0].events = POLLRDHUP;
    sockets[1].events = POLLIN | POLLRDHUP;
    for (;;) {
        if (poll(sockets, 2, -1) < 0)
            continue;
        for (i = 0; i < 2; i++)
            if (sockets[i].revents & (POLLRDHUP | POLLHUP | POLLERR))
                _exit(0);
        if (sockets[1].revents & POLLIN)
            terminate(sockets[1].fd);
    }
}
