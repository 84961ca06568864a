/* Compiles the smallest module. */
#include <cwamrc.h>
#include <stdio.h>

int
main(void)
{
    static const uint8_t module[] = { 0, 'a', 's', 'm', 1, 0, 0, 0 };
    cwamrc_artifact_t *artifact;
    cwamrc_error_t *error = cwamrc_compile(module, sizeof(module), NULL, &artifact);
    if (error) {
        fprintf(stderr, "%s\n", cwamrc_error_message(error));
        cwamrc_error_delete(error);
        return 1;
    }
    printf("compiled by %s\n", cwamrc_version());
    cwamrc_artifact_delete(artifact);
    return 0;
}
