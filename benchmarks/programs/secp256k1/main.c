/* Signatures on secp256k1: keys, signing, verifying. 64-bit products with carries. */
#include <stdio.h>
#include <stdlib.h>

#include "secp256k1.h"
#include "secp256k1_preallocated.h"

/* The crate's copy has a prefix on every name, and leaves memory to the caller. */
#define NAME(name) rustsecp256k1_v0_14_##name

static void fill(unsigned char *out, unsigned seed)
{
    for (int i = 0; i < 32; i++) {
        seed = seed * 1664525u + 1013904223u;
        out[i] = (unsigned char)(seed >> 24);
    }
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1500;
    void *memory = malloc(NAME(context_preallocated_size)(SECP256K1_CONTEXT_NONE));
    if (memory == NULL)
        return 2;
    NAME(context) *context = NAME(context_preallocated_create)(memory, SECP256K1_CONTEXT_NONE);
    unsigned hash = 0, good = 0, bad = 0;
    for (int i = 0; i < count; i++) {
        unsigned char secret[32], message[32], compact[64];
        NAME(pubkey) key;
        NAME(ecdsa_signature) signature;
        fill(secret, (unsigned)i * 2 + 1);
        fill(message, (unsigned)i * 2 + 2);
        if (!NAME(ec_pubkey_create)(context, &key, secret)
            || !NAME(ecdsa_sign)(context, &signature, message, secret, NULL, NULL))
            return 3;
        good += (unsigned)NAME(ecdsa_verify)(context, &signature, message, &key);
        NAME(ecdsa_signature_serialize_compact)(context, compact, &signature);
        for (int k = 0; k < 64; k++)
            hash = hash * 31 + compact[k];
        message[i % 32] ^= 1;
        bad += (unsigned)NAME(ecdsa_verify)(context, &signature, message, &key);
    }
    printf("%u good, %u bad, signatures %08x\n", good, bad, hash);
    return 0;
}
