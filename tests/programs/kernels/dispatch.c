/* Indirect calls through tables of functions with several signatures, and a bytecode machine on a switch. */
#include <inttypes.h>
#include <stdio.h>

typedef int64_t (*binary)(int64_t, int64_t);
typedef double (*mixed)(int32_t, double, float);

static int64_t add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static int64_t sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static int64_t mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static int64_t xor_shift(int64_t a, int64_t b) { return a ^ (b >> 3); }
static double scale(int32_t n, double x, float y) { return n * x + (double)y; }
static double damp(int32_t n, double x, float y) { return (x - (double)y) / (n + 1); }

static binary operators[] = { add, sub, mul, xor_shift };
static mixed blends[] = { scale, damp };

enum { PUSH, ADD, MUL, SWAP, DUP, DROP, DEC, JNZ, MOD, XOR, OVER, HALT };

static uint64_t machine(const int *code)
{
    uint64_t stack[32] = { 0 }, t, steps = 0;
    int top = 0, at = 0;
    for (;;) {
        steps++;
        switch (code[at++]) {
        case PUSH: stack[++top] = (uint64_t)code[at++]; break;
        case ADD: top--; stack[top] += stack[top + 1]; break;
        case MUL: top--; stack[top] *= stack[top + 1]; break;
        case SWAP: t = stack[top]; stack[top] = stack[top - 1]; stack[top - 1] = t; break;
        case DUP: stack[top + 1] = stack[top]; top++; break;
        case DROP: top--; break;
        case DEC: stack[top]--; break;
        case JNZ: at = stack[top] != 0 ? code[at] : at + 1; break;
        case MOD: top--; stack[top] %= stack[top + 1]; break;
        case XOR: top--; stack[top] ^= stack[top + 1]; break;
        case OVER: stack[top + 1] = stack[top - 1]; top++; break;
        case HALT: return stack[1] * 1000003 + steps;
        default: return 0;
        }
    }
}

int main(void)
{
    int64_t value = 1;
    double blend = 1;
    for (int i = 0; i < 200000; i++) {
        value = operators[(i ^ value) & 3](value, i - 77);
        blend = blends[i % 3 == 0](i % 11, blend / 16, (float)(i % 5));
    }
    printf("%" PRId64 " %a\n", value, blend);
    const int code[] = {
        PUSH, 7, PUSH, 50000, /* accumulator, counter */
        SWAP, PUSH, 31, MUL, OVER, ADD, PUSH, 1000003, MOD, DUP, PUSH, 85, XOR, ADD, SWAP, DEC, JNZ, 4, DROP, HALT,
    };
    printf("%" PRIu64 "\n", machine(code));
    return 0;
}
