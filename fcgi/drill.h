/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DRILL_H
#define GUARDIAN_DRILL_H
/*
 * Failover drills: something real is taken away on purpose, a canary writes all the while, and what
 * happened is kept. A drill is a row of the table in drill.c. The API looks before it offers one,
 * and again before it is confirmed; the runner looks a third time before it breaks anything, and
 * afterwards until all is whole. Everything a look gives lives in the arena of its `at`.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "replication.h"

struct job;

/* Where the canary of a drill writes. */
enum drill_target { DRILL_POSTGRES, DRILL_REDIS };

struct drill_look {
    json_t *checks;  /* [{"name", "ok", "detail"}]: the preflight */
    json_t *facts;   /* {"from", "to", …}: what it would do, in numbers; NULL: not known */
    json_t *members; /* name → role */
    const char *serves, *next; /* who takes writes now, who would after it; or NULL */
    const char *address;       /* of whoever is told to do it */
    const char *state;         /* all that a decision rests on */
    bool whole;                /* everybody is there and well */
    enum err_code code;        /* of the first check that failed */
    const char *problem;
};

struct drill {
    const char *name, *title, *breaks, *undo;
    int promise_s; /* writes are acknowledged again within */
    enum drill_target target;
    bool moves;     /* somebody else serves afterwards */
    bool cuts_jobs; /* jobs that run meanwhile would be cut */
    bool (*is_here)(const struct config *config);
    bool (*look)(const struct replication_at *at, struct drill_look *look, struct err *err);
    bool (*act)(const struct replication_at *at, const struct drill_look *look,
                const char **ret_said, struct err *err);
};

extern const struct drill drills[]; /* ends with a NULL name */
const struct drill *drill_find(const char *name);
/* May a runner with this configuration claim drills? */
bool drill_is_configured(const struct config *config);

/* The whole preflight: the drill's own look, the swarm's quorums, and what else runs. `own` is the
 * id of the drill's job, or NULL. A part that does not answer is a check that failed, no error.
 * Errors: LIMIT, DB_…: the console's database. */
bool drill_look(const struct replication_at *at, const struct drill *drill, const char *own,
                struct drill_look *ret_look, struct err *err) __attribute__((warn_unused_result));
/* Fails with the first check that did. */
bool drill_allows(const struct drill_look *look, struct err *err)
    __attribute__((warn_unused_result));

/* The kind of job. */
bool drill_run(struct job *job, struct err *err) __attribute__((warn_unused_result));

/* -- for the drills themselves ----------------------------------------------------------------- */

void drill_check(const struct replication_at *at, struct drill_look *look, const char *name,
                 bool ok, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* Is there one to serve and one to take over when what serves is taken away, and `left` of
 * `members` of the group remain healthy? */
void drill_check_spare(const struct replication_at *at, struct drill_look *look, const char *group,
                       int left, int members);
/* Lets the arena have it; NULL when there is no memory. */
json_t *drill_keep(const struct replication_at *at, json_t *value);

bool drill_has_patroni(const struct config *config);
bool drill_look_switchover(const struct replication_at *at, struct drill_look *look,
                           struct err *err) __attribute__((warn_unused_result));
bool drill_look_restart(const struct replication_at *at, struct drill_look *look, struct err *err)
    __attribute__((warn_unused_result));
bool drill_act_switchover(const struct replication_at *at, const struct drill_look *look,
                          const char **ret_said, struct err *err)
    __attribute__((warn_unused_result));
bool drill_act_restart(const struct replication_at *at, const struct drill_look *look,
                       const char **ret_said, struct err *err) __attribute__((warn_unused_result));
bool drill_has_sentinels(const struct config *config);
bool drill_look_redis(const struct replication_at *at, struct drill_look *look, struct err *err)
    __attribute__((warn_unused_result));
bool drill_act_redis(const struct replication_at *at, const struct drill_look *look,
                     const char **ret_said, struct err *err) __attribute__((warn_unused_result));
#endif
