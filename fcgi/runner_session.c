/* SPDX-License-Identifier: MIT */
#include "runner_session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define CLEAN_MS 1000
/* Where there are several servers, a session that had to take the primary for want of a standby
 * looks again after this time. */
#define FALLBACK_AGE_MS 10000

void runner_session_close(struct runner_session *session) {
    PQfinish(session->connection);
    free(session->settings);
    free(session->state);
    memset(session, 0, sizeof *session);
}

/* The results of what was sent, of one statement or of one in a pipeline; its row is the caller's,
 * who may not want any (NULL). */
static bool receive(PGconn *connection, const struct db_at *at, PGresult **ret_row,
                    struct err *err) {
    PGresult *kept = NULL;
    for (;;) {
        if (!db_wait(connection, at, err)) break;
        PGresult *result = PQgetResult(connection);
        if (!result) break;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            (void)db_error(connection, result, err);
        if (status == PGRES_TUPLES_OK && !kept) kept = result;
        else PQclear(result);
    }
    if (ret_row && err->code == ERR_NONE && (!kept || PQntuples(kept) != 1))
        (void)err_set(err, ERR_INTERNAL, "a row of the session is missing");
    if (ret_row && err->code == ERR_NONE) *ret_row = kept;
    else PQclear(kept);
    return err->code == ERR_NONE;
}

static bool ask(PGconn *connection, const struct db_at *at, const char *sql, PGresult **ret_row,
                struct err *err) {
    return PQsendQuery(connection, sql) ? receive(connection, at, ret_row, err)
                                        : db_error(connection, NULL, err);
}

static bool send_state(const struct runner_session *session) {
    const char *values[] = { session->settings };
    return PQsendQueryParams(session->connection, db_statement_texts[DB_RUNNER_STATE].sql, 1, NULL,
                             values, NULL, NULL, 0) == 1;
}

/* The runner prepares no transaction: one in its login's name was made by a statement that got past
 * everything else, and would outlive every session. The connection is idle, outside a transaction.
 * One that cannot be rolled back was by another worker. */
static bool undo_prepared(PGconn *connection, const struct db_at *at, int *ret_undone,
                          struct err *err) {
    if (!PQsendQueryParams(connection, db_statement_texts[DB_RUNNER_PREPARED].sql, 0, NULL, NULL,
                           NULL, NULL, 0))
        return db_error(connection, NULL, err);
    if (!db_wait(connection, at, err)) return false;
    PGresult *commands = PQgetResult(connection);
    bool ok = PQresultStatus(commands) == PGRES_TUPLES_OK ? receive(connection, at, NULL, err)
                                                          : db_error(connection, commands, err);
    for (int i = 0; ok && i < PQntuples(commands); i++) {
        struct err ignored = ERR_INIT;
        *ret_undone += ask(connection, at, PQgetvalue(commands, i, 0), NULL, &ignored);
    }
    PQclear(commands);
    return ok;
}

static bool learn(struct runner_session *session, const struct db_at *at, struct err *err) {
    PGresult *result;
    if (!ask(session->connection, at, db_statement_texts[DB_RUNNER_SESSION].sql, &result, err))
        return false;
    session->settings = strdup(PQgetvalue(result, 0, 0));
    (void)snprintf(session->backend_start, sizeof session->backend_start, "%s",
                   PQgetvalue(result, 0, 1));
    PQclear(result);
    if (!session->settings) return err_set(err, ERR_LIMIT, "out of memory for a session");
    if (!send_state(session)) return db_error(session->connection, NULL, err);
    if (!receive(session->connection, at, &result, err)) return false;
    session->state = strdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return session->state || err_set(err, ERR_LIMIT, "out of memory for a session");
}

static bool open_session(struct runner *runner, const struct db_at *at,
                         struct runner_session *session, struct err *err) {
    struct runner_session made = { .target = at->target, .made_ms = clock_ms() };
    const char *database = db_database(runner->config, at);
    if (!db_connect(runner->config, at, &made.connection, err)) return false;
    (void)snprintf(made.database, sizeof made.database, "%s", database);
    (void)snprintf(made.host, sizeof made.host, "%s:%s", PQhost(made.connection),
                   PQport(made.connection));
    int undone = 0;
    /* What another, that was lost before it could be cleaned, may have left. */
    if (!undo_prepared(made.connection, at, &undone, err) || !learn(&made, at, err)) {
        runner_session_close(&made);
        return false;
    }
    *session = made;
    return true;
}

static bool is_usable(const struct runner *runner, const struct runner_session *session) {
    if (session->used || session->doubtful || !db_is_alive(session->connection)) return false;
    bool standby = db_is_standby(session->connection);
    if (session->target == DB_PRIMARY) return !standby;
    return standby || runner->config->postgres.hosts.count == 1 ||
           clock_ms() - session->made_ms < FALLBACK_AGE_MS;
}

/* A kept session, or the place for a new one: a free one, else the one that was not used for
 * longest. */
static struct runner_session *find(struct runner *runner, const struct db_at *at) {
    struct runner_session *place = NULL;
    const char *database = db_database(runner->config, at);
    for (int i = 0; i < RUNNER_SESSIONS; i++) {
        struct runner_session *session = &runner->sessions[i];
        if (session->connection && session->target == at->target &&
            strcmp(session->database, database) == 0) {
            if (is_usable(runner, session)) return session;
            runner_session_close(session);
        }
        if (!place || !session->connection ||
            (place->connection && session->used_ms < place->used_ms))
            place = session;
    }
    runner_session_close(place);
    return place;
}

/*
 * One round trip. The SELECT answers where we are, and takes the snapshot: SET TRANSACTION READ
 * WRITE is refused from then on. The parser reads '\' as the standard says, so the server must as
 * well.
 */
static bool begin(struct runner_session *session, const struct db_at *at, int64_t limit_ms,
                  struct runner_server *ret_server, struct err *err) {
    char sql[640];
    PGresult *result;
    (void)snprintf(
        sql, sizeof sql,
        "BEGIN READ ONLY; SET LOCAL statement_timeout = %lld; SET LOCAL application_name = '%s';"
        "SET LOCAL standard_conforming_strings = on;"
        "SELECT pg_catalog.pg_is_in_recovery(), CASE WHEN pg_catalog.pg_is_in_recovery() THEN "
        "pg_catalog.pg_wal_lsn_diff("
        "pg_catalog.pg_last_wal_receive_lsn(), "
        "pg_catalog.pg_last_wal_replay_lsn())::pg_catalog.int8 ELSE 0 END",
        (long long)limit_ms, at->request_id);
    session->used = true;
    if (!ask(session->connection, at, sql, &result, err)) return false;
    struct runner_server server = { .standby = PQgetvalue(result, 0, 0)[0] == 't',
                                    .lag_known = !PQgetisnull(result, 0, 1) };
    if (server.lag_known) server.lag_bytes = strtoll(PQgetvalue(result, 0, 1), NULL, 10);
    if (server.lag_bytes < 0)
        server.lag_bytes = 0; /* replayed from the archive, beyond what was received */
    PQclear(result);
    memcpy(server.host, session->host, sizeof server.host);
    *ret_server = server;
    return PQtransactionStatus(session->connection) == PQTRANS_INTRANS ||
           err_set(err, ERR_INTERNAL, "the read-only transaction did not begin");
}

bool runner_session_begin(struct runner *runner, const struct db_at *at, int64_t limit_ms,
                          struct runner_session **ret_session, struct runner_server *ret_server,
                          struct err *err) {
    if (strlen(db_database(runner->config, at)) >= sizeof runner->sessions[0].database)
        return err_set(err, ERR_NOT_FOUND, "there is no such database");
    struct runner_session *session = find(runner, at);
    bool kept = session->connection != NULL;
    if (!kept && !open_session(runner, at, session, err)) return false;
    bool ok = begin(session, at, limit_ms, ret_server, err);
    if (!ok) runner_session_close(session);
    if (!ok && kept && err->code == ERR_DB_UNAVAILABLE) {
        /* It was lost while it was idle: nothing was sent on it but BEGIN. */
        err_clear(err);
        ok =
            open_session(runner, at, session, err) && begin(session, at, limit_ms, ret_server, err);
        if (!ok) runner_session_close(session);
    }
    if (!ok) return false;
    session->used_ms = clock_ms();
    *ret_session = session;
    return true;
}

static void *cancel_thread(void *cancel) {
    char message[256];
    (void)PQcancel(cancel, message, sizeof message);
    PQfreeCancel(cancel);
    return NULL;
}

/*
 * Stops what still runs and reads its end. The cancellation is waited for: one that is still on its
 * way would hit the next statement. It is sent by a thread, since PQcancel knows no deadline.
 */
static bool stop_running(struct runner_session *session) {
    PGcancel *cancel = PQgetCancel(session->connection);
    pthread_t thread;
    struct timespec until;
    if (!cancel) return false;
    if (pthread_create(&thread, NULL, cancel_thread, cancel) != 0) {
        PQfreeCancel(cancel);
        return false;
    }
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLEAN_MS / 1000;
    if (pthread_timedjoin_np(thread, NULL, &until) != 0) {
        (void)pthread_detach(thread);
        return false;
    }
    return db_drain(session->connection, CLEAN_MS);
}

static bool receive_sync(PGconn *connection, const struct db_at *at, struct err *err) {
    if (!db_wait(connection, at, err)) return false;
    PGresult *result = PQgetResult(connection);
    bool ok = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
    PQclear(result);
    return ok || err_set(err, ERR_DB_UNAVAILABLE, "the end of the answer is missing");
}

/* Ends the transaction, discards everything and asks for what is left, in one round trip: a
 * transaction each. */
static bool is_clean(struct runner_session *session, const struct db_at *at, struct err *err) {
    static const char *const commands[] = { "ROLLBACK", "DISCARD ALL" };
    enum { COMMANDS = sizeof commands / sizeof commands[0] };
    PGconn *connection = session->connection;
    PGresult *result = NULL;
    bool ok = PQenterPipelineMode(connection) == 1;
    for (int i = 0; ok && i < COMMANDS; i++)
        ok = PQsendQueryParams(connection, commands[i], 0, NULL, NULL, NULL, NULL, 0) &&
             PQpipelineSync(connection);
    if (!ok || !send_state(session) || !PQpipelineSync(connection))
        return db_error(connection, NULL, err);
    for (int i = 0; i <= COMMANDS; i++)
        if (!receive(connection, at, i < COMMANDS ? NULL : &result, err) ||
            !receive_sync(connection, at, err)) {
            PQclear(result);
            return false;
        }
    bool same = strcmp(PQgetvalue(result, 0, 0), session->state) == 0;
    PQclear(result);
    return PQexitPipelineMode(connection) && same &&
           PQtransactionStatus(connection) == PQTRANS_IDLE;
}

bool runner_session_clean(struct runner_session *session, int *ret_undone) {
    struct db_at at = { .role = DB_READER,
                        .client_socket = -1,
                        .deadline_ms = clock_ms() + CLEAN_MS };
    struct err err = ERR_INIT;
    if (!session->connection) return false;
    if (!session->doubtful && PQtransactionStatus(session->connection) == PQTRANS_ACTIVE)
        session->doubtful =
            session->running ? !stop_running(session) : !db_drain(session->connection, CLEAN_MS);
    if (!session->doubtful && PQstatus(session->connection) == CONNECTION_OK &&
        is_clean(session, &at, &err)) {
        session->used = session->running = false;
        return true;
    }
    err_clear(&err);
    if (PQstatus(session->connection) == CONNECTION_OK &&
        PQtransactionStatus(session->connection) == PQTRANS_IDLE)
        (void)undo_prepared(session->connection, &at, ret_undone, &err);
    runner_session_close(session);
    return false;
}
