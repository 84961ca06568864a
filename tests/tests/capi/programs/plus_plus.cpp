// The header also works in C++.
#include <cwamrc.h>

#include <cstdio>
#include <memory>

int
main()
{
    struct Delete {
        void operator()(cwamrc_artifact_t *artifact) const { cwamrc_artifact_delete(artifact); }
        void operator()(cwamrc_options_t *options) const { cwamrc_options_delete(options); }
    };
    const uint8_t module[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    std::unique_ptr<cwamrc_options_t, Delete> options(cwamrc_options_new());
    cwamrc_error_t *error = cwamrc_options_set_format(options.get(), CWAMRC_FORMAT_OBJECT);
    cwamrc_artifact_t *artifact = nullptr;
    if (error || (error = cwamrc_compile(module, sizeof module, options.get(), &artifact))) {
        std::puts(cwamrc_error_message(error));
        cwamrc_error_delete(error);
        return 1;
    }
    std::unique_ptr<cwamrc_artifact_t, Delete> owned(artifact);
    std::puts("plus plus");
    return 0;
}
