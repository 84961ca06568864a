/* Messages between the runner and the process that drives it, over one socket.
 *
 * A message is its length as a 32-bit number and that many bytes; numbers are little-endian. The
 * other side is trusted: a message that is shorter than its content ends the process. */

#ifndef RUNNER_WIRE_H
#define RUNNER_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct message {
    uint8_t *bytes;
    size_t length;
    size_t capacity;
    /* Where the next value is taken from. */
    size_t position;
};

/* Prints the reason and ends the process. */
_Noreturn void
fail(const char *reason);

/* Waits for a message; ends the process, with success, if the other side has gone. */
void
receive(struct message *message);

void
send_message(const struct message *message);

/* Frees the content; the message is empty then. */
void
clear(struct message *message);

uint8_t
take_u8(struct message *message);
uint32_t
take_u32(struct message *message);
uint64_t
take_u64(struct message *message);
/* The length is a 32-bit number in front of the bytes, which stay part of the message. */
uint8_t *
take_bytes(struct message *message, uint32_t *length);
/* A string with its NUL. */
char *
take_string(struct message *message);
void *
take_pointer(struct message *message);

void
put_u8(struct message *message, uint8_t value);
void
put_u32(struct message *message, uint32_t value);
void
put_u64(struct message *message, uint64_t value);
void
put_bytes(struct message *message, const void *bytes, uint32_t length);
/* A null pointer is sent as an empty string. */
void
put_string(struct message *message, const char *text);
void
put_pointer(struct message *message, const void *pointer);

#endif
