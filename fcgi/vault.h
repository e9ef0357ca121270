/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_VAULT_H
#define GUARDIAN_VAULT_H
/*
 * Encryption of a stream (libsodium's secretstream: XChaCha20-Poly1305). The format, which
 * docs/operations.md describes: "IOTGBK1\n", 8 bytes that name the key (of its BLAKE2b), the
 * stream's header of 24 bytes, then chunks of VAULT_CHUNK plain bytes, each 17 bytes longer; the
 * last one, of 0 bytes or more, is marked as the last: a stream that was cut off is found out.
 */
#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "err.h"

#define VAULT_CHUNK       65536u
#define VAULT_CHUNK_OUT   (VAULT_CHUNK + 17u)
#define VAULT_HEADER_SIZE 40u

struct vault; /* one stream in one direction */

/* `key` is 64 hex digits. ret_header: what the file begins with. The caller owns the vault. Errors:
 * CONFIG. */
bool vault_lock(const struct config_secret *key, unsigned char ret_header[VAULT_HEADER_SIZE],
                struct vault **ret_vault, struct err *err) __attribute__((warn_unused_result));
/* Errors: CONFIG: no key, another key, or no such file. */
bool vault_unlock(const struct config_secret *key, const unsigned char header[VAULT_HEADER_SIZE],
                  struct vault **ret_vault, struct err *err) __attribute__((warn_unused_result));
void vault_free(struct vault *vault); /* wipes it; NULL is allowed */

/* At most VAULT_CHUNK bytes; the size of the chunk that is written to ret_chunk. */
size_t vault_close(struct vault *vault, const void *data, size_t size, bool last,
                   unsigned char ret_chunk[VAULT_CHUNK_OUT]);
/* One whole chunk. Errors: CONFLICT: it is not what was written. */
bool vault_open(struct vault *vault, const void *chunk, size_t size,
                unsigned char ret_data[VAULT_CHUNK], size_t *ret_size, bool *ret_last,
                struct err *err) __attribute__((warn_unused_result));
#endif
