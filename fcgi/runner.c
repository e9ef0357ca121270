/* SPDX-License-Identifier: MIT */
#include "runner.h"

#include <malloc.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "copytext.h"
#include "runner_session.h"
#include "runner_types.h"

/* The server's own limit lies behind our watchdog; that of a stream lets a slow reader take its
 * time. */
#define LIMIT_SLACK_MS  2000
#define STREAM_LIMIT_MS 3600000
/* Rows leave by full buffers; when the server pauses, the first ones after this time (an error that
 * comes sooner is still told properly), later ones after that. */
#define FIRST_FLUSH_MS 3
#define FLUSH_MS       100
/* libpq doubles its buffer until a whole row fits, so this much growth means a row of more than
 * RUNNER_ROW_MAX. */
#define GROWTH_MAX (2 * RUNNER_ROW_MAX - (1 << 20))
/* A session whose buffer has grown by more is not kept. */
#define GROWTH_KEPT_MAX (1 << 20)

/* Pages of more rows than this, and downloads, come by COPY: libpq then has half the work. */
#define COPY_ROWS_MIN 10000

/* See nap(). */
#define NAP_ROWS_MIN 1000
#define NAP_NS       150000

/* One statement on its way. */
struct run {
    struct runner *runner;
    const struct runner_job *job;
    struct runner_session *session;
    PGconn *connection;
    struct db_at at;
    int pid;
    size_t mapped; /* memory in large pieces when it began */
    struct runner_outcome *outcome;
    /* Who takes the result. A row that is not wanted ends the statement: false, err not set. */
    bool (*columns)(struct run *run, const PGresult *result, struct err *err);
    bool (*row)(struct run *run, const PGresult *result, struct err *err);
    bool (*copied)(struct run *run, char *row, size_t size,
                   struct err *err); /* a row of COPY; NULL: it is not to be used */
    int (*idle)(
        struct run *run,
        struct err *err); /* about to wait: how long at most, in ms (-1: any time); or NULL */
    void *context;
};

bool runner_open(const struct config *config, struct runner **ret_runner, struct err *err) {
    struct runner *runner = calloc(1, sizeof *runner);
    if (!runner) return err_set(err, ERR_LIMIT, "out of memory for the SQL runner");
    runner->config = config;
    *ret_runner = runner;
    return true;
}

void runner_close(struct runner *runner) {
    if (!runner) return;
    for (int i = 0; i < RUNNER_SESSIONS; i++) runner_session_close(&runner->sessions[i]);
    free(runner);
}

void runner_reset(struct runner *runner) {
    int undone = 0;
    for (int i = 0; i < RUNNER_SESSIONS; i++)
        if (runner->sessions[i].used) (void)runner_session_clean(&runner->sessions[i], &undone);
}

/* A cancellation that comes late would hit the next statement: the session is not used again. */
static bool stop(struct run *run, enum err_code code, const char *why, struct err *err) {
    db_cancel(run->connection);
    run->session->doubtful = true;
    return code == ERR_NONE ? false : err_set(err, code, "%s", why);
}

/* No more rows are wanted. After a failure the statement is stopped at once; else runner_reset
 * does, behind the reply. */
static bool enough(struct run *run, struct err *err) {
    if (err->code != ERR_NONE) return stop(run, ERR_NONE, NULL, err);
    run->session->running = true;
    return false;
}

/* libpq makes room for a whole row as soon as it knows its size: seen here before the memory is
 * used. */
static size_t mapped_bytes(void) {
    return mallinfo2().hblkhd;
}

/* While rows flow they are waited for by the clock: to be woken for each 8 KB that the server sends
 * makes the kernel put both on one processor, where they take turns instead of working at once. */
static void nap(const struct run *run) {
    struct pollfd poll_fd = { .fd = PQsocket(run->connection), .events = POLLIN };
    if (run->outcome->rows >= NAP_ROWS_MIN && poll(&poll_fd, 1, 0) == 0)
        (void)nanosleep(&(struct timespec){ .tv_nsec = NAP_NS }, NULL);
}

static bool wait_step(struct run *run, struct err *err) {
    int unsent = PQflush(run->connection);
    if (unsent < 0) return db_error(run->connection, NULL, err);
    int idle_ms = run->idle ? run->idle(run, err) : -1,
        left_ms = clock_left_ms(run->at.deadline_ms);
    if (err->code != ERR_NONE) return stop(run, ERR_NONE, NULL, err);
    nap(run);
    struct pollfd poll_fds[2] = {
        { .fd = PQsocket(run->connection), .events = (short)(unsent ? POLLIN | POLLOUT : POLLIN) },
        { .fd = run->at.client_socket, .events = POLLRDHUP },
    };
    int ready = poll(poll_fds, run->at.client_socket >= 0 ? 2 : 1,
                     idle_ms >= 0 && idle_ms < left_ms ? idle_ms : left_ms);
    if (ready == 0 && clock_left_ms(run->at.deadline_ms) == 0)
        return stop(run, ERR_DEADLINE,
                    "The statement took longer than its timeout and was cancelled.", err);
    if (ready <= 0) return true;
    if (poll_fds[1].revents & (POLLRDHUP | POLLHUP | POLLERR))
        return stop(run, ERR_CLIENT_GONE, "the client went away; the statement was cancelled", err);
    if ((poll_fds[0].revents & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(run->connection))
        return db_error(run->connection, NULL, err);
    size_t mapped = mapped_bytes();
    if (mapped > run->mapped && mapped - run->mapped > GROWTH_MAX)
        return stop(run, ERR_SQL,
                    "A row of the result is larger than 64 MiB. Select less of it, for "
                    "example with left() or substring().",
                    err);
    return true;
}

static bool wait_result(struct run *run, struct err *err) {
    while (PQisBusy(run->connection) || PQflush(run->connection) > 0)
        if (!wait_step(run, err)) return false;
    return true;
}

/* The server's own timeout and ours mean the same to a person. */
static bool take_error(struct run *run, const PGresult *result, struct err *err) {
    (void)db_error(run->connection, result, err);
    if (err->code == ERR_CANCELLED && clock_left_ms(run->at.deadline_ms) == 0)
        err->code = ERR_DEADLINE;
    return false;
}

/* One result, cleared by the caller. False ends the statement; err may stay unset when no more rows
 * are wanted. */
static bool take_result(struct run *run, const PGresult *result, bool *rows_began, int *results,
                        struct err *err) {
    switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
        if (!*rows_began && !run->columns(run, result, err)) return stop(run, ERR_NONE, NULL, err);
        *rows_began = true;
        return run->row(run, result, err) || enough(run, err);
    case PGRES_TUPLES_OK:
        if (++*results > 1) return err_set(err, ERR_INTERNAL, "the server sent a second result");
        if (*rows_began) return true;
        *rows_began = true;
        return run->columns(run, result, err);
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY:
        return ++*results == 1 || err_set(err, ERR_INTERNAL, "the server sent a second result");
    case PGRES_COPY_IN:
    case PGRES_COPY_OUT:
    case PGRES_COPY_BOTH:
        run->session->doubtful = true;
        return err_set(err, ERR_SQL_READ_ONLY,
                       "COPY moves data past the result. Download the rows as CSV instead.");
    default: return take_error(run, result, err);
    }
}

static bool receive(struct run *run, struct err *err) {
    bool rows_began = false, ok = true;
    int results = 0;
    if (!PQsendQueryParams(run->connection, run->job->sql, 0, NULL, NULL, NULL, NULL, 0) ||
        !PQsetSingleRowMode(run->connection))
        return db_error(run->connection, NULL, err);
    while (ok) {
        if (!wait_result(run, err)) return false;
        PGresult *result = PQgetResult(run->connection);
        if (!result) break;
        ok = take_result(run, result, &rows_began, &results, err);
        PQclear(result);
        if (!ok) return false;
    }
    /* A COMMIT that got here has ended the transaction; nothing more is run on such a session. */
    if (PQtransactionStatus(run->connection) != PQTRANS_INTRANS) run->session->doubtful = true;
    return true;
}

/* The end of what was sent: one result without rows, *ret_result the caller's. */
static bool receive_command(struct run *run, bool sent, PGresult **ret_result, struct err *err) {
    if (!sent) return db_error(run->connection, NULL, err);
    if (!wait_result(run, err)) return false;
    PGresult *result = PQgetResult(run->connection);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        (void)take_error(run, result, err);
        PQclear(result);
        return false;
    }
    if (ret_result) *ret_result = result;
    else PQclear(result);
    if (!wait_result(run, err)) return false;
    PGresult *second = PQgetResult(run->connection);
    PQclear(second);
    return !second || err_set(err, ERR_INTERNAL, "the server sent a second result");
}

/* The columns, from the statement as the person wrote it: also what is wrong with its text is said
 * of that, and what is not one statement by itself is refused before it is put between brackets. */
static bool describe(struct run *run, struct err *err) {
    PGconn *connection = run->connection;
    PGresult *result = NULL;
    bool ok =
        receive_command(run, PQsendPrepare(connection, "", run->job->sql, 0, NULL), NULL, err) &&
        receive_command(run, PQsendDescribePrepared(connection, ""), &result, err) &&
        run->columns(run, result, err);
    PQclear(result);
    return ok;
}

static bool copy_rows(struct run *run, struct err *err) {
    for (;;) {
        char *row;
        int size = PQgetCopyData(run->connection, &row, 1);
        if (size == 0) {
            if (!wait_step(run, err)) return false;
            continue;
        }
        if (size == -1) return true;
        if (size < 0) return db_error(run->connection, NULL, err);
        bool ok = run->copied(run, row, (size_t)size, err);
        PQfreemem(row);
        if (!ok) return stop(run, ERR_NONE, NULL, err);
    }
}

static bool copy(struct run *run, struct err *err) {
    static const char prefix[] = "COPY (";
    const struct runner_job *job = run->job;
    const char *csv = job->format == RUNNER_CSV ? " (FORMAT csv)" : "";
    PGconn *connection = run->connection;
    if (!describe(run, err)) return false;
    /* The newline ends a comment. */
    const char *sql = arena_printf(job->request->arena, "%s%.*s\n) TO STDOUT%s", prefix,
                                   (int)job->query_size, job->sql, csv);
    if (!sql) return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    if (!PQsendQueryParams(connection, sql, 0, NULL, NULL, NULL, NULL, 0))
        return db_error(connection, NULL, err);
    if (!wait_result(run, err)) return false;
    PGresult *result = PQgetResult(connection);
    bool ok = PQresultStatus(result) == PGRES_COPY_OUT;
    if (!ok) (void)take_error(run, result, err);
    PQclear(result);
    ok = ok && copy_rows(run, err) && receive_command(run, true, NULL, err);
    err_shift_position(err, sizeof prefix - 1);
    return ok;
}

static bool by_copy(const struct run *run) {
    const struct runner_job *job = run->job;
    return run->copied && job->query_size > 0 &&
           (job->format != RUNNER_JSON || job->max_rows > COPY_ROWS_MIN);
}

static bool run_statement(struct run *run, struct err *err) {
    const struct runner_job *job = run->job;
    bool stream = job->format != RUNNER_JSON;
    run->at = (struct db_at){ .role = DB_READER,
                              .database = job->database,
                              .target = job->target,
                              .deadline_ms = clock_ms() +
                                             (job->session_ms ? job->session_ms : job->timeout_ms),
                              .request_id = job->id,
                              .client_socket = job->request ? request_socket(job->request) : -1 };
    int64_t limit_ms =
        LIMIT_SLACK_MS +
        (stream && job->timeout_ms < STREAM_LIMIT_MS ? STREAM_LIMIT_MS : job->timeout_ms);
    if (!runner_session_begin(run->runner, &run->at, limit_ms, &run->session, &run->outcome->server,
                              err))
        return false;
    if (job->session_ms) run->at.deadline_ms = clock_ms() + job->timeout_ms;
    run->connection = run->session->connection;
    run->pid = PQbackendPID(run->connection);
    struct runner_place place = { run->session->host, run->pid, run->session->backend_start };
    run->mapped = mapped_bytes();
    int64_t started_us = clock_us();
    bool ok = (!job->started || job->started(job->context, &place, err)) &&
              (by_copy(run) ? copy(run, err) : receive(run, err));
    run->outcome->duration_ms = (double)(clock_us() - started_us) / 1000.0;
    if (mapped_bytes() > run->mapped + GROWTH_KEPT_MAX) run->session->doubtful = true;
    return ok || err->code == ERR_NONE; /* none: there were more rows than wanted */
}

/* The reply of runner_stream. */
struct stream {
    struct runner_write write;
    struct runner_column *columns;
    bool began;
    int64_t flush_ms; /* when what is in the buffer is to leave at the latest; 0: it is empty */
};

static bool stream_begin(struct run *run) {
    static const char *const types[] = { [RUNNER_JSON] = "application/json",
                                         [RUNNER_CSV] = "text/csv; charset=utf-8",
                                         [RUNNER_NDJSON] = "application/x-ndjson" };
    char server[HOST_TEXT_MAX + 16];
    (void)snprintf(server, sizeof server, "%s %s", run->outcome->server.host,
                   run->outcome->server.standby ? "standby" : "primary");
    struct request_header headers[] = { { "X-Guardian-Server", server }, { NULL, NULL } };
    return request_begin(run->job->request, 200, types[run->job->format], headers);
}

/* The time that the client takes to read is not the statement's. */
static bool stream_send(void *context, const char *data, size_t size) {
    struct run *run = context;
    struct stream *stream = run->context;
    int64_t before_ms = clock_ms();
    stream->flush_ms = 0;
    bool ok = stream->began || stream_begin(run);
    stream->began = true;
    ok = ok && request_write(run->job->request, data, size) && request_flush(run->job->request);
    if (run->job->format != RUNNER_JSON) run->at.deadline_ms += clock_ms() - before_ms;
    return ok;
}

static bool gone(struct err *err) {
    return err_set(err, ERR_CLIENT_GONE, "the client went away; the statement was cancelled");
}

/* {"id":…,"columns":[…],"rows":[ */
static bool page_begin(struct run *run, const PGresult *result, struct err *err) {
    struct stream *stream = run->context;
    struct runner_write *write = &stream->write;
    const char *const *types;
    if (!runner_types_names(run->job, &run->at, run->session->host, result, &types, err))
        return false;
    runner_write_text(write, "{\"id\":");
    runner_write_string(write, run->job->id, strlen(run->job->id));
    runner_write_text(write, ",\"columns\":[");
    for (int i = 0; i < write->columns; i++) {
        runner_write_text(write, i > 0 ? ",{\"name\":" : "{\"name\":");
        runner_write_string(write, stream->columns[i].name, strlen(stream->columns[i].name));
        runner_write_text(write, ",\"type\":");
        runner_write_string(write, types[i], strlen(types[i]));
        runner_write_text(write, "}");
    }
    runner_write_text(write, "],\"rows\":[");
    return true;
}

static void page_end(struct run *run) {
    struct stream *stream = run->context;
    const struct runner_server *server = &run->outcome->server;
    char text[192], lag[32] = "null";
    if (server->lag_known) (void)snprintf(lag, sizeof lag, "%lld", (long long)server->lag_bytes);
    (void)snprintf(
        text, sizeof text,
        "],\"row_count\":%lld,\"truncated\":%s,\"duration_ms\":%.3f,\"server\":{\"host\":",
        (long long)run->outcome->rows, run->outcome->truncated ? "true" : "false",
        run->outcome->duration_ms);
    runner_write_text(&stream->write, text);
    runner_write_string(&stream->write, server->host, strlen(server->host));
    (void)snprintf(text, sizeof text, ",\"role\":\"%s\",\"lag_bytes\":%s}}",
                   server->standby ? "standby" : "primary", lag);
    runner_write_text(&stream->write, text);
}

static bool stream_columns(struct run *run, const PGresult *result, struct err *err) {
    struct stream *stream = run->context;
    struct arena *arena = run->job->request->arena;
    int count = PQnfields(result);
    stream->columns = arena_alloc(arena, ((size_t)count + 1) * sizeof *stream->columns);
    for (int i = 0; stream->columns && i < count; i++) {
        stream->columns[i].name = arena_strdup(arena, PQfname(result, i));
        stream->columns[i].value = runner_types_value(PQftype(result, i));
        if (!stream->columns[i].name) stream->columns = NULL;
    }
    if (!stream->columns)
        return err_set(err, ERR_LIMIT, "the result has more columns than a request may hold");
    if (!runner_write_init(&stream->write, run->job->format, run->runner->buffer, arena,
                           stream->columns, count, err))
        return false;
    if (run->job->format == RUNNER_JSON) return page_begin(run, result, err);
    runner_write_header(&stream->write, stream->columns);
    return true;
}

/* One row more? */
static bool stream_wants(struct run *run) {
    run->outcome->truncated =
        run->job->format == RUNNER_JSON && run->outcome->rows == run->job->max_rows;
    return !run->outcome->truncated;
}

static bool stream_row(struct run *run, const PGresult *result, struct err *err) {
    struct stream *stream = run->context;
    if (!stream_wants(run)) return false;
    runner_write_row_begin(&stream->write);
    for (int i = 0; i < stream->write.columns; i++) {
        size_t size = (size_t)PQgetlength(result, 0, i);
        bool null = size == 0 && PQgetisnull(result, 0, i);
        runner_write_value(&stream->write, i, null ? NULL : PQgetvalue(result, 0, i), size);
    }
    runner_write_row_end(&stream->write);
    run->outcome->rows++;
    return !stream->write.broken || gone(err);
}

static bool stream_copied(struct run *run, char *row, size_t size, struct err *err) {
    struct stream *stream = run->context;
    struct runner_write *write = &stream->write;
    if (!stream_wants(run)) return false;
    if (write->format == RUNNER_CSV) {
        runner_write_raw(write, row, size);
    } else {
        struct copytext copy = copytext_begin(row, size);
        runner_write_row_begin(write);
        for (int i = 0; i < write->columns; i++) {
            const char *value;
            size_t value_size;
            if (!copytext_next(&copy, &value, &value_size))
                return err_set(err, ERR_INTERNAL, "a row of the server has too few values");
            runner_write_value(write, i, value, value_size);
        }
        runner_write_row_end(write);
    }
    run->outcome->rows++;
    return !write->broken || gone(err);
}

/* A page is of no use before it is whole: it waits, so that an error can still be told properly. */
static int stream_idle(struct run *run, struct err *err) {
    struct stream *stream = run->context;
    if (run->job->format == RUNNER_JSON || run->outcome->rows == 0 || stream->write.used == 0)
        return -1;
    int64_t now_ms = clock_ms();
    if (stream->flush_ms == 0)
        stream->flush_ms = now_ms + (stream->began ? FLUSH_MS : FIRST_FLUSH_MS);
    if (stream->flush_ms > now_ms) return (int)(stream->flush_ms - now_ms);
    if (!runner_write_flush(&stream->write)) (void)gone(err);
    return -1;
}

bool runner_stream(struct runner *runner, const struct runner_job *job,
                   struct runner_outcome *ret_outcome, struct err *err) {
    struct stream stream = { .began = false };
    struct run run = { .runner = runner,
                       .job = job,
                       .outcome = ret_outcome,
                       .columns = stream_columns,
                       .row = stream_row,
                       .copied = stream_copied,
                       .idle = stream_idle,
                       .context = &stream };
    *ret_outcome = (struct runner_outcome){ .rows = 0 };
    stream.write = (struct runner_write){ .send = stream_send, .context = &run };
    if (!run_statement(&run, err)) return false;
    if (!stream.columns)
        return err_set(err, ERR_SQL_READ_ONLY,
                       "The statement returns no rows. Run one that reads.");
    if (job->format == RUNNER_JSON) page_end(&run);
    bool ok = runner_write_flush(&stream.write) && (stream.began || stream_send(&run, "", 0));
    return ok || gone(err);
}

struct text {
    const char *text;
    size_t size;
};

static bool text_columns(struct run *run, const PGresult *result, struct err *err) {
    (void)run;
    return PQnfields(result) > 0 || err_set(err, ERR_SQL, "The statement returns no column.");
}

static bool text_row(struct run *run, const PGresult *result, struct err *err) {
    struct text *text = run->context;
    size_t size = (size_t)PQgetlength(result, 0, 0);
    if (text->size + size > RUNNER_TEXT_MAX)
        return err_set(err, ERR_LIMIT, "the plan is larger than 16 MiB");
    const char *joined =
        arena_printf(run->job->request->arena, "%s%s", text->text, PQgetvalue(result, 0, 0));
    if (!joined) return err_set(err, ERR_LIMIT, "the plan is larger than a request may hold");
    *text = (struct text){ joined, text->size + size };
    run->outcome->rows++;
    return true;
}

bool runner_text(struct runner *runner, const struct runner_job *job, const char **ret_text,
                 struct runner_outcome *ret_outcome, struct err *err) {
    struct text text = { "", 0 };
    struct run run = { .runner = runner,
                       .job = job,
                       .outcome = ret_outcome,
                       .columns = text_columns,
                       .row = text_row,
                       .context = &text };
    *ret_outcome = (struct runner_outcome){ .rows = 0 };
    if (!run_statement(&run, err)) return false;
    *ret_text = text.text;
    return true;
}

static bool drop_columns(struct run *run, const PGresult *result, struct err *err) {
    (void)run, (void)result, (void)err;
    return true;
}

static bool drop_row(struct run *run, const PGresult *result, struct err *err) {
    (void)result, (void)err;
    run->outcome->rows++;
    return true;
}

bool runner_try(struct runner *runner, const struct runner_job *job, struct runner_probe *ret_probe,
                struct runner_server *ret_server, struct err *err) {
    struct runner_outcome outcome = { .rows = 0 };
    struct err cause = ERR_INIT;
    struct run run = {
        .runner = runner, .job = job, .outcome = &outcome, .columns = drop_columns, .row = drop_row
    };
    bool ok = run_statement(&run, &cause);
    if (!run.session || cause.code == ERR_CLIENT_GONE) {
        *err = cause;
        return false;
    }
    *ret_probe = (struct runner_probe){
        .refused = !ok, .cause = cause, .rows = outcome.rows, .pid = run.pid
    };
    ret_probe->kept = runner_session_clean(run.session, &ret_probe->undone);
    *ret_server = outcome.server;
    return true;
}
