/* SPDX-License-Identifier: MIT */
/* PostgreSQL's members: seen, and steered through Patroni in two steps. */
#include "../replication.h"

#include <string.h>

#include "../config.h"
#include "../jsonpick.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"
#include "view.h"

/* clang-format off */
const struct field switchover_fields[] = {
    { "leader", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 128 },
    { "candidate", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 128 },
    { .name = NULL },
};
const struct field reinitialize_fields[] = {
    { "member", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 128 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

bool api_replication(struct call *call, struct err *err) {
    struct replication_at at = replication_for(call);
    struct replication replication;
    struct view view = { .name = "replication" };
    if (!replication_read(&at, &replication, err)) return view_failed(call, &view, err);
    view.missing = replication.missing;
    return view_reply(call, &view, json_incref(replication.data), err);
}

/* -- what it would do -------------------------------------------------------------------------- */

static const char *text_or(const json_t *value, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(value, path);
    return text ? text : otherwise;
}

static bool read_patroni(struct call *call, struct replication *replication, struct err *err) {
    if (call->services->config->patroni.addresses.count == 0)
        return err_set(err, ERR_NOT_CONFIGURED, "Set patroni.addresses to steer the members.");
    struct replication_at at = replication_for(call);
    if (!replication_read(&at, replication, err)) return false;
    json_decref(replication->missing);
    replication->missing = NULL;
    return true;
}

static bool find_member(const struct replication *replication, const char *field, const char *name,
                        const json_t **ret_member, struct err *err) {
    const json_t *member = replication_member(replication, name);
    if (!member) return err_field(err, field, "there is no member %.60s", name);
    *ret_member = member;
    return true;
}

static bool is_well(const json_t *member) {
    const char *state = text_or(member, "state", "");
    return strcmp(state, "running") == 0 || strcmp(state, "streaming") == 0;
}

/* Patroni would refuse these, some of them only after it has begun. */
static bool check_candidate(const struct replication *replication, const json_t *candidate,
                            const char *leader, struct err *err) {
    const char *name = text_or(candidate, "name", "?");
    const char *present = jsonpick_text(replication->data, "leader");
    bool synchronous = json_is_true(json_object_get(replication->data, "synchronous_mode"));
    if (!present || strcmp(present, leader) != 0)
        return err_set(err, ERR_CONFLICT, "%.60s is not the leader; %.60s is.", leader,
                       present ? present : "nobody");
    if (strcmp(name, leader) == 0) return err_set(err, ERR_CONFLICT, "%.60s leads already.", name);
    if (json_is_true(json_object_get(replication->data, "paused")))
        return err_set(err, ERR_CONFLICT, "Failover is paused. Resume it first.");
    if (!is_well(candidate) || !json_is_true(json_object_get(candidate, "reachable")))
        return err_set(err, ERR_CONFLICT, "%.60s is %.40s and cannot take over.", name,
                       is_well(candidate) ? "not reachable" : text_or(candidate, "state", "gone"));
    if (synchronous && !json_is_true(json_object_get(candidate, "synchronous")))
        return err_set(err, ERR_CONFLICT,
                       "%.60s is not the synchronous standby: with synchronous mode only that one "
                       "has every commit.",
                       name);
    json_int_t lag = jsonpick_integer(candidate, "lag_bytes", -1);
    if (lag < 0 || lag > 16 * 1048576)
        return err_set(err, ERR_CONFLICT, "%.60s lags by %lld bytes: let it catch up first.", name,
                       (long long)lag);
    return true;
}

static bool check_work(const struct replication *replication, struct err *err) {
    json_int_t work = jsonpick_integer(replication->server, "running_work", -1);
    if (work < 0)
        return err_set(err, ERR_CONFLICT,
                       "The primary does not say what it is doing: nothing is known of what a "
                       "switchover would interrupt.");
    return work == 0 ||
           err_set(err, ERR_CONFLICT,
                   "%lld maintenance operation%s or base backup%s is under way on the primary and "
                   "would be lost. Wait for it, or cancel it.",
                   (long long)work, work == 1 ? "" : "s", work == 1 ? "" : "s");
}

/* What the runners do is asked of the console's own table: a dump or a load shows in no view of
 * what is under way on the primary. */
static bool read_jobs(struct call *call, const json_t **ret_jobs, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *text;
    size_t size;
    if (!db_text(call->services->db, &at, DB_JOB_RUNNING, call->request->arena, NULL, 0, &text,
                 &size, err))
        return false;
    json_t *jobs = json_loadb(text, size, 0, NULL);
    if (!managed_defer(call, jobs, err)) return false;
    *ret_jobs = jobs;
    return true;
}

/* The exchange itself is one transaction, but sessions are ended and held back around it: whoever
 * changes the primary in its middle is left to find out which database has which name. */
static bool check_swap(const json_t *jobs, struct err *err) {
    size_t i;
    const json_t *job;
    json_array_foreach(jobs, i, job) {
        if (strncmp(text_or(job, "phase", ""), "swapping", 8) == 0)
            return err_set(err, ERR_CONFLICT,
                           "A restore of %.63s is exchanging it for what was restored (job %.36s). "
                           "Wait for it: it takes seconds.",
                           text_or(job, "database", "?"), text_or(job, "id", "?"));
    }
    return true;
}

/* Their ids, one after the other: a confirmation given for these is none for others. */
static const char *ids_of(struct arena *arena, const json_t *jobs) {
    const char *ids = "";
    size_t i;
    const json_t *job;
    json_array_foreach(jobs, i, job) {
        ids = ids ? arena_printf(arena, "%s|%s", ids, text_or(job, "id", "")) : NULL;
    }
    return ids;
}

static const char *jobs_sentence(struct arena *arena, const json_t *jobs) {
    size_t count = json_array_size(jobs);
    if (count == 0) return "";
    return arena_printf(arena, " %zu job%s of the console %s cut: %s begun again, or failed.",
                        count, count == 1 ? "" : "s", count == 1 ? "is" : "are",
                        count == 1 ? "it is" : "they are");
}

static bool keep_facts(struct call *call, const char *target, const char *address,
                       struct err *err) {
    json_t *facts = json_pack("{s:s, s:s}", "target", target, "patroni", address);
    if (!facts) return no_memory(err);
    json_decref(call->audit_result);
    call->audit_result = facts;
    call->audit_target = target;
    return true;
}

static const char *state_of(struct call *call, const struct replication *replication,
                            const json_t *member) {
    const json_t *data = replication->data;
    return arena_printf(call->request->arena, "%s|%lld|%d|%s|%s|%s", text_or(data, "leader", ""),
                        (long long)jsonpick_integer(data, "timeline", 0),
                        json_is_true(json_object_get(data, "paused")), text_or(member, "name", ""),
                        text_or(member, "role", ""), text_or(member, "state", ""));
}

static bool finish(struct call *call, struct impact *impact, struct impact *ret_impact,
                   struct err *err) {
    if (!managed_defer(call, impact->impact, err)) return false;
    if (!impact->summary || !impact->phrase || !impact->state) return no_memory(err);
    *ret_impact = *impact;
    return true;
}

bool switchover_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *leader = request_string(call->request, "leader");
    const char *name = request_string(call->request, "candidate");
    struct replication replication;
    const json_t *candidate = NULL, *jobs = NULL;
    if (!read_patroni(call, &replication, err) ||
        !find_member(&replication, "candidate", name, &candidate, err) ||
        !check_candidate(&replication, candidate, leader, err) || !read_jobs(call, &jobs, err) ||
        !check_swap(jobs, err) || !check_work(&replication, err))
        return false;
    if (!replication.leader_api)
        return err_set(err, ERR_UPSTREAM_UNAVAILABLE, "The leader's Patroni does not answer.");
    const char *ids = ids_of(arena, jobs);
    if (!ids) return no_memory(err);
    json_int_t sessions = jsonpick_integer(replication.server, "sessions", 0);
    json_int_t transactions = jsonpick_integer(replication.server, "transactions", 0);
    struct impact impact = {
        .summary = arena_printf(
            arena,
            "Make %s the leader in place of %s. Writes stop for some seconds; %lld session%s of "
            "clients and %lld open transaction%s are cut.%s No committed write is lost.",
            name, leader, (long long)sessions, sessions == 1 ? "" : "s", (long long)transactions,
            transactions == 1 ? "" : "s", jobs_sentence(arena, jobs)),
        .impact =
            json_pack("{s:s, s:s, s:O, s:I, s:I, s:I, s:b}", "leader", leader, "candidate", name,
                      "jobs_cut", jobs, "lag_bytes", jsonpick_integer(candidate, "lag_bytes", 0),
                      "sessions_cut", sessions, "transactions_cut", transactions, "synchronous",
                      json_is_true(json_object_get(candidate, "synchronous"))),
        .undo = "Switch over again, back to the present leader.",
        .phrase = arena_printf(arena, "switchover %s", name),
        .state = arena_printf(arena, "%s%s", state_of(call, &replication, candidate), ids),
    };
    return keep_facts(call, name, replication.leader_api, err) &&
           finish(call, &impact, ret_impact, err);
}

/* One that serves and one to take over must stay well. */
static bool check_standby_left(const struct replication *replication, const json_t *member,
                               struct err *err) {
    int healthy = 0, members = 0;
    size_t i;
    const json_t *each;
    json_array_foreach(json_object_get(replication->data, "members"), i, each) {
        members++;
        healthy += is_well(each);
    }
    int left = healthy - is_well(member), needed = members >= 2 ? 2 : 1;
    return !is_well(member) || left >= needed ||
           err_set(err, ERR_QUORUM,
                   "Reinitializing %.60s would leave %d of %d postgresql members healthy; %d are "
                   "needed.",
                   text_or(member, "name", "?"), left, members, needed);
}

bool reinitialize_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *name = request_string(call->request, "member");
    struct replication_at at = replication_for(call);
    struct replication replication;
    const json_t *member = NULL;
    if (!read_patroni(call, &replication, err) ||
        !find_member(&replication, "member", name, &member, err))
        return false;
    if (strcmp(text_or(member, "role", ""), "leader") == 0)
        return err_set(err, ERR_CONFLICT, "%.60s is the leader: its data is what the others copy.",
                       name);
    if (!jsonpick_text(replication.data, "leader"))
        return err_set(err, ERR_CONFLICT, "There is no leader to copy from.");
    if (!check_standby_left(&replication, member, err)) return false;
    const char *address = replication_api_of(&at, name);
    if (!address)
        return err_set(err, ERR_UPSTREAM_UNAVAILABLE, "Patroni of %.60s does not answer.", name);
    json_int_t bytes = jsonpick_integer(replication.server, "bytes", 0);
    struct impact impact = {
        .summary = arena_printf(
            arena,
            "Throw the data of %s away and copy %lld MB anew from the leader %s. "
            "Until then %s can neither serve nor take over.",
            name, (long long)(bytes >> 20), text_or(replication.data, "leader", "?"), name),
        .impact = json_pack("{s:s, s:s, s:I, s:s}", "member", name, "state",
                            text_or(member, "state", "unknown"), "bytes_to_copy", bytes, "leader",
                            text_or(replication.data, "leader", "?")),
        .undo = "It cannot be undone; the copy on the leader is not touched.",
        .phrase = arena_printf(arena, "reinitialize %s", name),
        .state = state_of(call, &replication, member),
    };
    return keep_facts(call, name, address, err) && finish(call, &impact, ret_impact, err);
}

bool pause_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    struct replication replication;
    if (!read_patroni(call, &replication, err)) return false;
    if (json_is_true(json_object_get(replication.data, "paused")))
        return err_set(err, ERR_CONFLICT, "Failover is paused already.");
    const char *address = replication.leader_api
                              ? replication.leader_api
                              : call->services->config->patroni.addresses.items[0];
    const char *leader = text_or(replication.data, "leader", "");
    struct impact impact = {
        .summary = "Pause automatic failover: until it is resumed, nobody takes over when the "
                   "leader dies, and writes stay down.",
        .impact = json_pack("{s:s, s:i}", "leader", leader, "members",
                            (int)json_array_size(json_object_get(replication.data, "members"))),
        .undo = "Resume it; nothing is lost by that.",
        .phrase = "pause failover",
        .state = arena_printf(arena, "%s|%lld", leader,
                              (long long)jsonpick_integer(replication.data, "timeline", 0)),
    };
    return keep_facts(call, text_or(replication.data, "scope", "cluster"), address, err) &&
           finish(call, &impact, ret_impact, err);
}

/* -- doing it ---------------------------------------------------------------------------------- */

static const char *confirmed_address(const struct call *call) {
    return json_string_value(json_object_get(call->audit_result, "patroni"));
}

static bool act(struct call *call, const char *address, const char *method, const char *path,
                json_t *body, const char *message, struct err *err) {
    struct replication_at at = replication_for(call);
    const char *said = NULL;
    if (!address) {
        json_decref(body);
        return err_set(err, ERR_INTERNAL, "an action that nobody has confirmed");
    }
    if (!replication_act(&at, address, method, path, body, &said, err)) return false;
    return call_reply(call, 200, json_pack("{s:s}", "message", message ? message : said), err);
}

bool api_switchover(struct call *call, struct err *err) {
    return act(call, confirmed_address(call), "POST", "/switchover",
               json_pack("{s:s, s:s}", "leader", request_string(call->request, "leader"),
                         "candidate", request_string(call->request, "candidate")),
               NULL, err);
}

bool api_reinitialize(struct call *call, struct err *err) {
    return act(call, confirmed_address(call), "POST", "/reinitialize", json_object(), NULL, err);
}

bool api_replication_pause(struct call *call, struct err *err) {
    return act(call, confirmed_address(call), "PATCH", "/config", json_pack("{s:b}", "pause", true),
               "Automatic failover is paused.", err);
}

bool api_replication_resume(struct call *call, struct err *err) {
    struct replication replication;
    if (!read_patroni(call, &replication, err)) return false;
    if (!json_is_true(json_object_get(replication.data, "paused")))
        return err_set(err, ERR_CONFLICT, "Failover is not paused.");
    const char *address = replication.leader_api
                              ? replication.leader_api
                              : call->services->config->patroni.addresses.items[0];
    return act(call, address, "PATCH", "/config", json_pack("{s:n}", "pause"),
               "Automatic failover works again.", err);
}
