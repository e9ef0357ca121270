/* SPDX-License-Identifier: MIT */
#include "replication.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "config.h"
#include "db.h"
#include "jsonpick.h"
#include "upstream.h"

#define MEMBER_MS       1500
#define ACT_MS          30000
#define DEFAULT_MAX_LAG 1048576
#define ASKED           4 /* calls a member */

enum { ASK_PATRONI, ASK_CLUSTER, ASK_CONFIG, ASK_HISTORY };

struct patroni {
    struct upstream_call calls[UPSTREAM_CALLS_MAX];
    int members;
    const json_t *cluster, *config, *history;
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static void decref(void *value) {
    json_decref(value);
}

static bool keep(const struct replication_at *at, json_t *value) {
    return arena_defer(at->arena, decref, value);
}

static const char *text_or(const json_t *value, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(value, path);
    return text ? text : otherwise;
}

static void note(json_t **missing, const char *what, const char *why) {
    if (!*missing) *missing = json_array();
    (void)json_array_append_new(*missing, json_pack("{s:s, s:s}", "what", what, "why", why));
}

static json_t *copy_or_null(const json_t *value) {
    return value ? json_incref((json_t *)(uintptr_t)value) : json_null();
}

/* -- asking ------------------------------------------------------------------------------------ */

static bool ask_patroni(const struct replication_at *at, struct patroni *patroni, struct err *err) {
    static const char *const paths[ASKED] = { "/patroni", "/cluster", "/config", "/history" };
    const struct config *config = at->config;
    int count = config->patroni.addresses.count;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < ASKED; k++) {
            const char *address = config->patroni.addresses.items[i];
            patroni->calls[i * ASKED + k] = (struct upstream_call){
                .name = arena_printf(at->arena, "Patroni at %s", address),
                .base = address,
                .path = paths[k],
                .username = config->patroni.username,
                .secret = &config->patroni.password,
                .any_status = k == ASK_PATRONI, /* 503 where PostgreSQL does not run */
                .timeout_ms = MEMBER_MS,
            };
            if (!patroni->calls[i * ASKED + k].name) return no_memory(err);
        }
    patroni->members = count;
    upstream_run(at->upstream, at->arena, patroni->calls, count * ASKED, at->deadline_ms);
    for (int i = 0; i < count; i++) {
        const struct upstream_call *asked = &patroni->calls[i * ASKED];
        const json_t *cluster = asked[ASK_CLUSTER].json;
        if (!patroni->cluster && json_is_array(json_object_get(cluster, "members")))
            patroni->cluster = cluster;
        if (!patroni->config && json_is_object(asked[ASK_CONFIG].json))
            patroni->config = asked[ASK_CONFIG].json;
        if (!patroni->history && json_is_array(asked[ASK_HISTORY].json))
            patroni->history = asked[ASK_HISTORY].json;
    }
    if (patroni->cluster) return true;
    *err = patroni->calls[ASK_CLUSTER].err;
    return err->code != ERR_NONE
               ? false
               : err_set(err, ERR_UPSTREAM_GARBAGE, "Patroni answered without a list of members.");
}

/* What the primary says of itself; NULL and a note when it says nothing. */
static json_t *ask_server(const struct replication_at *at, json_t **missing,
                          struct err *ret_problem) {
    struct db_at where = { .role = DB_MONITOR,
                           .target = DB_PRIMARY,
                           .deadline_ms = at->deadline_ms,
                           .client_socket = at->client_socket,
                           .request_id = at->request_id };
    const char *text;
    if (where.deadline_ms > clock_ms() + UPSTREAM_CALL_MAX_MS)
        where.deadline_ms = clock_ms() + UPSTREAM_CALL_MAX_MS;
    if (!db_text(at->db, &where, DB_REPLICATION, at->arena, NULL, 0, &text, NULL, ret_problem)) {
        note(missing, "postgresql", ret_problem->detail);
        return NULL;
    }
    json_t *server = json_loads(text, 0, NULL);
    return server && keep(at, server) ? server : NULL;
}

/* -- members ----------------------------------------------------------------------------------- */

/* The answer of the member itself, found by its name. */
static const struct upstream_call *asked_of(const struct patroni *patroni, const char *name) {
    for (int i = 0; i < patroni->members; i++) {
        const struct upstream_call *asked = &patroni->calls[i * ASKED + ASK_PATRONI];
        const char *own = jsonpick_text(asked->json, "patroni.name");
        const char *scope_name = own ? own : jsonpick_text(asked->json, "name");
        if (scope_name && strcmp(scope_name, name) == 0) return asked;
    }
    return NULL;
}

static bool is_host(const char *base, const char *host) {
    const char *begin = strstr(base, "://");
    size_t size = strlen(host);
    return begin && size > 0 && strncmp(begin + 3, host, size) == 0 &&
           (begin[3 + size] == ':' || !begin[3 + size]);
}

/* The one member that is asked at the host of this one's PostgreSQL; NULL where it is several. */
static const struct upstream_call *asked_host(const struct patroni *patroni, const char *host) {
    const struct upstream_call *found = NULL;
    for (int i = 0; i < patroni->members; i++) {
        const struct upstream_call *asked = &patroni->calls[i * ASKED + ASK_PATRONI];
        if (!is_host(asked->base, host)) continue;
        if (found) return NULL;
        found = asked;
    }
    return found;
}

/* Older Patroni does not say its name. Then the addresses are compared: that of its REST API, which
 * may be a number where ours is a name, and that of its PostgreSQL. */
static const struct upstream_call *asked_at(const struct patroni *patroni, const json_t *member) {
    const struct upstream_call *found = asked_of(patroni, text_or(member, "name", ""));
    const char *url = text_or(member, "api_url", "");
    for (int i = 0; !found && i < patroni->members; i++) {
        const struct upstream_call *asked = &patroni->calls[i * ASKED + ASK_PATRONI];
        size_t size = strlen(asked->base);
        if (strncmp(url, asked->base, size) == 0 && (url[size] == '/' || !url[size])) found = asked;
    }
    return found ? found : asked_host(patroni, text_or(member, "host", ""));
}

static const json_t *standby_of(const json_t *server, const char *name) {
    size_t i;
    const json_t *standby;
    json_array_foreach(json_object_get(server, "standbys"), i, standby) {
        if (strcmp(text_or(standby, "name", ""), name) == 0) return standby;
    }
    return NULL;
}

static const char *lsn_text(struct arena *arena, const json_t *number) {
    unsigned long long value = (unsigned long long)json_integer_value(number);
    if (!json_is_integer(number)) return NULL;
    return arena_printf(arena, "%llX/%08llX", value >> 32, value & 0xffffffff);
}

static const char *version_text(struct arena *arena, const json_t *own) {
    json_int_t version = jsonpick_integer(own, "server_version", 0);
    if (!version) return NULL;
    return arena_printf(arena, "%lld.%lld", (long long)(version / 10000),
                        (long long)(version % 10000));
}

static json_t *tags_json(const json_t *tags) {
    json_t *copy = json_object(), *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)tags, name, value) {
        const char *text = json_is_true(value) ? "true" : json_string_value(value);
        if (text) (void)json_object_set_new(copy, name, json_string(text));
    }
    return copy;
}

static bool is_leader_role(const char *role) {
    return strcmp(role, "leader") == 0 || strcmp(role, "master") == 0 ||
           strcmp(role, "standby_leader") == 0;
}

/* The clock tells how long ago what was replayed last was written: no lag when nothing is behind.
 */
static json_t *lag_seconds(const json_t *standby, const json_t *lag) {
    const json_t *seconds = json_object_get(standby, "lag_seconds");
    if (json_is_number(seconds)) return copy_or_null(seconds);
    return json_is_integer(lag) && json_integer_value(lag) == 0 ? json_real(0) : json_null();
}

static json_t *member_json(const struct replication_at *at, const struct patroni *patroni,
                           const json_t *server, const json_t *member) {
    struct arena *arena = at->arena;
    const char *name = text_or(member, "name", "?"), *role = text_or(member, "role", "unknown");
    const struct upstream_call *asked = asked_at(patroni, member);
    const json_t *own = asked ? asked->json : NULL, *xlog = json_object_get(own, "xlog");
    const json_t *standby = standby_of(server, name), *lag = json_object_get(member, "lag");
    bool leads = is_leader_role(role);
    const json_t *received = json_object_get(xlog, leads ? "location" : "received_location");
    const json_t *replayed = json_object_get(xlog, leads ? "location" : "replayed_location");
    return json_pack(
        "{s:s, s:s?, s:o, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:b, s:s?, s:s?, s:s?, s:o}", "name",
        name, "host", jsonpick_text(member, "host"), "port",
        copy_or_null(json_object_get(member, "port")), "role", leads ? "leader" : role, "state",
        text_or(member, "state", "unknown"), "timeline",
        json_is_integer(json_object_get(member, "timeline"))
            ? copy_or_null(json_object_get(member, "timeline"))
            : json_null(),
        "lag_bytes",
        leads                  ? json_integer(0)
        : json_is_integer(lag) ? copy_or_null(lag)
                               : json_null(),
        "lag_seconds", leads ? json_real(0) : lag_seconds(standby, lag), "synchronous",
        strcmp(role, "sync_standby") == 0 || json_is_true(json_object_get(standby, "synchronous")),
        "pending_restart", json_is_true(json_object_get(member, "pending_restart")), "reachable",
        asked && asked->ok, "server_version", version_text(arena, own), "received_lsn",
        lsn_text(arena, received), "replayed_lsn", lsn_text(arena, replayed), "tags",
        tags_json(json_object_get(member, "tags")));
}

static json_t *members_json(const struct replication_at *at, const struct patroni *patroni,
                            const json_t *server) {
    json_t *list = json_array();
    size_t i;
    const json_t *member;
    json_array_foreach(json_object_get(patroni->cluster, "members"), i, member) {
        (void)json_array_append_new(list, member_json(at, patroni, server, member));
    }
    return list;
}

/* PostgreSQL's own view, in the same words. */
static json_t *server_members(const json_t *server) {
    json_t *list = json_array();
    size_t i;
    const json_t *standby;
    const char *name = text_or(server, "name", "");
    (void)json_array_append_new(
        list,
        json_pack(
            "{s:s, s:s?, s:o, s:s, s:s, s:o, s:i, s:f, s:b, s:b, s:b, s:s?, s:s?, s:s?, s:{}}",
            "name", *name ? name : "primary", "host", jsonpick_text(server, "host"), "port",
            copy_or_null(json_object_get(server, "port")), "role", "leader", "state", "running",
            "timeline", copy_or_null(json_object_get(server, "timeline")), "lag_bytes", 0,
            "lag_seconds", 0.0, "synchronous", false, "pending_restart", false, "reachable", true,
            "server_version", jsonpick_text(server, "server_version"), "received_lsn",
            jsonpick_text(server, "lsn"), "replayed_lsn", jsonpick_text(server, "lsn"), "tags"));
    json_array_foreach(json_object_get(server, "standbys"), i, standby) {
        bool synchronous = json_is_true(json_object_get(standby, "synchronous"));
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:s?, s:n, s:s, s:s, s:n, s:o, s:o, s:b, s:b, s:b, s:n, s:s?, s:s?, "
                      "s:{}}",
                      "name", text_or(standby, "name", "?"), "host", jsonpick_text(standby, "host"),
                      "port", "role", synchronous ? "sync_standby" : "replica", "state",
                      text_or(standby, "state", "unknown"), "timeline", "lag_bytes",
                      copy_or_null(json_object_get(standby, "lag_bytes")), "lag_seconds",
                      copy_or_null(json_object_get(standby, "lag_seconds")), "synchronous",
                      synchronous, "pending_restart", false, "reachable", true, "server_version",
                      "received_lsn", jsonpick_text(standby, "received_lsn"), "replayed_lsn",
                      jsonpick_text(standby, "replayed_lsn"), "tags"));
    }
    return list;
}

/* -- who would be next ------------------------------------------------------------------------- */

static bool is_well(const json_t *member) {
    const char *state = text_or(member, "state", "");
    return strcmp(state, "running") == 0 || strcmp(state, "streaming") == 0;
}

/* Patroni's own rules: with synchronous mode the synchronous standby alone, else whoever lacks
 * least, within maximum_lag_on_failover. */
static const json_t *next_leader(const json_t *members, bool synchronous, json_int_t lag_max) {
    const json_t *best = NULL, *member;
    size_t i;
    json_array_foreach(members, i, member) {
        json_int_t lag = jsonpick_integer(member, "lag_bytes", -1);
        bool allowed = strcmp(text_or(member, "tags.nofailover", ""), "true") != 0;
        bool is_sync = json_is_true(json_object_get(member, "synchronous"));
        if (is_leader_role(text_or(member, "role", "")) || !is_well(member) || !allowed) continue;
        if (synchronous ? !is_sync : lag < 0 || lag > lag_max) continue;
        if (!best || lag < jsonpick_integer(best, "lag_bytes", 0)) best = member;
    }
    return best;
}

static json_t *promotion_json(const json_t *members, bool synchronous, bool paused,
                              const json_t *config) {
    json_int_t lag_max = jsonpick_integer(config, "maximum_lag_on_failover", DEFAULT_MAX_LAG);
    const json_t *next = paused ? NULL : next_leader(members, synchronous, lag_max);
    const char *why = paused        ? "automatic failover is paused"
                      : !next       ? "no member is well enough and near enough to the leader"
                      : synchronous ? "it is the synchronous standby: it has every commit"
                                    : "it is nearest to the leader";
    json_t *lost = !next         ? json_null()
                   : synchronous ? json_integer(0)
                                 : copy_or_null(json_object_get(next, "lag_bytes"));
    return json_pack("{s:s?, s:o, s:s}", "candidate", next ? jsonpick_text(next, "name") : NULL,
                     "lost_bytes", lost, "why", why);
}

static void attend(json_t *list, const char *severity, const char *what, const char *why) {
    (void)json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "severity", severity, "what",
                                                what ? what : "?", "why", why));
}

static void attend_members(struct arena *arena, json_t *list, const json_t *members) {
    size_t i;
    const json_t *member;
    json_array_foreach(members, i, member) {
        const char *name = text_or(member, "name", "?");
        if (!is_well(member))
            attend(list, "warning", arena_printf(arena, "member %s does not run", name),
                   text_or(member, "state", "unknown"));
        else if (!json_is_true(json_object_get(member, "reachable")))
            attend(list, "warning", arena_printf(arena, "Patroni of %s does not answer", name),
                   "its REST API cannot be reached from here");
        if (json_is_true(json_object_get(member, "pending_restart")))
            attend(list, "info", arena_printf(arena, "%s waits for a restart", name),
                   "a setting needs it");
    }
}

/* A standby may run, and say so, while the leader refuses what it asks for: it followed somebody
 * else's timeline. Patroni 3.0 does not tell the two apart. */
static void attend_senders(struct arena *arena, json_t *list, const json_t *members,
                           const char *leader, const json_t *server) {
    size_t i;
    const json_t *member;
    if (!leader || !server || json_is_true(json_object_get(server, "standby"))) return;
    json_array_foreach(members, i, member) {
        const char *name = text_or(member, "name", "?");
        if (is_leader_role(text_or(member, "role", "")) || !is_well(member) ||
            *text_or(member, "tags.replicatefrom", "") || standby_of(server, name))
            continue;
        attend(list, "warning", arena_printf(arena, "%s receives no WAL from %s", name, leader),
               "its log says why; reinitialize it if it stays so");
    }
}

static json_t *attention_json(const struct replication_at *at, const json_t *members,
                              const char *leader, bool paused, const json_t *server) {
    struct arena *arena = at->arena;
    json_t *list = json_array();
    size_t i;
    const json_t *slot;
    if (!leader) attend(list, "critical", "there is no leader", "nobody takes writes");
    if (paused) attend(list, "warning", "automatic failover is paused", "resume it when done");
    attend_members(arena, list, members);
    attend_senders(arena, list, members, leader, server);
    json_array_foreach(json_object_get(server, "slots"), i, slot) {
        const char *status = text_or(slot, "wal_status", "");
        if (strcmp(status, "unreserved") == 0 || strcmp(status, "lost") == 0)
            attend(list, "warning",
                   arena_printf(arena, "slot %s keeps no WAL any more", text_or(slot, "name", "?")),
                   status);
    }
    if (jsonpick_integer(server, "archiver.failed", 0) > 0 &&
        strcmp(text_or(server, "archiver.last_failed_at", ""),
               text_or(server, "archiver.last_archived_at", "")) > 0)
        attend(list, "critical", "archiving fails", "look at the server's log");
    return list;
}

static json_t *history_json(const json_t *history) {
    json_t *list = json_array();
    for (size_t i = json_array_size(history); i-- > 0;) {
        const json_t *row = json_array_get(history, i), *lsn = json_array_get(row, 1);
        char text[32];
        unsigned long long at = (unsigned long long)json_integer_value(lsn);
        (void)snprintf(text, sizeof text, "%llX/%08llX", at >> 32, at & 0xffffffff);
        const char *reason = json_string_value(json_array_get(row, 2));
        (void)json_array_append_new(
            list, json_pack("{s:I, s:s, s:s, s:s?, s:s?}", "timeline",
                            json_integer_value(json_array_get(row, 0)), "lsn", text, "reason",
                            reason ? reason : "", "at", json_string_value(json_array_get(row, 3)),
                            "leader", json_string_value(json_array_get(row, 4))));
    }
    return list;
}

/* -- together ---------------------------------------------------------------------------------- */

static const char *leader_of(const json_t *members) {
    size_t i;
    const json_t *member;
    json_array_foreach(members, i, member) {
        if (is_leader_role(text_or(member, "role", ""))) return jsonpick_text(member, "name");
    }
    return NULL;
}

static json_t *data_json(const struct replication_at *at, const struct patroni *patroni,
                         const json_t *server) {
    bool managed = patroni != NULL;
    json_t *members = managed ? members_json(at, patroni, server) : server_members(server);
    const char *leader = leader_of(members);
    bool paused = managed && json_is_true(json_object_get(patroni->cluster, "pause"));
    const json_t *config = managed ? patroni->config : NULL;
    bool synchronous = managed ? json_is_true(json_object_get(config, "synchronous_mode"))
                               : json_is_true(json_object_get(server, "synchronous"));
    const json_t *timeline = NULL, *member;
    size_t i;
    json_array_foreach(members, i, member) {
        if (leader && strcmp(text_or(member, "name", ""), leader) == 0)
            timeline = json_object_get(member, "timeline");
    }
    json_t *promotion = managed ? promotion_json(members, synchronous, paused, config)
                                : json_pack("{s:n, s:n, s:s}", "candidate", "lost_bytes", "why",
                                            "there is no Patroni: nobody is promoted by itself");
    const json_t *slots = json_object_get(server, "slots");
    return json_pack(
        "{s:s, s:s?, s:s?, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "source",
        managed ? "patroni" : "postgresql", "scope",
        managed ? jsonpick_text(patroni->calls[ASK_PATRONI].json, "patroni.scope") : NULL, "leader",
        leader, "paused", managed ? json_boolean(paused) : json_null(), "synchronous_mode",
        json_boolean(synchronous), "timeline", copy_or_null(timeline), "slots",
        slots ? copy_or_null(slots) : json_array(), "archiver",
        copy_or_null(json_object_get(server, "archiver")), "history",
        history_json(managed ? patroni->history : NULL), "promotion", promotion, "attention",
        attention_json(at, members, leader, paused, server), "members", members);
}

/* Each member's own word for its role, from its own REST API. */
static json_t *claims_json(const struct patroni *patroni) {
    json_t *claims = json_object();
    size_t i;
    const json_t *member;
    json_array_foreach(patroni ? json_object_get(patroni->cluster, "members") : NULL, i, member) {
        const struct upstream_call *asked = asked_at(patroni, member);
        const char *role = asked && asked->ok ? jsonpick_text(asked->json, "role") : NULL;
        const char *name = jsonpick_text(member, "name");
        if (role && name) (void)json_object_set_new(claims, name, json_string(role));
    }
    return claims;
}

struct replication_at replication_for(const struct call *call) {
    return (struct replication_at){ .config = call->services->config,
                                    .db = call->services->db,
                                    .upstream = call->services->upstream,
                                    .arena = call->request->arena,
                                    .deadline_ms = call->request->deadline_ms,
                                    .client_socket = request_socket(call->request),
                                    .request_id = call->request->id };
}

bool replication_read(const struct replication_at *at, struct replication *ret_replication,
                      struct err *err) {
    struct replication replication = { .data = NULL };
    struct err problem = ERR_INIT;
    struct patroni *patroni = NULL;
    if (at->config->patroni.addresses.count) {
        patroni = arena_alloc(at->arena, sizeof *patroni);
        if (!patroni) return no_memory(err);
        if (!ask_patroni(at, patroni, err)) return false;
        for (int i = 0; i < patroni->members; i++)
            if (!patroni->calls[i * ASKED].ok)
                note(&replication.missing, patroni->calls[i * ASKED].base,
                     patroni->calls[i * ASKED].err.detail);
    }
    replication.server = ask_server(at, &replication.missing, &problem);
    if (!replication.server && !patroni) {
        json_decref(replication.missing);
        *err = problem;
        return false;
    }
    replication.data = data_json(at, patroni, replication.server);
    replication.claims = claims_json(patroni);
    bool kept = replication.data && keep(at, replication.data);
    kept = replication.claims && keep(at, replication.claims) && kept;
    if (!kept) {
        json_decref(replication.missing);
        return no_memory(err);
    }
    const char *leader = jsonpick_text(replication.data, "leader");
    const struct upstream_call *asked = NULL;
    size_t i;
    const json_t *member;
    json_array_foreach(patroni ? json_object_get(patroni->cluster, "members") : NULL, i, member) {
        if (leader && strcmp(text_or(member, "name", ""), leader) == 0)
            asked = asked_at(patroni, member);
    }
    replication.leader_api = asked ? asked->base : NULL;
    *ret_replication = replication;
    return true;
}

const json_t *replication_member(const struct replication *replication, const char *name) {
    size_t i;
    const json_t *member;
    json_array_foreach(json_object_get(replication->data, "members"), i, member) {
        if (strcmp(text_or(member, "name", ""), name) == 0) return member;
    }
    return NULL;
}

const char *replication_api_of(const struct replication_at *at, const char *member) {
    struct patroni *patroni = arena_alloc(at->arena, sizeof *patroni);
    struct err unused = ERR_INIT;
    size_t i;
    const json_t *entry;
    if (!patroni || !ask_patroni(at, patroni, &unused)) return NULL;
    json_array_foreach(json_object_get(patroni->cluster, "members"), i, entry) {
        const struct upstream_call *asked = asked_at(patroni, entry);
        if (strcmp(text_or(entry, "name", ""), member) == 0) return asked ? asked->base : NULL;
    }
    return NULL;
}

bool replication_act(const struct replication_at *at, const char *address, const char *method,
                     const char *path, json_t *body, const char **ret_message, struct err *err) {
    const struct config *config = at->config;
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    struct upstream_call action = {
        .name = arena_printf(at->arena, "Patroni at %s", address),
        .base = address,
        .path = path,
        .method = method,
        .body = text,
        .username = config->patroni.username,
        .secret = &config->patroni.password,
        .is_text = true,
        .timeout_ms = ACT_MS,
    };
    if (!text || !action.name) {
        free(text);
        return no_memory(err);
    }
    bool ok = upstream_one(at->upstream, at->arena, &action, at->deadline_ms, err);
    free(text);
    if (!ok) return false;
    *ret_message = action.text;
    return true;
}
