/* The layout of the sections is in docs/universal-files.md; compiler/src/universal writes them. */

#include "cwamrc_universal.h"

#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__linux__)
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#define SECTION_PREFIX "cwamrc.aot."
#define LAYOUT_VERSION 2
#define DIGEST_SIZE 32
#define KEY_SIZE 32
#define SIGNATURE_SIZE 64

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define MACHINE "aarch64"
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE "riscv64"
#else
#define MACHINE "none that code is made for"
#endif

/* BLAKE2b of 32 bytes without a key: RFC 7693. */

#define BLOCK_SIZE 128

struct digest {
    uint64_t state[8];
    /* Bytes so far; no file has 2^64 bytes. */
    uint64_t total;
    uint32_t filled;
    uint8_t block[BLOCK_SIZE];
};

static const uint64_t INITIAL[8] = {
    UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b),
    UINT64_C(0x3c6ef372fe94f82b), UINT64_C(0xa54ff53a5f1d36f1),
    UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
    UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179),
};

static const uint8_t SIGMA[10][16] = {
    { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
    { 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3 },
    { 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4 },
    { 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8 },
    { 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13 },
    { 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9 },
    { 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11 },
    { 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10 },
    { 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5 },
    { 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0 },
};

static uint64_t
rotate(uint64_t word, unsigned bits)
{
    return word >> bits | word << (64 - bits);
}

static uint64_t
little_endian_u64(const uint8_t *bytes)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

static uint32_t
little_endian_u32(const uint8_t *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void
mix(uint64_t v[16], int a, int b, int c, int d, uint64_t x, uint64_t y)
{
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 63);
}

static void
compress(struct digest *digest, const uint8_t *block, int is_last)
{
    uint64_t v[16], m[16];
    for (int i = 0; i < 8; i++) {
        v[i] = digest->state[i];
        v[i + 8] = INITIAL[i];
    }
    v[12] ^= digest->total;
    if (is_last)
        v[14] = ~v[14];
    for (int i = 0; i < 16; i++)
        m[i] = little_endian_u64(block + 8 * i);
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = SIGMA[round % 10];
        for (int i = 0; i < 4; i++)
            mix(v, i, i + 4, i + 8, i + 12, m[s[2 * i]], m[s[2 * i + 1]]);
        for (int i = 0; i < 4; i++)
            mix(v, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12, m[s[2 * i + 8]],
                m[s[2 * i + 9]]);
    }
    for (int i = 0; i < 8; i++)
        digest->state[i] ^= v[i] ^ v[i + 8];
}

static void
digest_begin(struct digest *digest)
{
    memcpy(digest->state, INITIAL, sizeof INITIAL);
    digest->state[0] ^= 0x01010000 ^ DIGEST_SIZE;
    digest->total = 0;
    digest->filled = 0;
}

static void
digest_add(struct digest *digest, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        size_t room, taken;
        /* Only when there is more data, since the last block is treated differently. */
        if (digest->filled == BLOCK_SIZE) {
            digest->total += BLOCK_SIZE;
            compress(digest, digest->block, 0);
            digest->filled = 0;
        }
        room = BLOCK_SIZE - digest->filled;
        taken = size < room ? size : room;
        memcpy(digest->block + digest->filled, bytes, taken);
        digest->filled += (uint32_t)taken;
        bytes += taken;
        size -= taken;
    }
}

/* Whether the digest is `expected`. Neither is secret, so the comparison may stop at the first difference. */
static int
digest_is(struct digest *digest, const uint8_t *expected)
{
    digest->total += digest->filled;
    memset(digest->block + digest->filled, 0, BLOCK_SIZE - digest->filled);
    compress(digest, digest->block, 1);
    for (int i = 0; i < DIGEST_SIZE; i++) {
        if ((uint8_t)(digest->state[i / 8] >> 8 * (i % 8)) != expected[i])
            return 0;
    }
    return 1;
}

/* What the CPU has. The names are LLVM's, as for `cwamrc --cpu-features`. */

struct feature {
    const char *name;
    /* Where the feature is reported, and all bits that must be set there. */
    uint32_t source;
    uint64_t bits;
};

#if defined(__x86_64__)
/* Leaf, subleaf and register of CPUID; eax is 0, ebx 1, ecx 2, edx 3. */
#define CPUID(leaf, subleaf, reg) ((uint32_t)((leaf) & 0x80000000) | (leaf & 0xff) << 8 | (subleaf) << 4 | (reg))
#define BASIC CPUID(1u, 0, 2)
#define AVX_STATE 0x6
#define AVX512_STATE 0xe6

static const struct feature FEATURES[] = {
    { "sse3", BASIC, 1u << 0 },
    { "ssse3", BASIC, 1u << 9 },
    { "fma", BASIC, 1u << 12 },
    { "cx16", BASIC, 1u << 13 },
    { "sse4.1", BASIC, 1u << 19 },
    { "sse4.2", BASIC, 1u << 20 },
    { "popcnt", BASIC, 1u << 23 },
    { "avx", BASIC, 1u << 28 },
    { "bmi", CPUID(7u, 0, 1), 1u << 3 },
    { "avx2", CPUID(7u, 0, 1), 1u << 5 },
    { "bmi2", CPUID(7u, 0, 1), 1u << 8 },
    { "avx512f", CPUID(7u, 0, 1), 1u << 16 },
    { "avx512dq", CPUID(7u, 0, 1), 1u << 17 },
    { "avx512vl", CPUID(7u, 0, 1), 1u << 31 },
    { "avx512vbmi", CPUID(7u, 0, 2), 1u << 1 },
    { "avx512vnni", CPUID(7u, 0, 2), 1u << 11 },
    { "avx512bitalg", CPUID(7u, 0, 2), 1u << 12 },
    { "avxvnni", CPUID(7u, 1, 0), 1u << 4 },
    { "lzcnt", CPUID(0x80000001u, 0, 2), 1u << 5 },
};

/* The registers that the system saves for programs (XCR0). Only valid if the system says that it does. */
static uint64_t
kept_state(void)
{
    uint32_t eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & 1u << 27))
        return 0;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return (uint64_t)edx << 32 | eax;
}

static int
has(const struct feature *feature)
{
    uint32_t regs[4] = { 0 };
    uint32_t leaf = (feature->source & 0x80000000) | (feature->source >> 8 & 0xff);
    uint32_t subleaf = feature->source >> 4 & 0xf;
    uint64_t state = 0;
    if (!__get_cpuid_count(leaf, subleaf, &regs[0], &regs[1], &regs[2], &regs[3]))
        return 0;
    if (strncmp(feature->name, "avx512", 6) == 0)
        state = AVX512_STATE;
    else if (strncmp(feature->name, "avx", 3) == 0 || strcmp(feature->name, "fma") == 0)
        state = AVX_STATE;
    return (regs[feature->source & 3] & feature->bits) == feature->bits
           && (kept_state() & state) == state;
}

#elif defined(__aarch64__) && defined(__linux__)
/* Source: arch/arm64/include/uapi/asm/hwcap.h of Linux. */
static const struct feature FEATURES[] = {
    { "fp-armv8", AT_HWCAP, 1u << 0 },
    { "neon", AT_HWCAP, 1u << 1 },
    { "lse", AT_HWCAP, 1u << 8 },
    { "fullfp16", AT_HWCAP, 1u << 9 | 1u << 10 },
    { "dotprod", AT_HWCAP, 1u << 20 },
    { "pauth", AT_HWCAP, 1u << 30 },
    { "i8mm", AT_HWCAP2, 1u << 13 },
};

static int
has(const struct feature *feature)
{
    return (getauxval(feature->source) & feature->bits) == feature->bits;
}

#elif defined(__riscv) && defined(__linux__)
/* Source: arch/riscv/include/uapi/asm/hwprobe.h of Linux, and AT_HWCAP for extensions of one letter.
 * What older systems do not report counts as missing. The length of vectors is read from the CPU. */
#define LETTER(letter) (UINT64_C(1) << ((letter) - 'a'))
#define PROBED 0
#define VECTOR_BITS 1

static const struct feature FEATURES[] = {
    { "m", AT_HWCAP, LETTER('m') },
    { "a", AT_HWCAP, LETTER('a') },
    { "f", AT_HWCAP, LETTER('f') },
    { "d", AT_HWCAP, LETTER('d') },
    { "c", AT_HWCAP, LETTER('c') },
    { "v", AT_HWCAP, LETTER('v') },
    /* Parts of the extension C, and what the extension F requires. */
    { "zca", AT_HWCAP, LETTER('c') },
    { "zcd", AT_HWCAP, LETTER('c') | LETTER('d') },
    { "zicsr", AT_HWCAP, LETTER('f') },
    /* Linux requires it. */
    { "zifencei", AT_HWCAP, 0 },
    /* V requires vectors of at least 128 bits. */
    { "zvl32b", AT_HWCAP, LETTER('v') },
    { "zvl64b", AT_HWCAP, LETTER('v') },
    { "zvl128b", AT_HWCAP, LETTER('v') },
    { "zvl256b", VECTOR_BITS, 256 },
    { "zvl512b", VECTOR_BITS, 512 },
    { "zvl1024b", VECTOR_BITS, 1024 },
    { "b", PROBED, 1u << 3 | 1u << 4 | 1u << 5 },
    { "zba", PROBED, 1u << 3 },
    { "zbb", PROBED, 1u << 4 },
    { "zbs", PROBED, 1u << 5 },
    { "zbc", PROBED, 1u << 7 },
    { "zbkb", PROBED, 1u << 8 },
    { "zvbb", PROBED, 1u << 17 },
    { "zfh", PROBED, 1u << 27 },
    { "zfhmin", PROBED, 1u << 28 },
    { "zvfh", PROBED, 1u << 30 },
    { "zfa", PROBED, UINT64_C(1) << 32 },
    { "zicond", PROBED, UINT64_C(1) << 35 },
    { "zcb", PROBED, UINT64_C(1) << 44 },
};

/* The length of a vector register, from the control register vlenb, which is part of V. */
static uint64_t
vector_bits(void)
{
    uint64_t bytes;
    if (!(getauxval(AT_HWCAP) & LETTER('v')))
        return 0;
    /* By number, since assemblers know the name only if V is enabled. */
    __asm__("csrr %0, 0xc22" : "=r"(bytes));
    return 8 * bytes;
}

static int
has(const struct feature *feature)
{
    /* riscv_hwprobe, and its key RISCV_HWPROBE_KEY_IMA_EXT_0. */
    struct {
        int64_t key;
        uint64_t value;
    } pair = { 4, 0 };
    if (feature->source == VECTOR_BITS)
        return vector_bits() >= feature->bits;
    if (feature->source != PROBED)
        return (getauxval(feature->source) & feature->bits) == feature->bits;
    return syscall(258, &pair, 1, 0, NULL, 0) == 0 && pair.key == 4
           && (pair.value & feature->bits) == feature->bits;
}

#else
static const struct feature FEATURES[] = { { "", 0, 0 } };

static int
has(const struct feature *feature)
{
    (void)feature;
    return 0;
}
#endif

static int
cpu_has(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof FEATURES / sizeof *FEATURES; i++) {
        if (strlen(FEATURES[i].name) == length && memcmp(FEATURES[i].name, name, length) == 0)
            return has(&FEATURES[i]);
    }
    return 0;
}

/* Whether the CPU has all features in a list of names separated by commas. */
static int
cpu_has_all(const char *names, size_t length)
{
    while (length > 0) {
        const char *comma = memchr(names, ',', length);
        size_t name = comma ? (size_t)(comma - names) : length;
        if (!cpu_has(names, name))
            return 0;
        name += comma ? 1 : 0;
        names += name;
        length -= name;
    }
    return 1;
}

/* Sections. */

struct reader {
    uint8_t *next;
    uint8_t *end;
};

/* A number as WebAssembly encodes it. */
static int
read_leb(struct reader *reader, uint32_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t byte;
        if (reader->next == reader->end)
            return 0;
        byte = *reader->next++;
        if (shift == 28 && byte > 0xf)
            return 0;
        *value |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return 1;
    }
    return 0;
}

struct section {
    /* Name of the machine, for a section with machine code; otherwise null. */
    const char *machine;
    uint32_t machine_length;
    struct reader content;
};

static int
read_section(struct reader *file, struct section *section)
{
    uint32_t size, length;
    size_t prefix = strlen(SECTION_PREFIX);
    uint8_t id;
    if (file->next == file->end)
        return 0;
    id = *file->next++;
    if (!read_leb(file, &size) || size > (size_t)(file->end - file->next))
        return 0;
    section->content.next = file->next;
    section->content.end = file->next + size;
    file->next += size;
    section->machine = NULL;
    if (id == 0 && read_leb(&section->content, &length) && length > prefix
        && length <= (size_t)(section->content.end - section->content.next)
        && memcmp(section->content.next, SECTION_PREFIX, prefix) == 0) {
        section->machine = (const char *)section->content.next + prefix;
        section->machine_length = length - (uint32_t)prefix;
        section->content.next += length;
    }
    return 1;
}

/* Whether `expected` is the digest of the module without the sections with machine code. */
static int
is_of_module(uint8_t *file, uint32_t size, const uint8_t *expected)
{
    struct digest digest;
    struct section section;
    struct reader reader = { file + 8, file + size };
    digest_begin(&digest);
    digest_add(&digest, file, 8);
    while (reader.next != reader.end) {
        uint8_t *start = reader.next;
        if (!read_section(&reader, &section))
            return 0;
        if (!section.machine)
            digest_add(&digest, start, (size_t)(reader.next - start));
    }
    return digest_is(&digest, expected);
}

/* Version (4 bytes), key of the signer, signature, digest of the module, digest of all that follows, size of
 * the code (4), size of the list of features (4), the list, padding, the code. */
#define KEY_AT 4
#define SIGNATURE_AT (KEY_AT + KEY_SIZE)
#define MODULE_DIGEST_AT (SIGNATURE_AT + SIGNATURE_SIZE)
#define REST_DIGEST_AT (MODULE_DIGEST_AT + DIGEST_SIZE)
#define REST_AT (REST_DIGEST_AT + DIGEST_SIZE)

/* The signed message: this text, so that no signature for anything else fits; the version of the layout; the two
 * digests, which cover the module, and the code and its features; and the name of the machine. */
#define PURPOSE "cwamrc universal file, signature"
#define PURPOSE_SIZE (sizeof PURPOSE - 1)
#define MACHINE_SIZE (sizeof MACHINE - 1)

static int
is_signed(const struct cwamrc_trust *trust, const uint8_t *content)
{
    uint8_t message[PURPOSE_SIZE + 4 + 2 * DIGEST_SIZE + MACHINE_SIZE];
    uint8_t *next = message;
    memcpy(next, PURPOSE, PURPOSE_SIZE);
    next += PURPOSE_SIZE;
    memcpy(next, content, 4);
    next += 4;
    memcpy(next, content + MODULE_DIGEST_AT, 2 * DIGEST_SIZE);
    next += 2 * DIGEST_SIZE;
    memcpy(next, MACHINE, MACHINE_SIZE);
    return trust->verify(content + SIGNATURE_AT, message, sizeof message, content + KEY_AT) == 0;
}

static int
is_trusted(const struct cwamrc_trust *trust, const uint8_t *key)
{
    for (size_t i = 0; i < trust->key_count; i++) {
        if (memcmp(trust->keys + i * KEY_SIZE, key, KEY_SIZE) == 0)
            return 1;
    }
    return 0;
}

/* Whether the code is trusted: CWAMRC_NATIVE, or why not. */
static enum cwamrc_choice
vouch(const struct cwamrc_trust *trust, const uint8_t *content)
{
    static const uint8_t nobody[KEY_SIZE];
    if (trust->all)
        return CWAMRC_NATIVE;
    if (!trust->verify || memcmp(content + KEY_AT, nobody, KEY_SIZE) == 0)
        return CWAMRC_UNTRUSTED;
    if (!is_trusted(trust, content + KEY_AT))
        return CWAMRC_UNKNOWN_KEY;
    return is_signed(trust, content) ? CWAMRC_NATIVE : CWAMRC_FORGED;
}

static enum cwamrc_choice
open_section(uint8_t *file, uint32_t size, const struct cwamrc_trust *trust,
             struct reader content, uint8_t **code, uint32_t *code_size)
{
    const uint8_t *rest = content.next + REST_AT;
    size_t rest_size;
    uint32_t length, features;
    struct digest digest;
    enum cwamrc_choice choice;
    if (!trust)
        return CWAMRC_UNTRUSTED;
    if ((size_t)(content.end - content.next) < REST_AT + 8
        || little_endian_u32(content.next) != LAYOUT_VERSION)
        return CWAMRC_DAMAGED;
    /* First, so that untrusted files cost no more than this. */
    choice = vouch(trust, content.next);
    if (choice != CWAMRC_NATIVE)
        return choice;
    rest_size = (size_t)(content.end - rest);
    digest_begin(&digest);
    digest_add(&digest, rest, rest_size);
    if (!digest_is(&digest, content.next + REST_DIGEST_AT))
        return CWAMRC_DAMAGED;
    length = little_endian_u32(rest);
    features = little_endian_u32(rest + 4);
    if (features > rest_size - 8 || length > rest_size - 8 - features)
        return CWAMRC_DAMAGED;
    if (!is_of_module(file, size, content.next + MODULE_DIGEST_AT))
        return CWAMRC_EDITED;
    if (!cpu_has_all((const char *)rest + 8, features))
        return CWAMRC_CPU_LACKS;
    if ((uintptr_t)(content.end - length) % 4 != 0)
        return CWAMRC_UNALIGNED;
    *code = content.end - length;
    *code_size = length;
    return CWAMRC_NATIVE;
}

enum cwamrc_choice
cwamrc_choose(uint8_t *file, uint32_t size, const struct cwamrc_trust *trust, uint8_t **code,
              uint32_t *code_size)
{
    enum cwamrc_choice choice = CWAMRC_NOT_UNIVERSAL;
    struct reader reader = { file, file + size };
    struct section section;
    *code = file;
    *code_size = size;
    if (size >= 4 && memcmp(file, "\0aot", 4) == 0 && !(trust && trust->all)) {
        *code = NULL;
        *code_size = 0;
        return CWAMRC_AOT_FILE;
    }
    if (size < 8 || memcmp(file, "\0asm\1\0\0\0", 8) != 0)
        return choice;
    reader.next += 8;
    while (read_section(&reader, &section)) {
        if (!section.machine)
            continue;
        /* There is one for each machine. If there are more, the first counts, whatever its result. */
        if (section.machine_length == MACHINE_SIZE
            && memcmp(section.machine, MACHINE, MACHINE_SIZE) == 0)
            return open_section(file, size, trust, section.content, code, code_size);
        choice = CWAMRC_OTHER_MACHINES;
    }
    return choice;
}

const char *
cwamrc_choice_text(enum cwamrc_choice choice)
{
    switch (choice) {
        case CWAMRC_NATIVE:
            return "machine code for this machine";
        case CWAMRC_NOT_UNIVERSAL:
            return "not a universal file";
        case CWAMRC_OTHER_MACHINES:
            return "machine code for other machines only";
        case CWAMRC_EDITED:
            return "the module was edited after its machine code was compiled";
        case CWAMRC_DAMAGED:
            return "the machine code is damaged, or of another layout";
        case CWAMRC_CPU_LACKS:
            return "the machine code needs a better CPU";
        case CWAMRC_UNALIGNED:
            return "the machine code is not aligned to 4";
        case CWAMRC_UNTRUSTED:
            return "the machine code is not signed, or no key is trusted";
        case CWAMRC_UNKNOWN_KEY:
            return "the machine code is signed with a key that is not trusted";
        case CWAMRC_FORGED:
            return "the signature of the machine code is wrong";
        case CWAMRC_AOT_FILE:
            return "an .aot file, which has no signature";
    }
    return "unknown choice";
}
