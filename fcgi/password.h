/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_PASSWORD_H
#define GUARDIAN_PASSWORD_H
/*
 * Passwords as Argon2id hashes. Hides libsodium. A check takes some 20 ms and PASSWORD_MEMORY
 * bytes, whether or not there is a user of that name.
 */
#include <stdbool.h>

#include "err.h"

#define PASSWORD_MIN       12 /* bytes of a new password */
#define PASSWORD_MAX       1024
#define PASSWORD_HASH_SIZE 128 /* text of a hash with its NUL */
#define PASSWORD_PASSES    2   /* OWASP's password storage cheat sheet: 19 MiB, 2 passes, 1 lane */
#define PASSWORD_MEMORY    (19u * 1024 * 1024)

/* For a new password. Errors: BAD_FIELD (too short or too long), LIMIT. */
bool password_hash(const char *password, char ret_hash[PASSWORD_HASH_SIZE], struct err *err)
    __attribute__((warn_unused_result));
/* `hash` NULL (no such user): false, after the same work. */
bool password_verify(const char *hash, const char *password) __attribute__((warn_unused_result));
/* Was the hash made with other costs than today's? */
bool password_needs_rehash(const char *hash);
/* Overwrites a text that held a password. */
void password_wipe(char *password);
#endif
