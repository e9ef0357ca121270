/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_KEYS_H
#define GUARDIAN_KEYS_H
/*
 * The keys that sign and verify tokens, as keys.yaml lists them, with the content of the files that
 * it names (paths that do not start with "/" are beside keys.yaml). A `struct keys` is constant
 * from its loading on; who wants newer ones asks keys_changed and loads again. token.c alone uses
 * it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

#define KEYS_MAX      32
#define KEYS_FILE_MAX 16384 /* bytes of one key file */
#define KEYS_TEXT_MAX 255   /* bytes of a kid, an issuer, an audience */
#define KEYS_HMAC_MIN 32    /* bytes of an HS256 secret: as long as its hash */

/* The algorithm belongs to the key; what a token says about itself must equal it. */
struct key {
    char *kid, *issuer, *audience;
    const char *algorithm; /* "HS256", "RS256" or "ES256" */
    char *verify,
        *sign; /* the secret, or PEM texts; NUL-terminated; sign is NULL where sign: false */
    size_t verify_size, sign_size;
    bool signs;
};

struct keys {
    struct key items[KEYS_MAX];
    int count;
    struct watched *watched; /* files that it was made from */
    int watched_count;
    int64_t doubt_until_s; /* a file was that new when read that a later write could carry the same
                              time; 0: no doubt */
};

/* `issuer` and `audience` stand in where a key names none; the one key that signs must have them.
 * The caller owns *ret_keys. Errors: CONFIG (file, line, what is wrong), LIMIT. */
bool keys_load(const char *path, const char *issuer, const char *audience, struct keys **ret_keys,
               struct err *err) __attribute__((warn_unused_result));
void keys_free(struct keys *keys); /* wipes; NULL is allowed */
/* Has any of the files another time, inode or size than when it was read, or is it gone? Some
 * stat(2) calls. */
bool keys_changed(const struct keys *keys);
const struct key *keys_find(const struct keys *keys, const char *kid);
const struct key *keys_signer(const struct keys *keys);
#endif
