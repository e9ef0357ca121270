/* SPDX-License-Identifier: MIT */
/* The drill on Redis's primary, through its Sentinels. */
#include <stdlib.h>

#include "arena.h"
#include "cache_watch.h"
#include "config.h"
#include "drill.h"
#include "jsonpick.h"
#include "redisview.h"

bool drill_has_sentinels(const struct config *config) {
    return config->redis.sentinels.count > 0;
}

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "No memory for what Redis says.");
}

/* Who there is, with its role; all of it as one text, whatever the order they come in. */
static bool read_members(const struct replication_at *at, const json_t *data,
                         struct drill_look *look, struct err *err) {
    size_t i;
    const json_t *replica;
    json_t *links = drill_keep(at, json_object());
    look->members = drill_keep(at, json_object());
    (void)json_object_set_new(look->members, look->serves, json_string("primary"));
    json_array_foreach(json_object_get(data, "replicas"), i, replica) {
        const char *address = jsonpick_text(replica, "address"),
                   *link = jsonpick_text(replica, "link");
        if (!address) continue;
        (void)json_object_set_new(look->members, address, json_string("replica"));
        (void)json_object_set_new(links, address, json_string(link ? link : ""));
    }
    char *text = links ? json_dumps(links, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    look->state = text ? arena_printf(at->arena, "%s|%s", look->serves, text) : NULL;
    free(text);
    return (look->members && look->state) || no_memory(err);
}

static void check_sentinels(const struct replication_at *at, const json_t *data,
                            struct drill_look *look) {
    const json_t *quorum = json_object_get(data, "quorum");
    bool under_way = redisview_failing_over(data);
    drill_check(at, look, "sentinels", json_is_true(json_object_get(quorum, "can_fail_over")),
                ERR_QUORUM,
                "%lld of %lld Sentinels agree on the primary; %lld and more than half are needed.",
                (long long)jsonpick_integer(quorum, "agreeing", 0),
                (long long)jsonpick_integer(quorum, "sentinels", 0),
                (long long)jsonpick_integer(quorum, "needed", 0));
    drill_check(at, look, "no_failover", !under_way, ERR_CONFLICT, "%s",
                under_way ? "A failover is under way already." : "No failover is under way.");
}

static void check_replicas(const struct replication_at *at, int replicas, int linked,
                           struct drill_look *look) {
    drill_check_spare(at, look, "redis", linked, replicas + 1);
    drill_check(at, look, "members", linked == replicas, ERR_CONFLICT,
                "%d of %d replicas are linked to the primary.", linked, replicas);
}

bool drill_look_redis(const struct replication_at *at, struct drill_look *look, struct err *err) {
    json_t *facts;
    int linked = 0;
    if (!cache_watch(at->config, at->deadline_ms, &facts, err)) return false;
    const json_t *data = drill_keep(at, redisview_json(at->arena, facts));
    json_decref(facts);
    if (!data) return no_memory(err);
    int replicas = (int)json_array_size(json_object_get(data, "replicas"));
    const json_t *next = redisview_next(data, &linked);
    const json_t *quorum = json_object_get(data, "quorum");
    bool answers = json_is_true(jsonpick_at(data, "primary.reachable"));
    look->serves = jsonpick_text(data, "primary.address");
    look->next = jsonpick_text(next, "address");
    look->address = redisview_sentinel(data);
    if (!look->serves || !answers || !look->address)
        return err_set(err, ERR_UPSTREAM_UNAVAILABLE, "%s",
                       look->address ? "The Redis primary does not answer."
                                     : "No Sentinel names the primary.");
    if (!read_members(at, data, look, err)) return false;
    check_sentinels(at, data, look);
    check_replicas(at, replicas, linked, look);
    look->whole =
        linked == replicas && !redisview_failing_over(data) &&
        jsonpick_integer(quorum, "agreeing", 0) == jsonpick_integer(quorum, "sentinels", -1);
    look->facts = drill_keep(at, json_pack("{s:s, s:s?, s:i, s:I, s:I}", "from", look->serves, "to",
                                           look->next, "members", replicas + 1, "lag_bytes",
                                           jsonpick_integer(next, "lag_bytes", 0), "sessions_cut",
                                           jsonpick_integer(data, "primary.clients", 0)));
    return look->facts || no_memory(err);
}

bool drill_act_redis(const struct replication_at *at, const struct drill_look *look,
                     const char **ret_said, struct err *err) {
    if (!cache_failover(at->config, look->address, at->deadline_ms, err)) return false;
    *ret_said = "Sentinel has begun.";
    return true;
}
