/* SPDX-License-Identifier: MIT */
/* Drills on PostgreSQL's primary, through Patroni. */
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "config.h"
#include "drill.h"
#include "jsonpick.h"

#define LAG_MAX (16 * 1048576)

bool drill_has_patroni(const struct config *config) {
    return config->patroni.addresses.count > 0;
}

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "No memory for what Patroni says.");
}

static const char *text_or(const json_t *value, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(value, path);
    return text ? text : otherwise;
}

static bool is_well(const json_t *member) {
    const char *state = text_or(member, "state", "");
    return strcmp(state, "running") == 0 || strcmp(state, "streaming") == 0;
}

/* How many members there are and how many of them are well; their roles; all of it as one text. */
struct count {
    int members, well;
    const char *unwell, *state;
    json_t *roles;
};

static bool count_members(const struct replication_at *at, const json_t *members,
                          struct count *count, struct err *err) {
    size_t i;
    const json_t *member;
    json_t *all = drill_keep(at, json_object());
    count->roles = drill_keep(at, json_object());
    json_array_foreach(members, i, member) {
        const char *name = text_or(member, "name", "?"), *role = text_or(member, "role", "?");
        bool well = is_well(member) && json_is_true(json_object_get(member, "reachable"));
        count->members++;
        count->well += well;
        if (!well && !count->unwell) count->unwell = name;
        (void)json_object_set_new(count->roles, name, json_string(role));
        (void)json_object_set_new(all, name, json_pack("[s, b]", role, well));
    }
    char *text = all ? json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    count->state = text ? arena_strdup(at->arena, text) : NULL;
    free(text);
    return (count->roles && count->state) || no_memory(err);
}

static void check_members(const struct replication_at *at, const struct replication *replication,
                          const struct count *count, struct drill_look *look) {
    bool paused = json_is_true(json_object_get(replication->data, "paused"));
    drill_check(at, look, "leader", look->serves && look->address,
                look->serves ? ERR_UPSTREAM_UNAVAILABLE : ERR_CONFLICT, "%s%s",
                look->serves ? look->serves : "Nobody",
                !look->serves   ? " leads."
                : look->address ? " leads, and its Patroni answers."
                                : " leads, but its Patroni does not answer.");
    drill_check(at, look, "not_paused", !paused, ERR_CONFLICT, "%s",
                paused ? "Automatic failover is paused. Resume it first."
                       : "Automatic failover is on.");
    /* Before the members as a whole: it says best what would go wrong. */
    drill_check_spare(at, look, "postgresql", count->well - 1, count->members);
    drill_check(at, look, "members", count->well == count->members, ERR_CONFLICT,
                "%d of %d members run and answer%s%.60s.", count->well, count->members,
                count->unwell ? "; not " : "", count->unwell ? count->unwell : "");
}

static void check_candidate(const struct replication_at *at, const json_t *candidate,
                            const char *name, const char *why, struct drill_look *look) {
    json_int_t lag = jsonpick_integer(candidate, "lag_bytes", -1);
    bool near = candidate && lag >= 0 && lag <= LAG_MAX;
    if (near)
        drill_check(at, look, "candidate", true, ERR_NONE, "%.60s can take over: %.200s.", name,
                    why);
    else if (candidate)
        drill_check(at, look, "candidate", false, ERR_CONFLICT,
                    "%.60s lags by %lld bytes and cannot take over yet.", name, (long long)lag);
    else
        drill_check(at, look, "candidate", false, ERR_CONFLICT, "Nobody can take over: %.200s.",
                    why);
}

/* What the primary does now that would be lost. */
static void check_work(const struct replication_at *at, const json_t *server,
                       struct drill_look *look) {
    json_int_t work = jsonpick_integer(server, "running_work", -1);
    if (work < 0)
        drill_check(at, look, "work", false, ERR_CONFLICT,
                    "The primary does not say what it is doing.");
    else
        drill_check(at, look, "work", work == 0, ERR_CONFLICT,
                    "%lld maintenance operations or base backups are under way on the primary.",
                    (long long)work);
}

static bool look_at(const struct replication_at *at, bool moves, struct drill_look *look,
                    struct err *err) {
    struct replication replication;
    struct count count = { .members = 0 };
    if (!replication_read(at, &replication, err)) return false;
    json_decref(replication.missing);
    const json_t *data = replication.data;
    const char *next = jsonpick_text(data, "promotion.candidate");
    const json_t *candidate = next ? replication_member(&replication, next) : NULL;
    if (!count_members(at, json_object_get(data, "members"), &count, err)) return false;
    look->serves = jsonpick_text(data, "leader");
    look->next = moves ? next : look->serves;
    look->address = replication.leader_api;
    look->members = count.roles;
    look->whole = look->serves && count.well == count.members && candidate != NULL;
    check_members(at, &replication, &count, look);
    check_candidate(at, candidate, next, text_or(data, "promotion.why", "nobody knows why"), look);
    check_work(at, replication.server, look);
    look->facts = drill_keep(
        at, json_pack("{s:s?, s:s?, s:i, s:I, s:I, s:I, s:b}", "from", look->serves, "to",
                      look->next, "members", count.members, "lag_bytes",
                      jsonpick_integer(candidate, "lag_bytes", 0), "sessions_cut",
                      jsonpick_integer(replication.server, "sessions", 0), "transactions_cut",
                      jsonpick_integer(replication.server, "transactions", 0), "synchronous",
                      json_is_true(json_object_get(candidate, "synchronous"))));
    look->state = arena_printf(at->arena, "%s|%lld|%s|%s", look->serves ? look->serves : "",
                               (long long)jsonpick_integer(data, "timeline", 0), next ? next : "",
                               count.state);
    return (look->facts && look->state) || no_memory(err);
}

bool drill_look_switchover(const struct replication_at *at, struct drill_look *look,
                           struct err *err) {
    return look_at(at, true, look, err);
}

bool drill_look_restart(const struct replication_at *at, struct drill_look *look, struct err *err) {
    return look_at(at, false, look, err);
}

bool drill_act_switchover(const struct replication_at *at, const struct drill_look *look,
                          const char **ret_said, struct err *err) {
    return replication_act(at, look->address, "POST", "/switchover",
                           json_pack("{s:s, s:s}", "leader", look->serves, "candidate", look->next),
                           ret_said, err);
}

bool drill_act_restart(const struct replication_at *at, const struct drill_look *look,
                       const char **ret_said, struct err *err) {
    return replication_act(at, look->address, "POST", "/restart", json_object(), ret_said, err);
}
