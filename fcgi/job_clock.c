/* SPDX-License-Identifier: MIT */
#include "job_clock.h"

#include <stdlib.h>
#include <string.h>

#include "audit_system.h"
#include "clock.h"
#include "jobs.h"
#include "log.h"
#include "schedule.h"
#include "seal.h"

#define STEP_MS 10000

static struct db_at app_at(void) {
    return (struct db_at){ .role = DB_APP,
                           .target = DB_PRIMARY,
                           .deadline_ms = clock_ms() + STEP_MS,
                           .client_socket = -1,
                           .request_id = "guardian-jobs" };
}

static const char *text_of(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

/* -- schedules ------------------------------------------------------------------------------------
 */

/* The time is taken by whoever changes it first; the job and the change are one step. */
static bool insert_job(struct db *db, const json_t *row, const char *request_id, const char *next,
                       char ret_job[SEAL_UUID_SIZE], struct err *err) {
    struct db_at at = app_at();
    const struct job_kind *kind = job_kind_find(text_of(row, "kind"));
    const char *values[] = { text_of(row, "id"), text_of(row, "next_run_at"), next,
                             kind && kind->exclusive ? "true" : "false", request_id };
    json_t *rows;
    if (!kind) return err_set(err, ERR_CONFIG, "this version knows no %s", text_of(row, "kind"));
    if (!db_rows(db, &at, DB_SCHEDULE_START, values, 5, &rows, err)) return false;
    (void)snprintf(ret_job, SEAL_UUID_SIZE, "%s", text_of(json_array_get(rows, 0), "id"));
    json_decref(rows);
    return true;
}

static bool start(struct db *db, const json_t *row, struct err *err) {
    char next_text[24], job[SEAL_UUID_SIZE] = "", request_id[SEAL_UUID_SIZE];
    const char *next, *schedule = text_of(row, "id");
    struct db_at at = app_at();
    int64_t intent_id;
    if (!schedule_next(text_of(row, "cron"), text_of(row, "time_zone"), clock_unix_s(), next_text,
                       &next, err))
        return false;
    seal_uuid(request_id);
    char action[64];
    (void)snprintf(action, sizeof action, "database.%s", text_of(row, "kind"));
    struct audit_deed deed = { .actor = "schedule",
                               .action = action,
                               .target = text_of(row, "database"),
                               .request_id = request_id };
    /* Two runners may both intend; one does. */
    if (!audit_system_intent(
            db, &at, &deed,
            json_pack("{s:s s:s}", "schedule_id", schedule, "time", text_of(row, "next_run_at")),
            &intent_id, err))
        return false;
    bool ok = insert_job(db, row, request_id, next, job, err);
    bool written = audit_system_outcome(
        db, &at, &deed, intent_id, ok ? "succeeded" : "failed",
        job[0] ? json_pack("{s:s}", "job_id", job) : json_pack("{s:b}", "started", false), err);
    if (job[0])
        log_event(LOG_INFO, "schedule_started", "schedule", 's', schedule, "job", 's', job, NULL);
    return ok && written;
}

bool job_clock_start(struct db *db, struct err *err) {
    struct db_at at = app_at();
    json_t *rows, *row;
    size_t i;
    if (!db_rows(db, &at, DB_SCHEDULE_DUE, NULL, 0, &rows, err)) return false;
    json_array_foreach(rows, i, row) {
        struct err problem = ERR_INIT;
        if (!start(db, row, &problem))
            log_event(LOG_ERROR, "schedule", "schedule", 's', text_of(row, "id"), "detail", 's',
                      problem.detail, NULL);
    }
    json_decref(rows);
    return true;
}

/* -- retention ------------------------------------------------------------------------------------
 */

static bool delete_one(struct db *db, const char *database, const json_t *item, struct err *err) {
    struct db_at at = app_at();
    char request_id[SEAL_UUID_SIZE];
    int64_t intent_id;
    const char *id = text_of(item, "backup_id");
    const char *values[] = { id, database };
    json_t *rows = NULL;
    seal_uuid(request_id);
    struct audit_deed deed = { .actor = "retention",
                               .action = "database.backup.delete",
                               .target = id,
                               .request_id = request_id };
    if (!audit_system_intent(db, &at, &deed,
                             json_pack("{s:s s:s s:s}", "database", database, "created_at",
                                       text_of(item, "created_at"), "reason",
                                       text_of(item, "reason")),
                             &intent_id, err))
        return false;
    bool ok = db_rows(db, &at, DB_BACKUP_DELETE, values, 2, &rows, err);
    bool deleted = *text_of(json_array_get(rows, 0), "backup_delete") == 't';
    json_decref(rows);
    bool written = audit_system_outcome(db, &at, &deed, intent_id, ok ? "succeeded" : "failed",
                                        json_pack("{s:b}", "deleted", deleted), err);
    if (deleted) log_event(LOG_INFO, "backup_expired", "backup", 's', id, NULL);
    return ok && written;
}

static bool retain_in(struct db *db, const char *database, struct err *err) {
    struct db_at at = app_at();
    json_t *items, *item;
    size_t i;
    bool ok = true;
    if (!schedule_retention(db, &at, database, &items, err)) return false;
    json_array_foreach(items, i, item) {
        if (ok && !json_is_true(json_object_get(item, "keep")))
            ok = delete_one(db, database, item, err);
    }
    json_decref(items);
    return ok;
}

bool job_clock_retain(struct db *db, struct err *err) {
    struct db_at at = app_at();
    json_t *rows, *row;
    size_t i;
    bool ok = true;
    if (!db_rows(db, &at, DB_BACKUP_DATABASES, NULL, 0, &rows, err)) return false;
    json_array_foreach(rows, i, row) ok = ok && retain_in(db, text_of(row, "database"), err);
    json_decref(rows);
    return ok;
}
