/* SPDX-License-Identifier: MIT */
#include "prometheus.h"

#include <stdlib.h>
#include <string.h>

#include "jsonpick.h"

#define CALL_MS    5000
#define WINDOW_S   60 /* four scrapes */
#define WIDE_S     300
#define STEP_MAX_S 86400

static const int64_t steps_s[] = { 5,   15,   30,   60,   120,   300,   600,
                                   900, 1800, 3600, 7200, 21600, 43200, STEP_MAX_S };

struct prometheus_grid prometheus_grid_of(int64_t from_s, int64_t to_s) {
    size_t i = 0;
    while (steps_s[i] != STEP_MAX_S && to_s - from_s > steps_s[i] * PROMETHEUS_POINTS_MAX) i++;
    int64_t step_s = steps_s[i], count = (to_s - from_s) / step_s;
    if (count > PROMETHEUS_POINTS_MAX) count = PROMETHEUS_POINTS_MAX;
    struct prometheus_grid grid = { .step_s = step_s, .to_s = to_s / step_s * step_s };
    grid.from_s = grid.to_s - count * step_s;
    return grid;
}

/* The text with each `mark` replaced. */
static const char *replaced(struct arena *arena, const char *text, const char *mark,
                            int64_t seconds) {
    const char *at;
    while (text && (at = strstr(text, mark)) != NULL)
        text = arena_printf(arena, "%.*s%llds%s", (int)(at - text), text, (long long)seconds,
                            at + strlen(mark));
    return text;
}

struct upstream_call prometheus_call(struct arena *arena, const struct config *config,
                                     const char *query, const struct prometheus_grid *grid) {
    int64_t step_s = grid->step_s;
    const char *text = replaced(arena, query, "$window", step_s > WINDOW_S ? step_s : WINDOW_S);
    text = replaced(arena, text, "$wide", step_s > WIDE_S ? step_s : WIDE_S);
    const char *encoded = text ? upstream_encode(arena, text) : NULL;
    return (struct upstream_call){
        .name = "Prometheus",
        .base = config->watch.prometheus,
        /* Who does not wait any longer says so: Prometheus gives up as well. */
        .path = encoded ? arena_printf(arena,
                                       "/api/v1/query_range?query=%s&start=%lld&end=%lld&step=%lld"
                                       "&timeout=%dms",
                                       encoded, (long long)grid->from_s, (long long)grid->to_s,
                                       (long long)step_s, CALL_MS)
                        : NULL,
        .shape = "(status,error,data(result(metric,values)))",
        .timeout_ms = CALL_MS,
    };
}

bool prometheus_ask(struct upstream *upstream, struct arena *arena, struct upstream_call *call,
                    int64_t deadline_ms, struct err *err) {
    if (!call->base)
        return err_set(err, ERR_NOT_CONFIGURED, "Set watch.prometheus to show metrics.");
    if (!call->path)
        return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    return upstream_one(upstream, arena, call, deadline_ms, err);
}

bool prometheus_series(const struct upstream_call *call, const json_t **ret_series,
                       struct err *err) {
    const json_t *series = jsonpick_at(call->json, "data.result");
    if (!json_is_array(series))
        return err_set(err, ERR_UPSTREAM_GARBAGE, "Prometheus answered without a result.");
    *ret_series = series;
    return true;
}

json_t *prometheus_labels(const json_t *metric) {
    json_t *labels = json_object(), *value;
    const char *name;
    json_object_foreach((json_t *)(uintptr_t)metric, name, value) {
        if (json_is_string(value) && strcmp(name, "__name__") != 0)
            (void)json_object_set(labels, name, value);
    }
    return labels;
}

json_t *prometheus_number(const json_t *pair) {
    const char *text = json_string_value(json_array_get(pair, 1));
    char *end = NULL;
    double value = text ? strtod(text, &end) : 0;
    bool is_number = text && end != text && value - value == 0;
    return is_number ? json_real(value) : json_null();
}

json_t *prometheus_on_grid(const json_t *series, const struct prometheus_grid *grid) {
    const json_t *values = json_object_get(series, "values"), *pair;
    json_t *list = json_array();
    size_t i = 0;
    for (int64_t at_s = grid->from_s; at_s <= grid->to_s; at_s += grid->step_s) {
        /* Prometheus leaves out the moments without a value. */
        while ((pair = json_array_get(values, i)) != NULL &&
               json_number_value(json_array_get(pair, 0)) < (double)at_s)
            i++;
        bool is_there = pair && json_number_value(json_array_get(pair, 0)) < (double)at_s + 0.5;
        (void)json_array_append_new(list, is_there ? prometheus_number(pair) : json_null());
    }
    return list;
}
