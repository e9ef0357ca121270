/* SPDX-License-Identifier: MIT */
#include "auth.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cache.h"
#include "clock.h"
#include "config.h"
#include "db.h"
#include "password.h"
#include "seal.h"
#include "token.h"

#define REVOCATION_SLACK_S                                                                         \
    60 /* a token may be signed this long after its session was last seen alive */
#define FAMILY_SIZE                                                                                \
    16 /* bytes of a refresh secret that stay the same for the life of a session                   \
        */
#define FRESH_SIZE     16 /* bytes that are new at each swap */
#define USER_AGENT_MAX 200

/* Attempts without a valid token, by address, that the audit log takes. */
#define REFUSED_LIMIT    600
#define REFUSED_WINDOW_S 60

/* Failed sign-ins within the window after which further ones have to wait. */
#define THROTTLE_WINDOW_S 900
enum throttle { THROTTLE_PAIR, THROTTLE_ACCOUNT, THROTTLE_ADDRESS, THROTTLES };
static const struct {
    const char *name;
    int limit;
} throttles[THROTTLES] = {
    [THROTTLE_PAIR] = { "login-pair", 5 },        /* one account from one address */
    [THROTTLE_ACCOUNT] = { "login-account", 20 }, /* one account from anywhere */
    [THROTTLE_ADDRESS] = { "login-address", 50 }, /* any account from one address */
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

/* Sessions are few and small, and half a change is worse than a late one: a client that goes away
 * cancels nothing. */
static struct db_at at_console(const struct call *call) {
    return (struct db_at){ .role = DB_APP,
                           .target = DB_PRIMARY,
                           .deadline_ms = call->request->deadline_ms,
                           .client_socket = -1,
                           .request_id = call->request->id };
}

static const char *row_text(const json_t *rows, size_t row, const char *column) {
    return json_string_value(json_object_get(json_array_get(rows, row), column));
}

/* The name under which a token is revoked. Issuers choose their ids freely, so the issuer is part
 * of it. */
static void token_name(const struct identity *identity, char ret_name[SEAL_HEX_SIZE]) {
    unsigned char hash[SEAL_HASH_SIZE];
    char issuer[300];
    int size = snprintf(issuer, sizeof issuer, "%s\n", identity->issuer);
    seal_sha256_pair(issuer, (size_t)size, identity->token_id, strlen(identity->token_id), hash);
    seal_hex(hash, sizeof hash, ret_name);
}

/* ---- who calls ---- */

/* "Bearer <token>" (RFC 6750); NULL when the header is missing or of another kind. */
static const char *bearer_token(const struct request *request) {
    const char *header = request_header(request, "Authorization");
    if (!header || strncasecmp(header, "Bearer ", 7) != 0) return NULL;
    header += 7;
    header += strspn(header, " ");
    return *header ? header : NULL;
}

static bool fill_identity(struct call *call, const struct token_claims *claims, struct err *err) {
    struct arena *arena = call->request->arena;
    struct identity *identity = &call->identity;
    *identity = (struct identity){
        .subject = arena_strdup(arena, claims->subject),
        .username = arena_strdup(arena, claims->username),
        .issuer = arena_strdup(arena, claims->issuer),
        .token_id = arena_strdup(arena, claims->token_id),
        .session_id = claims->session_id ? arena_strdup(arena, claims->session_id) : NULL,
        .role = arena_strdup(arena, claims->role),
        .expires_s = claims->expires_s,
    };
    bool ok = identity->subject && identity->username && identity->issuer && identity->token_id &&
              identity->role && (identity->session_id || !claims->session_id);
    return ok || no_memory(err);
}

/* Redis has forgotten (it started anew, or another server took over): tells it again what
 * PostgreSQL knows. */
static bool warm_up(struct call *call, struct err *err) {
    struct db_at at = at_console(call);
    char life_s[24];
    const char *values[] = { life_s };
    json_t *rows;

    snprintf(life_s, sizeof life_s, "%lld",
             (long long)(call->services->config->auth.access_ttl_s + REVOCATION_SLACK_S));
    if (!db_rows(call->services->db, &at, DB_AUTH_REVOKED, values, 1, &rows, err)) return false;
    bool ok = true;
    for (size_t i = 0; ok && i < json_array_size(rows); i++) {
        const char *kind = row_text(rows, i, "kind"), *name = row_text(rows, i, "name");
        int64_t ttl_s = strtoll(row_text(rows, i, "ttl_s"), NULL, 10);
        ok = strcmp(kind, "session") == 0
                 ? cache_revoke_session(call->services->cache, name, ttl_s, at.deadline_ms, err)
                 : cache_revoke_token(call->services->cache, name, ttl_s, at.deadline_ms, err);
    }
    json_decref(rows);
    return ok && cache_warmed(call->services->cache, at.deadline_ms, err);
}

static bool check_revocation(struct call *call, struct err *err) {
    char name[SEAL_HEX_SIZE];
    enum cache_revocation state = CACHE_COLD;

    token_name(&call->identity, name);
    for (int i = 0; i < 2; i++) {
        if (!cache_is_revoked(call->services->cache, name, call->identity.session_id,
                              call->request->deadline_ms, &state, err))
            return false;
        if (state != CACHE_COLD) break;
        if (!warm_up(call, err)) return false;
    }
    if (state == CACHE_REVOKED)
        return err_set(err, ERR_TOKEN_REVOKED, "The session was ended. Sign in again.");
    return state == CACHE_NOT_REVOKED ||
           err_set(err, ERR_CACHE_UNAVAILABLE, "Redis changed while it was asked. Try again.");
}

static bool check_token(struct call *call, struct err *err) {
    const char *token = bearer_token(call->request);
    struct token_claims claims;

    if (!token)
        return err_set(err, ERR_UNAUTHENTICATED,
                       "Sign in and send the access token as \"Authorization: Bearer TOKEN\".");
    return keyring_verify(call->services->keyring, token, &claims, err) &&
           fill_identity(call, &claims, err) && check_revocation(call, err);
}

static void throttle_address(const char *address, char *ret_text, size_t size);

/* Every refused attempt on an audited route is a row of the audit log: past a limit by address an
 * attempt is turned away as such, or anybody could fill the log. Without Redis the count is left.
 */
static void throttle_refused(const struct call *call, struct err *err) {
    struct cache_throttle row = { .limit = REFUSED_LIMIT };
    struct err ignored = ERR_INIT;
    char address[64], hash[SEAL_HEX_SIZE];
    int64_t deadline_ms = call->request->deadline_ms;
    int wait_s = 0;

    throttle_address(call->request->source_ip, address, sizeof address);
    seal_sha256_hex(address, strlen(address), hash);
    snprintf(row.key, sizeof row.key, "refused:%s", hash);
    if (!cache_throttle_wait(call->services->cache, &row, 1, deadline_ms, &wait_s, &ignored) ||
        (wait_s == 0 && !cache_throttle_count(call->services->cache, &row, 1, REFUSED_WINDOW_S,
                                              deadline_ms, &ignored)))
        return;
    if (wait_s == 0) return;
    err_clear(err);
    err->retry_after_s = wait_s;
    (void)err_set(err, ERR_THROTTLED,
                  "Too many attempts without a valid token from this address. Try again in %d "
                  "seconds.",
                  wait_s);
}

bool auth_check(struct call *call, struct err *err) {
    const char *internal;

    switch (call->route->needs) {
    case NEEDS_NOTHING: return true;
    case NEEDS_INTERNAL:
        internal = request_param(call->request, "GUARDIAN_INTERNAL");
        return (internal && strcmp(internal, "1") == 0) ||
               err_set(err, ERR_NOT_FOUND, "There is no such path.");
    case NEEDS_SUPERADMIN:
        if (check_token(call, err)) return true;
        if (err_status(err->code) == 401)
            (void)call_header(call, "WWW-Authenticate",
                              err->code == ERR_UNAUTHENTICATED ? "Bearer"
                                                               : "Bearer error=\"invalid_token\"");
        if (err_status(err->code) == 401 && call->route->audit) throttle_refused(call, err);
        return false;
    case NEEDS_UNDECIDED: break;
    }
    return err_set(err, ERR_INTERNAL, "The route has no permission.");
}

/* ---- refresh tokens ---- */

/* The secret's 32 bytes are a family part, drawn once a session, and a fresh part. An earlier token
 * of a session shows itself by its family, however many swaps ago it was; who only knows the
 * session's id (it stands in every access token) cannot end the session by guessing. */
struct refresh {
    char session[SEAL_UUID_SIZE];
    unsigned char secret[FAMILY_SIZE + FRESH_SIZE];
};

static bool refresh_parse(const char *text, struct refresh *ret_refresh) {
    struct refresh refresh;
    size_t size;

    if (!text || strlen(text) != SEAL_UUID_SIZE - 1 + 1 + SEAL_SECRET_SIZE - 1 ||
        text[SEAL_UUID_SIZE - 1] != '.')
        return false;
    memcpy(refresh.session, text, SEAL_UUID_SIZE - 1);
    refresh.session[SEAL_UUID_SIZE - 1] = '\0';
    if (!seal_is_uuid(refresh.session) ||
        !seal_unbase64url(text + SEAL_UUID_SIZE, SEAL_SECRET_SIZE - 1, refresh.secret,
                          sizeof refresh.secret, &size) ||
        size != sizeof refresh.secret)
        return false;
    *ret_refresh = refresh;
    return true;
}

static const char *refresh_text(struct arena *arena, const struct refresh *refresh) {
    char secret[SEAL_SECRET_SIZE];
    seal_base64url(refresh->secret, sizeof refresh->secret, secret);
    return arena_printf(arena, "%s.%s", refresh->session, secret);
}

static void refresh_hashes(const struct refresh *refresh, char ret_whole[SEAL_HEX_SIZE],
                           char ret_family[SEAL_HEX_SIZE]) {
    seal_sha256_hex(refresh->secret, sizeof refresh->secret, ret_whole);
    seal_sha256_hex(refresh->secret, FAMILY_SIZE, ret_family);
}

/* Makes the access token of a session and the identity that goes with it. */
static bool grant(struct call *call, const struct refresh *refresh, const char *user_id,
                  const char *username, const char *role, int64_t refresh_ttl_s,
                  struct auth_grant *ret_grant, struct err *err) {
    const struct config *config = call->services->config;
    char token_id[SEAL_UUID_SIZE];
    int64_t access_ttl_s =
        config->auth.access_ttl_s < refresh_ttl_s ? config->auth.access_ttl_s : refresh_ttl_s;
    struct auth_grant made = { .access_ttl_s = access_ttl_s, .refresh_ttl_s = refresh_ttl_s };

    seal_uuid(token_id);
    struct token_claims claims = { .subject = user_id,
                                   .username = username,
                                   .issuer = config->auth.issuer,
                                   .token_id = token_id,
                                   .session_id = refresh->session,
                                   .role = role,
                                   .expires_s = clock_unix_s() + access_ttl_s };
    if (!fill_identity(call, &claims, err) ||
        !keyring_sign(call->services->keyring, call->request->arena, &claims, &made.access_token,
                      err))
        return false;
    if (!(made.refresh_token = refresh_text(call->request->arena, refresh))) return no_memory(err);
    *ret_grant = made;
    return true;
}

/* ---- signing in ---- */

/* An address as it is throttled: IPv6 by its /64, which is what one customer has. */
static void throttle_address(const char *address, char *ret_text, size_t size) {
    unsigned char bytes[16];
    char hex[17];
    if (inet_pton(AF_INET6, address, bytes) == 1) {
        seal_hex(bytes, 8, hex);
        snprintf(ret_text, size, "%s/64", hex);
    } else {
        snprintf(ret_text, size, "%s", address);
    }
}

/* All spellings that PostgreSQL takes for the same name share one count, also of a name that nobody
 * has: how soon one has to wait tells nothing of who there is. */
static void throttle_rows(const struct call *call, const char *account,
                          struct cache_throttle rows[THROTTLES]) {
    char address[64], pair[SEAL_HEX_SIZE + sizeof address];
    throttle_address(call->request->source_ip ? call->request->source_ip : "", address,
                     sizeof address);
    snprintf(pair, sizeof pair, "%s|%s", account, address);
    const char *const what[THROTTLES] = { pair, account, address };
    for (int i = 0; i < THROTTLES; i++) {
        char hash[SEAL_HEX_SIZE];
        seal_sha256_hex(what[i], strlen(what[i]), hash);
        snprintf(rows[i].key, sizeof rows[i].key, "%s:%s", throttles[i].name, hash);
        rows[i].limit = throttles[i].limit;
    }
}

static bool check_password(struct call *call, const json_t *users, const char *password,
                           const struct cache_throttle *rows, struct err *err) {
    struct cache *cache = call->services->cache;
    int64_t deadline_ms = call->request->deadline_ms;
    const char *disabled = row_text(users, 0, "disabled");
    int wait_s;

    if (!cache_throttle_wait(cache, rows, THROTTLES, deadline_ms, &wait_s, err)) return false;
    if (wait_s > 0) {
        err->retry_after_s = wait_s;
        return err_set(err, ERR_THROTTLED, "Too many failed attempts. Try again in %d seconds.",
                       wait_s);
    }
    bool ok = password_verify(row_text(users, 0, "password_hash"), password);
    if (ok && strcmp(disabled, "false") == 0) {
        /* When the count cannot be cleared the owner has fewer tries left than they should: no
         * reason to refuse them. */
        struct err ignored = ERR_INIT;
        (void)cache_throttle_clear(cache, &rows[THROTTLE_PAIR], deadline_ms, &ignored);
        return true;
    }
    if (!cache_throttle_count(cache, rows, THROTTLES, THROTTLE_WINDOW_S, deadline_ms, err))
        return false;
    return err_set(err, ERR_CREDENTIALS, "The name or the password is wrong.");
}

/* What of a header may go into PostgreSQL and before the eyes of an administrator. */
static const char *plain_header(struct call *call, const char *name) {
    const char *value = request_header(call->request, name);
    char *copy =
        value ? arena_strndup(call->request->arena, value, strnlen(value, USER_AGENT_MAX)) : NULL;
    for (char *c = copy; c && *c; c++)
        if (!isprint((unsigned char)*c)) *c = '?';
    return copy;
}

static bool create_session(struct call *call, const json_t *users, const char *password,
                           struct refresh *refresh, struct err *err) {
    struct db_at at = at_console(call);
    char whole[SEAL_HEX_SIZE], family[SEAL_HEX_SIZE], ttl_s[24], hash[PASSWORD_HASH_SIZE];
    const char *new_hash = NULL, *ignored;
    struct err problem = ERR_INIT;

    seal_uuid(refresh->session);
    seal_random(refresh->secret, sizeof refresh->secret);
    refresh_hashes(refresh, whole, family);
    snprintf(ttl_s, sizeof ttl_s, "%lld", (long long)call->services->config->auth.refresh_ttl_s);
    if (password_needs_rehash(row_text(users, 0, "password_hash")) &&
        password_hash(password, hash, &problem))
        new_hash = hash;
    const char *values[] = {
        refresh->session,         row_text(users, 0, "id"),         whole, family,
        call->request->source_ip, plain_header(call, "User-Agent"), ttl_s, new_hash
    };
    if (db_text(call->services->db, &at, DB_AUTH_SESSION_CREATE, call->request->arena, values, 8,
                &ignored, NULL, err))
        return true;
    if (err->code == ERR_NOT_FOUND) { /* disabled while the password was checked */
        err_clear(err);
        return err_set(err, ERR_CREDENTIALS, "The name or the password is wrong.");
    }
    return false;
}

bool auth_login(struct call *call, const char *username, const char *password,
                struct auth_grant *ret_grant, struct err *err) {
    struct db_at at = at_console(call);
    struct cache_throttle rows[THROTTLES];
    struct refresh refresh;
    json_t *users;

    if (!db_rows(call->services->db, &at, DB_AUTH_CREDENTIALS, &username, 1, &users, err))
        return false;
    throttle_rows(call, row_text(users, 0, "account"), rows);
    bool ok = check_password(call, users, password, rows, err) &&
              create_session(call, users, password, &refresh, err) &&
              grant(call, &refresh, row_text(users, 0, "id"), row_text(users, 0, "username"),
                    row_text(users, 0, "role"), call->services->config->auth.refresh_ttl_s,
                    ret_grant, err);
    json_decref(users);
    return ok;
}

/* ---- refreshing and signing out ---- */

static bool tell_redis_session_ended(struct call *call, const char *session, struct err *err) {
    return cache_revoke_session(call->services->cache, session,
                                call->services->config->auth.access_ttl_s + REVOCATION_SLACK_S,
                                call->request->deadline_ms, err);
}

/* The token is not the current one of a living session: finds out which it is. When Redis cannot be
 * told of a reuse the answer is 503, and the thief's or the owner's next try comes here again. */
static bool refuse_refresh(struct call *call, const struct refresh *refresh, const char *whole,
                           const char *family, struct err *err) {
    struct db_at at = at_console(call);
    const char *values[] = { refresh->session, family, whole }, *session;

    if (db_text(call->services->db, &at, DB_AUTH_SESSION_REUSE, call->request->arena, values, 3,
                &session, NULL, err))
        return tell_redis_session_ended(call, session, err) &&
               err_set(err, ERR_REFRESH_REUSED,
                       "This refresh token was used before. Someone else may have it: the session "
                       "was ended. Sign in again.");
    if (err->code != ERR_NOT_FOUND) return false;
    err_clear(err);
    return err_set(err, ERR_REFRESH_INVALID, "The session is over. Sign in again.");
}

bool auth_refresh(struct call *call, const char *refresh_token, struct auth_grant *ret_grant,
                  struct err *err) {
    struct db_at at = at_console(call);
    struct refresh refresh;
    char old_whole[SEAL_HEX_SIZE], new_whole[SEAL_HEX_SIZE], family[SEAL_HEX_SIZE];
    json_t *rows;

    if (!refresh_parse(refresh_token, &refresh))
        return err_set(err, ERR_REFRESH_INVALID, "There is no session here. Sign in.");
    struct refresh next = refresh;
    seal_random(next.secret + FAMILY_SIZE, FRESH_SIZE);
    refresh_hashes(&refresh, old_whole, family);
    refresh_hashes(&next, new_whole, family);
    const char *values[] = { refresh.session, old_whole, new_whole };
    if (!db_rows(call->services->db, &at, DB_AUTH_SESSION_ROTATE, values, 3, &rows, err))
        return false;
    bool ok = json_array_size(rows) == 0
                  ? refuse_refresh(call, &refresh, old_whole, family, err)
                  : grant(call, &next, row_text(rows, 0, "id"), row_text(rows, 0, "username"),
                          row_text(rows, 0, "role"), strtoll(row_text(rows, 0, "left_s"), NULL, 10),
                          ret_grant, err);
    json_decref(rows);
    return ok;
}

/* PostgreSQL first: what it knows survives Redis, and while Redis has not been told the token still
 * lets the caller repeat. */
bool auth_logout(struct call *call, struct err *err) {
    struct db_at at = at_console(call);
    struct arena *arena = call->request->arena;
    const struct identity *identity = &call->identity;
    char name[SEAL_HEX_SIZE], expires_s[24];
    const char *ignored;

    if (identity->session_id) {
        const char *values[] = { identity->session_id, "signed out" };
        if (!db_text(call->services->db, &at, DB_AUTH_SESSION_REVOKE, arena, values, 2, &ignored,
                     NULL, err)) {
            if (err->code != ERR_NOT_FOUND) return false;
            err_clear(
                err); /* its row is gone: nothing left to refresh, but its access token lives */
        }
        return tell_redis_session_ended(call, identity->session_id, err);
    }
    token_name(identity, name);
    snprintf(expires_s, sizeof expires_s, "%lld", (long long)identity->expires_s);
    const char *values[] = { name, expires_s };
    return db_text(call->services->db, &at, DB_AUTH_TOKEN_REVOKE, arena, values, 2, &ignored, NULL,
                   err) &&
           cache_revoke_token(call->services->cache, name,
                              identity->expires_s - clock_unix_s() + REVOCATION_SLACK_S,
                              at.deadline_ms, err);
}
