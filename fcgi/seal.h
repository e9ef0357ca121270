/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_SEAL_H
#define GUARDIAN_SEAL_H
/*
 * Hashes, signatures, random values and their texts. Hides libsodium. Nothing here allocates or
 * keeps state; buffers belong to the caller. A missing source of randomness ends the program:
 * nothing safe could be done without it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define SEAL_HASH_SIZE      32
#define SEAL_HEX_SIZE       65 /* text of a hash with its NUL */
#define SEAL_UUID_SIZE      37 /* text of a UUID with its NUL */
#define SEAL_SECRET_SIZE    44 /* text of 32 bytes in base64url with its NUL */
#define SEAL_SIGNATURE_SIZE 64
#define SEAL_PUBLIC_SIZE    32

/* Bytes that base64url needs for `size` bytes, with the NUL. */
#define SEAL_BASE64_SIZE(size) (((size) / 3) * 4 + ((size) % 3 ? (size) % 3 + 1 : 0) + 1)

void seal_sha256(const void *data, size_t size, unsigned char ret_hash[SEAL_HASH_SIZE]);
/* Always true. */
bool seal_sha256_hex(const void *data, size_t size, char ret_hex[SEAL_HEX_SIZE]);
/* SHA-256 of the first text followed by the second, without copying them together. */
void seal_sha256_pair(const void *first, size_t first_size, const void *second, size_t second_size,
                      unsigned char ret_hash[SEAL_HASH_SIZE]);
/* SHA-256 of what comes in pieces. */
struct seal_sha256_stream {
    uint64_t opaque[16];
};
void seal_sha256_begin(struct seal_sha256_stream *stream);
void seal_sha256_add(struct seal_sha256_stream *stream, const void *data, size_t size);
void seal_sha256_end(struct seal_sha256_stream *stream, unsigned char ret_hash[SEAL_HASH_SIZE]);
/* A fast keyed hash (BLAKE2b): only who holds the key can make two texts meet. */
void seal_keyed_hash(const unsigned char key[32], const void *data, size_t size,
                     unsigned char ret_hash[SEAL_HASH_SIZE]);

/* Lower-case hex with a NUL; ret_hex holds 2 * size + 1 bytes. */
void seal_hex(const void *data, size_t size, char *ret_hex);
/* Exactly `size` bytes from 2 * size hex digits, either case; false on anything else. */
bool seal_unhex(const char *hex, size_t hex_size, unsigned char *ret_data, size_t size)
    __attribute__((warn_unused_result));

/* base64url without padding (RFC 4648 section 5); ret_text holds SEAL_BASE64_SIZE(size) bytes. */
void seal_base64url(const void *data, size_t size, char *ret_text);
/* Strict: no padding, no white space, no stray bits. ret_data holds size_max bytes. False: not
 * base64url, or longer. */
bool seal_unbase64url(const char *text, size_t text_size, unsigned char *ret_data, size_t size_max,
                      size_t *ret_size) __attribute__((warn_unused_result));

/* The bytes between the BEGIN and END lines of the first PEM block with this label ("PUBLIC KEY").
 * False: there is none. */
bool seal_unpem(const char *text, const char *label, unsigned char *ret_data, size_t size_max,
                size_t *ret_size) __attribute__((warn_unused_result));

void seal_random(void *ret_data, size_t size);
/* A random (version 4) UUID in lower case. */
void seal_uuid(char ret_uuid[SEAL_UUID_SIZE]);
/* Is the text a UUID in its canonical lower-case form? */
bool seal_is_uuid(const char *text);
/* 256 random bits in base64url: 43 characters. */
void seal_secret(char ret_secret[SEAL_SECRET_SIZE]);
/* Constant time in the content; texts of different length differ at once. NULL equals nothing. */
bool seal_equal(const char *a, const char *b);

/* An Ed25519 key from its 32-byte seed, as 64 hex digits or 43/44 characters of base64 or
 * base64url. The caller wipes it with seal_key_wipe. Errors: CONFIG. */
struct seal_key {
    unsigned char secret[64];
    unsigned char public[SEAL_PUBLIC_SIZE];
};
bool seal_key_read(const char *text, size_t size, struct seal_key *ret_key, struct err *err)
    __attribute__((warn_unused_result));
void seal_key_wipe(struct seal_key *key);
void seal_sign(const struct seal_key *key, const void *data, size_t size,
               unsigned char ret_signature[SEAL_SIGNATURE_SIZE]);
bool seal_verify(const unsigned char public_key[SEAL_PUBLIC_SIZE], const void *data, size_t size,
                 const unsigned char signature[SEAL_SIGNATURE_SIZE])
    __attribute__((warn_unused_result));
#endif
