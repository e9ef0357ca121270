/* SPDX-License-Identifier: MIT */
#include "seal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(crypto_hash_sha256_BYTES == SEAL_HASH_SIZE, "SHA-256");
_Static_assert(crypto_sign_BYTES == SEAL_SIGNATURE_SIZE, "Ed25519");

/* Every use of randomness and keys comes through here, so that no program can forget to start
 * libsodium. */
static void ready(void) {
    static bool started;
    if (!started && sodium_init() < 0) abort();
    started = true;
}

void seal_sha256(const void *data, size_t size, unsigned char ret_hash[SEAL_HASH_SIZE]) {
    crypto_hash_sha256(ret_hash, data, size);
}

bool seal_sha256_hex(const void *data, size_t size, char ret_hex[SEAL_HEX_SIZE]) {
    unsigned char hash[SEAL_HASH_SIZE];
    seal_sha256(data, size, hash);
    seal_hex(hash, sizeof hash, ret_hex);
    return true;
}

void seal_sha256_pair(const void *first, size_t first_size, const void *second, size_t second_size,
                      unsigned char ret_hash[SEAL_HASH_SIZE]) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, first, first_size);
    crypto_hash_sha256_update(&state, second, second_size);
    crypto_hash_sha256_final(&state, ret_hash);
}

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct seal_sha256_stream), "state");

void seal_sha256_begin(struct seal_sha256_stream *stream) {
    crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)stream);
}

void seal_sha256_add(struct seal_sha256_stream *stream, const void *data, size_t size) {
    crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)stream, data, size);
}

void seal_sha256_end(struct seal_sha256_stream *stream, unsigned char ret_hash[SEAL_HASH_SIZE]) {
    crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)stream, ret_hash);
}

void seal_keyed_hash(const unsigned char key[32], const void *data, size_t size,
                     unsigned char ret_hash[SEAL_HASH_SIZE]) {
    ready();
    crypto_generichash(ret_hash, SEAL_HASH_SIZE, data, size, key, 32);
}

void seal_hex(const void *data, size_t size, char *ret_hex) {
    sodium_bin2hex(ret_hex, size * 2 + 1, data, size);
}

bool seal_unhex(const char *hex, size_t hex_size, unsigned char *ret_data, size_t size) {
    size_t got;
    if (hex_size != size * 2) return false;
    return sodium_hex2bin(ret_data, size, hex, hex_size, NULL, &got, NULL) == 0 && got == size;
}

void seal_base64url(const void *data, size_t size, char *ret_text) {
    sodium_bin2base64(ret_text, SEAL_BASE64_SIZE(size), data, size,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool seal_unbase64url(const char *text, size_t text_size, unsigned char *ret_data, size_t size_max,
                      size_t *ret_size) {
    size_t got;
    if (sodium_base642bin(ret_data, size_max, text, text_size, NULL, &got, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return false;
    *ret_size = got;
    return true;
}

bool seal_unpem(const char *text, const char *label, unsigned char *ret_data, size_t size_max,
                size_t *ret_size) {
    char line[64];
    size_t got;

    snprintf(line, sizeof line, "-----BEGIN %s-----", label);
    const char *start = strstr(text, line);
    const char *end = start ? strstr(start + strlen(line), "-----END") : NULL;
    if (!end) return false;
    start += strlen(line);
    if (sodium_base642bin(ret_data, size_max, start, (size_t)(end - start), " \t\r\n", &got, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    *ret_size = got;
    return true;
}

void seal_random(void *ret_data, size_t size) {
    ready();
    randombytes_buf(ret_data, size);
}

void seal_uuid(char ret_uuid[SEAL_UUID_SIZE]) {
    unsigned char b[16];
    char hex[33], *out = ret_uuid;
    seal_random(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    seal_hex(b, sizeof b, hex);
    for (int i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20) *out++ = '-';
        *out++ = hex[i];
    }
    *out = '\0';
}

bool seal_is_uuid(const char *text) {
    if (strnlen(text, SEAL_UUID_SIZE) != SEAL_UUID_SIZE - 1) return false;
    for (int i = 0; i < SEAL_UUID_SIZE - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !strchr("0123456789abcdef", text[i])) return false;
    }
    return true;
}

void seal_secret(char ret_secret[SEAL_SECRET_SIZE]) {
    unsigned char bytes[32];
    seal_random(bytes, sizeof bytes);
    seal_base64url(bytes, sizeof bytes, ret_secret);
    sodium_memzero(bytes, sizeof bytes);
}

bool seal_equal(const char *a, const char *b) {
    if (!a || !b) return false;
    size_t size = strlen(a);
    return strlen(b) == size && sodium_memcmp(a, b, size) == 0;
}

bool seal_key_read(const char *text, size_t size, struct seal_key *ret_key, struct err *err) {
    static const int variants[] = { sodium_base64_VARIANT_ORIGINAL,
                                    sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                                    sodium_base64_VARIANT_URLSAFE,
                                    sodium_base64_VARIANT_URLSAFE_NO_PADDING };
    unsigned char seed[crypto_sign_SEEDBYTES];
    size_t got = 0;

    ready();
    bool ok = seal_unhex(text, size, seed, sizeof seed);
    for (size_t i = 0; !ok && i < sizeof variants / sizeof *variants; i++)
        ok = sodium_base642bin(seed, sizeof seed, text, size, NULL, &got, NULL, variants[i]) == 0 &&
             got == sizeof seed;
    if (!ok)
        return err_set(err, ERR_CONFIG,
                       "The seal key must be 32 bytes in hex (64 digits) or base64.");
    crypto_sign_seed_keypair(ret_key->public, ret_key->secret, seed);
    sodium_memzero(seed, sizeof seed);
    return true;
}

void seal_key_wipe(struct seal_key *key) {
    sodium_memzero(key, sizeof *key);
}

void seal_sign(const struct seal_key *key, const void *data, size_t size,
               unsigned char ret_signature[SEAL_SIGNATURE_SIZE]) {
    crypto_sign_detached(ret_signature, NULL, data, size, key->secret);
}

bool seal_verify(const unsigned char public_key[SEAL_PUBLIC_SIZE], const void *data, size_t size,
                 const unsigned char signature[SEAL_SIGNATURE_SIZE]) {
    return crypto_sign_verify_detached(signature, data, size, public_key) == 0;
}
