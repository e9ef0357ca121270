/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_MAINTAINER_H
#define GUARDIAN_MAINTAINER_H
/*
 * A session as guardian_maintainer for what takes no parameters and no transaction: VACUUM,
 * REINDEX, CREATE DATABASE, renames. The texts are ours; names go in through %I and values through
 * %L, quoted here, and nothing else does. Hides libpq. The caller owns the session.
 */
#include "db.h"

struct maintainer;

/* at->role is DB_MAINTAINER. Errors: DB_UNAVAILABLE, … */
bool maintainer_open(const struct config *config, const struct db_at *at,
                     struct maintainer **ret_maintainer, struct err *err)
    __attribute__((warn_unused_result));
void maintainer_close(struct maintainer *maintainer); /* NULL is allowed */

/* Called while a statement runs, about twice a second: for its progress. False ends the statement.
 */
struct maintainer_watch {
    bool (*tick)(void *context, struct err *err);
    /* A notice of the server ("INFO: vacuuming …"); NULL: dropped. */
    void (*notice)(void *context, const char *text);
    void *context;
};

/* Runs `template` with its %I (identifier) and %L (literal) filled in from `values`, in order; %%
 * is a percent sign. `watch` may be NULL. at->deadline_ms and at->client_socket bound it. Errors:
 * the server's, CANCELLED when the client socket hangs up, DEADLINE. */
bool maintainer_run(struct maintainer *maintainer, const struct db_at *at, const char *template,
                    const char *const *values, int count, const struct maintainer_watch *watch,
                    struct err *err) __attribute__((warn_unused_result));
/* Where the session is: valid while it is open. `address` is "" for a socket. */
struct maintainer_place {
    const char *host, *address, *port;
};
struct maintainer_place maintainer_place(const struct maintainer *maintainer);
/* What the server is told instead of a password (SCRAM); the caller frees it with free(). Errors:
 * LIMIT. */
bool maintainer_verifier(struct maintainer *maintainer, const char *role, const char *password,
                         char **ret_verifier, struct err *err) __attribute__((warn_unused_result));
/* The server's process of the session: for pg_stat_progress_*. */
int maintainer_pid(const struct maintainer *maintainer);
#endif
