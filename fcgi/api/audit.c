/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../audit.h"
#include "../audit_verify.h"
#include "../clock.h"
#include "../config.h"
#include "../db.h"
#include "../metrics.h"
#include "../page.h"
#include "api.h"

/* A whole log may take longer than an ordinary request. */
#define WHOLE_LOG_TIMEOUT_MS 600000

static const char *const outcomes[] = { "intent",     "succeeded", "failed", "refused",
                                        "challenged", "cancelled", NULL };

static const char *const phases[] = { "all", "intent", "outcome", NULL };

const struct field audit_fields[] = {
    { "actor", FIELD_QUERY, FIELD_STRING, .max = 512 },
    { "action", FIELD_QUERY, FIELD_STRING, .max = 64 },
    { "outcome", FIELD_QUERY, FIELD_ENUM, .choices = outcomes },
    { "phase", FIELD_QUERY, FIELD_ENUM, .choices = phases, .preset = "all" },
    { "request_id", FIELD_QUERY, FIELD_STRING, .max = 63 },
    { "from", FIELD_QUERY, FIELD_STRING, .max = 40 },
    { "to", FIELD_QUERY, FIELD_STRING, .max = 40 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = 1024 },
    { .name = NULL },
};

const struct field query_history_fields[] = {
    { "mine", FIELD_QUERY, FIELD_BOOLEAN, .preset = "true" },
    { "search", FIELD_QUERY, FIELD_STRING, .max = 512 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = 1024 },
    { .name = NULL },
};

static struct db_at where(const struct call *call) {
    return (struct db_at){ .role = DB_APP,
                           .target = DB_PRIMARY,
                           .deadline_ms = call->request->deadline_ms,
                           .client_socket = request_socket(call->request),
                           .request_id = call->request->id };
}

/* Does the text begin with the form, in which every 'd' stands for a digit? */
static bool has_form(const char *text, const char *form) {
    for (; *form; text++, form++)
        if (*form == 'd' ? *text < '0' || *text > '9' : *text != *form) return false;
    return true;
}

static int two_digits(const char *text) {
    return (text[0] - '0') * 10 + text[1] - '0';
}

static bool is_date(const char *text) {
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year = two_digits(text) * 100 + two_digits(text + 2), month = two_digits(text + 5);
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    int day = two_digits(text + 8);
    return year > 0 && month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap);
}

static bool is_offset(const char *text) {
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) return true;
    return (has_form(text, "+dd:dd") || has_form(text, "-dd:dd")) && !text[6] &&
           two_digits(text + 1) < 15 && two_digits(text + 4) < 60;
}

/* RFC 3339, strictly: what PostgreSQL would take as a time is far more ("yesterday"). */
static bool check_time(const struct call *call, const char *name, struct err *err) {
    const char *text = request_string(call->request, name);
    if (!text) return true;
    bool ok = (has_form(text, "dddd-dd-ddTdd:dd:dd") || has_form(text, "dddd-dd-ddtdd:dd:dd")) &&
              is_date(text) && two_digits(text + 11) < 24 && two_digits(text + 14) < 60 &&
              two_digits(text + 17) < 60;
    const char *rest = text + (ok ? 19 : 0);
    if (ok && has_form(rest, ".d")) rest += 1 + strspn(rest + 1, "0123456789");
    return (ok && is_offset(rest)) ||
           err_field(err, name, "%s must be a time like 2026-11-23T08:00:00Z", name);
}

static bool list(struct call *call, enum db_statement statement, const char *const *values,
                 int count, const char *id, struct err *err) {
    struct db_at at = where(call);
    const char *text;
    size_t size;
    if (!db_text(call->services->db, &at, statement, call->request->arena, values, count, &text,
                 &size, err))
        return false;
    json_t *items = json_loadb(text, size, 0, NULL);
    if (!items) return err_set(err, ERR_LIMIT, "out of memory for the page");
    return page_reply(call, items, id, err);
}

static const char *limit_text(const struct call *call) {
    return arena_printf(call->request->arena, "%lld",
                        (long long)request_integer(call->request, "limit") + 1);
}

bool api_audit(struct call *call, struct err *err) {
    const struct request *request = call->request;
    const char *before, *limit = limit_text(call);
    if (!limit) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!check_time(call, "from", err) || !check_time(call, "to", err) ||
        !page_before(call, &before, err))
        return false;
    const char *values[] = { request_string(request, "actor"),
                             request_string(request, "action"),
                             request_string(request, "outcome"),
                             request_string(request, "request_id"),
                             request_string(request, "from"),
                             request_string(request, "to"),
                             before,
                             limit,
                             request_string(request, "phase") };
    return list(call, DB_AUDIT_LIST, values, 9, "id", err);
}

bool api_query_history(struct call *call, struct err *err) {
    const char *before, *limit = limit_text(call);
    if (!limit) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!page_before(call, &before, err)) return false;
    const char *actor = request_boolean(call->request, "mine") ? audit_actor(call) : NULL;
    const char *values[] = { actor, request_string(call->request, "search"), before, limit };
    if (!list(call, DB_QUERY_HISTORY, values, 4, "audit_id", err)) return false;
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(call->reply.json, "items"), i, item)(void)
        json_object_del(item, "audit_id");
    return true;
}

bool api_audit_verify(struct call *call, struct err *err) {
    struct db_at at = where(call);
    struct audit_verdict verdict;
    struct audit_keys keys;
    int64_t started_ms = clock_ms();
    at.deadline_ms = started_ms + WHOLE_LOG_TIMEOUT_MS;
    if (!audit_keys_of(call->services->config, &keys, err) ||
        !audit_verify_database(call->services->db, &at, &keys, &verdict, err))
        return false;
    metrics_audit_verified(call->services->metrics, verdict.chain.bad_id == 0, clock_unix_s());
    call->audit_result = json_pack("{s:b s:I}", "ok", verdict.chain.bad_id == 0, "checked",
                                   (json_int_t)verdict.chain.checked);
    return call_reply(call, 200, audit_verdict_json(&verdict, (double)(clock_ms() - started_ms)),
                      err);
}

static bool write_line(struct call *call, json_t *object, struct err *err) {
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(object);
    if (!text) return err_set(err, ERR_LIMIT, "out of memory for a line");
    if (!call->request->replied)
        (void)request_begin(call->request, 200, "application/x-ndjson", call->reply.headers);
    bool ok =
        request_write(call->request, text, strlen(text)) && request_write(call->request, "\n", 1);
    free(text);
    return ok || err_set(err, ERR_CLIENT_GONE, "the client went away");
}

static bool export_event(void *context, const char *const *row, int columns, struct err *err) {
    if (columns != AUDIT_COLUMNS)
        return err_set(err, ERR_INTERNAL, "audit_rows.sql has other columns");
    return write_line(context, audit_event_of_row(row), err);
}

static bool export_anchor(void *context, const char *const *row, int columns, struct err *err) {
    if (columns != AUDIT_ANCHOR_COLUMNS)
        return err_set(err, ERR_INTERNAL, "audit_anchors.sql has other columns");
    return write_line(context, json_pack("{s:o}", "anchor", audit_anchor_of_row(row)), err);
}

bool api_audit_export(struct call *call, struct err *err) {
    struct db_at at = where(call);
    const char *first[] = { "0" };
    at.deadline_ms = clock_ms() + WHOLE_LOG_TIMEOUT_MS;
    (void)call_header(call, "Content-Disposition",
                      "attachment; filename=\"guardian-audit.ndjson\"");
    return db_each(call->services->db, &at, DB_AUDIT_ANCHORS, NULL, 0, export_anchor, call, err) &&
           db_each(call->services->db, &at, DB_AUDIT_ROWS, first, 1, export_event, call, err);
}
