/* SPDX-License-Identifier: MIT */
#include "db_listen.h"

#include <stdio.h>
#include <stdlib.h>

#include "db_connection.h"

struct db_listener {
    PGconn *connection;
};

bool db_listen(const struct config *config, const struct db_at *at, const char *channel,
               struct db_listener **ret_listener, struct err *err) {
    char sql[80];
    struct db_listener *listener = calloc(1, sizeof *listener);
    if (!listener) return err_set(err, ERR_LIMIT, "out of memory");
    (void)snprintf(sql, sizeof sql, "LISTEN %s", channel);
    if (!db_connect(config, at, &listener->connection, err) ||
        !db_command(listener->connection, at, sql, err)) {
        db_listen_close(listener);
        return false;
    }
    *ret_listener = listener;
    return true;
}

void db_listen_close(struct db_listener *listener) {
    if (!listener) return;
    PQfinish(listener->connection);
    free(listener);
}

void db_listen_abandon(struct db_listener *listener) {
    if (!listener) return;
    db_connection_abandon(listener->connection);
    free(listener);
}

int db_listen_socket(const struct db_listener *listener) {
    return PQsocket(listener->connection);
}

bool db_listen_drain(struct db_listener *listener, bool *ret_notified) {
    if (!PQconsumeInput(listener->connection)) return false;
    for (PGnotify *notify; (notify = PQnotifies(listener->connection));) {
        *ret_notified = true;
        PQfreemem(notify);
    }
    return PQstatus(listener->connection) == CONNECTION_OK;
}
