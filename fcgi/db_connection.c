/* SPDX-License-Identifier: MIT */
#include "db_connection.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "db_gate.h"

#define HOST_MAX     256
#define KEYWORDS_MAX 24

struct host {
    char name[HOST_MAX], port[8];
};

static bool host_parse(const char *text, struct host *ret_host, struct err *err) {
    const char *colon = strrchr(text, ':');
    size_t size = colon ? (size_t)(colon - text) : strlen(text);
    if (size == 0 || size >= HOST_MAX || (colon && strlen(colon + 1) >= sizeof ret_host->port))
        return err_set(err, ERR_CONFIG, "postgres.hosts: %s is not host:port", text);
    /* [::1]:5432 */
    if (size > 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    memcpy(ret_host->name, text, size);
    ret_host->name[size] = '\0';
    (void)snprintf(ret_host->port, sizeof ret_host->port, "%s", colon ? colon + 1 : "5432");
    return true;
}

struct parameters {
    const char *keys[KEYWORDS_MAX], *values[KEYWORDS_MAX];
    int count;
};

static void add(struct parameters *parameters, const char *key, const char *value) {
    if (!value || !*value || parameters->count + 1 >= KEYWORDS_MAX) return;
    parameters->keys[parameters->count] = key;
    parameters->values[parameters->count++] = value;
    parameters->keys[parameters->count] = NULL;
    parameters->values[parameters->count] = NULL;
}

static void add_login(struct parameters *parameters, const struct config *config,
                      enum db_role role) {
    static const char *const users[] = { [DB_APP] = "guardian_app",
                                         [DB_MONITOR] = "guardian_monitor",
                                         [DB_READER] = "guardian_reader",
                                         [DB_MAINTAINER] = "guardian_maintainer" };
    const struct config_secret *passwords[] = {
        [DB_APP] = &config->postgres.app_password,
        [DB_MONITOR] = &config->postgres.monitor_password,
        [DB_READER] = &config->postgres.reader_password,
        [DB_MAINTAINER] = &config->postgres.maintainer_password,
    };
    add(parameters, "user", users[role]);
    add(parameters, "password", passwords[role]->text);
}

const char *db_database(const struct config *config, const struct db_at *at) {
    if (at->database) return at->database;
    return at->role == DB_APP ? config->postgres.console_database
                              : config->postgres.managed_databases.items[0];
}

/* A server older than PostgreSQL 14 was met: it refuses the setting that it does not know. */
static bool before_14;

/* The server's own limits are a second line behind our deadlines: they hold when this process is
 * killed. */
static void options_make(char *options, size_t size, const struct config *config,
                         const struct db_at *at) {
    long long limit_ms = at->role == DB_READER       ? config->query_timeout_max_ms
                         : at->role == DB_MAINTAINER ? INT32_MAX - 1000 /* a job takes its time */
                                                     : config->request_timeout_ms;
    /* The named statements are many small plans that never get better by knowing their parameters.
     * To compile a person's query costs more than it saves until it has run for seconds. */
    (void)snprintf(options, size, "-c statement_timeout=%lld -c jit=off%s%s%s", limit_ms + 1000,
                   before_14 ? "" : " -c client_connection_check_interval=1000",
                   at->role == DB_READER ? ""
                                         : " -c search_path= -c plan_cache_mode=force_generic_plan",
                   at->role == DB_MONITOR ? " -c lock_timeout=2000" : "");
}

static bool poll_connect(PGconn *connection, int64_t deadline_ms, struct err *err) {
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED) return db_error(connection, NULL, err);
        struct pollfd poll_fd = { .fd = PQsocket(connection),
                                  .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT };
        int ready = poll(&poll_fd, 1, clock_left_ms(deadline_ms));
        if (ready == 0)
            return err_set(err, ERR_DEADLINE, "PostgreSQL at %s:%s does not answer",
                           PQhost(connection), PQport(connection));
        if (ready > 0) status = PQconnectPoll(connection);
    }
    return true;
}

/* Notices are the statement's own talk: libpq would print them into our log. */
static void ignore_notice(void *context, const PGresult *result) {
    (void)context;
    (void)result;
}

static void note_goodbye(void *context, const PGresult *result) {
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    if (severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
        *(bool *)context = true;
}

bool db_is_alive(PGconn *connection) {
    struct pollfd poll_fd = { .fd = PQsocket(connection), .events = POLLIN };
    bool goodbye = false;
    if (PQstatus(connection) != CONNECTION_OK) return false;
    if (poll(&poll_fd, 1, 0) == 0) return true;
    /* To libpq an error that comes while nothing runs is a notice. */
    (void)PQsetNoticeReceiver(connection, note_goodbye, &goodbye);
    bool alive = PQconsumeInput(connection) && !PQisBusy(connection);
    (void)PQsetNoticeReceiver(connection, ignore_notice, NULL);
    return alive && !goodbye && PQstatus(connection) == CONNECTION_OK && poll(&poll_fd, 1, 0) == 0;
}

static bool connect_once(const struct config *config, const struct db_at *at,
                         const struct host *host, PGconn **ret_connection, struct err *err) {
    char options[240];
    options_make(options, sizeof options, config, at);
    struct parameters parameters = { .count = 0 };
    add(&parameters, "host", host->name);
    add(&parameters, "port", host->port);
    add(&parameters, "dbname", db_database(config, at));
    add_login(&parameters, config, at->role);
    add(&parameters, "sslmode", at->plain ? "disable" : config->postgres.sslmode);
    add(&parameters, "sslrootcert", config->postgres.sslrootcert);
    add(&parameters, "application_name", at->request_id ? at->request_id : "guardian");
    add(&parameters, "fallback_application_name", "guardian");
    add(&parameters, "client_encoding", "UTF8");
    add(&parameters, "options", options);
    /* A server whose machine is gone says nothing: the kernel gives it up after five seconds. */
    add(&parameters, "keepalives_idle", "2");
    add(&parameters, "keepalives_interval", "1");
    add(&parameters, "keepalives_count", "3");
    add(&parameters, "tcp_user_timeout", "5000");
    int64_t host_deadline_ms = clock_ms() + config->postgres.connect_timeout_s * 1000;
    if (host_deadline_ms > at->deadline_ms) host_deadline_ms = at->deadline_ms;
    PGconn *connection = PQconnectStartParams(parameters.keys, parameters.values, 0);
    if (!connection) return err_set(err, ERR_LIMIT, "out of memory for a database connection");
    (void)PQsetNoticeReceiver(connection, ignore_notice, NULL);
    if (PQstatus(connection) == CONNECTION_BAD) {
        (void)db_error(connection, NULL, err);
        PQfinish(connection);
        return false;
    }
    if (!poll_connect(connection, host_deadline_ms, err) || PQsetnonblocking(connection, 1) != 0) {
        (void)err_set(err, ERR_DB_UNAVAILABLE,
                      "the connection to PostgreSQL cannot be made non-blocking");
        PQfinish(connection);
        return false;
    }
    *ret_connection = connection;
    return true;
}

static bool connect_host(const struct config *config, const struct db_at *at, const char *text,
                         PGconn **ret_connection, struct err *err) {
    struct host host;
    if (!host_parse(text, &host, err)) return false;
    if (connect_once(config, at, &host, ret_connection, err)) return true;
    if (before_14 || !strstr(err->detail, "client_connection_check_interval")) return false;
    before_14 = true;
    err_clear(err);
    return connect_once(config, at, &host, ret_connection, err);
}

void db_connection_abandon(PGconn *connection) {
    if (PQsocket(connection) >= 0) (void)close(PQsocket(connection));
}

bool db_is_standby(const PGconn *connection) {
    const char *hot_standby =
        PQparameterStatus(connection, "in_hot_standby"); /* reported from PostgreSQL 14 on */
    return hot_standby && strcmp(hot_standby, "on") == 0;
}

static bool asks_recovery(PGconn *connection, const struct db_at *at, bool *ret_standby,
                          struct err *err) {
    if (PQparameterStatus(connection, "in_hot_standby")) {
        *ret_standby = db_is_standby(connection);
        return true;
    }
    if (!PQsendQuery(connection, "SELECT pg_catalog.pg_is_in_recovery()"))
        return db_error(connection, NULL, err);
    if (!db_wait(connection, at, err)) return false;
    PGresult *result = PQgetResult(connection);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    if (ok) *ret_standby = PQgetvalue(result, 0, 0)[0] == 't';
    else (void)db_error(connection, result, err);
    PQclear(result);
    return ok && db_drain(connection, clock_left_ms(at->deadline_ms));
}

/* To whoever asked, a server that did not answer in time is not there. */
static bool was_slow(struct err *err) {
    if (err->code != ERR_DEADLINE) return false;
    err->code = ERR_DB_UNAVAILABLE;
    return true;
}

/* Tries every host, the last good one first. For a standby a primary is kept as second best.
 * *ret_slow: one did not answer in time. */
static bool search(const struct config *config, const struct db_at *at, PGconn **ret_connection,
                   bool *ret_slow, struct err *err) {
    const struct config_list *hosts = &config->postgres.hosts;
    PGconn *second_best = NULL;
    struct err cause = ERR_INIT;
    int first = db_gate_host(at->target);
    for (int i = 0; i < hosts->count; i++) {
        int index = (first + i) % hosts->count;
        PGconn *connection;
        bool standby = false;
        struct err host_err = ERR_INIT;
        if (!connect_host(config, at, hosts->items[index], &connection, &host_err)) {
            *ret_slow |= was_slow(&host_err);
            if (cause.code == ERR_NONE) cause = host_err;
            continue;
        }
        if (!asks_recovery(connection, at, &standby, &host_err)) {
            PQfinish(connection);
            if (cause.code == ERR_NONE) cause = host_err;
            continue;
        }
        if (standby == (at->target == DB_STANDBY)) {
            db_gate_set_host(at->target, index);
            PQfinish(second_best);
            *ret_connection = connection;
            return true;
        }
        if (at->target == DB_STANDBY && !second_best) second_best = connection;
        else PQfinish(connection);
    }
    if (second_best) {
        *ret_connection = second_best;
        return true;
    }
    if (cause.code == ERR_NONE)
        return err_set(err, ERR_DB_UNAVAILABLE, "none of the servers is the primary");
    *err = cause;
    return false;
}

static bool search_alone(const struct config *config, const struct db_at *at,
                         PGconn **ret_connection, bool *ret_slow, struct err *err) {
    *ret_slow = false;
    if (!db_gate_enter(at, err)) return false;
    bool ok = search(config, at, ret_connection, ret_slow, err);
    db_gate_leave(at->target, !ok && !*ret_slow && err->code == ERR_DB_UNAVAILABLE);
    return ok;
}

bool db_connect(const struct config *config, const struct db_at *at, PGconn **ret_connection,
                struct err *err) {
    bool slow, ok;
    if (at->host) {
        ok = connect_host(config, at, at->host, ret_connection, err);
        if (!ok) (void)was_slow(err);
        return ok;
    }
    /* Who was slow may let us in the next time, as long as there is time for one. */
    while (!(ok = search_alone(config, at, ret_connection, &slow, err)) && slow &&
           clock_left_ms(at->deadline_ms) > config->postgres.connect_timeout_s * 1000)
        err_clear(err);
    return ok;
}

/* One step of waiting: sends what is unsent, reads what came. False when neither came before the
 * deadline. */
static bool wait_step(PGconn *connection, const struct db_at *at, struct err *err) {
    int unsent = PQflush(connection);
    if (unsent < 0) return db_error(connection, NULL, err);
    struct pollfd poll_fds[2] = { { .fd = PQsocket(connection),
                                    .events = (short)(unsent ? POLLIN | POLLOUT : POLLIN) },
                                  { .fd = at->client_socket, .events = POLLRDHUP } };
    int ready = poll(poll_fds, at->client_socket >= 0 ? 2 : 1, clock_left_ms(at->deadline_ms));
    if (ready == 0)
        return err_set(err, ERR_DEADLINE,
                       "the database did not answer in time; the statement was cancelled");
    if (ready > 0 && (poll_fds[1].revents & (POLLRDHUP | POLLHUP | POLLERR)))
        return err_set(err, ERR_CLIENT_GONE, "the client went away; the statement was cancelled");
    if (ready > 0 && (poll_fds[0].revents & (POLLIN | POLLHUP | POLLERR)) &&
        !PQconsumeInput(connection))
        return db_error(connection, NULL, err);
    return true;
}

bool db_wait_until(PGconn *connection, const struct db_at *at, struct err *err) {
    while (PQisBusy(connection) || PQflush(connection) > 0)
        if (!wait_step(connection, at, err)) return false;
    return true;
}

bool db_wait(PGconn *connection, const struct db_at *at, struct err *err) {
    if (db_wait_until(connection, at, err)) return true;
    if (err->code == ERR_DEADLINE || err->code == ERR_CLIENT_GONE) db_cancel(connection);
    return false;
}

static void *cancel_thread(void *cancel) {
    char message[256];
    (void)PQcancel(cancel, message,
                   sizeof message); /* nothing to do when it fails: the connection gets closed */
    PQfreeCancel(cancel);
    return NULL;
}

void db_cancel(PGconn *connection) {
    PGcancel *cancel = PQgetCancel(connection);
    pthread_attr_t attributes;
    pthread_t thread;
    if (!cancel) return;
    bool started = false;
    if (pthread_attr_init(&attributes) == 0) {
        started = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) == 0 &&
                  pthread_attr_setstacksize(&attributes, 128u * 1024) == 0 &&
                  pthread_create(&thread, &attributes, cancel_thread, cancel) == 0;
        (void)pthread_attr_destroy(&attributes);
    }
    if (!started) PQfreeCancel(cancel);
}

bool db_drain(PGconn *connection, int wait_ms) {
    struct db_at at = { .client_socket = -1, .deadline_ms = clock_ms() + wait_ms };
    bool piped = PQpipelineStatus(connection) != PQ_PIPELINE_OFF, ended = false;
    for (;;) {
        while (PQisBusy(connection) || PQflush(connection) > 0) {
            struct pollfd poll_fd = { .fd = PQsocket(connection), .events = POLLIN };
            if (poll(&poll_fd, 1, clock_left_ms(at.deadline_ms)) <= 0 ||
                !PQconsumeInput(connection))
                return false;
        }
        PGresult *result = PQgetResult(connection);
        /* In a pipeline, nothing stands behind each statement: twice, behind the last. */
        if (!result && (!piped || ended)) return !piped && PQstatus(connection) == CONNECTION_OK;
        ended = !result;
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return PQexitPipelineMode(connection) && PQstatus(connection) == CONNECTION_OK;
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH)
            return false;
    }
}

bool db_command(PGconn *connection, const struct db_at *at, const char *sql, struct err *err) {
    if (!PQsendQuery(connection, sql)) return db_error(connection, NULL, err);
    bool ok = true;
    for (;;) {
        if (!db_wait(connection, at, err)) return false;
        PGresult *result = PQgetResult(connection);
        if (!result) return ok;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            ok = db_error(connection, result, err);
        PQclear(result);
    }
}

struct sqlstate_row {
    const char *prefix;
    enum err_code code;
};

/* The longest prefix comes first. */
static const struct sqlstate_row sqlstate_rows[] = {
    { "57014", ERR_CANCELLED },
    { "55P03", ERR_CONFLICT }, /* a lock that another session holds */
    { "57P01", ERR_DB_UNAVAILABLE },
    { "57P02", ERR_DB_UNAVAILABLE },
    { "57P03", ERR_DB_UNAVAILABLE },
    { "25006", ERR_SQL_READ_ONLY },
    { "25P03", ERR_DB_UNAVAILABLE },
    { "42501", ERR_SQL_PERMISSION },
    { "42601", ERR_SQL_SYNTAX },
    { "3D000", ERR_NOT_FOUND },
    { "08P01", ERR_SQL }, /* parameters that were not given */
    { "08", ERR_DB_UNAVAILABLE },
    { "28", ERR_DB_UNAVAILABLE },
    /* a limit that the statement itself ran into */
    { "53400", ERR_SQL },
    { "53", ERR_BUSY },
    { "58", ERR_DB_UNAVAILABLE },
    { "XX", ERR_SQL },
};

static enum err_code code_of(const char *sqlstate) {
    for (size_t i = 0; i < sizeof sqlstate_rows / sizeof sqlstate_rows[0]; i++)
        if (strncmp(sqlstate, sqlstate_rows[i].prefix, strlen(sqlstate_rows[i].prefix)) == 0)
            return sqlstate_rows[i].code;
    return ERR_SQL;
}

/* The first line says it; what follows may quote the statement. */
static bool first_line(const char *text, enum err_code code, struct err *err) {
    size_t size = strcspn(text ? text : "", "\n");
    if (size >= sizeof err->detail) size = sizeof err->detail - 1;
    return err_set(err, code, "%.*s", (int)size, text ? text : "");
}

bool db_error(const PGconn *connection, const PGresult *result, struct err *err) {
    if (err->code != ERR_NONE) return false;
    const char *sqlstate = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!sqlstate) {
        const char *message = PQerrorMessage(connection);
        return first_line(message && *message ? message : "the connection to PostgreSQL was lost",
                          ERR_DB_UNAVAILABLE, err);
    }
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
    enum err_code code = code_of(sqlstate);
    if (code == ERR_CANCELLED && message && strstr(message, "timeout")) code = ERR_DEADLINE;
    (void)err_set(err, code, "%s", message ? message : "the server gave no message");
    (void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    if (position) err->position = (int)strtol(position, NULL, 10);
    if (hint) (void)snprintf(err->hint, sizeof err->hint, "%s", hint);
    return false;
}
