/* SPDX-License-Identifier: MIT */
/* What rings, what rang, and what is silenced: of Alertmanager and Prometheus. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../clock.h"
#include "../config.h"
#include "../jsonpick.h"
#include "../prometheus.h"
#include "../upstream.h"
#include "api.h"
#include "managed.h"
#include "view.h"

#define HISTORY_POINTS 960

/* clang-format off */
static const char *const ranges[] = { "15m", "1h", "6h", "24h", "7d", NULL };
static const int64_t range_s[] = { 900, 3600, 21600, 86400, 604800 };

const struct field alerts_history_fields[] = {
    { "range", FIELD_QUERY, FIELD_ENUM, .choices = ranges, .preset = "24h" },
    { .name = NULL },
};
const struct field silence_create_fields[] = {
    { "alert", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 200 },
    { "instance", FIELD_BODY, FIELD_STRING, .min = 1, .max = 200 },
    { "minutes", FIELD_BODY, FIELD_INTEGER, .required = true, .min = 1, .max = 10080 },
    { "comment", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 500 },
    { .name = NULL },
};
const struct field silence_id_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static const char *text_or(const json_t *value, const char *path, const char *otherwise) {
    const char *text = jsonpick_text(value, path);
    return text ? text : otherwise;
}

/* "2026-11-25T22:01:02.123456789Z", or with an offset of zero → the contract's form; NULL: none. */
static const char *time_text(struct arena *arena, const char *text) {
    size_t size = text ? strlen(text) : 0;
    if (size < 20 || strncmp(text, "0001-", 5) == 0) return NULL;
    if (strcmp(text + size - 1, "Z") != 0 && strcmp(text + size - 6, "+00:00") != 0) return NULL;
    return arena_printf(arena, "%.19sZ", text);
}

static json_t *unix_time(int64_t at_s) {
    char text[32];
    time_t at = (time_t)at_s;
    struct tm utc;
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
    return json_string(text);
}

/* -- Prometheus -------------------------------------------------------------------------------- */

static int64_t chosen_range(const struct call *call) {
    const char *range = request_string(call->request, "range");
    size_t i = 0;
    while (ranges[i + 1] && strcmp(ranges[i], range) != 0) i++;
    return range_s[i];
}

/* One row for each stretch of time in which the alert fired without a break. */
static void add_stretches(json_t *list, const json_t *series, int64_t step_s, int64_t now_s) {
    const json_t *values = json_object_get(series, "values"),
                 *metric = json_object_get(series, "metric");
    size_t count = json_array_size(values);
    int64_t from_s = 0, last_s = 0;
    for (size_t i = 0; i <= count; i++) {
        const json_t *pair = json_array_get(values, i);
        int64_t at_s = pair ? (int64_t)json_number_value(json_array_get(pair, 0)) : 0;
        if (from_s && (!pair || at_s > last_s + step_s)) {
            bool over = last_s + 2 * step_s < now_s;
            (void)json_array_append_new(
                list,
                json_pack("{s:s, s:s?, s:o, s:o, s:o}", "name", text_or(metric, "alertname", "?"),
                          "severity", jsonpick_text(metric, "severity"), "from", unix_time(from_s),
                          "until", over ? unix_time(last_s) : json_null(), "labels",
                          prometheus_labels(metric)));
            from_s = 0;
        }
        if (pair && !from_s) from_s = at_s;
        last_s = at_s;
    }
}

static int latest_first(const void *left, const void *right) {
    return strcmp(text_or(*(const json_t *const *)right, "from", ""),
                  text_or(*(const json_t *const *)left, "from", ""));
}

static json_t *sorted(struct arena *arena, json_t *list) {
    size_t count = json_array_size(list), i;
    const json_t **rows = arena_alloc(arena, (count + 1) * sizeof *rows);
    json_t *copy = json_array();
    for (i = 0; rows && i < count; i++) rows[i] = json_array_get(list, i);
    if (rows) qsort(rows, count, sizeof *rows, latest_first);
    for (i = 0; rows && i < count; i++) (void)json_array_append(copy, (json_t *)(uintptr_t)rows[i]);
    json_decref(list);
    return copy;
}

bool api_alerts_history(struct call *call, struct err *err) {
    int64_t to_s = clock_unix_s(), length_s = chosen_range(call);
    int64_t step_s = length_s / HISTORY_POINTS < 15 ? 15 : length_s / HISTORY_POINTS;
    const json_t *series, *each;
    size_t i;
    struct view view = { .name = arena_printf(call->request->arena, "alerts.history.%lld",
                                              (long long)length_s),
                         .is_list = true };
    struct prometheus_grid grid = { to_s - length_s, to_s, step_s };
    struct upstream_call ask =
        prometheus_call(call->request->arena, call->services->config,
                        "ALERTS{alertstate=\"firing\",alertname!=\"Watchdog\"}", &grid);
    if (!prometheus_ask(call->services->upstream, call->request->arena, &ask,
                        call->request->deadline_ms, err) ||
        !prometheus_series(&ask, &series, err))
        return view_failed(call, &view, err);
    json_t *list = json_array();
    json_array_foreach(series, i, each) add_stretches(list, each, step_s, to_s);
    return view_reply(call, &view, sorted(call->request->arena, list), err);
}

/* -- Alertmanager ------------------------------------------------------------------------------ */

static bool ask_alertmanager(struct call *call, struct upstream_call *ask, struct err *err) {
    ask->name = "Alertmanager";
    ask->base = call->services->config->watch.alertmanager;
    if (!ask->base)
        return err_set(err, ERR_NOT_CONFIGURED, "Set watch.alertmanager to show alerts.");
    if (!ask->path) return no_memory(err);
    return upstream_one(call->services->upstream, call->request->arena, ask,
                        call->request->deadline_ms, err);
}

static json_t *strings_json(const json_t *list) {
    return json_is_array(list) ? json_incref((json_t *)(uintptr_t)list) : json_array();
}

static json_t *alert_json(struct arena *arena, const json_t *alert) {
    const json_t *labels = json_object_get(alert, "labels");
    const json_t *notes = json_object_get(alert, "annotations");
    return json_pack(
        "{s:s, s:s, s:s?, s:s, s:s, s:s?, s:s?, s:s?, s:s?, s:s?, s:o, s:o}", "fingerprint",
        text_or(alert, "fingerprint", ""), "name", text_or(labels, "alertname", "?"), "severity",
        jsonpick_text(labels, "severity"), "state", text_or(alert, "status.state", "unprocessed"),
        "summary", text_or(notes, "summary", ""), "description",
        jsonpick_text(notes, "description"), "runbook", jsonpick_text(notes, "runbook"),
        "safe_action", jsonpick_text(notes, "safe_action"), "starts_at",
        time_text(arena, jsonpick_text(alert, "startsAt")), "updated_at",
        time_text(arena, jsonpick_text(alert, "updatedAt")), "labels", prometheus_labels(labels),
        "silenced_by", strings_json(jsonpick_at(alert, "status.silencedBy")));
}

bool api_alerts(struct call *call, struct err *err) {
    struct view view = { .name = "alerts", .is_list = true };
    struct upstream_call ask = { .path = "/api/v2/alerts" };
    size_t i;
    const json_t *alert;
    if (!ask_alertmanager(call, &ask, err)) return view_failed(call, &view, err);
    json_t *list = json_array();
    json_array_foreach(ask.json, i, alert) {
        if (strcmp(text_or(alert, "labels.alertname", ""), "Watchdog") != 0)
            (void)json_array_append_new(list, alert_json(call->request->arena, alert));
    }
    return view_reply(call, &view, list, err);
}

static json_t *silence_json(struct arena *arena, const json_t *silence) {
    json_t *matchers = json_array();
    size_t i;
    const json_t *each;
    json_array_foreach(json_object_get(silence, "matchers"), i, each) {
        bool equal = !json_is_false(json_object_get(each, "isEqual"));
        bool regex = json_is_true(json_object_get(each, "isRegex"));
        const char *text =
            arena_printf(arena, "%s%s%s%s", text_or(each, "name", "?"), equal ? "=" : "!",
                         regex   ? "~"
                         : equal ? ""
                                 : "=",
                         text_or(each, "value", ""));
        (void)json_array_append_new(matchers, json_string(text));
    }
    return json_pack("{s:s, s:s, s:s?, s:s?, s:s, s:s, s:o}", "id", text_or(silence, "id", ""),
                     "state", text_or(silence, "status.state", "unknown"), "starts_at",
                     time_text(arena, jsonpick_text(silence, "startsAt")), "ends_at",
                     time_text(arena, jsonpick_text(silence, "endsAt")), "created_by",
                     text_or(silence, "createdBy", ""), "comment", text_or(silence, "comment", ""),
                     "matchers", matchers);
}

bool api_silences(struct call *call, struct err *err) {
    struct view view = { .name = "silences", .is_list = true };
    struct upstream_call ask = { .path = "/api/v2/silences" };
    size_t i;
    const json_t *silence;
    if (!ask_alertmanager(call, &ask, err)) return view_failed(call, &view, err);
    json_t *list = json_array();
    json_array_foreach(ask.json, i, silence) {
        (void)json_array_append_new(list, silence_json(call->request->arena, silence));
    }
    return view_reply(call, &view, list, err);
}

static json_t *matcher_json(const char *name, const char *value) {
    return json_pack("{s:s, s:s, s:b, s:b}", "name", name, "value", value, "isRegex", false,
                     "isEqual", true);
}

static json_t *new_silence(struct call *call) {
    const struct request *request = call->request;
    const char *instance = request_string(request, "instance");
    int64_t now_s = clock_unix_s();
    json_t *matchers = json_array();
    (void)json_array_append_new(matchers,
                                matcher_json("alertname", request_string(request, "alert")));
    if (instance) (void)json_array_append_new(matchers, matcher_json("instance", instance));
    return json_pack("{s:o, s:o, s:o, s:s, s:s}", "matchers", matchers, "startsAt",
                     unix_time(now_s), "endsAt",
                     unix_time(now_s + request_integer(request, "minutes") * 60), "createdBy",
                     call->identity.username, "comment", request_string(request, "comment"));
}

bool api_silence_create(struct call *call, struct err *err) {
    json_t *silence = new_silence(call);
    char *text = silence ? json_dumps(silence, JSON_COMPACT) : NULL;
    struct upstream_call ask = { .path = "/api/v2/silences", .method = "POST", .body = text };
    json_decref(silence);
    if (!text) return no_memory(err);
    bool ok = ask_alertmanager(call, &ask, err);
    free(text);
    if (!ok) return false;
    const char *id = jsonpick_text(ask.json, "silenceID");
    if (!id) return err_set(err, ERR_UPSTREAM_GARBAGE, "Alertmanager made no silence.");
    call->audit_target = id;
    return call_reply(call, 201, json_pack("{s:s}", "id", id), err);
}

bool api_silence_delete(struct call *call, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *id = upstream_encode(arena, request_string(call->request, "id"));
    struct upstream_call ask = {
        .path = id ? arena_printf(arena, "/api/v2/silence/%s", id) : NULL,
        .method = "DELETE",
        .is_text = true,
    };
    if (!ask_alertmanager(call, &ask, err)) {
        if (ask.status != 404 && ask.status != 422 && ask.status != 500) return false;
        err_clear(err);
        return err_set(err, ERR_NOT_FOUND, "There is no such silence, or it is over.");
    }
    call->reply.status = 204;
    return true;
}
