/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_ESCAPES_H
#define GUARDIAN_ESCAPES_H
/*
 * The self-test of the promise "read-only means read-only": every known way out (data/escapes.sql)
 * is shown to the parser, then run by the server with the parser bypassed, through the very runner
 * that people use; then what could have changed or could still be held is compared with what it
 * was. Everything aims at canaries (managed/selftest.sql).
 */
#include <jansson.h>
#include <stdbool.h>

#include "db.h"
#include "request.h"
#include "runner.h"

struct escape {
    const char *name, *class, *sql;
    bool unseen; /* the parser cannot refuse it */
};

/* Made from data/escapes.sql; ends with a NULL name. */
extern const struct escape escapes[];

/* Runs them all on the primary of `database`. *ret_report (the caller's) is the reply of the
 * self-test. When the client goes or the time is over it fails, with nothing left behind. Errors:
 * NOT_FOUND (the database was not prepared), DB_UNAVAILABLE, DEADLINE, CLIENT_GONE, LIMIT. */
bool escapes_run(struct runner *runner, struct db *db, const char *database,
                 struct request *request, int64_t deadline_ms, json_t **ret_report, struct err *err)
    __attribute__((warn_unused_result));
#endif
