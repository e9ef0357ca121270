/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_METRICS_H
#define GUARDIAN_METRICS_H
/*
 * Counters of one service in memory shared by its workers, printed in Prometheus' text format.
 * Updates are atomic and lock-free; a worker that dies in the middle leaves nothing locked.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "err.h"

#define METRICS_ROUTES_MAX 160
#define METRICS_BUCKETS    12

struct metrics;

/* Made by the parent before it forks. The caller owns it. */
bool metrics_open(const char *pool, int workers, struct metrics **ret_metrics, struct err *err)
    __attribute__((warn_unused_result));
void metrics_close(struct metrics *metrics);

void metrics_busy(struct metrics *metrics, int worker,
                  bool busy); /* a worker that dies busy is corrected by its successor */
int metrics_busy_count(const struct metrics *metrics);
int metrics_workers(const struct metrics *metrics);
const char *metrics_pool(const struct metrics *metrics);
void metrics_worker_lost(struct metrics *metrics);
void metrics_set_draining(
    struct metrics *metrics); /* the service is about to leave: readiness says so */
bool metrics_is_draining(const struct metrics *metrics);

/* One finished request: `route` is its index in the table, or -1 for none. */
void metrics_request(struct metrics *metrics, int route, int status, int64_t duration_us,
                     int64_t bytes_out);

/* The audit chain: its head was countersigned (`events` long; 0: nothing new), and whether the last
 * recomputation found it whole. */
void metrics_audit_sealed(struct metrics *metrics, int64_t events, int64_t at_s);
void metrics_audit_verified(struct metrics *metrics, bool whole, int64_t at_s);

/* The whole text, in the arena; NULL when there is no memory. `name_of` gives "METHOD /path" of a
 * route. */
const char *metrics_text(const struct metrics *metrics, struct arena *arena, int routes,
                         void (*name_of)(int route, char *ret_name, size_t size), size_t *ret_size);
#endif
