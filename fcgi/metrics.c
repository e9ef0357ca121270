/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define WORKERS_MAX 256
#define CLASSES 6 /* status / 100; 0 collects the impossible */

static const int64_t bucket_us[METRICS_BUCKETS] = { 500,    1000,   2500,    5000,    10000,   25000,
                                                    50000, 100000, 250000, 1000000, 5000000, 30000000 };

struct route_metrics {
    atomic_llong classes[CLASSES];
    atomic_llong buckets[METRICS_BUCKETS];
    atomic_llong count, sum_us, bytes_out;
};

struct metrics {
    char pool[32];
    int workers;
    atomic_llong lost;
    atomic_bool draining;
    atomic_bool busy[WORKERS_MAX];
    struct route_metrics routes[METRICS_ROUTES_MAX + 1]; /* the last: no route */
};

bool metrics_open(const char *pool, int workers, struct metrics **ret_metrics, struct err *err) {
    struct metrics *metrics =
        mmap(NULL, sizeof *metrics, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (metrics == MAP_FAILED) return err_set(err, ERR_INTERNAL, "cannot map memory for the metrics: %m");
    (void)snprintf(metrics->pool, sizeof metrics->pool, "%s", pool);
    metrics->workers = workers > WORKERS_MAX ? WORKERS_MAX : workers;
    *ret_metrics = metrics;
    return true;
}

void metrics_close(struct metrics *metrics) {
    if (metrics) munmap(metrics, sizeof *metrics);
}

void metrics_busy(struct metrics *metrics, int worker, bool busy) {
    if (worker >= 0 && worker < WORKERS_MAX) atomic_store_explicit(&metrics->busy[worker], busy, memory_order_relaxed);
}

int metrics_busy_count(const struct metrics *metrics) {
    int count = 0;
    for (int i = 0; i < metrics->workers; i++)
        count += atomic_load_explicit(&metrics->busy[i], memory_order_relaxed);
    return count;
}

int metrics_workers(const struct metrics *metrics) {
    return metrics->workers;
}

const char *metrics_pool(const struct metrics *metrics) {
    return metrics->pool;
}

static void add(atomic_llong *counter, long long amount) {
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static long long get(const atomic_llong *counter) {
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_worker_lost(struct metrics *metrics) {
    add(&metrics->lost, 1);
}

void metrics_set_draining(struct metrics *metrics) {
    atomic_store(&metrics->draining, true);
}

bool metrics_is_draining(const struct metrics *metrics) {
    return atomic_load(&metrics->draining);
}

void metrics_request(struct metrics *metrics, int route, int status, int64_t duration_us, int64_t bytes_out) {
    if (route < 0 || route >= METRICS_ROUTES_MAX) route = METRICS_ROUTES_MAX;
    struct route_metrics *row = &metrics->routes[route];
    int class = status / 100;
    add(&row->classes[class >= 1 && class < CLASSES ? class : 0], 1);
    for (int i = 0; i < METRICS_BUCKETS; i++)
        if (duration_us <= bucket_us[i]) {
            add(&row->buckets[i], 1);
            break;
        }
    add(&row->count, 1);
    add(&row->sum_us, duration_us);
    add(&row->bytes_out, bytes_out);
}

struct text {
    struct arena *arena;
    char *bytes;
    size_t size, room;
};

static void print(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void print(struct text *text, const char *format, ...) {
    if (!text->bytes) return;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(text->bytes + text->size, text->room - text->size, format, arguments);
    va_end(arguments);
    if (size > 0 && (size_t)size < text->room - text->size) text->size += (size_t)size;
}

static void print_route(struct text *text, const struct metrics *metrics, const struct route_metrics *row,
                        const char *name) {
    for (int class = 1; class < CLASSES; class++)
        if (get(&row->classes[class]))
            print(text, "guardian_requests_total{pool=\"%s\",route=\"%s\",status=\"%dxx\"} %lld\n", metrics->pool, name,
                  class, get(&row->classes[class]));
    long long seen = 0;
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        seen += get(&row->buckets[i]);
        print(text, "guardian_request_duration_seconds_bucket{pool=\"%s\",route=\"%s\",le=\"%g\"} %lld\n", metrics->pool,
              name, (double)bucket_us[i] / 1e6, seen);
    }
    print(text, "guardian_request_duration_seconds_bucket{pool=\"%s\",route=\"%s\",le=\"+Inf\"} %lld\n", metrics->pool,
          name, get(&row->count));
    print(text, "guardian_request_duration_seconds_sum{pool=\"%s\",route=\"%s\"} %.6f\n", metrics->pool, name,
          (double)get(&row->sum_us) / 1e6);
    print(text, "guardian_request_duration_seconds_count{pool=\"%s\",route=\"%s\"} %lld\n", metrics->pool, name,
          get(&row->count));
    print(text, "guardian_response_bytes_total{pool=\"%s\",route=\"%s\"} %lld\n", metrics->pool, name,
          get(&row->bytes_out));
}

const char *metrics_text(const struct metrics *metrics, struct arena *arena, int routes,
                         void (*name_of)(int route, char *ret_name, size_t size), size_t *ret_size) {
    struct text text = { .arena = arena, .room = 512u * 1024 };
    text.bytes = arena_alloc(arena, text.room);
    print(&text, "# TYPE guardian_workers gauge\nguardian_workers{pool=\"%s\"} %d\n", metrics->pool, metrics->workers);
    print(&text, "# TYPE guardian_workers_busy gauge\nguardian_workers_busy{pool=\"%s\"} %d\n", metrics->pool,
          metrics_busy_count(metrics));
    print(&text, "# TYPE guardian_workers_lost_total counter\nguardian_workers_lost_total{pool=\"%s\"} %lld\n",
          metrics->pool, get(&metrics->lost));
    print(&text, "# TYPE guardian_requests_total counter\n# TYPE guardian_request_duration_seconds histogram\n"
                 "# TYPE guardian_response_bytes_total counter\n");
    for (int i = 0; i <= METRICS_ROUTES_MAX; i++) {
        char name[160] = "none";
        if (!get(&metrics->routes[i].count)) continue;
        if (i < routes) name_of(i, name, sizeof name);
        print_route(&text, metrics, &metrics->routes[i], name);
    }
    *ret_size = text.size;
    return text.bytes;
}
