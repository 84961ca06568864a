// The minimal C++ runtime that exceptions need in wasm; the native build uses the system's.
//
// It allocates exceptions, keeps the stack of caught ones, and has the personality, which finds the
// clause of a landing pad in the compiler's tables ("Itanium C++ ABI: Exception Handling"; LLVM's
// WasmEHPrepare says how a landing pad asks for it). Classes have at most one base class.
#ifdef __wasm__

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

namespace {
struct TypeInfo {
    const void *const *vtable;
    const char *name;
};
struct DerivedTypeInfo : TypeInfo {
    const TypeInfo *base;
};
struct Header {
    const TypeInfo *type;
    void (*destructor)(void *);
    Header *next;
    int handlers;
    bool rethrown;
};
Header *header_of(void *object) { return reinterpret_cast<Header *>(object) - 1; }
void *object_of(Header *header) { return header + 1; }
Header *caught;
} // namespace

extern "C" {
struct Context {
    uintptr_t landing_pad;
    const uint8_t *lsda;
    uintptr_t selector;
} __wasm_lpad_context;

// What vtables begin with; nothing calls what is in them.
const void *_ZTVN10__cxxabiv117__class_type_infoE[8];
const void *_ZTVN10__cxxabiv120__si_class_type_infoE[8];
const void *_ZTVN10__cxxabiv123__fundamental_type_infoE[8];
extern const TypeInfo _ZTIi = {&_ZTVN10__cxxabiv123__fundamental_type_infoE[2], "i"};

void *__cxa_allocate_exception(size_t size) {
    return object_of(static_cast<Header *>(malloc(sizeof(Header) + size)));
}

[[noreturn]] void __cxa_throw(void *object, const TypeInfo *type, void (*destructor)(void *)) {
    *header_of(object) = {type, destructor, nullptr, 0, false};
    __builtin_wasm_throw(0, object);
}

void *__cxa_begin_catch(void *object) {
    Header *header = header_of(object);
    if (header->handlers++ == 0 && caught != header) {
        header->next = caught;
        caught = header;
    }
    header->rethrown = false;
    return object;
}

void *__cxa_get_exception_ptr(void *object) { return object; }

void __cxa_end_catch() {
    Header *header = caught;
    if (--header->handlers == 0) {
        caught = header->next;
        if (!header->rethrown) {
            if (header->destructor) header->destructor(object_of(header));
            free(header);
        }
    }
}

[[noreturn]] void __cxa_rethrow() {
    caught->rethrown = true;
    __builtin_wasm_throw(0, object_of(caught));
}

[[noreturn]] void _ZSt9terminatev() { abort(); }
}

namespace {
uintptr_t uleb(const uint8_t *&at) {
    uintptr_t value = 0;
    for (int shift = 0;; shift += 7) {
        uint8_t byte = *at++;
        value |= uintptr_t(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return value;
    }
}

intptr_t sleb(const uint8_t *&at) {
    intptr_t value = 0;
    for (int shift = 0;;) {
        uint8_t byte = *at++;
        value |= intptr_t(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80)) {
            if ((byte & 0x40) && shift < 32) value |= -(intptr_t(1) << shift);
            return value;
        }
    }
}

bool is_a(const TypeInfo *type, const TypeInfo *wanted) {
    while (type != wanted) {
        if (type->vtable != &_ZTVN10__cxxabiv120__si_class_type_infoE[2]) return false;
        type = static_cast<const DerivedTypeInfo *>(type)->base;
    }
    return true;
}
} // namespace

// Which clause of the landing pad takes the exception: its number, or 0 for none.
extern "C" int _Unwind_CallPersonality(void *object) {
    Context &context = __wasm_lpad_context;
    context.selector = 0;
    const uint8_t *at = context.lsda;
    if (!at) return 0;
    at++; // landing pads begin at 0
    uint8_t types_encoding = *at++;
    const uint8_t *types = nullptr;
    if (types_encoding != 0xff) {
        uintptr_t offset = uleb(at);
        types = at + offset;
    }
    at++; // numbers of call sites are ULEB128
    uintptr_t length = uleb(at);
    const uint8_t *actions = at + length;
    for (uintptr_t index = 0; at < actions; index++) {
        uleb(at);
        uintptr_t action = uleb(at);
        if (index != context.landing_pad) continue;
        while (action) {
            const uint8_t *entry = actions + action - 1;
            intptr_t type = sleb(entry);
            const uint8_t *here = entry;
            intptr_t next = sleb(entry);
            if (type > 0) {
                auto wanted = reinterpret_cast<const TypeInfo *const *>(types)[-type];
                if (!wanted || is_a(header_of(object)->type, wanted)) {
                    context.selector = type;
                    return 0;
                }
            }
            if (!next) break;
            action = here + next - actions + 1;
        }
        break;
    }
    return 0;
}

#endif
