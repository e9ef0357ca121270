/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "clock.h"
#include "maintainer.h"
#include "restore_steps.h"

#define RELEASE_MS 3000
#define DROP_MS    600000

/* A cancelled job that is dropping what it made is given what is left of its eight seconds; a job
 * whose work the drop is may take its time. */
static bool drop_database(struct job *job, const char *name, struct err *err) {
    struct db_at at = job_at(job, DB_MAINTAINER, job->config->postgres.console_database, DROP_MS);
    struct maintainer *maintainer;
    const char *values[] = { name };
    at.client_socket = -1;
    if (!maintainer_open(job->config, &at, &maintainer, err)) return false;
    bool ok = maintainer_run(maintainer, &at, "DROP DATABASE IF EXISTS %I WITH (FORCE)", values, 1,
                             NULL, err);
    maintainer_close(maintainer);
    return ok;
}

bool restore_drop(struct job *job, const char *id, const char *state, struct err *err) {
    struct db_at at =
        job_at(job, DB_MAINTAINER, job->config->postgres.console_database, RELEASE_MS);
    const char *name = NULL;
    at.client_socket = -1;
    if (!db_text(job->db, &at, DB_RESTORE_RELEASE, job->arena, &id, 1, &name, NULL, err)) {
        if (err->code != ERR_NOT_FOUND) return false;
        err_clear(err);
    } else if (!drop_database(job, name, err)) return false;
    if (name) job_log(job, "Database \"%s\" is dropped.", name);
    const char *values[] = { id, state, "true" };
    return restore_note_always(job, DB_RESTORE_OVER, values, 3, err);
}

bool restore_discard_run(struct job *job, struct err *err) {
    const char *id = NULL;
    const json_t *row = NULL;
    if (!restore_parameter(job, &id, err) || !restore_load(job, id, &row, err)) return false;
    const char *spare = restore_text(row, "spare");
    if (!restore_is(row, "discarded")) {
        job_progress(job, "dropping", -1, -1, NULL);
        if (!job_go_on(job, err) || !restore_drop(job, id, "discarded", err)) return false;
    }
    return job_result(job, json_pack("{s:s s:s?}", "restore", id, "dropped", spare), err);
}
