/* SPDX-License-Identifier: MIT */
/* The job: one table after the other, so that each has its progress and its own result. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "maintainer.h"
#include "maintenance.h"

#define STEP_MS      10000       /* of a look into the catalog */
#define LONG_MS      (INT32_MAX) /* of the work itself: it takes its time */
#define CLEAN_UP_MS  6000        /* after a cancel, before the runner loses its patience */
#define TOLD_MAX     300         /* tables in the result */
#define WARNINGS_MAX 5           /* of one table */
#define REASON_BYTES 300

/* How a table's turn ended. All but "done" leave something to do. */
enum outcome { DONE, PARTLY, LOCKED, DROPPED, RENAMED, REFUSED, SKIPPED, FAILED };
static const char *const outcome_names[] = { "done",    "partly",  "locked",  "dropped",
                                             "renamed", "refused", "skipped", "failed" };

struct work {
    struct job *job;
    const struct maintenance_operation *operation;
    const json_t *options;
    struct maintainer *maintainer;
    json_t *targets;         /* as maintenance_targets.sql says */
    const json_t *target;    /* whose turn it is */
    json_t *warnings;        /* of this turn */
    json_t *done, *not_done; /* the result's tables */
    char command[MAINTENANCE_COMMAND_MAX];
    char pid[16];
    char phase[120];
    int64_t bytes_total, bytes_done;
    size_t index, count, done_count, not_done_count;
    bool is_concurrent, did_something;
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "out of memory for the job");
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *name) {
    return json_integer_value(json_object_get(object, name));
}

static int64_t bytes_of(const struct work *work, const json_t *target) {
    int64_t table = number_of(target, "table_bytes"), indexes = number_of(target, "index_bytes");
    return strcmp(work->operation->name, "analyze") == 0 ? table : table + indexes;
}

/* -- progress ---------------------------------------------------------------------------------- */

static void say_progress(struct work *work, const char *phase, double part) {
    char text[240];
    (void)snprintf(text, sizeof text, "%s: %.60s.%.60s (%zu of %zu)", phase,
                   text_of(work->target, "schema"), text_of(work->target, "table"), work->index + 1,
                   work->count);
    int64_t here = (int64_t)(part * (double)bytes_of(work, work->target));
    job_progress(work->job, text, work->bytes_done + here, work->bytes_total, "bytes");
}

static double part_of(const char *done, const char *total) {
    double all = total ? strtod(total, NULL) : 0, some = done ? strtod(done, NULL) : 0;
    return all > 0 && some > 0 ? (some < all ? some / all : 1) : 0;
}

/* What the server says of our session; when it says nothing, what it said last goes on. */
static bool tick(void *context, struct err *err) {
    struct work *work = context;
    struct db_at at = job_at(work->job, DB_MONITOR, work->job->database, STEP_MS);
    struct err problem = ERR_INIT;
    const char *values[] = { work->pid };
    json_t *rows;
    if (!job_go_on(work->job, err)) return false;
    if (!db_rows(work->job->db, &at, DB_MAINTENANCE_PROGRESS, values, 1, &rows, &problem))
        return true;
    const json_t *row = json_array_get(rows, 0);
    if (row)
        say_progress(work, text_of(row, "phase"),
                     part_of(json_string_value(json_object_get(row, "done")),
                             json_string_value(json_object_get(row, "total"))));
    json_decref(rows);
    return true;
}

/* client_min_messages lets warnings through and nothing below: what was skipped is one. */
static void take_warning(void *context, const char *text) {
    struct work *work = context;
    job_log(work->job, "WARNING: %.600s", text);
    if (json_array_size(work->warnings) < WARNINGS_MAX)
        (void)json_array_append_new(work->warnings, json_string(text));
}

/* -- one table --------------------------------------------------------------------------------- */

static bool run(struct work *work, const char *template, const char *const *values, int count,
                bool watched, struct err *err) {
    struct maintainer_watch watch = { .tick = tick, .notice = take_warning, .context = work };
    struct db_at at =
        job_at(work->job, DB_MAINTAINER, work->job->database, watched ? LONG_MS : STEP_MS);
    return maintainer_run(work->maintainer, &at, template, values, count, watched ? &watch : NULL,
                          err);
}

/* What a table takes by now; -1 where nobody can say at once. */
static int64_t measure(struct work *work) {
    struct db_at at = job_at(work->job, DB_MONITOR, work->job->database, STEP_MS);
    struct err ignored = ERR_INIT;
    const char *values[] = { text_of(work->target, "oid") }, *bytes;
    return db_text(work->job->db, &at, DB_MAINTENANCE_SIZE, work->job->arena, values, 1, &bytes,
                   NULL, &ignored)
               ? strtoll(bytes, NULL, 10)
               : -1;
}

static bool keep_outcome(struct work *work, enum outcome outcome, const char *reason,
                         int64_t started_ms, struct err *err) {
    json_t *list = outcome == DONE ? work->done : work->not_done;
    *(outcome == DONE ? &work->done_count : &work->not_done_count) += 1;
    work->did_something |= outcome == DONE || outcome == PARTLY;
    job_log(work->job, "%s.%s: %s%s%s", text_of(work->target, "schema"),
            text_of(work->target, "table"), outcome_names[outcome], *reason ? ": " : "", reason);
    if (json_array_size(list) >= TOLD_MAX) return true;
    int64_t after = outcome == DONE || outcome == PARTLY ? measure(work) : -1;
    json_t *entry =
        json_pack("{s:s s:s s:s s:s s:O s:f s:I s:o}", "schema", text_of(work->target, "schema"),
                  "table", text_of(work->target, "table"), "state", outcome_names[outcome],
                  "detail", reason, "warnings", work->warnings, "seconds",
                  (double)(clock_ms() - started_ms) / 1000, "bytes_before",
                  (json_int_t)(number_of(work->target, "table_bytes") +
                               number_of(work->target, "index_bytes")),
                  "bytes_after", after >= 0 ? json_integer(after) : json_null());
    return json_array_append_new(list, entry) == 0 || no_memory(err);
}

/* Is the table still what it was when somebody asked? */
static bool look_again(struct work *work, enum outcome *ret_outcome, char *ret_reason,
                       struct err *err) {
    struct db_at at = job_at(work->job, DB_MAINTAINER, work->job->database, STEP_MS);
    const char *values[] = { text_of(work->target, "oid") };
    json_t *rows;
    if (!db_rows(work->job->db, &at, DB_MAINTENANCE_TABLE, values, 1, &rows, err)) return false;
    const json_t *row = json_array_get(rows, 0);
    *ret_outcome = DONE;
    if (!row) {
        *ret_outcome = DROPPED;
        (void)snprintf(ret_reason, REASON_BYTES, "It was dropped meanwhile.");
    } else if (strcmp(text_of(row, "schema"), text_of(work->target, "schema")) != 0 ||
               strcmp(text_of(row, "table"), text_of(work->target, "table")) != 0) {
        *ret_outcome = RENAMED;
        (void)snprintf(ret_reason, REASON_BYTES, "It is called %.63s.%.63s now; it was left alone.",
                       text_of(row, "schema"), text_of(row, "table"));
    }
    json_decref(rows);
    return true;
}

/* Waits for the lock in a transaction of its own: a REINDEX CONCURRENTLY that runs into its time
 * limit while it waits for older transactions would leave an invalid index. */
static bool try_lock(struct work *work, const char *const names[2], struct err *err) {
    struct err ignored = ERR_INIT;
    char timeout[16];
    (void)snprintf(timeout, sizeof timeout, "%d", maintenance_lock_timeout_ms(work->options));
    const char *const values[] = { timeout };
    /* LOCK does not know materialized views. */
    if (strcmp(text_of(work->target, "kind"), "materialized_view") == 0)
        return run(work, "SET lock_timeout = %L", values, 1, false, err);
    bool ok =
        run(work, "SET lock_timeout = %L", values, 1, false, err) &&
        run(work, "BEGIN", NULL, 0, false, err) &&
        run(work, "LOCK TABLE ONLY %I.%I IN SHARE UPDATE EXCLUSIVE MODE", names, 2, true, err);
    return (run(work, "ROLLBACK", NULL, 0, false, ok ? err : &ignored) &&
            run(work, "SET lock_timeout = 0", NULL, 0, false, ok ? err : &ignored)) &&
           ok;
}

static enum outcome judge(const struct err *problem) {
    if (strcmp(problem->sqlstate, "55P03") == 0) return LOCKED;
    if (strcmp(problem->sqlstate, "42P01") == 0) return DROPPED;
    if (strcmp(problem->sqlstate, "42501") == 0) return REFUSED;
    return FAILED;
}

/* After these nothing else can be done either. */
static bool is_the_end(const struct err *problem) {
    return problem->code == ERR_CANCELLED || problem->code == ERR_CLIENT_GONE ||
           problem->code == ERR_DB_UNAVAILABLE || problem->code == ERR_LIMIT ||
           problem->code == ERR_INTERNAL;
}

/* Drops what a broken off REINDEX CONCURRENTLY has left, over a session of its own. */
static void clean_up(struct work *work) {
    struct db_at at = job_at(work->job, DB_MAINTAINER, work->job->database, CLEAN_UP_MS);
    struct maintainer *maintainer = NULL;
    struct err problem = ERR_INIT;
    char *before = json_dumps(json_object_get(work->target, "invalid"), JSON_COMPACT);
    const char *values[] = { text_of(work->target, "oid"), before };
    json_t *rows = NULL, *row;
    size_t i;
    at.client_socket = -1; /* the job may be cancelled: this is a part of cancelling */
    bool ok =
        before && db_rows(work->job->db, &at, DB_MAINTENANCE_LEFTOVERS, values, 2, &rows, &problem);
    free(before);
    if (ok && json_array_size(rows) > 0)
        ok = maintainer_open(work->job->config, &at, &maintainer, &problem);
    json_array_foreach(rows, i, row) {
        const char *names[] = { text_of(row, "schema"), text_of(row, "index") };
        ok = ok && maintainer_run(maintainer, &at, "DROP INDEX CONCURRENTLY %I.%I", names, 2, NULL,
                                  &problem);
        job_log(work->job,
                ok ? "The unfinished index %s.%s was dropped."
                   : "The unfinished index %s.%s is left: drop it.",
                names[0], names[1]);
    }
    maintainer_close(maintainer);
    json_decref(rows);
}

/* Until the session's transaction is over: only then is it seen what it left. */
static void wait_idle(struct work *work) {
    struct db_at at = job_at(work->job, DB_MONITOR, work->job->database, CLEAN_UP_MS);
    struct err problem = ERR_INIT;
    const char *values[] = { work->pid }, *running;
    at.client_socket = -1;
    maintainer_close(work->maintainer);
    work->maintainer = NULL;
    while (clock_ms() < at.deadline_ms &&
           db_text(work->job->db, &at, DB_MAINTENANCE_RUNNING, work->job->arena, values, 1,
                   &running, NULL, &problem))
        (void)poll(NULL, 0, 50);
}

static bool work_on(struct work *work, struct err *err) {
    const char *names[] = { text_of(work->target, "schema"), text_of(work->target, "table") };
    char reason[REASON_BYTES] = "";
    enum outcome outcome = DONE;
    int64_t started_ms = clock_ms();
    struct err problem = ERR_INIT;
    if (!look_again(work, &outcome, reason, err)) return false;
    if (outcome == DONE && !json_is_true(json_object_get(work->target, "allowed"))) {
        outcome = REFUSED;
        (void)snprintf(reason, sizeof reason,
                       "It belongs to %.63s, for whom guardian_maintainer may not act.",
                       text_of(work->target, "owner"));
    }
    if (outcome != DONE) return keep_outcome(work, outcome, reason, started_ms, err);
    say_progress(work, work->operation->name, 0);
    bool ok = (!work->is_concurrent || try_lock(work, names, &problem)) &&
              run(work, work->command, names, 2, true, &problem);
    if (!ok && work->is_concurrent) {
        if (is_the_end(&problem)) wait_idle(work);
        clean_up(work);
    }
    if (!ok && is_the_end(&problem)) {
        *err = problem;
        return false;
    }
    if (!ok) {
        outcome = judge(&problem);
        (void)snprintf(reason, sizeof reason, "%.290s",
                       outcome == LOCKED ? "Another session held a lock on it for too long."
                                         : problem.detail);
    } else if (json_array_size(work->warnings) > 0) {
        outcome = json_is_true(json_object_get(work->options, "skip_locked")) ? SKIPPED : PARTLY;
        (void)snprintf(reason, sizeof reason, "%.290s",
                       json_string_value(json_array_get(work->warnings, 0)));
    }
    return keep_outcome(work, outcome, reason, started_ms, err);
}

/* -- all of them ------------------------------------------------------------------------------- */

static bool note_missing(struct work *work, const json_t *wanted, struct err *err) {
    work->target = wanted;
    work->warnings = json_array();
    bool ok = work->warnings
                  ? keep_outcome(work, DROPPED, "It was dropped before its turn.", clock_ms(), err)
                  : no_memory(err);
    json_decref(work->warnings);
    return ok;
}

/* The oids that were asked for, as JSON text to be freed; NULL with no error: all. */
static bool wanted_oids(const struct work *work, char **ret_text, struct err *err) {
    const json_t *tables = json_object_get(work->job->parameters, "tables");
    json_t *oids = json_is_array(tables) ? json_array() : NULL, *table;
    size_t i;
    *ret_text = NULL;
    if (!json_is_array(tables)) return true;
    json_array_foreach(
        tables, i, table) if (json_array_append(oids, json_object_get(table, "oid")) != 0) break;
    *ret_text = oids ? json_dumps(oids, JSON_COMPACT) : NULL;
    json_decref(oids);
    return *ret_text || no_memory(err);
}

static bool is_among(const json_t *targets, const char *oid) {
    size_t i;
    json_t *target;
    json_array_foreach(targets, i,
                       target) if (strcmp(text_of(target, "oid"), oid) == 0) return true;
    return false;
}

/* A partitioned table that was named is there through its partitions. */
static bool read_targets(struct work *work, struct err *err) {
    struct db_at at = job_at(work->job, DB_MAINTAINER, work->job->database, STEP_MS);
    const json_t *tables = json_object_get(work->job->parameters, "tables"), *table;
    char *oids;
    const char *text;
    size_t size, i;
    if (!wanted_oids(work, &oids, err)) return false;
    const char *values[] = { work->operation->name, oids };
    bool ok = db_text(work->job->db, &at, DB_MAINTENANCE_TARGETS, work->job->arena, values, 2,
                      &text, &size, err);
    free(oids);
    if (!ok) return false;
    work->targets = json_loadb(text, size, 0, NULL);
    if (!work->targets) return no_memory(err);
    work->count = json_array_size(work->targets);
    json_array_foreach((json_t *)tables, i, table) {
        bool is_split = json_is_true(json_object_get(table, "partitioned")) &&
                        strcmp(work->operation->name, "analyze") != 0;
        if (!is_split && !is_among(work->targets, text_of(table, "oid")) &&
            !note_missing(work, table, err))
            return false;
    }
    return true;
}

/* What was confirmed under one name is not done to what has another by now. */
static void use_asked_names(struct work *work) {
    const json_t *tables = json_object_get(work->job->parameters, "tables"), *table;
    json_t *target;
    size_t i, j;
    json_array_foreach(work->targets, i, target)
        json_array_foreach((json_t *)tables, j,
                           table) if (strcmp(text_of(table, "oid"), text_of(target, "oid")) == 0) {
        (void)json_object_set(target, "schema", json_object_get(table, "schema"));
        (void)json_object_set(target, "table", json_object_get(table, "table"));
    }
}

static bool open_session(struct work *work, struct err *err) {
    struct db_at at = job_at(work->job, DB_MAINTAINER, work->job->database, STEP_MS);
    char timeout[16];
    const char *const values[] = { timeout };
    (void)snprintf(timeout, sizeof timeout, "%d", maintenance_lock_timeout_ms(work->options));
    if (!maintainer_open(work->job->config, &at, &work->maintainer, err)) return false;
    (void)snprintf(work->pid, sizeof work->pid, "%d", maintainer_pid(work->maintainer));
    return run(work, "SET client_min_messages = warning", NULL, 0, false, err) &&
           run(work, "SET statement_timeout = 0", NULL, 0, false, err) &&
           (work->is_concurrent || run(work, "SET lock_timeout = %L", values, 1, false, err));
}

static bool work_on_all(struct work *work, struct err *err) {
    size_t i;
    json_t *target;
    json_array_foreach(work->targets, i, target) work->bytes_total += bytes_of(work, target);
    json_array_foreach(work->targets, i, target) {
        work->target = target;
        work->index = i;
        work->warnings = json_array();
        bool ok = work->warnings ? job_go_on(work->job, err) && work_on(work, err) : no_memory(err);
        json_decref(work->warnings);
        if (!ok) return false;
        work->bytes_done += bytes_of(work, target);
    }
    return true;
}

static bool tell(struct work *work, struct err *err) {
    size_t told = json_array_size(work->done) + json_array_size(work->not_done);
    /* What is left to do comes first. */
    if (json_array_extend(work->not_done, work->done) != 0) return no_memory(err);
    while (json_array_size(work->not_done) > TOLD_MAX)
        if (json_array_remove(work->not_done, json_array_size(work->not_done) - 1) != 0)
            return no_memory(err);
    bool is_cut = told > TOLD_MAX || work->done_count + work->not_done_count > told;
    return job_result(work->job,
                      json_pack("{s:s s:I s:I s:I s:O s:b}", "operation", work->operation->name,
                                "done", (json_int_t)work->done_count, "not_done",
                                (json_int_t)work->not_done_count, "bytes",
                                (json_int_t)work->bytes_done, "tables", work->not_done, "truncated",
                                is_cut),
                      err);
}

static bool run_checkpoint(struct work *work, struct err *err) {
    job_progress(work->job, "writing all changed pages", -1, -1, NULL);
    struct maintainer_watch watch = { .context = work };
    struct db_at at = job_at(work->job, DB_MAINTAINER, work->job->database, LONG_MS);
    return maintainer_run(work->maintainer, &at, "CHECKPOINT", NULL, 0, &watch, err) &&
           job_result(work->job, json_pack("{s:s}", "operation", "checkpoint"), err);
}

static bool run_tables(struct work *work, struct err *err) {
    bool ok = read_targets(work, err);
    if (!ok) return false;
    use_asked_names(work);
    ok = work_on_all(work, err);
    struct err problem = ERR_INIT;
    bool told = tell(work, &problem);
    if (!ok) return false;
    if (!told) {
        *err = problem;
        return false;
    }
    if (work->did_something || work->not_done_count == 0) return true;
    const json_t *first = json_array_get(work->not_done, 0);
    return err_set(err, ERR_CONFLICT, "Nothing could be done. %s.%s: %s", text_of(first, "schema"),
                   text_of(first, "table"), text_of(first, "detail"));
}

bool maintenance_run(struct job *job, struct err *err) {
    struct work work = { .job = job,
                         .operation = maintenance_find(job->kind->name),
                         .options = json_object_get(job->parameters, "options"),
                         .done = json_array(),
                         .not_done = json_array() };
    bool ok = work.done && work.not_done ? true : no_memory(err);
    if (ok && !work.operation) ok = err_set(err, ERR_INTERNAL, "there is no such operation");
    bool is_checkpoint = ok && strcmp(work.operation->name, "checkpoint") == 0;
    if (ok) {
        work.is_concurrent = strcmp(work.operation->name, "reindex") == 0 &&
                             !maintenance_with(work.operation, work.options)->locks_out;
        maintenance_command(work.operation, work.options, work.command);
        ok = open_session(&work, err) &&
             (is_checkpoint ? run_checkpoint(&work, err) : run_tables(&work, err));
    }
    maintainer_close(work.maintainer);
    json_decref(work.targets);
    json_decref(work.done);
    json_decref(work.not_done);
    return ok;
}
