/* The functions that an object file needs from a runtime, and a main function that calls what the
 * file defines. Prints results, and the callers of the runtime's helpers as the unwinder of the C
 * compiler finds them. */

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unwind.h>

/* Exported by the module. */
extern int32_t fib(void *exec_env, int32_t n);
extern int32_t inner(void *exec_env, int32_t n);
extern int32_t outer(void *exec_env, int32_t n, int32_t divisor);

/* Called by it. */
bool aot_invoke_native(void *exec_env, uint32_t function, uint32_t argc, uint32_t *argv);
void aot_set_exception_with_id(void *instance, uint32_t id);

int main(void);
static void trace(void);

static char instance;
static void *exec_env[EXEC_ENV_SIZE / sizeof(void *)];
static jmp_buf trapped;

static const struct {
    const char *name;
    _Unwind_Ptr start;
} FUNCTIONS[] = {
#define FUNCTION(name) { #name, (_Unwind_Ptr)name }
    FUNCTION(trace), FUNCTION(aot_invoke_native), FUNCTION(aot_set_exception_with_id),
    FUNCTION(inner), FUNCTION(outer),             FUNCTION(main),
};

static _Unwind_Reason_Code
frame(struct _Unwind_Context *context, void *unused)
{
    const char *name = "other";
    (void)unused;
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++)
        if (FUNCTIONS[i].start == _Unwind_GetRegionStart(context))
            name = FUNCTIONS[i].name;
    printf(" %s", name);
    return name == FUNCTIONS[5].name ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static __attribute__((noinline)) void
trace(void)
{
    _Unwind_Backtrace(frame, NULL);
    putchar('\n');
}

bool
aot_invoke_native(void *env, uint32_t function, uint32_t argc, uint32_t *argv)
{
    printf("import %u(%u), %u, %d:", function, argv[0], argc, env == exec_env);
    trace();
    argv[0]++;
    return true;
}

void
aot_set_exception_with_id(void *module_instance, uint32_t id)
{
    printf("trap %u, %d:", id, module_instance == &instance);
    trace();
    longjmp(trapped, 1);
}

int
main(void)
{
    exec_env[MODULE_INST / sizeof(void *)] = &instance;
    printf("%d\n", fib(exec_env, 20));
    printf("%d\n", outer(exec_env, 5, 2));
    if (!setjmp(trapped))
        printf("%d\n", outer(exec_env, 5, 0));
    return 0;
}
