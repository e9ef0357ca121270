/* SPDX-License-Identifier: MIT */
#include "redisview.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "jsonpick.h"

static const char *fact(const json_t *map, const char *name) {
    return json_string_value(json_object_get(map, name));
}

static json_int_t number(const json_t *map, const char *name, json_int_t otherwise) {
    const char *text = fact(map, name);
    return text && *text ? strtoll(text, NULL, 10) : otherwise;
}

static json_t *number_or_null(const json_t *map, const char *name) {
    const char *text = fact(map, name);
    return text && *text ? json_integer(strtoll(text, NULL, 10)) : json_null();
}

static json_t *time_json(json_int_t at) {
    char text[32];
    struct tm utc;
    time_t time = (time_t)at;
    if (at <= 0 || !gmtime_r(&time, &utc)) return json_null();
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

static bool is_set(const json_t *map, const char *name, const char *value) {
    const char *text = fact(map, name);
    return text && strcmp(text, value) == 0;
}

static json_t *flag(const json_t *map, const char *name, const char *value) {
    return fact(map, name) ? json_boolean(is_set(map, name, value)) : json_null();
}

static bool is_reachable(const json_t *entry) {
    return json_is_true(json_object_get(entry, "reachable"));
}

/* The position in the stream of writes: the primary's own, or what a replica has taken. */
static json_int_t offset_of(const json_t *info) {
    return is_set(info, "role", "master") ? number(info, "master_repl_offset", -1)
                                          : number(info, "slave_repl_offset", -1);
}

static json_t *server_json(const json_t *server, const json_t *primary) {
    const json_t *info = json_object_get(server, "info");
    bool is_replica = is_set(info, "role", "slave");
    json_int_t own = offset_of(info), ahead = offset_of(json_object_get(primary, "info"));
    json_t *lag = is_replica && own >= 0 && ahead >= 0 && is_reachable(primary)
                      ? json_integer(ahead > own ? ahead - own : 0)
                      : json_null();
    const char *role = fact(info, "role");
    return json_pack(
        "{s:s, s:s?, s:b, s:s?, s:o, s:o, s:o, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o}",
        "address", fact(server, "address"), "role",
        !role        ? NULL
        : is_replica ? "replica"
                     : "primary",
        "reachable", is_reachable(server), "version", fact(info, "redis_version"), "uptime_seconds",
        number_or_null(info, "uptime_in_seconds"), "offset",
        own >= 0 ? json_integer(own) : json_null(), "lag_bytes", lag, "link",
        fact(info, "master_link_status"), "clients", number_or_null(info, "connected_clients"),
        "operations_per_second", number_or_null(info, "instantaneous_ops_per_sec"),
        "memory_used_bytes", number_or_null(info, "used_memory"), "memory_peak_bytes",
        number_or_null(info, "used_memory_peak"), "memory_max_bytes",
        number_or_null(info, "maxmemory"), "evicted_keys", number_or_null(info, "evicted_keys"),
        "last_save_at", time_json(number(info, "rdb_last_save_time", 0)), "last_save_ok",
        flag(info, "rdb_last_bgsave_status", "ok"), "append_only", flag(info, "aof_enabled", "1"),
        "loading", flag(info, "loading", "1"));
}

/* -- Sentinels --------------------------------------------------------------------------------- */

static const char *belief(struct arena *arena, const json_t *sentinel) {
    const json_t *primary = json_object_get(sentinel, "primary");
    const char *host = fact(primary, "ip"), *port = fact(primary, "port");
    return host && port ? arena_printf(arena, "%s:%s", host, port) : NULL;
}

static json_t *sentinels_json(struct arena *arena, const json_t *sentinels, const char *primary) {
    json_t *list = json_array();
    size_t i;
    const json_t *sentinel;
    json_array_foreach(sentinels, i, sentinel) {
        const json_t *facts = json_object_get(sentinel, "primary");
        const char *believed = belief(arena, sentinel);
        (void)json_array_append_new(
            list, json_pack("{s:s, s:b, s:s?, s:o, s:o, s:o, s:s?, s:b}", "address",
                            fact(sentinel, "address"), "reachable", is_reachable(sentinel),
                            "primary", believed, "quorum", number_or_null(facts, "quorum"),
                            "others", number_or_null(facts, "num-other-sentinels"), "replicas",
                            number_or_null(facts, "num-slaves"), "flags", fact(facts, "flags"),
                            "agrees", believed && primary && strcmp(believed, primary) == 0));
    }
    return list;
}

/* A failover needs `quorum` Sentinels to agree that the primary is down, and more than half of all
 * known to elect who does it. */
static json_t *quorum_json(const json_t *sentinels) {
    json_int_t needed = 0, known = 0;
    int agreeing = 0;
    size_t i;
    const json_t *sentinel;
    json_array_foreach(sentinels, i, sentinel) {
        json_int_t quorum = json_integer_value(json_object_get(sentinel, "quorum"));
        json_int_t all = json_integer_value(json_object_get(sentinel, "others")) + 1;
        if (!is_reachable(sentinel)) continue;
        if (quorum > needed) needed = quorum;
        if (all > known) known = all;
        agreeing += json_is_true(json_object_get(sentinel, "agrees"));
    }
    if (json_array_size(sentinels) == 0) return json_null();
    if (known < (json_int_t)json_array_size(sentinels))
        known = (json_int_t)json_array_size(sentinels);
    return json_pack("{s:I, s:i, s:I, s:b}", "needed", needed, "agreeing", agreeing, "sentinels",
                     known, "can_fail_over",
                     needed > 0 && agreeing >= needed && agreeing > known / 2);
}

/* -- together ---------------------------------------------------------------------------------- */

static void attend(json_t *list, const char *severity, const char *what, const char *why) {
    (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "severity", severity, "what",
                                                what ? what : "?", "why", why));
}

static json_t *attention_json(struct arena *arena, const json_t *primary, const json_t *replicas,
                              const json_t *sentinels, const json_t *quorum) {
    json_t *list = json_array();
    size_t i;
    const json_t *each;
    if (!primary || !is_reachable(primary))
        attend(list, "critical", "the primary does not answer",
               "nothing can be signed in or confirmed");
    else if (!is_set(primary, "role", "primary"))
        attend(list, "critical", "what is taken for the primary is a replica",
               "Sentinel and the server disagree");
    json_array_foreach(replicas, i, each) {
        const char *address = fact(each, "address");
        if (!is_reachable(each))
            attend(list, "warning", arena_printf(arena, "replica %s does not answer", address),
                   "it cannot take over");
        else if (!is_set(each, "link", "up"))
            attend(list, "warning", arena_printf(arena, "replica %s is not linked", address),
                   "it gets no writes");
    }
    json_array_foreach(sentinels, i, each) {
        const char *address = fact(each, "address");
        if (!is_reachable(each))
            attend(list, "warning", arena_printf(arena, "Sentinel %s does not answer", address),
                   "one vote less");
        else if (!json_is_true(json_object_get(each, "agrees")))
            attend(list, "critical",
                   arena_printf(arena, "Sentinel %s believes in another primary", address),
                   fact(each, "primary") ? fact(each, "primary") : "in none");
    }
    if (json_is_object(quorum) && !json_is_true(json_object_get(quorum, "can_fail_over")))
        attend(list, "critical", "the Sentinels cannot fail over", "too few agree");
    if (primary && is_reachable(primary) && json_is_false(json_object_get(primary, "last_save_ok")))
        attend(list, "warning", "the last save failed", "look at the server's log");
    return list;
}

static json_t *slow_json(const json_t *slow) {
    json_t *list = json_array();
    size_t i;
    const json_t *each;
    json_array_foreach(slow, i, each) {
        json_t *copy = json_copy((json_t *)(uintptr_t)each);
        if (copy)
            (void)json_object_set_new(copy, "at",
                                      time_json(json_integer_value(json_object_get(each, "at"))));
        (void)json_array_append_new(list, copy);
    }
    return list;
}

json_t *redisview_json(struct arena *arena, const json_t *facts) {
    const json_t *servers = json_object_get(facts, "servers"), *first = json_array_get(servers, 0);
    json_t *primary = first ? server_json(first, first) : json_null(), *replicas = json_array();
    size_t i;
    const json_t *server;
    json_array_foreach(servers, i, server) {
        if (i > 0) (void)json_array_append_new(replicas, server_json(server, first));
    }
    json_t *sentinels =
        sentinels_json(arena, json_object_get(facts, "sentinels"), fact(first, "address"));
    json_t *quorum = quorum_json(sentinels);
    json_t *attention = attention_json(arena, first ? primary : NULL, replicas, sentinels, quorum);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "primary", primary, "replicas", replicas,
                     "sentinels", sentinels, "quorum", quorum, "slow_log",
                     slow_json(json_object_get(first, "slow")), "attention", attention);
}

/* -- a failover ---------------------------------------------------------------------------------
 */

const json_t *redisview_next(const json_t *data, int *ret_linked) {
    const json_t *best = NULL, *replica;
    size_t i;
    *ret_linked = 0;
    json_array_foreach(json_object_get(data, "replicas"), i, replica) {
        const char *link = jsonpick_text(replica, "link");
        if (!json_is_true(json_object_get(replica, "reachable")) || !link ||
            strcmp(link, "up") != 0)
            continue;
        ++*ret_linked;
        if (!best ||
            jsonpick_integer(replica, "lag_bytes", 0) < jsonpick_integer(best, "lag_bytes", 0))
            best = replica;
    }
    return best;
}

const char *redisview_sentinel(const json_t *data) {
    size_t i;
    const json_t *sentinel;
    json_array_foreach(json_object_get(data, "sentinels"), i, sentinel) {
        if (json_is_true(json_object_get(sentinel, "agrees")))
            return jsonpick_text(sentinel, "address");
    }
    return NULL;
}

bool redisview_failing_over(const json_t *data) {
    size_t i;
    const json_t *sentinel;
    json_array_foreach(json_object_get(data, "sentinels"), i, sentinel) {
        const char *flags = jsonpick_text(sentinel, "flags");
        if (flags && strstr(flags, "failover_in_progress")) return true;
    }
    return false;
}
