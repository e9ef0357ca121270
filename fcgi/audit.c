/* SPDX-License-Identifier: MIT */
#include "audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit_chain.h"
#include "audit_spool.h"
#include "clock.h"
#include "config.h"
#include "db.h"

/* A database that hangs must not eat the whole deadline before the spool gets its chance, and an
 * outcome is still tried for a moment when the deadline has passed. */
#define APPEND_TIMEOUT_MS     3000
#define APPEND_TIMEOUT_MIN_MS 500

static void now_text(char text[40]) {
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t size = strftime(text, 40, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + size, 40 - size, ".%06ldZ", now.tv_nsec / 1000);
}

/* An outside issuer names its people as it likes: its name stands beside theirs. */
const char *audit_actor(const struct call *call) {
    const struct identity *identity = &call->identity;
    if (identity->username && strcmp(identity->issuer, call->services->config->auth.issuer) != 0) {
        const char *actor =
            arena_printf(call->request->arena, "%s (%s)", identity->username, identity->issuer);
        return actor ? actor : identity->username;
    }
    if (identity->username) return identity->username;
    const char *username = request_string(call->request, "username");
    return username ? username : "anonymous";
}

/* The target when no handler named one: the path's parameters, else the database, which is the
 * first managed one where none was named. */
static const char *target_of(const struct call *call) {
    if (call->audit_target) return call->audit_target;
    bool takes_database = false;
    for (const struct field *field = call->route->fields; field && field->name; field++) {
        if (strcmp(field->name, "database") == 0) takes_database = true;
        if (field->place != FIELD_PATH || !request_has(call->request, field->name)) continue;
        if (field->type == FIELD_STRING) return request_string(call->request, field->name);
        return arena_printf(call->request->arena, "%lld",
                            (long long)request_integer(call->request, field->name));
    }
    const char *database = request_string(call->request, "database");
    if (database || !takes_database || !call->request->fields) return database;
    return call->services->config->postgres.managed_databases.items[0];
}

static json_t *parameters_of(const struct call *call) {
    json_t *parameters = json_object();
    for (const struct field *field = call->route->fields; parameters && field && field->name;
         field++) {
        json_t *value = json_object_get(call->request->fields, field->name);
        if (!value) continue;
        if (json_object_set_new(parameters, field->name,
                                field->secret ? json_string("***") : json_incref(value)) != 0) {
            json_decref(parameters);
            return NULL;
        }
    }
    return parameters;
}

/* Steals parameters. The caller frees the text; NULL: no memory. */
static char *canonical_event(const struct call *call, const char *outcome, int status,
                             int64_t duration_ms, json_t *parameters) {
    char at[40];
    now_text(at);
    json_t *event = json_pack(
        "{s:s s:s s:s? s:s s:s s:s s:s? s:o s:s s:o s:o}", "at", at, "actor", audit_actor(call),
        "token_id", call->identity.token_id, "source_ip", call->request->source_ip, "request_id",
        call->request->id, "action", call->route->audit, "target", target_of(call), "parameters",
        parameters, "outcome", outcome, "status", status ? json_integer(status) : json_null(),
        "duration_ms", duration_ms >= 0 ? json_integer(duration_ms) : json_null());
    char *canonical = event ? audit_canonical(event) : NULL;
    json_decref(event);
    return canonical;
}

static int64_t append_deadline(const struct request *request) {
    int64_t now_ms = clock_ms(), deadline_ms = now_ms + APPEND_TIMEOUT_MS;
    if (deadline_ms > request->deadline_ms) deadline_ms = request->deadline_ms;
    int64_t least_ms = now_ms + APPEND_TIMEOUT_MIN_MS;
    return deadline_ms < least_ms ? least_ms : deadline_ms;
}

/* Commits the event, or spools it while PostgreSQL is away (*ret_id is then 0). An event whose fate
 * is unknown (the deadline passed) is spooled too: the merge takes it once. */
static bool append(struct call *call, const char *canonical, int64_t *ret_id, struct err *err) {
    struct db_at where = { .role = DB_APP,
                           .target = DB_PRIMARY,
                           .deadline_ms = append_deadline(call->request),
                           .client_socket = -1 };
    const char *values[] = { canonical }, *id = NULL;
    struct err cause = ERR_INIT;
    if (!call->audit_spooled && db_text(call->services->db, &where, DB_AUDIT_APPEND,
                                        call->request->arena, values, 1, &id, NULL, &cause)) {
        *ret_id = strtoll(id, NULL, 10);
        return true;
    }
    if (call->audit_spooled || cause.code == ERR_DB_UNAVAILABLE || cause.code == ERR_DEADLINE ||
        cause.code == ERR_BUSY) {
        *ret_id = 0;
        call->audit_spooled = true;
        return audit_spool_append(call->services->config->state_dir, canonical, err);
    }
    return err_set(err, ERR_AUDIT_UNAVAILABLE, "the audit log refused the event: %s", cause.detail);
}

static bool record(struct call *call, const char *outcome, int status, int64_t duration_ms,
                   json_t *parameters, int64_t *ret_id, struct err *err) {
    char *canonical =
        parameters ? canonical_event(call, outcome, status, duration_ms, parameters) : NULL;
    bool ok = canonical ? append(call, canonical, ret_id, err)
                        : err_set(err, ERR_AUDIT_UNAVAILABLE, "out of memory for the audit event");
    free(canonical);
    return ok;
}

bool audit_intent(struct call *call, struct err *err) {
    return record(call, "intent", 0, -1, parameters_of(call), &call->audit_id, err);
}

bool audit_outcome(struct call *call, const char *outcome, int status, const struct err *cause,
                   struct err *err) {
    int64_t id;
    json_t *parameters = call->audit_id ? json_pack("{s:I}", "intent", (json_int_t)call->audit_id)
                                        : parameters_of(call);
    int failed = parameters ? 0 : -1;
    if (parameters && cause && cause->code != ERR_NONE)
        failed |= json_object_set_new(parameters, "code", json_string(err_name(cause->code)));
    if (parameters && call->audit_result)
        failed |= json_object_update(parameters, call->audit_result);
    if (failed) {
        json_decref(parameters);
        parameters = NULL;
    }
    return record(call, outcome, status, clock_ms() - call->request->started_ms, parameters, &id,
                  err);
}
