/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RUNNER_SESSION_H
#define GUARDIAN_RUNNER_SESSION_H
/*
 * The SQL runner's sessions: logged in as the reader, in a READ ONLY transaction while used, and
 * clean again after. A session is kept for the next statement only when it is exactly as it was
 * when it was new; at any doubt it is thrown away.
 */
#include <libpq-fe.h>

#include "db_connection.h"
#include "runner.h"

#define RUNNER_SESSIONS 4

struct runner_session {
    PGconn *connection; /* NULL: a free place */
    enum db_target target;
    char database[64];
    char host[HOST_TEXT_MAX];
    char backend_start[48];
    char *settings; /* the names of those that a statement could change */
    char *state;    /* what runner_state.sql said when it was new */
    int64_t made_ms, used_ms;
    bool used;     /* since it was last found clean */
    bool running;  /* its statement goes on, though nobody wants more rows */
    bool doubtful; /* must not be used again */
};

struct runner {
    const struct config *config;
    struct runner_session sessions[RUNNER_SESSIONS];
    char buffer[65536];
};

/* A session for at->database and at->target, in a READ ONLY transaction whose snapshot is taken (so
 * that it cannot be made read-write any more), named at->request_id, with the server's own limit of
 * `limit_ms`. Errors: as db_connect, BUSY. */
bool runner_session_begin(struct runner *runner, const struct db_at *at, int64_t limit_ms,
                          struct runner_session **ret_session, struct runner_server *ret_server,
                          struct err *err) __attribute__((warn_unused_result));
/* Rolls back, discards and compares; what is not as it was is closed. True when the session was
 * kept. To *ret_undone is added how many prepared transactions were left and are rolled back. */
bool runner_session_clean(struct runner_session *session, int *ret_undone);
void runner_session_close(struct runner_session *session);
#endif
