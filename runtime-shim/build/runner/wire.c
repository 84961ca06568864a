#include "wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner.h"

_Noreturn void
fail(const char *reason)
{
    fprintf(stderr, "runner: %s\n", reason);
    _exit(RUNNER_FAILURE);
}

static void
receive_exactly(void *place, size_t length)
{
    uint8_t *next = place;

    while (length > 0) {
        ssize_t count = read(runner_socket, next, length);
        if (count == 0)
            _exit(0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("cannot read from the socket");
        next += count;
        length -= (size_t)count;
    }
}

static void
send_exactly(const void *bytes, size_t length)
{
    const uint8_t *next = bytes;

    while (length > 0) {
        ssize_t count = write(runner_socket, next, length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            fail("cannot write to the socket");
        next += count;
        length -= (size_t)count;
    }
}

static void
reserve(struct message *message, size_t more)
{
    size_t capacity = message->capacity;
    uint8_t *bytes;

    if (capacity - message->length >= more)
        return;
    while (capacity - message->length < more)
        capacity = capacity ? 2 * capacity : 256;
    if (!(bytes = realloc(message->bytes, capacity)))
        fail("no memory for a message");
    message->bytes = bytes;
    message->capacity = capacity;
}

void
receive(struct message *message)
{
    uint32_t length;

    receive_exactly(&length, sizeof length);
    message->length = 0;
    message->position = 0;
    reserve(message, length);
    receive_exactly(message->bytes, length);
    message->length = length;
}

void
send_message(const struct message *message)
{
    uint32_t length = (uint32_t)message->length;

    if (length != message->length)
        fail("a message of 4 GiB");
    send_exactly(&length, sizeof length);
    send_exactly(message->bytes, message->length);
}

void
clear(struct message *message)
{
    free(message->bytes);
    memset(message, 0, sizeof *message);
}

static uint8_t *
take(struct message *message, size_t length)
{
    uint8_t *place = message->bytes + message->position;

    if (message->length - message->position < length)
        fail("a message is too short");
    message->position += length;
    return place;
}

uint8_t
take_u8(struct message *message)
{
    return *take(message, 1);
}

uint32_t
take_u32(struct message *message)
{
    uint32_t value;

    memcpy(&value, take(message, sizeof value), sizeof value);
    return value;
}

uint64_t
take_u64(struct message *message)
{
    uint64_t value;

    memcpy(&value, take(message, sizeof value), sizeof value);
    return value;
}

uint8_t *
take_bytes(struct message *message, uint32_t *length)
{
    *length = take_u32(message);
    return take(message, *length);
}

char *
take_string(struct message *message)
{
    uint32_t length;
    char *text = (char *)take_bytes(message, &length);

    if (length == 0 || text[length - 1] != '\0')
        fail("a string has no end");
    return text;
}

void *
take_pointer(struct message *message)
{
    return (void *)(uintptr_t)take_u64(message);
}

static void
put(struct message *message, const void *bytes, size_t length)
{
    reserve(message, length);
    if (length > 0)
        memcpy(message->bytes + message->length, bytes, length);
    message->length += length;
}

void
put_u8(struct message *message, uint8_t value)
{
    put(message, &value, sizeof value);
}

void
put_u32(struct message *message, uint32_t value)
{
    put(message, &value, sizeof value);
}

void
put_u64(struct message *message, uint64_t value)
{
    put(message, &value, sizeof value);
}

void
put_bytes(struct message *message, const void *bytes, uint32_t length)
{
    put_u32(message, length);
    put(message, bytes, length);
}

void
put_string(struct message *message, const char *text)
{
    put_bytes(message, text, text ? (uint32_t)strlen(text) : 0);
}

void
put_pointer(struct message *message, const void *pointer)
{
    put_u64(message, (uint64_t)(uintptr_t)pointer);
}
