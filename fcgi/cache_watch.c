/* SPDX-License-Identifier: MIT */
#include "cache_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache_sentinel.h"
#include "cache_wire.h"
#include "clock.h"

#define SERVERS_MAX 16
#define SLOW_MAX    20
#define LOOK_MS     20

struct probe {
    char address[300];
    redisContext *context; /* NULL: it does not answer */
};

static int64_t turn_end(int64_t deadline_ms) {
    int64_t end_ms = clock_ms() + CACHE_WATCH_MS;
    return end_ms < deadline_ms ? end_ms : deadline_ms;
}

/* After a silent one has used the time up, what the others have sent long ago is still taken. */
static int64_t last_look(int64_t end_ms) {
    int64_t soon_ms = clock_ms() + LOOK_MS;
    return soon_ms > end_ms ? soon_ms : end_ms;
}

static void let_go(struct probe *probe) {
    if (probe->context) redisFree(probe->context);
    probe->context = NULL;
}

/* Connects to all at once. */
static void connect_all(struct probe *probes, int count, int64_t deadline_ms) {
    int64_t end_ms = turn_end(deadline_ms);
    for (int i = 0; i < count; i++) probes[i].context = wire_dial_start(probes[i].address);
    for (int i = 0; i < count; i++)
        if (!wire_dial_finish(probes[i].context, last_look(end_ms))) let_go(&probes[i]);
}

static void name_probe(struct probe *probe, const char *address) {
    (void)snprintf(probe->address, sizeof probe->address, "%s", address);
}

/* -- replies as JSON --------------------------------------------------------------------------- */

/* name, value, name, value… */
static json_t *flat_map(const redisReply *reply) {
    json_t *map = json_object();
    if (!reply || reply->type != REDIS_REPLY_ARRAY) return map;
    for (size_t i = 0; i + 1 < reply->elements; i += 2) {
        const redisReply *name = reply->element[i], *value = reply->element[i + 1];
        if (name->type == REDIS_REPLY_STRING && value->type == REDIS_REPLY_STRING)
            (void)json_object_set_new(map, name->str, json_stringn(value->str, value->len));
    }
    return map;
}

/* INFO's lines, "name:value". */
static json_t *info_map(const redisReply *reply) {
    json_t *map = json_object();
    const char *line = reply && reply->type == REDIS_REPLY_STRING ? reply->str : "";
    while (*line) {
        size_t size = strcspn(line, "\r\n");
        const char *colon = memchr(line, ':', size);
        char name[64];
        if (colon && colon > line && (size_t)(colon - line) < sizeof name) {
            (void)snprintf(name, sizeof name, "%.*s", (int)(colon - line), line);
            (void)json_object_set_new(map, name,
                                      json_stringn(colon + 1, size - (size_t)(colon - line) - 1));
        }
        line += size;
        line += strspn(line, "\r\n");
    }
    return map;
}

/* Command names alone: arguments are data. */
static json_t *slow_list(const redisReply *reply) {
    json_t *list = json_array();
    for (size_t i = 0; reply && reply->type == REDIS_REPLY_ARRAY && i < reply->elements; i++) {
        const redisReply *row = reply->element[i];
        if (row->type != REDIS_REPLY_ARRAY || row->elements < 5 ||
            row->element[1]->type != REDIS_REPLY_INTEGER ||
            row->element[2]->type != REDIS_REPLY_INTEGER ||
            row->element[3]->type != REDIS_REPLY_ARRAY || !row->element[3]->elements ||
            row->element[3]->element[0]->type != REDIS_REPLY_STRING ||
            row->element[4]->type != REDIS_REPLY_STRING)
            continue;
        (void)json_array_append_new(
            list, json_pack("{s:I, s:I, s:s, s:i, s:s}", "at", (json_int_t)row->element[1]->integer,
                            "microseconds", (json_int_t)row->element[2]->integer, "command",
                            row->element[3]->element[0]->str, "arguments",
                            (int)row->element[3]->elements - 1, "client", row->element[4]->str));
    }
    return list;
}

/* -- Sentinels --------------------------------------------------------------------------------- */

static bool ask_sentinel(const struct config *config, redisContext *context) {
    struct wire_command primary = { 0 }, replicas = { 0 };
    wire_add(&primary, "SENTINEL");
    wire_add(&primary, "MASTER");
    wire_add(&primary, config->redis.sentinel_primary);
    wire_add(&replicas, "SENTINEL");
    wire_add(&replicas, "REPLICAS");
    wire_add(&replicas, config->redis.sentinel_primary);
    return wire_append_auth(context, &config->redis.sentinel_password) &&
           wire_append(context, &primary) && wire_append(context, &replicas);
}

static json_t *read_sentinel(const struct config *config, struct probe *probe, int64_t end_ms) {
    bool let_in = wire_is_let_in(probe->context, &config->redis.sentinel_password, end_ms);
    redisReply *primary = let_in ? wire_read(probe->context, end_ms) : NULL;
    redisReply *replicas = primary ? wire_read(probe->context, end_ms) : NULL;
    json_t *list = json_array();
    for (size_t i = 0; replicas && replicas->type == REDIS_REPLY_ARRAY && i < replicas->elements;
         i++)
        (void)json_array_append_new(list, flat_map(replicas->element[i]));
    json_t *facts = json_pack("{s:s, s:b, s:o, s:o}", "address", probe->address, "reachable",
                              replicas && primary->type == REDIS_REPLY_ARRAY, "primary",
                              flat_map(primary), "replicas", list);
    if (primary) freeReplyObject(primary);
    if (replicas) freeReplyObject(replicas);
    return facts;
}

static json_t *watch_sentinels(const struct config *config, int64_t deadline_ms) {
    struct probe probes[CONFIG_LIST_MAX] = { { .context = NULL } };
    int count = config->redis.sentinels.count;
    json_t *list = json_array();
    for (int i = 0; i < count; i++) name_probe(&probes[i], config->redis.sentinels.items[i]);
    connect_all(probes, count, deadline_ms);
    int64_t end_ms = turn_end(deadline_ms);
    for (int i = 0; i < count; i++)
        if (probes[i].context && (!ask_sentinel(config, probes[i].context) ||
                                  !wire_write(probes[i].context, last_look(end_ms))))
            let_go(&probes[i]);
    for (int i = 0; i < count; i++) {
        (void)json_array_append_new(list, read_sentinel(config, &probes[i], last_look(end_ms)));
        let_go(&probes[i]);
    }
    return list;
}

/* -- servers ----------------------------------------------------------------------------------- */

static void add_server(struct probe *servers, int *count, const char *address) {
    for (int i = 0; i < *count; i++)
        if (strcmp(servers[i].address, address) == 0) return;
    if (*count < SERVERS_MAX) name_probe(&servers[(*count)++], address);
}

static const char *fact(const json_t *map, const char *name) {
    const char *text = json_string_value(json_object_get(map, name));
    return text ? text : "";
}

static void add_host(struct probe *servers, int *count, const char *host, const char *port) {
    char address[300];
    int size =
        snprintf(address, sizeof address, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    if (*host && *port && size > 0 && (size_t)size < sizeof address)
        add_server(servers, count, address);
}

/* The primary that most reachable Sentinels believe in. */
static const json_t *believed_primary(const json_t *sentinels) {
    const json_t *best = NULL, *one, *other;
    size_t i, k;
    int most = 0;
    json_array_foreach(sentinels, i, one) {
        const json_t *primary = json_object_get(one, "primary");
        int votes = 0;
        json_array_foreach(sentinels, k, other) {
            const json_t *their = json_object_get(other, "primary");
            votes += strcmp(fact(their, "ip"), fact(primary, "ip")) == 0 &&
                     strcmp(fact(their, "port"), fact(primary, "port")) == 0;
        }
        if (*fact(primary, "ip") && votes > most) {
            most = votes;
            best = primary;
        }
    }
    return best;
}

static int servers_of(const struct config *config, const json_t *sentinels,
                      struct probe servers[SERVERS_MAX]) {
    int count = 0;
    size_t i, k;
    const json_t *sentinel, *replica;
    const json_t *primary = believed_primary(sentinels);
    if (primary) add_host(servers, &count, fact(primary, "ip"), fact(primary, "port"));
    if (!config->redis.sentinels.count) add_server(servers, &count, config->redis.address);
    json_array_foreach(sentinels, i, sentinel) {
        json_array_foreach(json_object_get(sentinel, "replicas"), k, replica) {
            add_host(servers, &count, fact(replica, "ip"), fact(replica, "port"));
        }
    }
    return count;
}

static bool ask_server(const struct config *config, redisContext *context, int64_t end_ms) {
    struct wire_command info = { 0 }, slow = { 0 };
    wire_add(&info, "INFO");
    wire_add(&slow, "SLOWLOG");
    wire_add(&slow, "GET");
    wire_add_number(&slow, SLOW_MAX);
    return wire_append_auth(context, &config->redis.password) && wire_append(context, &info) &&
           wire_append(context, &slow) && wire_write(context, end_ms);
}

static json_t *read_server(const struct config *config, struct probe *probe, int64_t end_ms) {
    redisContext *context = probe->context;
    bool let_in = wire_is_let_in(context, &config->redis.password, end_ms);
    redisReply *info = let_in ? wire_read(context, end_ms) : NULL;
    redisReply *slow = info ? wire_read(context, end_ms) : NULL;
    json_t *facts = json_pack("{s:s, s:b, s:o, s:o}", "address", probe->address, "reachable",
                              slow && info->type == REDIS_REPLY_STRING, "info", info_map(info),
                              "slow", slow_list(slow));
    if (info) freeReplyObject(info);
    if (slow) freeReplyObject(slow);
    return facts;
}

static json_t *watch_servers(const struct config *config, struct probe *probes, int count,
                             int64_t deadline_ms) {
    json_t *list = json_array();
    connect_all(probes, count, deadline_ms);
    int64_t end_ms = turn_end(deadline_ms);
    for (int i = 0; i < count; i++)
        if (probes[i].context && !ask_server(config, probes[i].context, last_look(end_ms)))
            let_go(&probes[i]);
    for (int i = 0; i < count; i++) {
        (void)json_array_append_new(list, read_server(config, &probes[i], last_look(end_ms)));
        let_go(&probes[i]);
    }
    return list;
}

/* Without Sentinels the primary itself names its replicas: "slave0:ip=…,port=…,state=online,…". */
static int replicas_named(const json_t *servers, struct probe probes[SERVERS_MAX]) {
    const json_t *info = json_object_get(json_array_get(servers, 0), "info");
    int count = 0;
    for (int i = 0; i < SERVERS_MAX; i++) {
        char name[24], host[128], port[8];
        (void)snprintf(name, sizeof name, "slave%d", i);
        const char *at = fact(info, name);
        if (strncmp(at, "ip=", 3) != 0) break;
        size_t size = strcspn(at + 3, ",");
        const char *rest = at + 3 + size;
        if (strncmp(rest, ",port=", 6) != 0 || size >= sizeof host) continue;
        (void)snprintf(host, sizeof host, "%.*s", (int)size, at + 3);
        (void)snprintf(port, sizeof port, "%.*s", (int)strcspn(rest + 6, ","), rest + 6);
        add_host(probes, &count, host, port);
    }
    return count;
}

bool cache_watch(const struct config *config, int64_t deadline_ms, json_t **ret_facts,
                 struct err *err) {
    struct probe servers[SERVERS_MAX] = { { .context = NULL } };
    json_t *sentinels = watch_sentinels(config, deadline_ms);
    int count = servers_of(config, sentinels, servers);
    json_t *list = watch_servers(config, servers, count, deadline_ms);
    if (!config->redis.sentinels.count) {
        struct probe replicas[SERVERS_MAX] = { { .context = NULL } };
        int named = replicas_named(list, replicas);
        json_t *more = watch_servers(config, replicas, named, deadline_ms);
        if (list && more) (void)json_array_extend(list, more);
        json_decref(more);
    }
    json_t *facts = json_pack("{s:o, s:o}", "sentinels", sentinels, "servers", list);
    if (!facts) return err_set(err, ERR_LIMIT, "No memory for what Redis says.");
    *ret_facts = facts;
    return true;
}

/* -- failover ---------------------------------------------------------------------------------- */

static redisReply *one_call(const struct config *config, const char *sentinel, const char *what,
                            int64_t deadline_ms) {
    struct wire_command command = { 0 };
    redisContext *context = wire_dial(sentinel, turn_end(deadline_ms));
    if (!context) return NULL;
    if (!wire_sign_in(context, &config->redis.sentinel_password, deadline_ms)) {
        redisFree(context);
        return NULL;
    }
    wire_add(&command, "SENTINEL");
    wire_add(&command, what);
    wire_add(&command, config->redis.sentinel_primary);
    redisReply *reply = wire_exchange(context, &command, deadline_ms);
    redisFree(context);
    return reply;
}

bool cache_failover(const struct config *config, const char *sentinel, int64_t deadline_ms,
                    struct err *err) {
    redisReply *reply = one_call(config, sentinel, "FAILOVER", deadline_ms);
    if (!reply)
        return err_set(err, ERR_UPSTREAM_UNAVAILABLE, "Sentinel %.100s does not answer.", sentinel);
    bool ok = reply->type == REDIS_REPLY_STATUS ||
              err_set(err, ERR_UPSTREAM_REFUSED, "Sentinel %.100s says: %.200s", sentinel,
                      reply->type == REDIS_REPLY_ERROR ? reply->str : "something else");
    freeReplyObject(reply);
    return ok;
}

bool cache_primary_of(const struct config *config, const char *sentinel, int64_t deadline_ms,
                      char *ret_address, size_t size) {
    redisReply *reply =
        one_call(config, sentinel, "get-master-addr-by-name", turn_end(deadline_ms));
    bool ok = sentinel_names(reply, ret_address, size);
    if (reply) freeReplyObject(reply);
    return ok;
}
