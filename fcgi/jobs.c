/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "clock.h"

#define LINE_BYTES 1000

const struct job_kind *job_kind_find(const char *name) {
    for (const struct job_kind *kind = job_kinds; kind->name; kind++)
        if (strcmp(kind->name, name) == 0) return kind;
    return NULL;
}

struct db_at job_at(const struct job *job, enum db_role role, const char *database,
                    int64_t timeout_ms) {
    return (struct db_at){ .role = role,
                           .database = database,
                           .target = DB_PRIMARY,
                           .deadline_ms = clock_ms() + timeout_ms,
                           .client_socket = job->channel,
                           .request_id = job->application };
}

/* A runner that is busy with the database reads later; what may be dropped then is. */
static bool say(const struct job *job, enum job_message what, const char *text, size_t size,
                bool may_drop) {
    char letter = (char)what;
    struct iovec parts[2] = { { &letter, 1 }, { (void *)text, size } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
    for (;;) {
        ssize_t sent =
            sendmsg(job->channel, &message, MSG_NOSIGNAL | (may_drop ? MSG_DONTWAIT : 0));
        if (sent >= 0) return true;
        if (errno != EINTR) return false;
    }
}

static bool say_json(const struct job *job, enum job_message what, json_t *json, bool may_drop) {
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    size_t size = text ? strlen(text) : 0;
    bool ok = text && size <= JOB_TEXT_MAX && say(job, what, text, size, may_drop);
    free(text);
    json_decref(json);
    return ok;
}

static json_t *number_or_null(int64_t number) {
    return number >= 0 ? json_integer(number) : json_null();
}

void job_progress(struct job *job, const char *phase, int64_t done, int64_t total,
                  const char *unit) {
    if (total >= 0 && done > total) done = total;
    double width = job->part_to - job->part_from;
    double percent = total > 0 && done >= 0 ? job->part_from + width * (double)done / (double)total
                     : job->part_from > 0   ? job->part_from
                                            : -1;
    if (percent > 99.9) percent = 99.9; /* it is whole when it has succeeded */
    (void)say_json(
        job, JOB_SAYS_PROGRESS,
        json_pack("{s:o s:o s:o s:s? s:s}", "percent",
                  percent >= 0 ? json_real((double)(int)(percent * 10) / 10) : json_null(), "done",
                  number_or_null(done), "total", number_or_null(total), "unit", unit, "phase",
                  phase),
        true);
}

void job_part(struct job *job, double from, double to) {
    job->part_from = from;
    job->part_to = to;
}

void job_log(struct job *job, const char *format, ...) {
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (size < 0) return;
    size_t used = (size_t)size < sizeof line - 1 ? (size_t)size : sizeof line - 2;
    line[used++] = '\n';
    (void)say(job, JOB_SAYS_LOG, line, used, false);
}

bool job_cancelled(const struct job *job) {
    struct pollfd poll_fd = { .fd = job->channel, .events = POLLRDHUP };
    return poll(&poll_fd, 1, 0) > 0 && poll_fd.revents;
}

bool job_go_on(const struct job *job, struct err *err) {
    return !job_cancelled(job) || err_set(err, ERR_CANCELLED, "the job was cancelled");
}

bool job_result(struct job *job, json_t *result, struct err *err) {
    return say_json(job, JOB_SAYS_RESULT, result, false) ||
           err_set(err, ERR_LIMIT, "the job's result is too large");
}

void job_run(struct job *job) {
    struct err err = ERR_INIT;
    if (job->kind->run(job, &err)) {
        (void)say(job, JOB_SAYS_DONE, "", 0, false);
        return;
    }
    /* To the database a cancelled job is a client that went away. */
    if (err.code == ERR_CLIENT_GONE) {
        err_clear(&err);
        (void)err_set(&err, ERR_CANCELLED, "the job was cancelled");
    }
    json_t *detail = json_string(err.detail);
    if (!detail) detail = json_string("");
    (void)say_json(job, JOB_SAYS_ERROR,
                   json_pack("{s:s s:o}", "code", err_name(err.code), "detail", detail), false);
}

bool job_create(struct db *db, const struct db_at *at, struct arena *arena, const char *kind_name,
                const char *database, const json_t *parameters, const char *created_by,
                const char *request_id, const char **ret_id, struct err *err) {
    const struct job_kind *kind = job_kind_find(kind_name);
    if (!kind) return err_set(err, ERR_INTERNAL, "there is no kind of job %s", kind_name);
    char *text = json_dumps(parameters, JSON_COMPACT);
    if (!text) return err_set(err, ERR_LIMIT, "out of memory for the job");
    const char *values[] = { kind_name,  database,  text, kind->exclusive ? "true" : "false",
                             created_by, request_id };
    bool ok = db_text(db, at, DB_JOB_CREATE, arena, values, 6, ret_id, NULL, err);
    free(text);
    return ok;
}
