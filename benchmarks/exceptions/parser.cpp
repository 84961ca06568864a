// A recursive-descent parser: guards with destructors in every call, and a handler around each expression.
#include "handlers.h"

static int open_guards;

struct Guard {
    Guard() { open_guards++; }
    ~Guard() { open_guards--; }
};

struct Parser {
    const char *at;
    int expression() {
        Guard guard;
        int value = term();
        while (*at == '+' || *at == '-') {
            bool add = *at++ == '+';
            int other = term();
            value = add ? value + other : value - other;
        }
        return value;
    }
    NOINLINE int term() {
        Guard guard;
        int value = factor();
        while (*at == '*') {
            at++;
            value *= factor();
        }
        return value;
    }
    NOINLINE int factor() {
        Guard guard;
        if (*at == '(') {
            at++;
            int value = expression();
            if (*at++ != ')') THROW(1);
            return value;
        }
        if (*at < '0' || *at > '9') THROW(2);
        int value = 0;
        while (*at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
        return value;
    }
};

static char text[4096];

static void write_expression(Random &random, char *&to, int depth) {
    for (int terms = 1 + random.next() % 3; terms > 0; terms--) {
        if (depth > 0 && random.next() % 2) {
            *to++ = '(';
            write_expression(random, to, depth - 1);
            *to++ = ')';
        } else {
            to += snprintf(to, 8, "%u", random.next() % 1000);
        }
        if (terms > 1) *to++ = "+-*"[random.next() % 3];
    }
}

int main() {
    Random random;
    unsigned sum = 0;
    for (int round = 0; round < 2000; round++) {
        char *end = text;
        write_expression(random, end, 4);
        *end = 0;
        for (int again = 0; again < 600; again++) {
            TRY {
                Parser parser{text};
                sum = sum * 31 + unsigned(parser.expression());
            }
            CATCH(int) { sum++; }
        }
    }
    printf("%u %d\n", sum, open_guards);
}
