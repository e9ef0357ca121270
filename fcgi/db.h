/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DB_H
#define GUARDIAN_DB_H
/*
 * Named statements against PostgreSQL, with deadlines, on the primary or a standby. Hides libpq.
 * There is no general query call: a statement is a file in fcgi/sql/, embedded at build as DB_<FILE
 * NAME>, and prepared once a connection. Lists and objects are made into JSON by PostgreSQL and
 * passed through. A `struct db` belongs to one worker process: not thread-safe, a few kept
 * connections, made when first needed, thrown away after any doubt. A lost connection found before
 * the statement was sent is replaced once, within the deadline.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "config.h"
#include "err.h"
#include "sql_gen.h" /* enum db_statement, made from fcgi/sql */

enum db_role { DB_APP, DB_MONITOR, DB_READER, DB_MAINTAINER };
enum db_target { DB_PRIMARY, DB_STANDBY /* a standby where there is one, else the primary */ };

struct db;

/* Where a statement runs and how long it may take. */
struct db_at {
    enum db_role role;
    const char *database; /* NULL: the console's own for DB_APP, else the first managed one */
    enum db_target target;
    const char *host;    /* "host:port": this server and no other; NULL: by target */
    bool plain;          /* the host is a server of our own on this machine: without TLS */
    int64_t deadline_ms; /* clock_ms() */
    int client_socket;   /* request_socket(): the statement is cancelled when the client goes; -1:
                            none */
    const char *request_id; /* application_name; NULL: "guardian" */
};

bool db_open(const struct config *config, struct db **ret_db, struct err *err)
    __attribute__((warn_unused_result));
void db_close(struct db *db);
/* In a forked child: closes its copies of the sockets without a word to the servers. */
void db_abandon(struct db *db);
/* Ends transactions and drops doubtful connections; called between requests. */
void db_reset(struct db *db);

/* Runs a statement with text parameters (NULL: SQL null). The result's first column of its first
 * row, a text in the arena; no row or NULL gives ERR_NOT_FOUND. `ret_size` may be NULL. Errors:
 * DB_UNAVAILABLE, DEADLINE, CLIENT_GONE, BUSY, SQL… */
bool db_text(struct db *db, const struct db_at *at, enum db_statement statement,
             struct arena *arena, const char *const *values, int count, const char **ret_text,
             size_t *ret_size, struct err *err) __attribute__((warn_unused_result));

/* All rows as an array of objects of strings or null (column name → text), for small results. Owned
 * by the caller. */
bool db_rows(struct db *db, const struct db_at *at, enum db_statement statement,
             const char *const *values, int count, json_t **ret_rows, struct err *err)
    __attribute__((warn_unused_result));

/* Row by row without holding the result: `each` gets the row's texts (NULL: null) and may stop by
 * returning false (it then has set err). The statement is cancelled when stopped. */
bool db_each(struct db *db, const struct db_at *at, enum db_statement statement,
             const char *const *values, int count,
             bool (*each)(void *context, const char *const *row, int columns, struct err *err),
             void *context, struct err *err) __attribute__((warn_unused_result));
#endif
