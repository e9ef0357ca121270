/* SPDX-License-Identifier: MIT */
/* The console's own dashboards: named queries alone, one of them or those of a group at once. */
#include <string.h>
#include <time.h>

#include "../clock.h"
#include "../config.h"
#include "../prometheus.h"
#include "../upstream.h"
#include "api.h"
#include "view.h"

#define POINTS     240 /* of one query */
#define SERIES_MAX 24  /* of a chart: more cannot be told apart */
#define CHARTS_MAX 8
#define SPAN_MIN_S 60
#define SPAN_MAX_S (366 * 86400)

/* clang-format off */
/* In a swarm `instance` is an address that changes with each task; people know the machine by its name. */
#define NODENAME " * on (job, instance) group_left (nodename) max by (job, instance, nodename) (node_uname_info)"
#define WIRES    "device!~\"lo|veth.*|docker.*|br-.*\""

static const struct query {
    const char *group, *name, *title, *unit, *text;
} queries[] = {
    { "console", "requests", "Requests by class of status", "1/s",
      "sum by (status) (rate(guardian_requests_total[$window]))" },
    { "console", "request_seconds_p50", "Time of a request, median, by pool", "s",
      "histogram_quantile(0.5, sum by (le, pool) (rate(guardian_request_duration_seconds_bucket[$wide])))" },
    { "console", "request_seconds_p99", "Time of a request, 99th percentile, by pool", "s",
      "histogram_quantile(0.99, sum by (le, pool) (rate(guardian_request_duration_seconds_bucket[$wide])))" },
    { "console", "pool_use", "Busy workers by pool", "ratio",
      "sum by (pool) (guardian_workers_busy) / sum by (pool) (guardian_workers)" },
    { "console", "response_bytes", "Bytes sent by pool", "bytes/s",
      "sum by (pool) (rate(guardian_response_bytes_total[$window]))" },
    { "console", "audit_events", "Length of the audit chain", "events", "max(guardian_audit_events)" },
    { "console", "audit_unsealed_seconds", "Since the audit chain was countersigned", "s",
      "time() - max(guardian_audit_sealed_timestamp_seconds > 0)" },

    { "postgresql", "database_connections", "Connections by server and state", "connections",
      "sum by (instance, state) (pg_stat_activity_count)" },
    { "postgresql", "database_transactions", "Transactions by database", "1/s",
      "sum by (datname) (rate(pg_stat_database_xact_commit{datname!~\"template.*|\"}[$window]))" },
    { "postgresql", "database_cache_hits", "Pages found in the cache", "ratio",
      "sum by (instance) (rate(pg_stat_database_blks_hit[$wide])) / (sum by (instance) (rate(pg_stat_database_blks_hit[$wide])) + sum by (instance) (rate(pg_stat_database_blks_read[$wide])))" },
    { "postgresql", "database_longest_transaction", "Longest transaction by server", "s",
      "max by (instance) (pg_stat_activity_max_tx_duration)" },
    { "postgresql", "database_bytes", "Size by database", "bytes",
      "max by (datname) (pg_database_size_bytes{datname!~\"template.*\"})" },
    { "postgresql", "database_temp_bytes", "Temporary files by database", "bytes/s",
      "sum by (datname) (rate(pg_stat_database_temp_bytes{datname!~\"template.*|\"}[$window]))" },
    { "postgresql", "database_deadlocks", "Deadlocks by database", "1/s",
      "sum by (datname) (rate(pg_stat_database_deadlocks{datname!~\"template.*|\"}[$wide]))" },

    { "replication", "replication_lag_bytes", "Lag of each standby", "bytes",
      "max by (application_name) (pg_stat_replication_pg_wal_lsn_diff)" },
    { "replication", "wal_bytes", "WAL that the primary writes", "bytes/s",
      "max(rate(pg_stat_replication_pg_current_wal_lsn_bytes[$window]))" },
    { "replication", "slot_bytes", "WAL that each slot keeps", "bytes",
      "max by (slot_name) (pg_replication_slots_pg_wal_lsn_diff)" },
    { "replication", "archive_age_seconds", "Since WAL was archived last", "s",
      "max by (instance) (pg_stat_archiver_last_archive_age)" },
    { "replication", "archive_failures", "Failed attempts to archive WAL", "1/s",
      "sum by (instance) (rate(pg_stat_archiver_failed_count[$wide]))" },

    { "redis", "redis_memory_bytes", "Memory of each Redis", "bytes",
      "max by (instance) (redis_memory_used_bytes)" },
    { "redis", "redis_operations", "Commands of each Redis", "1/s",
      "sum by (instance) (rate(redis_commands_processed_total[$window]))" },
    { "redis", "redis_clients", "Clients of each Redis", "connections",
      "max by (instance) (redis_connected_clients)" },
    { "redis", "redis_replicas", "Replicas of each Redis", "servers",
      "max by (instance) (redis_connected_slaves)" },
    { "redis", "redis_evictions", "Keys thrown out for want of memory", "1/s",
      "sum by (instance) (rate(redis_evicted_keys_total[$wide]))" },

    { "nodes", "node_cpu", "Processor use by node", "ratio",
      "1 - avg by (nodename) (rate(node_cpu_seconds_total{mode=\"idle\"}[$window])" NODENAME ")" },
    { "nodes", "node_memory", "Memory use by node", "ratio",
      "max by (nodename) ((1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)" NODENAME ")" },
    { "nodes", "node_disk", "Fullest file system by node", "ratio",
      "max by (nodename) ((1 - node_filesystem_avail_bytes{fstype!~\"tmpfs|ramfs|overlay\"} / node_filesystem_size_bytes)" NODENAME ")" },
    { "nodes", "node_load", "Load by processor", "load",
      "max by (nodename) ((node_load1 / on (job, instance) count by (job, instance) (node_cpu_seconds_total{mode=\"idle\"}))" NODENAME ")" },
    { "nodes", "node_disk_io", "Busiest disk by node", "ratio",
      "max by (nodename) (rate(node_disk_io_time_seconds_total[$window])" NODENAME ")" },
    { "nodes", "node_network", "Network traffic by node", "bytes/s",
      "sum by (nodename) ((rate(node_network_receive_bytes_total{" WIRES "}[$window]) + rate(node_network_transmit_bytes_total{" WIRES "}[$window]))" NODENAME ")" },

    { "backups", "backup_age_seconds", "Age of the last verified backup", "s",
      "time() - max by (database) (guardian_backup_last_verified_timestamp_seconds > 0)" },
    { "backups", "jobs", "Jobs by state", "jobs", "max by (state) (guardian_jobs)" },

    { "edge", "edge_requests", "Requests to the edge", "1/s",
      "sum by (instance) (rate(nginx_http_requests_total[$window]))" },
    { "edge", "edge_connections", "Connections to the edge by state", "connections",
      "sum by (state) (label_replace({__name__=~\"nginx_connections_(active|reading|writing|waiting)\"}, \"state\", \"$1\", \"__name__\", \"nginx_connections_(.*)\"))" },
    { "edge", "targets_up", "What answers Prometheus, by job", "ratio", "avg by (job) (up)" },
};
static const char *const query_names[] = {
    "requests", "request_seconds_p50", "request_seconds_p99", "pool_use", "response_bytes", "audit_events", "audit_unsealed_seconds",
    "database_connections", "database_transactions", "database_cache_hits", "database_longest_transaction", "database_bytes",
    "database_temp_bytes", "database_deadlocks",
    "replication_lag_bytes", "wal_bytes", "slot_bytes", "archive_age_seconds", "archive_failures",
    "redis_memory_bytes", "redis_operations", "redis_clients", "redis_replicas", "redis_evictions",
    "node_cpu", "node_memory", "node_disk", "node_load", "node_disk_io", "node_network",
    "backup_age_seconds", "jobs",
    "edge_requests", "edge_connections", "targets_up", NULL
};
#define QUERIES (sizeof queries / sizeof queries[0])
_Static_assert(QUERIES + 1 == sizeof query_names / sizeof query_names[0],
               "every query has its name among the choices");
static const char *const groups[] = { "console", "postgresql", "replication", "redis", "nodes", "backups", "edge", NULL };
static const char *const ranges[] = { "15m", "1h", "6h", "24h", "7d", NULL };
static const int64_t range_s[] = { 900, 3600, 21600, 86400, 604800 };

const struct field metrics_query_fields[] = {
    { "name", FIELD_QUERY, FIELD_ENUM, .required = true, .choices = query_names },
    { "range", FIELD_QUERY, FIELD_ENUM, .choices = ranges, .preset = "1h" },
    { .name = NULL },
};
const struct field metrics_dashboard_fields[] = {
    { "group", FIELD_QUERY, FIELD_ENUM, .required = true, .choices = groups },
    { "range", FIELD_QUERY, FIELD_ENUM, .choices = ranges },
    { "from", FIELD_QUERY, FIELD_STRING, .min = 20, .max = 32 },
    { "to", FIELD_QUERY, FIELD_STRING, .min = 20, .max = 32 },
    { .name = NULL },
};
/* clang-format on */

static int64_t chosen_range(const char *range) {
    size_t i = 0;
    while (ranges[i + 1] && strcmp(ranges[i], range) != 0) i++;
    return range_s[i];
}

/* -- one query --------------------------------------------------------------------------------- */

static json_t *points_json(const json_t *series) {
    json_t *points = json_array();
    size_t i;
    const json_t *pair;
    json_array_foreach(json_object_get(series, "values"), i, pair) {
        json_int_t at = (json_int_t)json_number_value(json_array_get(pair, 0));
        (void)json_array_append_new(points, json_pack("[I, o]", at, prometheus_number(pair)));
    }
    return points;
}

bool api_metrics_query(struct call *call, struct err *err) {
    const char *name = request_string(call->request, "name");
    int64_t to_s = clock_unix_s(), length_s = chosen_range(request_string(call->request, "range"));
    struct prometheus_grid grid = { to_s - length_s, to_s, length_s / POINTS };
    const struct query *query = queries;
    const json_t *series, *each;
    size_t i;
    struct view view = { .name = arena_printf(call->request->arena, "metrics.%s.%lld", name,
                                              (long long)length_s) };
    while (strcmp(query->name, name) != 0) query++;
    struct upstream_call ask =
        prometheus_call(call->request->arena, call->services->config, query->text, &grid);
    if (!prometheus_ask(call->services->upstream, call->request->arena, &ask,
                        call->request->deadline_ms, err) ||
        !prometheus_series(&ask, &series, err))
        return view_failed(call, &view, err);
    json_t *list = json_array();
    json_array_foreach(series, i, each) {
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:o}", "labels",
                                              prometheus_labels(json_object_get(each, "metric")),
                                              "points", points_json(each)));
    }
    return view_reply(call, &view,
                      json_pack("{s:s, s:s, s:s, s:I, s:o}", "name", query->name, "title",
                                query->title, "unit", query->unit, "step_seconds",
                                (json_int_t)grid.step_s, "series", list),
                      err);
}

/* -- a group of them --------------------------------------------------------------------------- */

/* Either a range that ends now, or a stretch from a moment to another. */
static bool read_grid(const struct call *call, struct prometheus_grid *ret_grid,
                      const char **ret_range, struct err *err) {
    const struct request *request = call->request;
    const char *range = request_string(request, "range");
    int64_t to_s = clock_unix_s(), from_s = to_s - chosen_range(range ? range : "1h");
    bool has_from = request_has(request, "from"), has_to = request_has(request, "to");
    if (range && (has_from || has_to))
        return err_field(err, "range", "either range, or from and to");
    if (has_from != has_to)
        return err_field(err, has_from ? "to" : "from", "from and to belong together");
    if (!request_time(request, "from", &from_s, err) || !request_time(request, "to", &to_s, err))
        return false;
    if (to_s - from_s < SPAN_MIN_S || to_s - from_s > SPAN_MAX_S)
        return err_field(err, "to", "to must be a minute after from at least, a year at most");
    *ret_grid = prometheus_grid_of(from_s, to_s);
    *ret_range = has_from ? NULL : range ? range : "1h";
    return true;
}

static json_t *chart_json(const struct query *query, const struct upstream_call *ask,
                          const struct prometheus_grid *grid, json_t **missing) {
    const json_t *series = NULL, *each;
    struct err why = ask->err;
    json_t *list = json_array();
    size_t i;
    bool is_there = ask->ok && prometheus_series(ask, &series, &why);
    if (!is_there) view_missing(missing, query->name, why.detail);
    json_array_foreach(series, i, each) {
        if (i == SERIES_MAX) break;
        (void)json_array_append_new(list,
                                    json_pack("{s:o, s:o}", "labels",
                                              prometheus_labels(json_object_get(each, "metric")),
                                              "values", prometheus_on_grid(each, grid)));
    }
    return json_pack("{s:s, s:s, s:s, s:b, s:I, s:o}", "name", query->name, "title", query->title,
                     "unit", query->unit, "answered", is_there, "series_total",
                     (json_int_t)json_array_size(series), "series", list);
}

static const char *time_text(struct arena *arena, int64_t at_s) {
    char text[32];
    time_t at = (time_t)at_s;
    struct tm utc;
    (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
    return arena_strdup(arena, text);
}

/* Asks all queries of the group at once. True unless not one of them was answered. */
static bool ask_group(struct call *call, const struct query *first, int count,
                      const struct prometheus_grid *grid, struct upstream_call *asks,
                      struct err *err) {
    struct arena *arena = call->request->arena;
    const json_t *series;
    for (int i = 0; i < count; i++) {
        asks[i] = prometheus_call(arena, call->services->config, first[i].text, grid);
        if (!asks[i].base)
            return err_set(err, ERR_NOT_CONFIGURED, "Set watch.prometheus to show metrics.");
        if (!asks[i].path)
            return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    }
    upstream_run(call->services->upstream, arena, asks, count, call->request->deadline_ms);
    for (int i = 0; i < count; i++) {
        struct err unused = ERR_INIT;
        if (asks[i].ok && prometheus_series(&asks[i], &series, &unused)) return true;
    }
    if (!asks[0].ok) *err = asks[0].err;
    else (void)!prometheus_series(&asks[0], &series, err);
    return false;
}

bool api_metrics_dashboard(struct call *call, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *group = request_string(call->request, "group"), *range = NULL;
    const struct query *first = queries;
    struct upstream_call asks[CHARTS_MAX];
    struct prometheus_grid grid;
    int count = 0;
    if (!read_grid(call, &grid, &range, err)) return false;
    while (strcmp(first->group, group) != 0) first++;
    while (count < CHARTS_MAX && first + count < queries + QUERIES &&
           strcmp(first[count].group, group) == 0)
        count++;
    /* A stretch of somebody's own is asked for again by nobody: it is not kept. */
    struct view view = { .name =
                             range ? arena_printf(arena, "metrics/%s.%s", group, range) : NULL };
    if (!ask_group(call, first, count, &grid, asks, err)) return view_failed(call, &view, err);
    json_t *charts = json_array();
    for (int i = 0; i < count; i++)
        (void)json_array_append_new(charts, chart_json(&first[i], &asks[i], &grid, &view.missing));
    return view_reply(call, &view,
                      json_pack("{s:s, s:s, s:s, s:I, s:o}", "group", group, "from",
                                time_text(arena, grid.from_s), "to", time_text(arena, grid.to_s),
                                "step_seconds", (json_int_t)grid.step_s, "charts", charts),
                      err);
}
