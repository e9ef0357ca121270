/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_PROMETHEUS_H
#define GUARDIAN_PROMETHEUS_H
/* What Prometheus measured over a stretch of time. Hides its HTTP API, how long a step of a stretch
 * is, and that its numbers are texts. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "config.h"
#include "err.h"
#include "upstream.h"

#define PROMETHEUS_POINTS_MAX 360 /* of a series on a grid, but for the first */

/* Moments from `from_s` to `to_s`, both of them, `step_s` apart. */
struct prometheus_grid {
    int64_t from_s, to_s, step_s;
};

/* The grid for a stretch: the shortest step of a person's (5 s, 1 min, 6 h, …) that makes no more
 * than PROMETHEUS_POINTS_MAX, and moments that are multiples of it, so that asking again gives the
 * same points. It ends within the stretch. */
struct prometheus_grid prometheus_grid_of(int64_t from_s, int64_t to_s);

/* The call that asks for `query` over the grid; its path is NULL when there is no memory. "$window"
 * in the query becomes a time that holds several scrapes and no less than a step, so that no point
 * hides what was between two; "$wide" is five minutes of that at least. */
struct upstream_call prometheus_call(struct arena *arena, const struct config *config,
                                     const char *query, const struct prometheus_grid *grid);
/* Asks one such call. Errors: NOT_CONFIGURED, LIMIT, and those of upstream_one. */
bool prometheus_ask(struct upstream *upstream, struct arena *arena, struct upstream_call *call,
                    int64_t deadline_ms, struct err *err) __attribute__((warn_unused_result));
/* The list of series of an answered call: objects of `metric` and `values`. Borrowed.
 * Error: UPSTREAM_GARBAGE. */
bool prometheus_series(const struct upstream_call *call, const json_t **ret_series, struct err *err)
    __attribute__((warn_unused_result));

/* The labels of a series' `metric` (or of an alert) without its name; the caller owns them, as all
 * that follows. */
json_t *prometheus_labels(const json_t *metric);
/* A pair [time, "text"]: its number, or null: what is not a number or infinite is no JSON. */
json_t *prometheus_number(const json_t *pair);
/* One number or null for each moment of the grid. */
json_t *prometheus_on_grid(const json_t *series, const struct prometheus_grid *grid);
#endif
