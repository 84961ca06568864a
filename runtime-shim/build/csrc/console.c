/* Where the runtime's own text goes; build/options.rs says which files call these instead of
 * os_printf and os_vprintf. Standard output stays with the WebAssembly program. */

#include <stdarg.h>
#include <stdio.h>

int
wamr_shim_veprintf(const char *format, va_list arguments)
{
    return vfprintf(stderr, format, arguments);
}

int
wamr_shim_eprintf(const char *format, ...)
{
    va_list arguments;
    int written;

    va_start(arguments, format);
    written = wamr_shim_veprintf(format, arguments);
    va_end(arguments);
    return written;
}

int
wamr_shim_discard(const char *format, ...)
{
    (void)format;
    return 0;
}
