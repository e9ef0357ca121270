/* SPDX-License-Identifier: MIT */
/* Log lines searched, followed and downloaded, and the trail of one request through all of them. */
#include "../logs.h"

#include <stdlib.h>
#include <string.h>

#include "../db.h"
#include "../metrics.h"
#include "api.h"
#include "view.h"

static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

/* clang-format off */
const struct field logs_fields[] = {
    { "service", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 128 },
    { "node", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 128 },
    { "level", FIELD_QUERY, FIELD_ENUM, .choices = levels },
    { "request_id", FIELD_QUERY, FIELD_STRING, .min = 8, .max = 63 },
    { "since", FIELD_QUERY, FIELD_STRING, .min = 20, .max = 32 },
    { "until", FIELD_QUERY, FIELD_STRING, .min = 20, .max = 32 },
    { "text", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 200 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { .name = NULL },
};
const struct field logs_tail_fields[] = {
    { "service", FIELD_QUERY, FIELD_STRING, .required = true, .min = 1, .max = 128 },
    { "level", FIELD_QUERY, FIELD_ENUM, .choices = levels },
    { "text", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 200 },
    { .name = NULL },
};
const struct field trail_fields[] = {
    { "request_id", FIELD_PATH, FIELD_STRING, .min = 8, .max = 63 },
    { .name = NULL },
};
/* clang-format on */

_Static_assert(LOGS_LINES_MAX == 1000, "logs_fields says so");

static bool read_filter(const struct call *call, struct logs_filter *filter, struct err *err) {
    const struct request *request = call->request;
    *filter = (struct logs_filter){
        .service = request_string(request, "service"),
        .node = request_string(request, "node"),
        .request_id = request_string(request, "request_id"),
        .text = request_string(request, "text"),
        .level = log_level_of(request_string(request, "level")),
        .limit = (int)request_integer(request, "limit"),
    };
    return request_time(request, "since", &filter->since_s, err) &&
           request_time(request, "until", &filter->until_s, err);
}

bool api_logs(struct call *call, struct err *err) {
    struct view view = { .is_list = true };
    struct logs_filter filter;
    json_t *lines;
    if (!read_filter(call, &filter, err)) return false;
    if (!logs_read(call, &filter, &lines, &view.missing, err)) return view_failed(call, &view, err);
    return view_reply(call, &view, lines, err);
}

static bool write_line(struct call *call, json_t *line) {
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    bool ok = text && request_write(call->request, text, strlen(text)) &&
              request_write(call->request, "\n", 1);
    free(text);
    return ok;
}

static bool write_now(struct call *call, json_t *line) {
    return write_line(call, line) && request_flush(call->request);
}

bool api_logs_download(struct call *call, struct err *err) {
    struct logs_filter filter;
    json_t *lines, *missing, *line;
    size_t i;
    bool ok = true;
    if (!read_filter(call, &filter, err) || !logs_read(call, &filter, &lines, &missing, err))
        return false;
    json_decref(missing);
    (void)call_header(call, "Content-Disposition", "attachment; filename=\"guardian-logs.ndjson\"");
    (void)request_begin(call->request, 200, "application/x-ndjson", call->reply.headers);
    json_array_foreach(lines, i, line) {
        ok = ok && write_line(call, json_incref(line));
    }
    json_decref(lines);
    return ok || err_set(err, ERR_CLIENT_GONE, "the client went away");
}

/* A follower keeps its worker: the last one is left for those who come and go. */
bool api_logs_tail(struct call *call, struct err *err) {
    const struct metrics *metrics = call->services->metrics;
    const struct request *request = call->request;
    struct logs_filter filter = { .service = request_string(request, "service"),
                                  .text = request_string(request, "text"),
                                  .level = log_level_of(request_string(request, "level")) };
    if (metrics_busy_count(metrics) >= metrics_workers(metrics))
        return err_set(err, ERR_BUSY, "Too many follow logs at the moment. Try again later.");
    (void)call_header(call, "X-Accel-Buffering", "no"); /* a line is shown when it comes */
    return logs_follow(call, &filter, write_now, err);
}

/* -- the trail --------------------------------------------------------------------------------- */

/* What the console's database holds of the request; it may be the one that is down. */
static bool stored_rows(struct call *call, enum db_statement statement, const char *what,
                        const char *id, json_t **missing, json_t **ret_rows) {
    struct db_at at = { .role = DB_APP,
                        .target = DB_PRIMARY,
                        .deadline_ms = call->request->deadline_ms,
                        .client_socket = request_socket(call->request),
                        .request_id = call->request->id };
    struct err problem = ERR_INIT;
    const char *text;
    if (!db_text(call->services->db, &at, statement, call->request->arena, &id, 1, &text, NULL,
                 &problem)) {
        view_missing(missing, what, problem.detail);
        *ret_rows = json_array();
    } else *ret_rows = json_loads(text, 0, NULL);
    return *ret_rows != NULL;
}

bool api_trail(struct call *call, struct err *err) {
    const char *id = request_string(call->request, "request_id");
    struct logs_filter filter = { .request_id = id, .limit = LOGS_LINES_MAX };
    struct view view = { .name = NULL };
    struct err problem = ERR_INIT;
    json_t *lines = NULL, *audit = NULL, *jobs = NULL;
    if (!logs_read(call, &filter, &lines, &view.missing, &problem)) {
        view_missing(&view.missing, "logs", problem.detail);
        lines = json_array();
    }
    if (!stored_rows(call, DB_TRAIL, "audit", id, &view.missing, &audit) ||
        !stored_rows(call, DB_TRAIL_JOBS, "jobs", id, &view.missing, &jobs)) {
        json_decref(lines);
        json_decref(audit);
        json_decref(view.missing);
        return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    }
    return view_reply(call, &view,
                      json_pack("{s:s, s:o, s:o, s:o}", "request_id", id, "lines", lines, "audit",
                                audit, "jobs", jobs),
                      err);
}
