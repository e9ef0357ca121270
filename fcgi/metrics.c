/* SPDX-License-Identifier: MIT */
#include "metrics.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define WORKERS_MAX 256
#define TEXT_MAX    (512u * 1024)
#define CLASSES     6 /* status / 100; 0 collects the impossible */

static const int64_t bucket_us[METRICS_BUCKETS] = { 500,    1000,    2500,    5000,
                                                    10000,  25000,   50000,   100000,
                                                    250000, 1000000, 5000000, 30000000 };

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
    atomic_llong audit_events, audit_sealed_s, audit_verified_s;
    atomic_bool audit_whole;
    atomic_bool busy[WORKERS_MAX];
    struct route_metrics routes[METRICS_ROUTES_MAX + 1]; /* the last: no route */
};

bool metrics_open(const char *pool, int workers, struct metrics **ret_metrics, struct err *err) {
    struct metrics *metrics =
        mmap(NULL, sizeof *metrics, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (metrics == MAP_FAILED)
        return err_set(err, ERR_INTERNAL, "cannot map memory for the metrics: %m");
    (void)snprintf(metrics->pool, sizeof metrics->pool, "%s", pool);
    metrics->workers = workers > WORKERS_MAX ? WORKERS_MAX : workers;
    *ret_metrics = metrics;
    return true;
}

void metrics_close(struct metrics *metrics) {
    if (metrics) munmap(metrics, sizeof *metrics);
}

void metrics_busy(struct metrics *metrics, int worker, bool busy) {
    if (worker >= 0 && worker < WORKERS_MAX)
        atomic_store_explicit(&metrics->busy[worker], busy, memory_order_relaxed);
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

void metrics_request(struct metrics *metrics, int route, int status, int64_t duration_us,
                     int64_t bytes_out) {
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

void metrics_audit_sealed(struct metrics *metrics, int64_t events, int64_t at_s) {
    if (events > 0) atomic_store(&metrics->audit_events, events);
    atomic_store(&metrics->audit_sealed_s, at_s);
}

void metrics_audit_verified(struct metrics *metrics, bool whole, int64_t at_s) {
    atomic_store(&metrics->audit_whole, whole);
    atomic_store(&metrics->audit_verified_s, at_s);
}

struct text {
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

/* A family's samples stand together: the exposition format wants it so. */
typedef void print_family(struct text *text, const char *pool, const struct route_metrics *row,
                          const char *name);

static void print_requests(struct text *text, const char *pool, const struct route_metrics *row,
                           const char *name) {
    for (int class = 1; class < CLASSES; class ++)
        if (get(&row->classes[class]))
            print(text, "guardian_requests_total{pool=\"%s\",route=\"%s\",status=\"%dxx\"} %lld\n",
                  pool, name, class, get(&row->classes[class]));
}

static void print_duration(struct text *text, const char *pool, const struct route_metrics *row,
                           const char *name) {
    static const char family[] = "guardian_request_duration_seconds";
    long long seen = 0;
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        seen += get(&row->buckets[i]);
        print(text, "%s_bucket{pool=\"%s\",route=\"%s\",le=\"%g\"} %lld\n", family, pool, name,
              (double)bucket_us[i] / 1e6, seen);
    }
    print(text, "%s_bucket{pool=\"%s\",route=\"%s\",le=\"+Inf\"} %lld\n", family, pool, name,
          get(&row->count));
    print(text, "%s_sum{pool=\"%s\",route=\"%s\"} %.6f\n", family, pool, name,
          (double)get(&row->sum_us) / 1e6);
    print(text, "%s_count{pool=\"%s\",route=\"%s\"} %lld\n", family, pool, name, get(&row->count));
}

static void print_bytes(struct text *text, const char *pool, const struct route_metrics *row,
                        const char *name) {
    print(text, "guardian_response_bytes_total{pool=\"%s\",route=\"%s\"} %lld\n", pool, name,
          get(&row->bytes_out));
}

/* What is not known yet is not there: an alert is about what is. */
static void print_audit(struct text *text, const struct metrics *metrics) {
    long long events = get(&metrics->audit_events), sealed_s = get(&metrics->audit_sealed_s);
    long long verified_s = get(&metrics->audit_verified_s);
    if (events)
        print(text,
              "# HELP guardian_audit_events Length of the audit chain when its head was "
              "countersigned last.\n# TYPE guardian_audit_events gauge\n"
              "guardian_audit_events{pool=\"%s\"} %lld\n",
              metrics->pool, events);
    if (sealed_s)
        print(text,
              "# HELP guardian_audit_sealed_timestamp_seconds When the head was countersigned, or "
              "was found to be so.\n# TYPE guardian_audit_sealed_timestamp_seconds gauge\n"
              "guardian_audit_sealed_timestamp_seconds{pool=\"%s\"} %lld\n",
              metrics->pool, sealed_s);
    if (verified_s)
        print(text,
              "# HELP guardian_audit_whole 1 when the last recomputation found the chain whole.\n"
              "# TYPE guardian_audit_whole gauge\nguardian_audit_whole{pool=\"%s\"} %d\n"
              "# HELP guardian_audit_verified_timestamp_seconds When that was.\n"
              "# TYPE guardian_audit_verified_timestamp_seconds gauge\n"
              "guardian_audit_verified_timestamp_seconds{pool=\"%s\"} %lld\n",
              metrics->pool, atomic_load(&metrics->audit_whole), metrics->pool, verified_s);
}

const char *metrics_text(const struct metrics *metrics, struct arena *arena, int routes,
                         void (*name_of)(int route, char *ret_name, size_t size),
                         size_t *ret_size) {
    static const struct family {
        const char *head;
        print_family *print;
    } families[] = {
        { "# HELP guardian_requests_total Requests by route and class of status.\n# TYPE "
          "guardian_requests_total counter\n",
          print_requests },
        { "# HELP guardian_request_duration_seconds Time from the request's first byte to its "
          "last.\n"
          "# TYPE guardian_request_duration_seconds histogram\n",
          print_duration },
        { "# HELP guardian_response_bytes_total Bytes of the replies.\n# TYPE "
          "guardian_response_bytes_total counter\n",
          print_bytes },
    };
    struct text text = { .room = TEXT_MAX };
    text.bytes = arena_alloc(arena, text.room);
    print(&text,
          "# HELP guardian_workers Workers of the pool.\n# TYPE guardian_workers "
          "gauge\nguardian_workers{pool=\"%s\"} %d\n"
          "# HELP guardian_workers_busy Workers that serve a request now.\n# TYPE "
          "guardian_workers_busy gauge\n"
          "guardian_workers_busy{pool=\"%s\"} %d\n"
          "# HELP guardian_workers_lost_total Workers that died and were replaced.\n"
          "# TYPE guardian_workers_lost_total counter\nguardian_workers_lost_total{pool=\"%s\"} "
          "%lld\n",
          metrics->pool, metrics->workers, metrics->pool, metrics_busy_count(metrics),
          metrics->pool, get(&metrics->lost));
    print_audit(&text, metrics);
    for (size_t family = 0; family < sizeof families / sizeof families[0]; family++) {
        print(&text, "%s", families[family].head);
        for (int i = 0; i <= METRICS_ROUTES_MAX; i++) {
            char name[160] = "none";
            if (!get(&metrics->routes[i].count)) continue;
            if (i < routes) name_of(i, name, sizeof name);
            families[family].print(&text, metrics->pool, &metrics->routes[i], name);
        }
    }
    *ret_size = text.size;
    return text.bytes;
}
