#include "runner.h"

#include <stdio.h>

/* Stack that must be left when a host function starts, in bytes: a call back needs some, too. */
#define HOST_STACK (64 * 1024)

void
call_driver(wasm_exec_env_t exec_env, uint64_t *slots)
{
    const void *attachment = wasm_runtime_get_function_attachment(exec_env);
    wasm_module_inst_t instance = wasm_runtime_get_module_inst(exec_env);
    struct message message = { 0 };
    uint32_t i;

    if (!pthread_equal(pthread_self(), runner_thread)) {
        wasm_runtime_set_exception(instance, "host functions run on the runner's own thread only");
        return;
    }
    if (!wasm_runtime_detect_native_stack_overflow_size(exec_env, HOST_STACK))
        return;

    put_u8(&message, RUNNER_HOST_CALL);
    put_u32(&message, host_number(attachment));
    put_pointer(&message, instance);
    put_pointer(&message, wasm_runtime_get_custom_data(instance));
    put_u32(&message, host_params(attachment));
    for (i = 0; i < host_params(attachment); i++)
        put_u64(&message, slots[i]);
    fflush(stdout);
    send_message(&message);

    serve(&message);
    if (take_u8(&message) == RUNNER_FAIL)
        wasm_runtime_set_exception(instance, take_string(&message));
    else if (take_u8(&message))
        slots[0] = take_u64(&message);
    clear(&message);
}
