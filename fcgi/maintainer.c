/* SPDX-License-Identifier: MIT */
#include "maintainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db_connection.h"

#define TICK_MS 400

struct maintainer {
    PGconn *connection;
    const struct maintainer_watch *watch; /* of the statement that runs */
};

static void take_notice(void *context, const PGresult *result) {
    struct maintainer *maintainer = context;
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    if (text && maintainer->watch && maintainer->watch->notice)
        maintainer->watch->notice(maintainer->watch->context, text);
}

bool maintainer_open(const struct config *config, const struct db_at *at,
                     struct maintainer **ret_maintainer, struct err *err) {
    struct maintainer *maintainer = calloc(1, sizeof *maintainer);
    if (!maintainer) return err_set(err, ERR_LIMIT, "out of memory");
    if (!db_connect(config, at, &maintainer->connection, err)) {
        free(maintainer);
        return false;
    }
    (void)PQsetNoticeReceiver(maintainer->connection, take_notice, maintainer);
    *ret_maintainer = maintainer;
    return true;
}

void maintainer_close(struct maintainer *maintainer) {
    if (!maintainer) return;
    PQfinish(maintainer->connection);
    free(maintainer);
}

int maintainer_pid(const struct maintainer *maintainer) {
    return PQbackendPID(maintainer->connection);
}

struct maintainer_place maintainer_place(const struct maintainer *maintainer) {
    const char *address = PQhostaddr(maintainer->connection);
    return (struct maintainer_place){ .host = PQhost(maintainer->connection),
                                      .address = address ? address : "",
                                      .port = PQport(maintainer->connection) };
}

bool maintainer_verifier(struct maintainer *maintainer, const char *role, const char *password,
                         char **ret_verifier, struct err *err) {
    char *made = PQencryptPasswordConn(maintainer->connection, password, role, "scram-sha-256");
    char *verifier = made ? strdup(made) : NULL;
    PQfreemem(made);
    if (!verifier) return err_set(err, ERR_LIMIT, "cannot make a password verifier for %s", role);
    *ret_verifier = verifier;
    return true;
}

/* The caller frees it; NULL: no memory, or a template that does not fit its values. */
static char *fill_in(PGconn *connection, const char *template, const char *const *values,
                     int count) {
    char *sql = NULL;
    size_t size = 0;
    int next = 0;
    FILE *out = open_memstream(&sql, &size);
    bool ok = out != NULL;
    for (const char *c = template; ok && *c; c++) {
        if (*c != '%' || c[1] == '%') {
            ok = fputc(*c, out) != EOF;
            c += *c == '%';
            continue;
        }
        const char *value = next < count ? values[next++] : NULL;
        char *quoted = !value        ? NULL
                       : *++c == 'I' ? PQescapeIdentifier(connection, value, strlen(value))
                       : *c == 'L'   ? PQescapeLiteral(connection, value, strlen(value))
                                     : NULL;
        ok = quoted && fputs(quoted, out) != EOF;
        PQfreemem(quoted);
    }
    if (out && fclose(out) != 0) ok = false;
    if (ok && next == count) return sql;
    free(sql);
    return NULL;
}

/* Waits in small steps, so that somebody can look at the progress. */
static bool wait_result(struct maintainer *maintainer, const struct db_at *at, struct err *err) {
    const struct maintainer_watch *watch = maintainer->watch;
    PGconn *connection = maintainer->connection;
    while (PQisBusy(connection) || PQflush(connection) > 0) {
        struct db_at step = *at;
        struct err step_err = ERR_INIT;
        int64_t tick_ms = clock_ms() + TICK_MS;
        if (watch && watch->tick && tick_ms < at->deadline_ms) step.deadline_ms = tick_ms;
        if (db_wait_until(connection, &step, &step_err)) continue;
        if (step_err.code != ERR_DEADLINE || step.deadline_ms == at->deadline_ms) {
            db_cancel(connection);
            *err = step_err;
            if (err->code == ERR_CLIENT_GONE) {
                err_clear(err);
                (void)err_set(err, ERR_CANCELLED, "the job was cancelled");
            }
            return false;
        }
        if (!watch->tick(watch->context, err)) {
            db_cancel(connection);
            return false;
        }
    }
    return true;
}

bool maintainer_run(struct maintainer *maintainer, const struct db_at *at, const char *template,
                    const char *const *values, int count, const struct maintainer_watch *watch,
                    struct err *err) {
    char *sql = fill_in(maintainer->connection, template, values, count);
    if (!sql) return err_set(err, ERR_INTERNAL, "a statement that does not fit its values");
    maintainer->watch = watch;
    bool ok =
        PQsendQuery(maintainer->connection, sql) || db_error(maintainer->connection, NULL, err);
    free(sql);
    bool lost = false;
    while (ok && !lost) {
        lost = !wait_result(maintainer, at, err);
        PGresult *result = lost ? NULL : PQgetResult(maintainer->connection);
        if (!result) break;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            (void)db_error(maintainer->connection, result, err);
        PQclear(result);
    }
    maintainer->watch = NULL;
    return err->code == ERR_NONE;
}
