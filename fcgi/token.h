/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_TOKEN_H
#define GUARDIAN_TOKEN_H
/*
 * Access tokens (JWT, RFC 7519): verified with the key that their kid names, signed with the one
 * key that signs. Hides libjwt. A keyring belongs to one worker process. It looks at most once a
 * second whether auth.keys_file or a file named there has changed (and at once when a kid is
 * unknown); a bad new file leaves the old keys in use. Tokens that were verified are remembered by
 * a keyed hash of the whole token, and forgotten when the keys change. Revocation is not looked at
 * here: that is auth's.
 */
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "config.h"
#include "err.h"

#define TOKEN_MAX          8192 /* bytes of a token */
#define TOKEN_NBF_LEEWAY_S 30   /* clocks of issuers may run ahead by this much */

struct keyring;

/* What a verified token says. The texts belong to the keyring and live until its next call. */
struct token_claims {
    const char *subject, *username, *issuer, *token_id, *role;
    const char *session_id; /* NULL for tokens of outside issuers */
    int64_t expires_s;      /* unix time */
};

/* Loads the keys and tries the one that signs. Errors: CONFIG, LIMIT. */
bool keyring_open(const struct config *config, struct keyring **ret_keyring, struct err *err)
    __attribute__((warn_unused_result));
void keyring_close(struct keyring *keyring); /* NULL is allowed */

/* Checks form, kid, algorithm, signature, iss, aud, exp, nbf, sub, jti and the role superadmin.
 * Errors: TOKEN_INVALID, TOKEN_EXPIRED, FORBIDDEN, LIMIT. */
bool keyring_verify(struct keyring *keyring, const char *token, struct token_claims *ret_claims,
                    struct err *err) __attribute__((warn_unused_result));

/* Signs a console token: subject, username, token_id, session_id, role and expires_s are used;
 * issuer and audience are the key's. The text lives in the arena. Errors: LIMIT, INTERNAL. */
bool keyring_sign(struct keyring *keyring, struct arena *arena, const struct token_claims *claims,
                  const char **ret_token, struct err *err) __attribute__((warn_unused_result));

/* Why the newest keys are not in use, once per reason; NULL: nothing new. For the worker's log. */
const char *keyring_problem(struct keyring *keyring);
#endif
