/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RUNNER_H
#define GUARDIAN_RUNNER_H
/*
 * The SQL runner: one statement of a person, on the managed server, unable to change anything. This
 * is the half of the promise that holds when the parser (sqlparse.h) is wrong: its own login
 * without power, BEGIN READ ONLY with the snapshot already taken, the extended protocol (one
 * statement), a watchdog outside the statement's reach, and a session that is rolled back,
 * discarded, compared and, at any doubt, thrown away. Hides libpq. Memory does not grow with the
 * result. A `struct runner` belongs to one worker process. Sessions are cleaned by runner_reset,
 * after the reply is out.
 */
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "db.h"
#include "err.h"
#include "request.h"
#include "runner_write.h"

#define HOST_TEXT_MAX 272
#define RUNNER_ROW_MAX                                                                             \
    (64ll << 20) /* bytes of one row on the wire; a larger one ends the statement */
#define RUNNER_TEXT_MAX (16u << 20) /* bytes of runner_text */

struct runner;

struct runner_server {
    char host[HOST_TEXT_MAX]; /* "host:port" */
    bool standby, lag_known;
    int64_t lag_bytes; /* received and not yet replayed */
};

/* Where a statement runs, so that it can be cancelled from elsewhere. */
struct runner_place {
    const char *host; /* "host:port" */
    int pid;
    const char *backend_start; /* PostgreSQL's text */
};

struct runner_job {
    const char *sql;
    size_t query_size; /* bytes of sql that are a query without its semicolon; 0: it is none */
    const char *database;
    enum db_target target;
    const char *id;     /* the statement's id and application_name: [A-Za-z0-9._-] */
    int64_t timeout_ms; /* of the server's work; time that the client takes to read a stream is not
                           counted */
    int64_t session_ms; /* to get a session, before that time begins; 0: part of it */
    struct request *request; /* who waits: the statement is cancelled when it goes away */
    struct db *db;           /* asked for the names of types that are not built in */
    enum runner_format format;
    int64_t max_rows; /* of JSON */
    /* Called before the statement is sent; may refuse. May be NULL. */
    bool (*started)(void *context, const struct runner_place *place, struct err *err);
    void *context;
};

struct runner_outcome {
    int64_t rows;
    bool truncated;
    double duration_ms; /* from sending the statement to its end */
    struct runner_server server;
};

bool runner_open(const struct config *config, struct runner **ret_runner, struct err *err)
    __attribute__((warn_unused_result));
void runner_close(struct runner *runner);
/* Cleans or closes what was used; called between requests. */
void runner_reset(struct runner *runner);

/* Runs the statement and replies with its rows in the job's format. When it fails before anything
 * was sent, the request is still to be replied to; later, the worker breaks the transfer off.
 * *ret_outcome is filled as far as known also on failure. Errors: of db_connect; SQL…, DEADLINE,
 * CANCELLED, CLIENT_GONE, LIMIT, of job->started. */
bool runner_stream(struct runner *runner, const struct runner_job *job,
                   struct runner_outcome *ret_outcome, struct err *err)
    __attribute__((warn_unused_result));
/* Runs the statement; the first column of its rows as one text in the request's arena, for EXPLAIN.
 * Errors: the same. */
bool runner_text(struct runner *runner, const struct runner_job *job, const char **ret_text,
                 struct runner_outcome *ret_outcome, struct err *err)
    __attribute__((warn_unused_result));

/* What the server makes of a text when the parser is not asked. */
struct runner_probe {
    bool refused; /* with `cause` */
    struct err cause;
    int64_t rows;
    int pid;    /* of the server's process */
    bool kept;  /* the session was found clean; else it was thrown away */
    int undone; /* prepared transactions that it left, and that are rolled back */
};
/* Runs any text the way runner_stream does, drops its rows and cleans the session at once. Fails
 * only when it cannot be run at all (DB_UNAVAILABLE …) or the client is gone. */
bool runner_try(struct runner *runner, const struct runner_job *job, struct runner_probe *ret_probe,
                struct runner_server *ret_server, struct err *err)
    __attribute__((warn_unused_result));
#endif
