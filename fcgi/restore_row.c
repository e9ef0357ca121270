/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "restore_steps.h"
#include "seal.h"

#define STATEMENT_MS 30000
/* A cancelled job is killed after eight seconds. */
#define ALWAYS_MS 6000
#define NAMES_MAX 100

static void drop_json(void *json) {
    json_decref(json);
}

bool restore_load(struct job *job, const char *id, const json_t **ret_row, struct err *err) {
    struct db_at at = job_at(job, DB_APP, NULL, STATEMENT_MS);
    json_t *rows;
    at.client_socket = -1;
    if (!db_rows(job->db, &at, DB_RESTORE_ROW, &id, 1, &rows, err)) return false;
    if (!arena_defer(job->arena, drop_json, rows)) return err_set(err, ERR_LIMIT, "out of memory");
    *ret_row = json_array_get(rows, 0);
    return *ret_row || err_set(err, ERR_NOT_FOUND, "There is no restore %s.", id);
}

const char *restore_text(const json_t *row, const char *name) {
    return json_string_value(json_object_get(row, name));
}

bool restore_is(const json_t *row, const char *state) {
    const char *text = restore_text(row, "state");
    return text && strcmp(text, state) == 0;
}

bool restore_parameter(const struct job *job, const char **ret_id, struct err *err) {
    const char *id = json_string_value(json_object_get(job->parameters, "restore"));
    if (!id || !seal_is_uuid(id)) return err_set(err, ERR_INTERNAL, "the job names no restore");
    *ret_id = id;
    return true;
}

static bool note(struct job *job, const struct db_at *at, enum db_statement statement,
                 const char *const *values, int count, struct err *err) {
    json_t *rows;
    if (!db_rows(job->db, at, statement, values, count, &rows, err)) return false;
    bool found = json_array_size(rows) > 0;
    json_decref(rows);
    return found || err_set(err, ERR_NOT_FOUND, "the restore is not where it was");
}

bool restore_note(struct job *job, enum db_statement statement, const char *const *values,
                  int count, struct err *err) {
    struct db_at at = job_at(job, DB_APP, NULL, STATEMENT_MS);
    return note(job, &at, statement, values, count, err);
}

bool restore_note_always(struct job *job, enum db_statement statement, const char *const *values,
                         int count, struct err *err) {
    struct db_at at = job_at(job, DB_APP, NULL, ALWAYS_MS);
    at.client_socket = -1;
    return note(job, &at, statement, values, count, err);
}

bool restore_ask(struct job *job, const char *database, enum db_statement statement,
                 const char *const *values, int count, const char **ret_text, struct err *err) {
    struct db_at at = job_at(job, DB_MAINTAINER, database, STATEMENT_MS);
    return db_text(job->db, &at, statement, job->arena, values, count, ret_text, NULL, err);
}

bool restore_free_name(struct job *job, const char *database, const char *what,
                       char ret_name[RESTORE_NAME_SIZE], struct err *err) {
    const char *console = job->config->postgres.console_database, *oid;
    for (int attempt = 1; attempt < NAMES_MAX; attempt++) {
        restore_name(database, what, (time_t)clock_unix_s(), attempt, ret_name);
        const char *values[] = { ret_name };
        if (restore_ask(job, console, DB_RESTORE_OID, values, 1, &oid, err)) continue;
        if (err->code != ERR_NOT_FOUND) return false;
        err_clear(err);
        return true;
    }
    return err_set(err, ERR_CONFLICT, "there are too many databases of this minute already");
}

const char *restore_keep_days(const struct job *job) {
    const char *days = arena_printf(job->arena, "%lld", (long long)job->config->restore.keep_days);
    return days ? days : "7";
}
