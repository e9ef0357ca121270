/* SPDX-License-Identifier: MIT */
#include "cache.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache_sentinel.h"
#include "cache_wire.h"
#include "clock.h"

#define RUN_SIZE   96 /* run id and replication id, 40 hex digits each */
#define WARM_TTL_S 86400

struct cache {
    const struct config *config;
    redisContext *context; /* NULL: not connected */
    int owed;              /* replies to come that nobody waits for */
    char run[RUN_SIZE];    /* which life of which server this is */
    char cold_run[RUN_SIZE];
    uint64_t connections, cold_connection; /* counts connects: tells one connection from the next */
    int sentinel;                          /* the one whose answer was right last */
};

/* Names that differ must give keys that differ: a name is never cut. */
static void add_key(struct wire_command *command, const char *kind, const char *name) {
    char *key = command->keys[command->key_count++];
    int size = snprintf(key, sizeof command->keys[0], "guardian:%s:%s", kind, name);
    assert(size > 0 && (size_t)size < sizeof command->keys[0]);
    (void)size;
    wire_add(command, key);
}

static void drop(struct cache *cache) {
    if (cache->context) redisFree(cache->context);
    cache->context = NULL;
    cache->owed = 0;
}

static bool unavailable(struct err *err, const char *why) {
    return err_set(err, ERR_CACHE_UNAVAILABLE, "Redis cannot be used: %s.", why);
}

/* Copies the value of "name:value\r\n" from INFO's text. */
static bool info_value(const redisReply *reply, const char *name, char *ret_value, size_t size) {
    const char *at = reply->type == REDIS_REPLY_STRING ? strstr(reply->str, name) : NULL;
    if (!at) return false;
    at += strlen(name);
    snprintf(ret_value, size, "%.*s", (int)strcspn(at, "\r\n"), at);
    return true;
}

/* Signs in and learns which life of which server this is. A primary only: a replica may not know
 * the last revocations. */
static bool greet(struct cache *cache, redisContext *context, int64_t deadline_ms,
                  struct err *err) {
    const struct config_secret *password = &cache->config->redis.password;
    struct wire_command server = { 0 }, replication = { 0 };
    char role[16] = "", run[48] = "", replication_id[48] = "";
    redisReply *reply;
    bool ok = true;

    wire_add(&server, "INFO");
    wire_add(&server, "server");
    wire_add(&replication, "INFO");
    wire_add(&replication, "replication");
    if (!wire_append_auth(context, password) || !wire_append(context, &server) ||
        !wire_append(context, &replication) || !wire_write(context, deadline_ms))
        return unavailable(err, "it does not answer");
    for (int i = password->size ? 0 : 1; i < 3; i++) {
        if (!(reply = wire_read(context, deadline_ms)))
            return unavailable(err, "it does not answer");
        if (reply->type == REDIS_REPLY_ERROR)
            ok = unavailable(err, i == 0 ? "it refuses the password" : "it does not let us in");
        else if (i == 1) ok &= info_value(reply, "run_id:", run, sizeof run);
        else if (i == 2)
            ok &= info_value(reply, "\nrole:", role, sizeof role) &&
                  info_value(reply, "master_replid:", replication_id, sizeof replication_id);
        freeReplyObject(reply);
    }
    if (!ok || strcmp(role, "master") != 0)
        return unavailable(err, role[0] ? "the server is not the primary"
                                        : "it does not say what it is");
    snprintf(cache->run, sizeof cache->run, "%s:%s", run, replication_id);
    return true;
}

static bool connect_to(struct cache *cache, const char *address, int64_t deadline_ms,
                       struct err *err) {
    redisContext *context = wire_dial(address, deadline_ms);
    if (!context) return unavailable(err, "no connection");
    if (!greet(cache, context, deadline_ms, err)) {
        redisFree(context);
        return false;
    }
    cache->context = context;
    cache->connections++;
    return true;
}

/* A Sentinel that knows less than the others may name who is no primary any more: then the next one
 * is heard. */
static bool connect_primary(struct cache *cache, int64_t deadline_ms, struct err *err) {
    struct sentinels sentinels;
    struct err problem = ERR_INIT;
    char address[300];

    if (cache->config->redis.sentinels.count == 0)
        return connect_to(cache, cache->config->redis.address, deadline_ms, err);
    sentinels_begin(&sentinels, cache->config, cache->sentinel);
    bool ok = false;
    while (!ok && sentinels_next(&sentinels, deadline_ms, address, sizeof address)) {
        problem = ERR_INIT;
        ok = connect_to(cache, address, deadline_ms, &problem);
    }
    if (ok) cache->sentinel = sentinels.answered;
    else if (problem.code == ERR_NONE) (void)unavailable(err, "no Sentinel names a primary");
    else (void)err_set(err, problem.code, "%s", problem.detail);
    sentinels_end(&sentinels);
    return ok;
}

/* Does the error say that this server cannot serve us, rather than that the command was wrong? */
static bool is_server_trouble(const redisReply *reply) {
    static const char *const troubles[] = { "READONLY", "LOADING",    "MASTERDOWN",
                                            "NOAUTH",   "NOREPLICAS", NULL };
    for (int i = 0; troubles[i]; i++)
        if (strncmp(reply->str, troubles[i], strlen(troubles[i])) == 0) return true;
    return false;
}

static redisReply *exchange_kept(struct cache *cache, struct wire_command *command,
                                 int64_t deadline_ms) {
    if (!wire_append(cache->context, command) || !wire_write(cache->context, deadline_ms))
        return NULL;
    for (; cache->owed > 0; cache->owed--) {
        redisReply *nobodys = wire_read(cache->context, deadline_ms);
        if (!nobodys) return NULL;
        freeReplyObject(nobodys);
    }
    return wire_read(cache->context, deadline_ms);
}

/* One command and its reply (to be freed). Tries a second time only when the first went over a
 * connection kept from before: it may have died unseen, or its server may have lost its role. Such
 * a try gets half the time, so that a link that swallows everything leaves enough for a fresh
 * connection. Commands must bear being run twice. */
static bool run(struct cache *cache, struct wire_command *command, int64_t deadline_ms,
                redisReply **ret_reply, struct err *err) {
    int64_t call_end_ms = clock_ms() + CACHE_CALL_MAX_MS;
    int64_t end_ms = call_end_ms < deadline_ms ? call_end_ms : deadline_ms;

    for (;;) {
        bool kept = cache->context != NULL;
        if (!kept && !connect_primary(cache, end_ms, err)) return false;
        int64_t try_ms = kept ? clock_ms() + clock_left_ms(end_ms) / 2 : end_ms;
        redisReply *reply = exchange_kept(cache, command, try_ms);
        if (reply && reply->type != REDIS_REPLY_ERROR) {
            *ret_reply = reply;
            return true;
        }
        bool trouble = !reply || is_server_trouble(reply);
        if (!kept || !trouble)
            unavailable(err, !reply    ? "it does not answer"
                             : trouble ? "it is not ready to serve"
                                       : "it refuses a command");
        if (reply) freeReplyObject(reply);
        drop(cache);
        if (!kept || !trouble) return false;
    }
}

static bool run_status(struct cache *cache, struct wire_command *command, int64_t deadline_ms,
                       struct err *err) {
    redisReply *reply;
    if (!run(cache, command, deadline_ms, &reply, err)) return false;
    freeReplyObject(reply);
    return true;
}

/* A text or nil into the arena. */
static bool run_text(struct cache *cache, struct arena *arena, struct wire_command *command,
                     int64_t deadline_ms, const char **ret_text, struct err *err) {
    redisReply *reply;
    const char *text = NULL;

    if (!run(cache, command, deadline_ms, &reply, err)) return false;
    bool is_text = reply->type == REDIS_REPLY_STRING,
         ok = is_text || reply->type == REDIS_REPLY_NIL;
    if (is_text) text = arena_strndup(arena, reply->str, reply->len);
    freeReplyObject(reply);
    if (!ok) return unavailable(err, "its answer makes no sense");
    if (is_text && !text) return err_set(err, ERR_LIMIT, "No memory for an answer of Redis.");
    *ret_text = text;
    return true;
}

static bool is_address(const char *address) {
    if (!address) return false;
    if (strncmp(address, "unix:", 5) == 0) return address[5] == '/';
    const char *colon = strrchr(address, ':');
    char *end;
    if (!colon || colon == address || colon - address > 255) return false;
    long port = strtol(colon + 1, &end, 10);
    return end != colon + 1 && *end == '\0' && port > 0 && port < 65536;
}

bool cache_open(const struct config *config, struct cache **ret_cache, struct err *err) {
    const struct config_list *sentinels = &config->redis.sentinels;

    if (sentinels->count == 0 && !is_address(config->redis.address))
        return err_set(err, ERR_CONFIG, "redis.address must be host:port or unix:/path.");
    for (int i = 0; i < sentinels->count; i++)
        if (!is_address(sentinels->items[i]))
            return err_set(err, ERR_CONFIG, "redis.sentinels must be a list of host:port.");
    if (sentinels->count && !config->redis.sentinel_primary)
        return err_set(err, ERR_CONFIG, "redis.sentinels needs redis.sentinel_primary.");
    struct cache *cache = calloc(1, sizeof *cache);
    if (!cache) return err_set(err, ERR_LIMIT, "No memory.");
    cache->config = config;
    *ret_cache = cache;
    return true;
}

void cache_close(struct cache *cache) {
    if (!cache) return;
    drop(cache);
    free(cache);
}

bool cache_ping(struct cache *cache, int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "PING");
    return run_status(cache, &command, deadline_ms, err);
}

bool cache_is_revoked(struct cache *cache, const char *token, const char *session,
                      int64_t deadline_ms, enum cache_revocation *ret_state, struct err *err) {
    struct wire_command command = { 0 };
    redisReply *reply;
    char warm[RUN_SIZE + 32];

    /* The warm mark's key names the server's life, so the connection must stand before the command
     * is made. */
    int64_t end_ms = clock_ms() + CACHE_CALL_MAX_MS;
    if (!cache->context &&
        !connect_primary(cache, end_ms < deadline_ms ? end_ms : deadline_ms, err))
        return false;
    uint64_t connection = cache->connections;
    snprintf(warm, sizeof warm, "guardian:warm:%s", cache->run);
    wire_add(&command, "MGET");
    wire_add(&command, warm);
    add_key(&command, "revoked:token", token);
    if (session) add_key(&command, "revoked:session", session);
    if (!run(cache, &command, deadline_ms, &reply, err)) return false;
    bool ok = reply->type == REDIS_REPLY_ARRAY && reply->elements == (session ? 3u : 2u);
    enum cache_revocation state = CACHE_NOT_REVOKED;
    /* A replacement may have inherited the mark of its predecessor without its last revocations. */
    if (ok && (reply->element[0]->type == REDIS_REPLY_NIL || cache->connections != connection))
        state = CACHE_COLD;
    for (size_t i = 1; ok && i < reply->elements; i++)
        if (reply->element[i]->type != REDIS_REPLY_NIL) state = CACHE_REVOKED;
    freeReplyObject(reply);
    if (!ok) return unavailable(err, "its answer makes no sense");
    cache->cold_connection = cache->connections;
    memcpy(cache->cold_run, cache->run, sizeof cache->run);
    *ret_state = state;
    return true;
}

static bool revoke(struct cache *cache, const char *kind, const char *name, int64_t ttl_s,
                   int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "SET");
    add_key(&command, kind, name);
    wire_add(&command, "1");
    wire_add(&command, "EX");
    wire_add_number(&command, ttl_s < 1 ? 1 : ttl_s);
    return run_status(cache, &command, deadline_ms, err);
}

bool cache_revoke_token(struct cache *cache, const char *token, int64_t ttl_s, int64_t deadline_ms,
                        struct err *err) {
    return revoke(cache, "revoked:token", token, ttl_s, deadline_ms, err);
}

bool cache_revoke_session(struct cache *cache, const char *session, int64_t ttl_s,
                          int64_t deadline_ms, struct err *err) {
    return revoke(cache, "revoked:session", session, ttl_s, deadline_ms, err);
}

bool cache_warmed(struct cache *cache, int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    char warm[RUN_SIZE + 32];

    if (cache->connections != cache->cold_connection)
        return unavailable(err, "the connection broke while revocations were told again");
    snprintf(warm, sizeof warm, "guardian:warm:%s", cache->cold_run);
    wire_add(&command, "SET");
    wire_add(&command, warm);
    wire_add(&command, "1");
    wire_add(&command, "EX");
    wire_add_number(&command, WARM_TTL_S);
    return run_status(cache, &command, deadline_ms, err);
}

/* A full row keeps its clock: whoever goes on trying does not lengthen the wait. */
static const char throttle_wait[] =
    "local wait = 0 "
    "for i, key in ipairs(KEYS) do "
    "  if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[i]) then "
    "    wait = math.max(wait, redis.call('TTL', key), 1) "
    "  end "
    "end "
    "return wait";
static const char throttle_count[] =
    "for _, key in ipairs(KEYS) do "
    "  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[1]) end "
    "end "
    "return 0";

static void add_rows(struct wire_command *command, const char *script,
                     const struct cache_throttle *rows, int count) {
    assert(count > 0 && count <= (int)(sizeof command->keys / sizeof command->keys[0]));
    wire_add(command, "EVAL");
    wire_add(command, script);
    wire_add_number(command, count);
    for (int i = 0; i < count; i++) add_key(command, "throttle", rows[i].key);
}

bool cache_throttle_wait(struct cache *cache, const struct cache_throttle *rows, int count,
                         int64_t deadline_ms, int *ret_wait_s, struct err *err) {
    struct wire_command command = { 0 };
    redisReply *reply;

    add_rows(&command, throttle_wait, rows, count);
    for (int i = 0; i < count; i++) wire_add_number(&command, rows[i].limit);
    if (!run(cache, &command, deadline_ms, &reply, err)) return false;
    bool ok =
        reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0 && reply->integer <= INT32_MAX;
    int wait_s = ok ? (int)reply->integer : 0;
    freeReplyObject(reply);
    if (!ok) return unavailable(err, "its answer makes no sense");
    *ret_wait_s = wait_s;
    return true;
}

bool cache_throttle_count(struct cache *cache, const struct cache_throttle *rows, int count,
                          int window_s, int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    add_rows(&command, throttle_count, rows, count);
    wire_add_number(&command, window_s);
    return run_status(cache, &command, deadline_ms, err);
}

bool cache_throttle_clear(struct cache *cache, const struct cache_throttle *row,
                          int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "DEL");
    add_key(&command, "throttle", row->key);
    return run_status(cache, &command, deadline_ms, err);
}

bool cache_confirm_put(struct cache *cache, const char *token_hash, const char *value,
                       int64_t ttl_s, int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "SET");
    add_key(&command, "confirm", token_hash);
    wire_add(&command, value);
    wire_add(&command, "EX");
    wire_add_number(&command, ttl_s);
    return run_status(cache, &command, deadline_ms, err);
}

bool cache_confirm_take(struct cache *cache, struct arena *arena, const char *token_hash,
                        int64_t deadline_ms, const char **ret_value, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "GETDEL");
    add_key(&command, "confirm", token_hash);
    return run_text(cache, arena, &command, deadline_ms, ret_value, err);
}

bool cache_query_put(struct cache *cache, const char *id, const char *value, int64_t ttl_s,
                     int64_t deadline_ms, struct err *err) {
    struct wire_command put = { 0 }, get = { 0 };
    redisReply *reply;

    wire_add(&put, "SET");
    add_key(&put, "query", id);
    wire_add(&put, value);
    wire_add(&put, "NX");
    wire_add(&put, "EX");
    wire_add_number(&put, ttl_s);
    if (!run(cache, &put, deadline_ms, &reply, err)) return false;
    bool mine = reply->type != REDIS_REPLY_NIL;
    freeReplyObject(reply);
    if (mine) return true;
    /* It may be there because a reply was lost and the command sent again. */
    wire_add(&get, "GET");
    wire_add(&get, put.keys[0]);
    if (!run(cache, &get, deadline_ms, &reply, err)) return false;
    mine = reply->type == REDIS_REPLY_STRING && strcmp(reply->str, value) == 0;
    freeReplyObject(reply);
    return mine || err_set(err, ERR_CONFLICT, "A query with this id is running already.");
}

bool cache_query_get(struct cache *cache, struct arena *arena, const char *id, int64_t deadline_ms,
                     const char **ret_value, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "GET");
    add_key(&command, "query", id);
    return run_text(cache, arena, &command, deadline_ms, ret_value, err);
}

void cache_query_del(struct cache *cache, const char *id, int64_t deadline_ms) {
    struct wire_command command = { 0 };
    if (!cache->context) return;
    wire_add(&command, "DEL");
    add_key(&command, "query", id);
    if (wire_append(cache->context, &command) && wire_write(cache->context, deadline_ms))
        cache->owed++;
    else drop(cache);
}

bool cache_view_put(struct cache *cache, const char *name, const char *value, int64_t ttl_s,
                    int64_t deadline_ms, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "SET");
    add_key(&command, "view", name);
    wire_add(&command, value);
    wire_add(&command, "EX");
    wire_add_number(&command, ttl_s);
    return run_status(cache, &command, deadline_ms, err);
}

bool cache_view_get(struct cache *cache, struct arena *arena, const char *name, int64_t deadline_ms,
                    const char **ret_value, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "GET");
    add_key(&command, "view", name);
    return run_text(cache, arena, &command, deadline_ms, ret_value, err);
}

bool cache_drill_put(struct cache *cache, const char *name, int64_t ttl_s, int64_t deadline_ms,
                     int32_t *ret_server, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "SET");
    add_key(&command, "drill", name);
    wire_add(&command, "1");
    wire_add(&command, "EX");
    wire_add_number(&command, ttl_s);
    if (!run_status(cache, &command, deadline_ms, err)) return false;
    char head[8]; /* of forty hex digits */
    (void)snprintf(head, sizeof head, "%.7s", cache->run);
    *ret_server = (int32_t)strtol(head, NULL, 16);
    return true;
}

bool cache_drill_get(struct cache *cache, struct arena *arena, const char *name,
                     int64_t deadline_ms, const char **ret_value, struct err *err) {
    struct wire_command command = { 0 };
    wire_add(&command, "GET");
    add_key(&command, "drill", name);
    return run_text(cache, arena, &command, deadline_ms, ret_value, err);
}
