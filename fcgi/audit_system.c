/* SPDX-License-Identifier: MIT */
#include "audit_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audit_chain.h"

static void now_text(char text[40]) {
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t size = strftime(text, 24, "%Y-%m-%dT%H:%M:%S", &utc);
    (void)snprintf(text + size, 40 - size, ".%06ldZ", now.tv_nsec / 1000);
}

/* Steals parameters. */
static bool append(struct db *db, const struct db_at *at, const struct audit_deed *deed,
                   const char *outcome, json_t *parameters, int64_t *ret_id, struct err *err) {
    char now[40];
    struct err cause = ERR_INIT;
    json_t *rows = NULL;
    now_text(now);
    json_t *event =
        json_pack("{s:s s:s s:n s:n s:s s:s s:s? s:o s:s s:n s:n}", "at", now, "actor", deed->actor,
                  "token_id", "source_ip", "request_id", deed->request_id, "action", deed->action,
                  "target", deed->target, "parameters", parameters ? parameters : json_object(),
                  "outcome", outcome, "status", "duration_ms");
    char *canonical = event ? audit_canonical(event) : NULL;
    json_decref(event);
    const char *values[] = { canonical };
    bool ok = canonical && db_rows(db, at, DB_AUDIT_APPEND, values, 1, &rows, &cause);
    const json_t *row = json_array_get(rows, 0);
    const char *id = json_string_value(json_object_iter_value(json_object_iter((json_t *)row)));
    if (ok && id) *ret_id = strtoll(id, NULL, 10);
    ok = ok && id;
    json_decref(rows);
    free(canonical);
    return ok || err_set(err, ERR_AUDIT_UNAVAILABLE, "the audit log did not take the event: %s",
                         cause.detail);
}

bool audit_system_intent(struct db *db, const struct db_at *at, const struct audit_deed *deed,
                         json_t *parameters, int64_t *ret_id, struct err *err) {
    return append(db, at, deed, "intent", parameters, ret_id, err);
}

bool audit_system_outcome(struct db *db, const struct db_at *at, const struct audit_deed *deed,
                          int64_t intent_id, const char *outcome, json_t *result, struct err *err) {
    int64_t id;
    json_t *parameters = result ? result : json_object();
    if (json_object_set_new(parameters, "intent", json_integer(intent_id)) != 0) {
        json_decref(parameters);
        parameters = NULL;
    }
    return append(db, at, deed, outcome, parameters, &id, err);
}
