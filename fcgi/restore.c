/* SPDX-License-Identifier: MIT */
#include "restore.h"

#include <stdlib.h>
#include <string.h>

#include "restore_compare.h"
#include "restore_steps.h"

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "out of memory");
}

/* What is said at the end, and before the swap: a job that dies in between has told it. */
static bool tell(struct job *job, const char *id, struct err *err) {
    const json_t *row = NULL;
    if (!restore_load(job, id, &row, err)) return false;
    const char *text = restore_text(row, "comparison");
    bool swapped = restore_is(row, "swapped");
    return job_result(job,
                      json_pack("{s:s s:s? s:s? s:b s:o s:s?}", "restore", id, "kept_database",
                                swapped ? restore_text(row, "kept_database") : NULL, "new_database",
                                restore_text(row, "new_database"), "swapped", swapped, "comparison",
                                text ? json_loads(text, 0, NULL) : json_null(), "kept_until",
                                restore_text(row, "kept_until")),
                      err);
}

/* The managed database may be the very thing that is broken: then there is nothing to compare. */
static bool compare(struct job *job, const char *id, struct err *err) {
    const json_t *production = NULL, *restored = NULL, *row = NULL;
    struct err production_err = ERR_INIT;
    job_progress(job, "comparing", -1, -1, NULL);
    if (!restore_load(job, id, &row, err) ||
        !restore_snapshot(job, restore_text(row, "new_database"), &restored, err))
        return false;
    if (!restore_snapshot(job, job->database, &production, &production_err)) {
        if (!job_go_on(job, err)) return false;
        job_log(job, "The database in use cannot be read, so nothing is compared: %s",
                production_err.detail);
    }
    json_t *comparison = restore_compare(production, restored);
    char *text = comparison ? json_dumps(comparison, JSON_COMPACT) : NULL;
    json_decref(comparison);
    if (!text) return no_memory(err);
    const char *values[] = { id, text, restore_keep_days(job) };
    bool ok = restore_note(job, DB_RESTORE_BESIDE, values, 3, err);
    free(text);
    return ok;
}

/* What failed leaves nothing beside; what cannot be dropped now stays in the list. */
static bool undo_failed(struct job *job, const char *id, struct err *err) {
    struct err drop_err = ERR_INIT;
    /* Who is cancelled has no time. A full disk is not always told as one. */
    if (err->code != ERR_CANCELLED) restore_make_room(job, id);
    if (!restore_drop(job, id, "failed", &drop_err))
        job_log(job, "What was begun could not be dropped yet: %s", drop_err.detail);
    return err->code == ERR_NONE;
}

static bool make_beside(struct job *job, const char *id, const char *backup_id, struct err *err) {
    const json_t *manifest;
    if (restore_make(job, id, backup_id, "restored", &manifest, err) && compare(job, id, err))
        return true;
    return undo_failed(job, id, err);
}

bool restore_run(struct job *job, struct err *err) {
    bool swap = json_is_true(json_object_get(job->parameters, "swap"));
    const char *backup_id = json_string_value(json_object_get(job->parameters, "backup_id"));
    const char *add[] = {
        job->id, "false", backup_id, job->database, swap ? "true" : "false", job->created_by
    };
    const json_t *row = NULL;
    if (!backup_id || !job->database) return err_set(err, ERR_INTERNAL, "no backup or database");
    if (!restore_note(job, DB_RESTORE_ADD, add, 6, err) || !restore_load(job, job->id, &row, err))
        return false;
    /* An earlier attempt may have come to any point. */
    if (restore_is(row, "running") || restore_is(row, "failed")) {
        if (restore_text(row, "new_database") && !restore_drop(job, job->id, "failed", err))
            return false;
        if (!make_beside(job, job->id, backup_id, err)) return false;
    }
    if (!tell(job, job->id, err)) return false;
    if (swap && !restore_is(row, "swapped")) {
        job_progress(job, "swapping", -1, -1, NULL);
        if (!restore_exchange(job, job->id, false, err)) return false;
    }
    return tell(job, job->id, err);
}

bool restore_swap_run(struct job *job, struct err *err) {
    const char *id = NULL;
    job_progress(job, "swapping", -1, -1, NULL);
    return restore_parameter(job, &id, err) && restore_exchange(job, id, false, err) &&
           tell(job, id, err);
}

bool restore_undo_run(struct job *job, struct err *err) {
    const char *id = NULL;
    job_progress(job, "swapping back", -1, -1, NULL);
    return restore_parameter(job, &id, err) && restore_exchange(job, id, true, err) &&
           tell(job, id, err);
}
