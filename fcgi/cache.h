/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_CACHE_H
#define GUARDIAN_CACHE_H
/*
 * Redis: what must be known to every replica at once and may be lost. Hides hiredis and Sentinel.
 * There is no general command call: each use is a function here. A `struct cache` belongs to one
 * worker process and keeps one connection, made when first needed, always to a server that says of
 * itself that it is the primary. A call ends at its deadline or after CACHE_CALL_MAX_MS, whichever
 * is sooner. A connection that was lost or that does not answer, or a server that became a replica,
 * is replaced once within a call (asking the Sentinels again); there is no pause between attempts
 * of different calls, so service is back with the server. The process must ignore SIGPIPE. Names
 * (ids, hashes, keys) have at most CACHE_NAME_MAX bytes. Every failure is CACHE_UNAVAILABLE:
 * callers refuse, they never pass. ret_ arguments are untouched on failure.
 */
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "config.h"
#include "err.h"

#define CACHE_CALL_MAX_MS 1000
#define CACHE_NAME_MAX    100

struct cache;

/* Does not connect. Errors: CONFIG (an address that is none). */
bool cache_open(const struct config *config, struct cache **ret_cache, struct err *err)
    __attribute__((warn_unused_result));
void cache_close(struct cache *cache); /* NULL is allowed */
bool cache_ping(struct cache *cache, int64_t deadline_ms, struct err *err)
    __attribute__((warn_unused_result));

/* Revocation. Redis may forget (restart, failover), so each run of a server is COLD until
 * cache_warmed was called on it, which is done after everything that PostgreSQL knows was revoked
 * again. COLD must never be taken for "not revoked". */
enum cache_revocation { CACHE_NOT_REVOKED, CACHE_REVOKED, CACHE_COLD };
/* One round trip. `token` names the token (a hash of issuer and jti); `session` may be NULL. */
bool cache_is_revoked(struct cache *cache, const char *token, const char *session,
                      int64_t deadline_ms, enum cache_revocation *ret_state, struct err *err)
    __attribute__((warn_unused_result));
bool cache_revoke_token(struct cache *cache, const char *token, int64_t ttl_s, int64_t deadline_ms,
                        struct err *err) __attribute__((warn_unused_result));
bool cache_revoke_session(struct cache *cache, const char *session, int64_t ttl_s,
                          int64_t deadline_ms, struct err *err) __attribute__((warn_unused_result));
/* Says that the server which answered the last cache_is_revoked knows all revocations. When the
 * connection changed since then, it fails: what was revoked again may have gone to another server.
 */
bool cache_warmed(struct cache *cache, int64_t deadline_ms, struct err *err)
    __attribute__((warn_unused_result));

/* Throttling. Each row counts failures under its key, within a window that starts with the first of
 * them. */
struct cache_throttle {
    char key[CACHE_NAME_MAX + 1];
    int limit;
};
/* *ret_wait_s: how long until no row is full; 0: go on. */
bool cache_throttle_wait(struct cache *cache, const struct cache_throttle *rows, int count,
                         int64_t deadline_ms, int *ret_wait_s, struct err *err)
    __attribute__((warn_unused_result));
bool cache_throttle_count(struct cache *cache, const struct cache_throttle *rows, int count,
                          int window_s, int64_t deadline_ms, struct err *err)
    __attribute__((warn_unused_result));
bool cache_throttle_clear(struct cache *cache, const struct cache_throttle *row,
                          int64_t deadline_ms, struct err *err);

/* Confirmations: single use. Taking removes; *ret_value is NULL when there is none. */
bool cache_confirm_put(struct cache *cache, const char *token_hash, const char *value,
                       int64_t ttl_s, int64_t deadline_ms, struct err *err)
    __attribute__((warn_unused_result));
bool cache_confirm_take(struct cache *cache, struct arena *arena, const char *token_hash,
                        int64_t deadline_ms, const char **ret_value, struct err *err)
    __attribute__((warn_unused_result));

/* Running queries: id → where it runs, so that any replica can cancel it. Putting an id that is
 * there with another value is CONFLICT. *ret_value is NULL when there is none. */
bool cache_query_put(struct cache *cache, const char *id, const char *value, int64_t ttl_s,
                     int64_t deadline_ms, struct err *err) __attribute__((warn_unused_result));
bool cache_query_get(struct cache *cache, struct arena *arena, const char *id, int64_t deadline_ms,
                     const char **ret_value, struct err *err) __attribute__((warn_unused_result));
/* Sent, not waited for: whoever asks Redis later finds it gone. Without Redis it expires by itself.
 */
void cache_query_del(struct cache *cache, const char *id, int64_t deadline_ms);

/* Views: what an upstream said last, to be shown with its age while it does not answer. *ret_value
 * is NULL when there is none. */
bool cache_view_put(struct cache *cache, const char *name, const char *value, int64_t ttl_s,
                    int64_t deadline_ms, struct err *err) __attribute__((warn_unused_result));
bool cache_view_get(struct cache *cache, struct arena *arena, const char *name, int64_t deadline_ms,
                    const char **ret_value, struct err *err) __attribute__((warn_unused_result));

/* A drill's canary: a write under its own name, by whom it was taken (a number of that server's
 * life), and what is there of it later. *ret_value is NULL when it is lost. */
bool cache_drill_put(struct cache *cache, const char *name, int64_t ttl_s, int64_t deadline_ms,
                     int32_t *ret_server, struct err *err) __attribute__((warn_unused_result));
bool cache_drill_get(struct cache *cache, struct arena *arena, const char *name,
                     int64_t deadline_ms, const char **ret_value, struct err *err)
    __attribute__((warn_unused_result));
#endif
