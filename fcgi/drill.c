/* SPDX-License-Identifier: MIT */
#include "drill.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "config.h"
#include "db.h"
#include "jsonpick.h"
#include "swarm.h"

#define DETAIL_BYTES 400
#define NEEDED_LEFT  2 /* one that serves and one to take over */

const struct drill drills[] = {
    { .name = "switchover",
      .title = "The PostgreSQL primary is moved on purpose",
      .breaks = "Patroni stops the primary and promotes its synchronous standby; sessions are cut, "
                "writes wait.",
      .undo = "Switch over again, back to the former leader.",
      .promise_s = 10,
      .target = DRILL_POSTGRES,
      .moves = true,
      .cuts_jobs = true,
      .is_here = drill_has_patroni,
      .look = drill_look_switchover,
      .act = drill_act_switchover },
    { .name = "primary-restart",
      .title = "The PostgreSQL primary is restarted",
      .breaks = "Patroni restarts PostgreSQL on the leader; sessions are cut, writes wait until it "
                "is up again.",
      .undo = "Nothing is to be undone: the same member leads afterwards.",
      .promise_s = 15,
      .target = DRILL_POSTGRES,
      .cuts_jobs = true,
      .is_here = drill_has_patroni,
      .look = drill_look_restart,
      .act = drill_act_restart },
    { .name = "redis-failover",
      .title = "The Redis primary is replaced",
      .breaks = "Sentinel promotes a replica; clients reconnect, nobody can sign in or confirm "
                "meanwhile.",
      .undo = "Fail over again when the old primary has become a replica.",
      .promise_s = 15, /* Sentinel leaves the former primary alone for 8 s */
      .target = DRILL_REDIS,
      .moves = true,
      .is_here = drill_has_sentinels,
      .look = drill_look_redis,
      .act = drill_act_redis },
    { .name = NULL },
};

const struct drill *drill_find(const char *name) {
    for (const struct drill *drill = drills; name && drill->name; drill++)
        if (strcmp(drill->name, name) == 0) return drill;
    return NULL;
}

bool drill_is_configured(const struct config *config) {
    for (const struct drill *drill = drills; drill->name; drill++)
        if (drill->is_here(config)) return true;
    return false;
}

/* -- checks ------------------------------------------------------------------------------------ */

static void decref(void *value) {
    json_decref(value);
}

json_t *drill_keep(const struct replication_at *at, json_t *value) {
    return value && arena_defer(at->arena, decref, value) ? value : NULL;
}

void drill_check(const struct replication_at *at, struct drill_look *look, const char *name,
                 bool ok, enum err_code code, const char *format, ...) {
    char detail[DETAIL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    json_t *text = json_string(detail); /* NULL: cut in the middle of a character */
    (void)json_array_append_new(look->checks, json_pack("{s:s, s:b, s:o}", "name", name, "ok", ok,
                                                        "detail", text ? text : json_string(name)));
    if (ok || look->code != ERR_NONE) return;
    look->code = code;
    look->problem = arena_strdup(at->arena, detail);
}

void drill_check_spare(const struct replication_at *at, struct drill_look *look, const char *group,
                       int left, int members) {
    drill_check(at, look, "spare", left >= NEEDED_LEFT, ERR_QUORUM,
                "Taking %.60s away leaves %d of %d %s members healthy; %d are needed.",
                look->serves ? look->serves : "the leader", left > 0 ? left : 0, members, group,
                NEEDED_LEFT);
}

bool drill_allows(const struct drill_look *look, struct err *err) {
    return look->code == ERR_NONE ||
           err_set(err, look->code, "%s", look->problem ? look->problem : "A check has failed.");
}

/* -- quorums of the swarm ---------------------------------------------------------------------- */

/* "stack_pg-1" is the service of the member pg-1, and of redis-1:6379. */
static const struct swarm_service *service_of(const struct swarm *swarm, const char *group,
                                              const char *member) {
    size_t size = strcspn(member, ":");
    for (size_t i = 0; i < swarm->service_count; i++) {
        const struct swarm_service *service = &swarm->services[i];
        size_t length = strlen(service->name);
        if (!service->group || strcmp(service->group, group) != 0 || length < size) continue;
        const char *end = service->name + length - size;
        if (strncmp(end, member, size) == 0 && (length == size || end[-1] == '_')) return service;
    }
    return NULL;
}

static bool check_quorums(const struct replication_at *at, const struct drill *drill,
                          struct drill_look *look, struct err *err) {
    struct swarm_at swarm_at = { .upstream = at->upstream,
                                 .arena = at->arena,
                                 .config = at->config,
                                 .deadline_ms = at->deadline_ms };
    struct swarm *swarm = arena_alloc(at->arena, sizeof *swarm);
    struct err problem = ERR_INIT;
    unsigned parts = (unsigned)SWARM_NODES | SWARM_SERVICES | SWARM_TASKS;
    if (!swarm) return err_set(err, ERR_LIMIT, "No memory for the swarm.");
    if (!swarm_read(&swarm_at, parts, swarm, &problem)) {
        drill_check(at, look, "quorums", false, problem.code, "%s", problem.detail);
        return true;
    }
    struct swarm_loss loss = {
        .service = look->serves
                       ? service_of(swarm, drill->target == DRILL_POSTGRES ? "postgresql" : "redis",
                                    look->serves)
                       : NULL,
        .count = 1,
        .act = arena_printf(at->arena, "Taking %.60s away", look->serves ? look->serves : "it"),
    };
    json_t *verdicts = NULL, *quorums = drill_keep(at, swarm_quorums_json(swarm)), *quorum;
    size_t i;
    if (!loss.act || !quorums) return err_set(err, ERR_LIMIT, "No memory for the quorums.");
    if (loss.service && !swarm_quorum_check(swarm, &loss, &verdicts, &problem)) {
        drill_check(at, look, "quorums", false, problem.code, "%s", problem.detail);
        return true;
    }
    json_decref(verdicts);
    json_array_foreach(quorums, i, quorum) {
        if (json_is_true(json_object_get(quorum, "ok"))) continue;
        drill_check(at, look, "quorums", false, ERR_QUORUM,
                    "%s has no quorum: %lld of %lld are healthy, %lld are needed.",
                    jsonpick_text(quorum, "group"),
                    (long long)jsonpick_integer(quorum, "healthy", 0),
                    (long long)jsonpick_integer(quorum, "members", 0),
                    (long long)jsonpick_integer(quorum, "needed", 0));
        return true;
    }
    drill_check(at, look, "quorums", true, ERR_NONE, "%zu quorums of the swarm stand.",
                json_array_size(quorums));
    return true;
}

/* -- what else runs ---------------------------------------------------------------------------- */

static bool check_others(const struct replication_at *at, const struct drill *drill,
                         const char *own, struct drill_look *look, struct err *err) {
    struct db_at where = { .role = DB_APP,
                           .target = DB_PRIMARY,
                           .deadline_ms = at->deadline_ms,
                           .client_socket = at->client_socket,
                           .request_id = at->request_id };
    json_t *rows;
    if (!db_rows(at->db, &where, DB_DRILL_BUSY, &own, 1, &rows, err)) return false;
    const char *other = jsonpick_text(json_array_get(rows, 0), "drill");
    const char *jobs = jsonpick_text(json_array_get(rows, 0), "jobs");
    drill_check(at, look, "alone", !other, ERR_CONFLICT, "%s",
                other ? "Another drill is under way." : "No other drill is under way.");
    if (drill->cuts_jobs)
        drill_check(at, look, "jobs", !jobs, ERR_CONFLICT, "%s%.200s%s",
                    jobs ? "Jobs are running that it would cut: " : "No job is running",
                    jobs ? jobs : "", ".");
    json_decref(rows);
    return true;
}

bool drill_look(const struct replication_at *at, const struct drill *drill, const char *own,
                struct drill_look *ret_look, struct err *err) {
    struct drill_look look = { .checks = drill_keep(at, json_array()) };
    struct err problem = ERR_INIT;
    if (!look.checks) return err_set(err, ERR_LIMIT, "No memory for a preflight.");
    if (!drill->look(at, &look, &problem)) {
        if (problem.code == ERR_LIMIT) {
            *err = problem;
            return false;
        }
        drill_check(at, &look, "answers", false, problem.code, "%s", problem.detail);
        look.whole = false;
    }
    if (at->config->docker.address && !check_quorums(at, drill, &look, err)) return false;
    if (!check_others(at, drill, own, &look, err)) return false;
    *ret_look = look;
    return true;
}
