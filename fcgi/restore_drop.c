/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "audit_system.h"
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

/* Each table in a transaction of its own. To drop needs no room, and gives it back at once. */
#define DROP_TABLES                                                                                \
    "DO $$ DECLARE t record; BEGIN FOR t IN SELECT n.nspname, c.relname FROM pg_catalog.pg_class " \
    "AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND "  \
    "%L::oid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = "                  \
    "pg_catalog.current_database()) AND "                                                          \
    "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'guardian_restore') "         \
    "ORDER BY pg_catalog.pg_table_size(c.oid) DESC LOOP "                                          \
    "BEGIN EXECUTE pg_catalog.format('DROP TABLE IF EXISTS %%I.%%I CASCADE', t.nspname, "          \
    "t.relname); EXCEPTION WHEN OTHERS THEN NULL; END; COMMIT; END LOOP; END $$"

void restore_make_room(struct job *job, const char *id) {
    const json_t *row = NULL;
    struct err err = ERR_INIT;
    struct maintainer *maintainer;
    if (!restore_load(job, id, &row, &err)) return;
    const char *oid = restore_text(row, "new_oid");
    if (!oid || !restore_text(row, "new_database")) return; /* it was not made */
    struct db_at at = job_at(job, DB_MAINTAINER, restore_text(row, "new_database"), DROP_MS);
    at.client_socket = -1;
    if (!maintainer_open(job->config, &at, &maintainer, &err)) return;
    if (!maintainer_run(maintainer, &at, DROP_TABLES, &oid, 1, NULL, &err))
        job_log(job, "What was restored could not be emptied: %s", err.detail);
    maintainer_close(maintainer);
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

/* What a person asked for is in the log as their call; what the policy does is noted here. */
struct noted {
    struct audit_deed deed;
    int64_t intent; /* 0: a person's */
};

static bool note_intent(struct job *job, const char *spare, struct noted *noted, struct err *err) {
    const char *reason = json_string_value(json_object_get(job->parameters, "reason"));
    const char *id = json_string_value(json_object_get(job->parameters, "restore"));
    struct db_at at = job_at(job, DB_APP, NULL, RELEASE_MS);
    if (!reason) return true;
    at.client_socket = -1;
    return audit_system_intent(job->db, &at, &noted->deed,
                               json_pack("{s:s s:s s:s s:s}", "job_id", job->id, "restore", id,
                                         "database", spare, "reason", reason),
                               &noted->intent, err);
}

static void note_outcome(struct job *job, const struct noted *noted, bool ok) {
    struct db_at at = job_at(job, DB_APP, NULL, RELEASE_MS);
    struct err err = ERR_INIT;
    at.client_socket = -1;
    if (noted->intent && !audit_system_outcome(job->db, &at, &noted->deed, noted->intent,
                                               ok ? "succeeded" : "failed", NULL, &err))
        job_log(job, "%s", err.detail);
}

/* Somebody may have prolonged it since the policy had its say. */
static bool still_due(const struct job *job, const json_t *row) {
    const char *kept = restore_text(row, "kept");
    bool failed = restore_is(row, "running") || restore_is(row, "failed");
    return !json_object_get(job->parameters, "reason") || failed || !kept || *kept != 't';
}

static bool discard(struct job *job, const char *id, const json_t *row, struct err *err) {
    const char *spare = restore_text(row, "spare");
    struct noted noted = { .deed = { .actor = job->created_by,
                                     .action = "database.restore.discard",
                                     .target = restore_text(row, "database"),
                                     .request_id = job->request_id } };
    const char *meant = json_string_value(json_object_get(job->parameters, "drop"));
    if (!spare || !still_due(job, row)) return true;
    if (!meant || strcmp(meant, spare) != 0)
        return err_set(err, ERR_CONFLICT,
                       "the restore has gone on since: it was about \"%.63s\", and what is left is "
                       "\"%.63s\"",
                       meant ? meant : "", spare);
    job_progress(job, "dropping", -1, -1, NULL);
    if (!job_go_on(job, err) || !note_intent(job, spare, &noted, err)) return false;
    bool failed = restore_is(row, "running") || restore_is(row, "failed");
    bool ok = restore_drop(job, id, failed ? "failed" : "discarded", err);
    note_outcome(job, &noted, ok);
    return ok;
}

bool restore_discard_run(struct job *job, struct err *err) {
    const char *id = NULL;
    const json_t *row = NULL;
    if (!restore_parameter(job, &id, err) || !restore_load(job, id, &row, err)) return false;
    const char *spare = restore_text(row, "spare");
    return discard(job, id, row, err) &&
           job_result(job, json_pack("{s:s s:s?}", "restore", id, "dropped", spare), err);
}
