/* SPDX-License-Identifier: MIT */
/* A restore drill: a backup is restored, counted and dropped. Only that shows that it can be. */
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "restore_compare.h"
#include "restore_steps.h"

static int64_t rows_of(const json_t *snapshot) {
    int64_t rows = 0;
    const char *name;
    json_t *table;
    json_object_foreach(json_object_get(snapshot, "tables"), name, table) rows +=
        json_integer_value(json_array_get(table, 0));
    return rows;
}

/* The manifest's tables under the names of a snapshot. */
static bool ask_expected(struct job *job, const char *database, const json_t *manifest,
                         json_t **ret_expected, struct err *err) {
    char *tables = json_dumps(json_object_get(manifest, "tables"), JSON_COMPACT);
    const char *values[] = { tables ? tables : "[]" }, *text;
    bool ok = restore_ask(job, database, DB_RESTORE_EXPECTED, values, 1, &text, err);
    free(tables);
    if (!ok) return false;
    *ret_expected = json_loads(text, 0, NULL);
    return *ret_expected || err_set(err, ERR_LIMIT, "out of memory");
}

struct drill {
    int64_t begin_ms, restored_ms;
    const json_t *restored;
    json_t *expected;
};

static bool tell(struct job *job, const char *backup_id, const struct drill *drill,
                 struct err *err) {
    int missing = 0;
    json_t *differences = restore_compare_manifest(drill->expected, drill->restored, &missing);
    json_t *result = json_pack(
        "{s:s s:b s:I s:I s:I s:I s:o}", "backup_id", backup_id, "ok", missing == 0, "tables",
        (json_int_t)json_object_size(json_object_get(drill->restored, "tables")), "rows",
        (json_int_t)rows_of(drill->restored), "restore_ms",
        (json_int_t)(drill->restored_ms - drill->begin_ms), "count_ms",
        (json_int_t)(clock_ms() - drill->restored_ms), "differences", differences);
    if (!job_result(job, result, err)) return false;
    return missing == 0 ||
           err_set(err, ERR_CONFLICT, "%d tables of the backup are not in what was restored of it",
                   missing);
}

static bool drill(struct job *job, const char *backup_id, struct err *err) {
    const json_t *manifest = NULL, *row = NULL;
    struct drill drill = { .begin_ms = clock_ms() };
    if (!restore_make(job, job->id, backup_id, "drill", &manifest, err)) return false;
    drill.restored_ms = clock_ms();
    job_progress(job, "counting", -1, -1, NULL);
    if (!restore_load(job, job->id, &row, err)) return false;
    const char *database = restore_text(row, "new_database");
    bool ok = restore_snapshot(job, database, &drill.restored, err) &&
              ask_expected(job, database, manifest, &drill.expected, err) &&
              tell(job, backup_id, &drill, err);
    json_decref(drill.expected);
    return ok;
}

bool restore_drill_run(struct job *job, struct err *err) {
    const char *backup_id = json_string_value(json_object_get(job->parameters, "backup_id"));
    const json_t *row = NULL;
    struct err drop_err = ERR_INIT;
    /* A schedule may come before the first backup. */
    if (!backup_id || !job->database)
        return err_set(err, ERR_NOT_FOUND, "there is no verified backup to restore");
    const char *add[] = { job->id, "true", backup_id, job->database, "false", job->created_by };
    if (!restore_note(job, DB_RESTORE_ADD, add, 6, err) || !restore_load(job, job->id, &row, err))
        return false;
    if (restore_text(row, "new_database") && !restore_drop(job, job->id, "failed", err))
        return false;
    bool ok = drill(job, backup_id, err);
    if (!ok && err->code != ERR_CANCELLED) restore_make_room(job, job->id);
    if (!restore_drop(job, job->id, ok ? "discarded" : "failed", &drop_err)) {
        job_log(job, "The drill's database could not be dropped: %s", drop_err.detail);
        if (ok) *err = drop_err;
        ok = false;
    }
    return ok;
}
