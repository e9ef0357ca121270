/* SPDX-License-Identifier: MIT */
/* A restore drill: a backup is restored, counted and dropped. Only that shows that it can be. */
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

static bool drill(struct job *job, const char *backup_id, struct err *err) {
    const json_t *manifest = NULL, *restored = NULL, *row = NULL;
    int64_t begin_ms = clock_ms();
    if (!restore_make(job, job->id, backup_id, "drill", &manifest, err)) return false;
    int64_t restored_ms = clock_ms();
    job_progress(job, "counting", -1, -1, NULL);
    if (!restore_load(job, job->id, &row, err) ||
        !restore_snapshot(job, restore_text(row, "new_database"), &restored, err))
        return false;
    json_t *differences = restore_compare_manifest(json_object_get(manifest, "tables"), restored);
    size_t count = json_array_size(differences);
    if (!job_result(job,
                    json_pack("{s:s s:b s:I s:I s:I s:I s:o}", "backup_id", backup_id, "ok",
                              differences && count == 0, "tables",
                              (json_int_t)json_object_size(json_object_get(restored, "tables")),
                              "rows", (json_int_t)rows_of(restored), "restore_ms",
                              (json_int_t)(restored_ms - begin_ms), "count_ms",
                              (json_int_t)(clock_ms() - restored_ms), "differences", differences),
                    err))
        return false;
    return count == 0 ||
           err_set(err, ERR_CONFLICT, "%zu tables have not the rows that the backup had", count);
}

bool restore_drill_run(struct job *job, struct err *err) {
    const char *backup_id = json_string_value(json_object_get(job->parameters, "backup_id"));
    const json_t *row = NULL;
    struct err drop_err = ERR_INIT;
    if (!backup_id || !job->database) return err_set(err, ERR_INTERNAL, "no backup or database");
    const char *add[] = { job->id, "true", backup_id, job->database, "false", job->created_by };
    if (!restore_note(job, DB_RESTORE_ADD, add, 6, err) || !restore_load(job, job->id, &row, err))
        return false;
    if (restore_text(row, "new_database") && !restore_drop(job, job->id, "failed", err))
        return false;
    bool ok = drill(job, backup_id, err);
    if (!restore_drop(job, job->id, ok ? "discarded" : "failed", &drop_err)) {
        job_log(job, "The drill's database could not be dropped: %s", drop_err.detail);
        if (ok) *err = drop_err;
        ok = false;
    }
    return ok;
}
