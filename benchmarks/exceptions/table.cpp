// A hash table of reference-counted values, whose lookups throw for keys that are missing; none is.
#include "handlers.h"

struct Value {
    int references;
    uint32_t number;
};

class Pointer {
    Value *value;

  public:
    explicit Pointer(Value *value) : value(value) { value->references++; }
    Pointer(const Pointer &other) : value(other.value) { value->references++; }
    ~Pointer() {
        if (--value->references == 0) free(value);
    }
    Value *operator->() const { return value; }
};

static const uint32_t SIZE = 1 << 14;

struct Missing {
    uint32_t key;
};

struct Table {
    uint32_t keys[SIZE];
    Value *values[SIZE];

    NOINLINE void insert(uint32_t key, uint32_t number) {
        uint32_t slot = key * 2654435761u % SIZE;
        while (values[slot] && keys[slot] != key) slot = (slot + 1) % SIZE;
        if (!values[slot]) {
            values[slot] = static_cast<Value *>(malloc(sizeof(Value)));
            values[slot]->references = 1;
        }
        keys[slot] = key;
        values[slot]->number = number;
    }
    NOINLINE Pointer at(uint32_t key) {
        uint32_t slot = key * 2654435761u % SIZE;
        while (values[slot]) {
            if (keys[slot] == key) return Pointer(values[slot]);
            slot = (slot + 1) % SIZE;
        }
        THROW(Missing{key});
    }
};

static Table table;

static uint32_t follow(uint32_t key, int steps) {
    Pointer first = table.at(key);
    uint32_t sum = 0;
    for (int step = 0; step < steps; step++) {
        Pointer next = table.at(key);
        sum += next->number ^ first->number;
        key = next->number;
    }
    return sum;
}

int main() {
    const uint32_t COUNT = 6000;
    Random random;
    for (uint32_t key = 0; key < COUNT; key++) table.insert(key, random.next() % COUNT);
    uint32_t sum = 0;
    for (int round = 0; round < 400000; round++) {
        TRY { sum = sum * 31 + follow(random.next() % COUNT, 40); }
        CATCH(const Missing &) { sum++; }
    }
    printf("%u\n", sum);
}
