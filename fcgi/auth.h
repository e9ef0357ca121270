/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_AUTH_H
#define GUARDIAN_AUTH_H
/*
 * Who may call, and sessions: signing in, refreshing, signing out. Hides throttling, refresh tokens
 * and how revocation is kept in PostgreSQL and told to Redis. A session is a row of auth_session;
 * its refresh token is
 * "<session uuid>.<43 characters of base64url>", of which only hashes are stored.
 */
#include "call.h"

/* Permission by the row's `needs`; fills call->identity where a token is needed and adds
 * WWW-Authenticate to a 401. Errors: UNAUTHENTICATED, TOKEN_INVALID, TOKEN_EXPIRED, TOKEN_REVOKED,
 * FORBIDDEN, NOT_FOUND (internal paths), CACHE_UNAVAILABLE, and DB_UNAVAILABLE or DEADLINE when
 * Redis has forgotten and PostgreSQL cannot remind it. */
bool auth_check(struct call *call, struct err *err) __attribute__((warn_unused_result));

/* What a session hands out; the texts live in the request's arena. */
struct auth_grant {
    const char *access_token, *refresh_token;
    int64_t access_ttl_s, refresh_ttl_s;
};

/* All three fill call->identity (for the audit log) once they know it.
 * Errors: CREDENTIALS (unknown, wrong or disabled: not told apart), THROTTLED (with retry_after_s),
 * those of the gateways. */
bool auth_login(struct call *call, const char *username, const char *password,
                struct auth_grant *ret_grant, struct err *err) __attribute__((warn_unused_result));
/* Swaps a refresh token (NULL: none was sent) for a new one. A token that was swapped before ends
 * the session everywhere. Errors: REFRESH_INVALID, REFRESH_REUSED, those of the gateways. */
bool auth_refresh(struct call *call, const char *refresh_token, struct auth_grant *ret_grant,
                  struct err *err) __attribute__((warn_unused_result));
/* Ends the caller's session, or for an outside token that token, on every replica; done in
 * PostgreSQL and in Redis, or it fails and may be repeated. */
bool auth_logout(struct call *call, struct err *err) __attribute__((warn_unused_result));
#endif
