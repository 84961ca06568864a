// C++ exceptions of every kind: nested try blocks, rethrown and caught by a base class or an ellipsis,
// thrown across destructors, recursion, and calls through a table. The last line is a digest of the order
// in which everything happened, and a sum over many throws.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t trace;
static void note(uint32_t what) { trace = trace * 31 + what; }

struct Base { int value; virtual int kind() const { return 1; } };
struct Derived : Base { int kind() const override { return 2; } };
struct Other { double a, b; };
struct Guard { int id; ~Guard() { note(id); } };

[[gnu::noinline]] static void thrower(int which) {
    Guard guard{which + 1};
    switch (which) {
    case 0: throw 42;
    case 1: { Derived d; d.value = 7; throw d; }
    case 2: { Base b; b.value = 9; throw b; }
    case 3: throw Other{1.5, 2.5};
    default: return;
    }
}

[[gnu::noinline]] static void through(int depth, int which) {
    Guard guard{depth};
    if (depth == 0) thrower(which);
    else through(depth - 1, which);
    note(1000);
}

static void (*volatile table[2])(int, int) = {through, through};

static int catcher(int depth, int which) {
    try {
        try {
            table[which & 1](depth, which);
            return 0;
        } catch (const Derived &d) {
            note(d.kind());
            throw;
        } catch (int i) {
            note(i);
            return 1;
        }
    } catch (const Base &b) {
        return 10 + b.value + b.kind();
    } catch (...) {
        try {
            throw 5;
        } catch (int i) {
            note(i);
        }
        return 100;
    }
}

[[gnu::noinline]] static int step(int i) {
    if (i & 1) throw i;
    return i;
}

int main(int argc, char **argv) {
    for (int which = 0; which < 5; which++)
        for (int depth = 0; depth < 40; depth += 13)
            printf("%d %d: %d\n", which, depth, catcher(depth, which));
    int many = argc > 1 ? atoi(argv[1]) : 200000;
    uint64_t sum = 0;
    for (int i = 0; i < 2 * many; i++) {
        try { sum += step(i); } catch (int thrown) { sum += 3 * uint64_t(thrown); }
    }
    printf("%u %llu\n", trace, (unsigned long long)sum);
}
