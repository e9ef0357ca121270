/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_JOBS_H
#define GUARDIAN_JOBS_H
/*
 * What takes long runs as a job: a row that a worker makes and a runner (guardian-jobs) claims. The
 * work itself is a function of the kind's row in job_kinds.c, called in a child process of the
 * runner, which tells the runner what there is to tell over a socket; the runner alone writes the
 * row. A child that dies, whose runner dies, or that is cancelled leaves nothing behind on the
 * server: all its sessions bear the job's application name and are ended by whoever takes over.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "db.h"

#define JOB_TEXT_MAX 160000 /* bytes of a result as JSON; what is larger belongs in a table */

struct job;

/* What becomes of a job whose runner or child died: it is failed, or begun again by another. */
enum job_takeover { JOB_FAIL, JOB_RETRY };

struct job_kind {
    const char *name;
    bool (*run)(struct job *job, struct err *err);
    enum job_takeover takeover;
    bool exclusive;                           /* not beside another exclusive job of its database */
    bool (*can)(const struct config *config); /* may this runner claim it? NULL: any may */
    int lease_ms; /* 0: the preset; longer for what stops the jobs' own database on purpose */
};

extern const struct job_kind job_kinds[]; /* ends with a NULL name */
const struct job_kind *job_kind_find(const char *name);

/* What a kind's run() is given. All of it lives as long as the child. `db` and `arena` are the
 * child's own; run() may reset neither. */
struct job {
    const struct job_kind *kind;
    const struct config *config;
    struct db *db;
    struct arena *arena;
    const char *id, *database /* NULL: none */, *created_by, *request_id;
    const char *application; /* application_name of every session of the job */
    json_t *parameters;
    int attempt;               /* from 1 */
    double part_from, part_to; /* of the percentage: see job_part() */
    int channel; /* hangs up when the job is cancelled: for poll(), struct program, struct db_at */
};

/* Where a statement of the job runs: its application name, ended when the job is cancelled. NULL:
 * the role's preset database. */
struct db_at job_at(const struct job *job, enum db_role role, const char *database,
                    int64_t timeout_ms);

/* What is going on, in a few words; `done` of `total` in `unit` ("bytes", "tables", "rows",
 * "blocks"); -1: not known, NULL: no unit. May be called as often as one likes. */
void job_progress(struct job *job, const char *phase, int64_t done, int64_t total,
                  const char *unit);
/* What is counted from now on is this part of the whole, in percent (preset: 0 to 100). */
void job_part(struct job *job, double from, double to);
/* A line for the job's log. Never a secret, never the text of a statement with its values. */
void job_log(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool job_cancelled(const struct job *job);
/* False with CANCELLED when it is: for loops. */
bool job_go_on(const struct job *job, struct err *err) __attribute__((warn_unused_result));
/* The job's result, an object; steals it; the last one counts. Errors: LIMIT, also for NULL. */
bool job_result(struct job *job, json_t *result, struct err *err)
    __attribute__((warn_unused_result));

/* -- for the API --------------------------------------------------------------------------------
 */

/* Makes a job and wakes the runners. `parameters` is borrowed; what the caller may not see later
 * does not belong there. The id goes into the arena. */
bool job_create(struct db *db, const struct db_at *at, struct arena *arena, const char *kind,
                const char *database, const json_t *parameters, const char *created_by,
                const char *request_id, const char **ret_id, struct err *err)
    __attribute__((warn_unused_result));

/* -- between the runner and its child ------------------------------------------------------------
 */

/* One message a datagram: the first byte says what, the rest is text. */
enum job_message {
    JOB_SAYS_PROGRESS = 'p',
    JOB_SAYS_LOG = 'l',
    JOB_SAYS_RESULT = 'r',
    JOB_SAYS_ERROR = 'e',
    JOB_SAYS_DONE = 'd'
};
/* Runs the kind's function and says how it ended. */
void job_run(struct job *job);
#endif
