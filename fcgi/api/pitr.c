/* SPDX-License-Identifier: MIT */
/* Point-in-time recovery: what there is to go back to, and the clusters that were gone back to. */
#include "../pitr.h"

#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../seal.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"

#define SILENT_S 90 /* after which a runner's look is an old story */
#define HOST     "127.0.0.1"

/* clang-format off */
const struct field pitr_restore_fields[] = {
    { "time", FIELD_BODY, FIELD_STRING, .required = true, .min = 20, .max = 40 },
    { .name = NULL },
};

const struct field pitr_instance_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static int64_t now_us(void) {
    return (int64_t)clock_unix_s() * 1000000;
}

/* What a runner saw last; all of it lives as long as the request. */
struct view {
    const json_t *status; /* NULL: no runner has a Barman beside it */
    const char *runner, *at;
    int64_t age_s;
    bool receiving;
    json_t *lag_bytes, *lag_seconds; /* numbers or null; NULL: not asked */
    bool has_window;
    int64_t from_us, to_us;
};

static json_t *number_of(const char *text, bool is_real) {
    if (!text) return json_null();
    return is_real ? json_real(strtod(text, NULL)) : json_integer(strtoll(text, NULL, 10));
}

/* The receiver of WAL as its primary sees it; a primary that is away says nothing. */
static bool read_wal(struct call *call, struct view *view, struct err *err) {
    const char *values[] = { text_of(view->status, "receiver"), text_of(view->status, "slot") };
    struct err ignored = ERR_INIT;
    struct db_at at;
    json_t *rows;
    if (!managed_at(call, NULL, &at, err)) return false;
    if (!db_rows(call->services->db, &at, DB_PITR_WAL, values, 2, &rows, &ignored)) return true;
    if (!managed_defer(call, rows, err)) return false;
    const json_t *row = json_array_get(rows, 0);
    view->receiving = strcmp(text_of(row, "receiving"), "true") == 0;
    view->lag_bytes = number_of(json_string_value(json_object_get(row, "lag_bytes")), false);
    view->lag_seconds = number_of(json_string_value(json_object_get(row, "lag_seconds")), true);
    return managed_defer(call, view->lag_bytes, err) && managed_defer(call, view->lag_seconds, err);
}

static bool read_view(struct call *call, struct view *ret_view, struct err *err) {
    struct db_at at = jobs_at(call);
    struct view view = { .status = NULL };
    json_t *rows;
    if (!db_rows(call->services->db, &at, DB_PITR_STATUS_GET, NULL, 0, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    const json_t *row = json_array_get(rows, 0);
    if (row) {
        json_t *status = json_loads(text_of(row, "status"), 0, NULL);
        if (!managed_defer(call, status, err)) return false;
        view.status = status;
        view.runner = text_of(row, "runner");
        view.at = text_of(row, "at");
        view.age_s = strtoll(text_of(row, "age_seconds"), NULL, 10);
        if (!read_wal(call, &view, err)) return false;
        view.has_window = pitr_window(status, &view.from_us, 0, NULL);
        /* While WAL comes in, a recovery has it archived up to now before it begins. */
        if (view.receiving) view.to_us = now_us();
        else if (!pitr_time_parse(text_of(status, "last_wal_at"), &view.to_us))
            view.has_window = false;
    }
    *ret_view = view;
    return true;
}

/* -- what there is ----------------------------------------------------------------------------- */

static const char *reason_of(struct arena *arena, const struct view *view) {
    if (!view->status)
        return "No runner of jobs has a Barman beside it: pitr.server is not set anywhere. How to "
               "set it up is in docs/operations.md.";
    if (view->age_s > SILENT_S)
        return arena_printf(arena,
                            "The runner %s, which has Barman beside it, was last heard of "
                            "%lld s ago: what is shown here is that old.",
                            view->runner, (long long)view->age_s);
    const json_t *problem = json_array_get(json_object_get(view->status, "problems"), 0);
    if (problem)
        return arena_printf(arena, "Barman reports a problem with %s: %s",
                            text_of(problem, "check"), text_of(problem, "hint"));
    return NULL;
}

static json_t *backups_json(const json_t *status) {
    json_t *list = json_array();
    const json_t *backup;
    size_t i;
    json_array_foreach(
        json_object_get(status, "backups"), i,
        backup) if (json_array_append_new(list,
                                          json_pack(
                                              "{s:O? s:O? s:O? s:O? s:O? s:O?}", "id",
                                              json_object_get(backup, "id"), "status",
                                              json_object_get(backup, "status"), "usable",
                                              json_object_get(backup, "usable"), "ended_at",
                                              json_object_get(backup, "ended_at"), "size_bytes",
                                              json_object_get(backup, "size_bytes"), "wal_bytes",
                                              json_object_get(backup, "wal_bytes"))) != 0) break;
    return list;
}

static json_t *server_json(const struct view *view) {
    if (!view->status) return json_null();
    return json_pack("{s:O? s:s s:s s:I s:b s:O?}", "name", json_object_get(view->status, "server"),
                     "runner", view->runner, "seen_at", view->at, "seen_seconds_ago",
                     (json_int_t)view->age_s, "ok",
                     json_is_true(json_object_get(view->status, "ok")) && view->age_s <= SILENT_S,
                     "problems", json_object_get(view->status, "problems"));
}

static json_t *time_json(bool known, int64_t us) {
    char text[PITR_TIME_SIZE];
    if (!known) return json_null();
    pitr_time_text(us, text);
    return json_string(text);
}

bool api_pitr(struct call *call, struct err *err) {
    struct arena *arena = call->request->arena;
    struct db_at at = jobs_at(call);
    struct view view;
    const char *values[] = { HOST }, *text;
    size_t size;
    if (!read_view(call, &view, err) ||
        !db_text(call->services->db, &at, DB_PITR_INSTANCES, arena, values, 1, &text, &size, err))
        return false;
    const char *reason = reason_of(arena, &view);
    return call_reply(call, 200,
                      json_pack("{s:b s:s? s:o s:o s:{s:o s:o} s:{s:O? s:O? s:b s:O? s:O?} s:o}",
                                "configured", view.status != NULL, "reason", reason, "server",
                                server_json(&view), "backups", backups_json(view.status), "window",
                                "from", time_json(view.has_window, view.from_us), "to",
                                time_json(view.has_window, view.to_us), "wal", "last_archived",
                                json_object_get(view.status, "last_wal"), "last_archived_at",
                                json_object_get(view.status, "last_wal_at"), "receiving",
                                view.receiving, "lag_bytes", view.lag_bytes, "lag_seconds",
                                view.lag_seconds, "instances", json_loadb(text, size, 0, NULL)),
                      err);
}

/* -- what can be done -------------------------------------------------------------------------- */

static bool require(const struct view *view, struct err *err) {
    if (!view->status)
        return err_set(
            err, ERR_CONFLICT,
            "Point-in-time recovery is not set up: no runner of jobs has a Barman beside "
            "it (docs/operations.md).");
    return view->age_s <= SILENT_S ||
           err_set(err, ERR_CONFLICT,
                   "The runner %.40s, which has Barman beside it, was last heard of %lld s ago.",
                   view->runner, (long long)view->age_s);
}

static bool start(struct call *call, const char *kind, json_t *parameters, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *job_id;
    if (!managed_defer(call, parameters, err)) return false;
    return job_create(call->services->db, &at, call->request->arena, kind, NULL, parameters,
                      call->identity.username, call->request->id, &job_id, err) &&
           jobs_started(call, job_id, err);
}

bool api_pitr_backup(struct call *call, struct err *err) {
    struct view view;
    return read_view(call, &view, err) && require(&view, err) &&
           start(call, "base_backup", json_object(), err);
}

static bool check_time(const struct view *view, int64_t us, struct err *err) {
    char from[PITR_TIME_SIZE], to[PITR_TIME_SIZE];
    if (us > now_us() + 1000000) return err_field(err, "time", "time lies in the future");
    if (!view->has_window)
        return err_set(err, ERR_CONFLICT,
                       "There is no whole base backup yet, so there is nothing to go back to.");
    pitr_time_text(view->from_us, from);
    pitr_time_text(view->to_us, to);
    if (us < view->from_us)
        return err_field(err, "time",
                         "time lies before the recovery window, which begins at %s with the end of "
                         "the oldest base backup",
                         from);
    if (us > view->to_us + 1000000)
        return err_field(
            err, "time",
            "time lies behind the recovery window: WAL has been archived up to %s, and "
            "none is coming in",
            to);
    return true;
}

bool api_pitr_restore(struct call *call, struct err *err) {
    const char *text = request_string(call->request, "time");
    struct view view;
    int64_t us;
    char utc[PITR_TIME_SIZE];
    if (!pitr_time_parse(text, &us))
        return err_field(err, "time",
                         "time must be RFC 3339 with its zone, as 2026-11-25T22:30:00Z or "
                         "2026-11-26T06:30:00.5+08:00");
    if (!read_view(call, &view, err) || !require(&view, err) || !check_time(&view, us, err))
        return false;
    pitr_time_text(us, utc);
    return start(call, "pitr_restore", json_pack("{s:s}", "time", utc), err);
}

static bool read_instance(struct call *call, const json_t **ret_row, struct err *err) {
    const char *id = request_string(call->request, "id");
    struct db_at at = jobs_at(call);
    json_t *rows = NULL;
    if (!seal_is_uuid(id))
        return err_set(err, ERR_NOT_FOUND, "There is no restored cluster %s.", id);
    if (!db_rows(call->services->db, &at, DB_PITR_INSTANCE_GET, &id, 1, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    *ret_row = json_array_get(rows, 0);
    return *ret_row || err_set(err, ERR_NOT_FOUND, "There is no restored cluster %s.", id);
}

bool pitr_remove_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const json_t *row = NULL;
    if (!read_instance(call, &row, err)) return false;
    struct impact impact = {
        .summary = arena_printf(arena,
                                "Stop the restored cluster on port %s and remove its files. It "
                                "shows the moment %s. The "
                                "running server is not touched.",
                                text_of(row, "port"), text_of(row, "target_time")),
        .impact = json_pack("{s:s s:s s:s s:s}", "target_time", text_of(row, "target_time"),
                            "backup_id", text_of(row, "backup_id"), "runner",
                            text_of(row, "runner"), "state", text_of(row, "state")),
        .undo = "The same moment can be restored again while it lies in the recovery window.",
        .phrase = arena_printf(arena, "remove %.8s", text_of(row, "id")),
        .state = text_of(row, "id"),
    };
    if (!managed_defer(call, impact.impact, err)) return false;
    if (!impact.summary || !impact.phrase) return no_memory(err);
    *ret_impact = impact;
    return true;
}

bool api_pitr_remove(struct call *call, struct err *err) {
    const json_t *row = NULL;
    return read_instance(call, &row, err) &&
           start(call, "pitr_remove", json_pack("{s:s}", "instance_id", text_of(row, "id")), err);
}
