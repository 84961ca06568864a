// The same program with exceptions and without: with -fno-exceptions, what would throw aborts.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#ifdef __cpp_exceptions
#define TRY try
#define CATCH(type) catch (type)
#define THROW(value) throw value
#else
#define TRY
#define CATCH(type) if (false)
#define THROW(value) abort()
#endif

#define NOINLINE __attribute__((noinline))

struct Random {
    uint32_t state = 2463534242u;
    uint32_t next() {
        state ^= state << 13;
        state ^= state >> 17;
        return state ^= state << 5;
    }
};
