/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_DB_CONNECTION_H
#define GUARDIAN_DB_CONNECTION_H
/*
 * Connections with deadlines: the part of the database gateway that db.c (named statements) and
 * runner.c (the SQL runner) share. Only these files see libpq. The caller owns a connection and
 * closes it with PQfinish.
 */
#include <libpq-fe.h>

#include "db.h"

/* Connects without ever blocking past at->deadline_ms: role, database and target from `at`, hosts
 * from the config, tried in order (primary: target_session_attrs=read-write; standby:
 * prefer-standby), and again when one was slow and there is time for it. Sets
 * client_connection_check_interval, an empty search_path for all but the reader, and a server-side
 * statement_timeout as a second line. Errors: DB_UNAVAILABLE, DEADLINE.
 */
bool db_connect(const struct config *config, const struct db_at *at, PGconn **ret_connection,
                struct err *err) __attribute__((warn_unused_result));

/* In a forked child: the connection is the parent's. The socket is closed without the goodbye that
 * would end the parent's session; the object is left to the process' end. */
void db_connection_abandon(PGconn *connection);

/* Can something be sent on a connection that was left idle? Not when the server has said goodbye
 * meanwhile, even if it has not hung up yet. */
bool db_is_alive(PGconn *connection);

/* Does this connection's server follow another (as it last said; PostgreSQL 14 and later say so at
 * every change)? */
bool db_is_standby(const PGconn *connection);
/* The database that `at` means, presets applied. */
const char *db_database(const struct config *config, const struct db_at *at);

/* Waits until PQgetResult would not block. When the deadline passes or the client goes, tells the
 * server to cancel and returns false with DEADLINE or CLIENT_GONE: the connection must then be
 * drained with db_drain or closed. */
bool db_wait(PGconn *connection, const struct db_at *at, struct err *err)
    __attribute__((warn_unused_result));

/* The same without telling the server anything: who waits in steps goes on after DEADLINE. */
bool db_wait_until(PGconn *connection, const struct db_at *at, struct err *err)
    __attribute__((warn_unused_result));

/* Tells the server to cancel what the connection runs; never blocks (a thread of its own carries
 * the message). */
void db_cancel(PGconn *connection);

/* Reads and drops results for at most `wait_ms`, and leaves the pipeline mode; true when the
 * connection is idle and usable again. */
bool db_drain(PGconn *connection, int wait_ms);

/* One simple statement without result rows ("BEGIN READ ONLY"), within the deadline. */
bool db_command(PGconn *connection, const struct db_at *at, const char *sql, struct err *err)
    __attribute__((warn_unused_result));

/* Fills err from a failed result or connection: SQLSTATE → code, position, hint. The one place that
 * maps SQLSTATEs. */
bool db_error(const PGconn *connection, const PGresult *result, struct err *err);
#endif
