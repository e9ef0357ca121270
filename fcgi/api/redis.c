/* SPDX-License-Identifier: MIT */
/* Redis and its Sentinels: seen, and told to fail over in two steps. */
#include <poll.h>
#include <string.h>

#include "../cache_watch.h"
#include "../clock.h"
#include "../jsonpick.h"
#include "../redisview.h"
#include "api.h"
#include "managed.h"
#include "view.h"

/* How long to watch for the new primary, and what to leave of the deadline for the reply. */
#define WATCH_MS 6000
#define REPLY_MS 1000

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static bool read_redis(struct call *call, json_t **ret_data, struct err *err) {
    json_t *facts;
    if (!cache_watch(call->services->config, call->request->deadline_ms, &facts, err)) return false;
    json_t *data = redisview_json(call->request->arena, facts);
    json_decref(facts);
    if (!data) return no_memory(err);
    *ret_data = data;
    return true;
}

bool api_redis(struct call *call, struct err *err) {
    struct view view = { .name = NULL };
    const char *const lists[] = { "sentinels", "replicas" };
    json_t *data;
    if (!read_redis(call, &data, err)) return false;
    for (size_t k = 0; k < 2; k++) {
        size_t i;
        const json_t *each;
        json_array_foreach(json_object_get(data, lists[k]), i, each) {
            if (!json_is_true(json_object_get(each, "reachable")))
                view_missing(&view.missing, jsonpick_text(each, "address"), "It does not answer.");
        }
    }
    return view_reply(call, &view, data, err);
}

/* -- failover ---------------------------------------------------------------------------------- */

static bool check_failover(const json_t *data, const char *sentinel, const json_t *replica,
                           struct err *err) {
    const json_t *quorum = json_object_get(data, "quorum");
    if (!sentinel) return err_set(err, ERR_UPSTREAM_UNAVAILABLE, "No Sentinel names the primary.");
    if (redisview_failing_over(data))
        return err_set(err, ERR_CONFLICT, "A failover is under way already.");
    if (!json_is_true(json_object_get(quorum, "can_fail_over")))
        return err_set(err, ERR_QUORUM,
                       "%lld of %lld Sentinels agree on the primary; %lld and more than half are "
                       "needed.",
                       (long long)jsonpick_integer(quorum, "agreeing", 0),
                       (long long)jsonpick_integer(quorum, "sentinels", 0),
                       (long long)jsonpick_integer(quorum, "needed", 0));
    return replica ||
           err_set(err, ERR_CONFLICT, "No replica is linked to the primary: none can take over.");
}

bool failover_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    json_t *data;
    int linked = 0;
    if (call->services->config->redis.sentinels.count == 0)
        return err_set(err, ERR_NOT_CONFIGURED,
                       "Set redis.sentinels: without Sentinels nobody fails over.");
    if (!read_redis(call, &data, err) || !managed_defer(call, data, err)) return false;
    const json_t *replica = redisview_next(data, &linked);
    const char *sentinel = redisview_sentinel(data);
    const char *primary = jsonpick_text(data, "primary.address");
    if (!check_failover(data, sentinel, replica, err)) return false;
    json_int_t clients = jsonpick_integer(data, "primary.clients", 0);
    json_int_t lag = jsonpick_integer(replica, "lag_bytes", 0);
    struct impact impact = {
        .summary = arena_printf(
            arena,
            "Let Sentinel promote a replica in place of %s. Its %lld clients reconnect; for a few "
            "seconds nobody can sign in or confirm. Up to %lld bytes of writes may be lost.",
            primary, (long long)clients, (long long)lag),
        .impact = json_pack("{s:s, s:s, s:i, s:I, s:I}", "primary", primary, "likely_next",
                            jsonpick_text(replica, "address"), "replicas_linked", linked,
                            "clients_cut", clients, "lag_bytes", lag),
        .undo = "Fail over again when the old primary has become a replica.",
        .phrase = "failover redis",
        .state = primary,
    };
    json_decref(call->audit_result);
    call->audit_result = json_pack("{s:s, s:s}", "primary", primary, "sentinel", sentinel);
    if (!managed_defer(call, impact.impact, err)) return false;
    if (!impact.summary || !call->audit_result) return no_memory(err);
    *ret_impact = impact;
    return true;
}

/* Sentinel answers at once and works on; the new primary shows when it has one. */
static const char *watch_primary(struct call *call, const char *sentinel, const char *before) {
    int64_t end_ms = clock_ms() + WATCH_MS;
    char address[300];
    if (end_ms > call->request->deadline_ms - REPLY_MS)
        end_ms = call->request->deadline_ms - REPLY_MS;
    while (clock_ms() < end_ms) {
        if (cache_primary_of(call->services->config, sentinel, end_ms, address, sizeof address) &&
            strcmp(address, before) != 0)
            return arena_strdup(call->request->arena, address);
        (void)poll(NULL, 0, 100);
    }
    return NULL;
}

bool api_redis_failover(struct call *call, struct err *err) {
    const char *sentinel = jsonpick_text(call->audit_result, "sentinel");
    const char *before = jsonpick_text(call->audit_result, "primary");
    if (!sentinel || !before)
        return err_set(err, ERR_INTERNAL, "a failover that nobody has confirmed");
    if (!cache_failover(call->services->config, sentinel, call->request->deadline_ms, err))
        return false;
    const char *after = watch_primary(call, sentinel, before);
    return call_reply(call, 200,
                      json_pack("{s:s, s:s, s:s?}", "message",
                                after ? "A replica took over."
                                      : "Sentinel has begun; no new primary is seen yet.",
                                "from", before, "to", after),
                      err);
}
