/* SPDX-License-Identifier: MIT */
#include "logs.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "config.h"
#include "jsonpick.h"
#include "metrics.h"
#include "swarm.h"

#define SCANNED   5000 /* lines of a service, where something is looked for */
#define FOLLOW_MS 600000
#define BYTES_MAX (16u << 20)

/* One service's stream, and what is kept of it. */
struct source {
    struct logstream stream;
    struct call *call;
    const struct logs_filter *filter;
    const struct swarm *swarm;
    const char *service;
    json_t *lines;
    size_t bytes;
    bool (*write)(struct call *call, json_t *line); /* NULL: kept in `lines` */
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

/* -- one line ---------------------------------------------------------------------------------- */

static int64_t seconds_of(const char *text) {
    struct tm utc = { .tm_year = 0 };
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    return rest ? (int64_t)timegm(&utc) : 0;
}

static const char *hostname_of(const struct swarm *swarm, const char *node_id) {
    const struct swarm_node *node = swarm && *node_id ? swarm_node(swarm, node_id) : NULL;
    return node ? node->hostname : *node_id ? node_id : NULL;
}

static bool passes(const struct logs_filter *filter, const struct log_line *line,
                   const struct log_facts *facts, const char *host) {
    int64_t at_s = filter->since_s || filter->until_s ? seconds_of(line->at) : 0;
    if (filter->level && facts->level < filter->level) return false;
    if (filter->request_id && strcmp(facts->request_id, filter->request_id) != 0) return false;
    if (filter->node && (!host || strcmp(host, filter->node) != 0)) return false;
    if (filter->text && !strcasestr(line->text, filter->text)) return false;
    if (filter->since_s && at_s < filter->since_s) return false;
    return !filter->until_s || at_s < filter->until_s;
}

/* A line may hold any bytes: what is not UTF-8 becomes "?". */
static json_t *plain_text(const char *text, size_t size) {
    json_t *value = json_stringn(text, size);
    char copy[LOGSTREAM_LINE_MAX + 1];
    if (value) return value;
    if (size > LOGSTREAM_LINE_MAX) size = LOGSTREAM_LINE_MAX;
    for (size_t i = 0; i < size; i++) copy[i] = text[i] & (char)0x80 ? '?' : text[i];
    return json_stringn(copy, size);
}

static json_t *line_json(struct arena *arena, const char *service, const char *host,
                         const struct log_line *line, const struct log_facts *facts) {
    return json_pack(
        "{s:s?, s:s?, s:s?, s:s?, s:s, s:s?, s:s?, s:s?, s:o}", "at", swarm_time(arena, line->at),
        "service", service, "node", host, "task", *line->task_id ? line->task_id : NULL, "stream",
        line->is_error ? "stderr" : "stdout", "level", log_level_name(facts->level), "request_id",
        *facts->request_id ? facts->request_id : NULL, "event", *facts->event ? facts->event : NULL,
        "text", plain_text(line->text, line->text_size));
}

static bool take(void *context, const struct log_line *line) {
    struct source *source = context;
    const char *host = hostname_of(source->swarm, line->node_id);
    struct log_facts facts;
    log_facts(line->text, line->text_size, &facts);
    if (!passes(source->filter, line, &facts, host)) return true;
    json_t *json = line_json(source->call->request->arena, source->service, host, line, &facts);
    if (source->write) return source->write(source->call, json);
    source->bytes += line->text_size;
    return json_array_append_new(source->lines, json) == 0 && source->bytes < BYTES_MAX;
}

static bool sink(void *context, const char *bytes, size_t size) {
    struct source *source = context;
    return logstream_feed(&source->stream, bytes, size);
}

/* -- Docker ------------------------------------------------------------------------------------ */

static bool is_looking(const struct logs_filter *filter) {
    return filter->level || filter->request_id || filter->text || filter->node || filter->until_s;
}

static const char *log_path(struct arena *arena, const struct swarm_service *service,
                            const struct logs_filter *filter, bool follow) {
    const char *since =
        filter->since_s ? arena_printf(arena, "&since=%lld", (long long)filter->since_s) : "";
    int tail = follow ? 10 : is_looking(filter) ? SCANNED : filter->limit;
    if (!since) return NULL;
    return arena_printf(arena,
                        SWARM_API "/services/%s/logs?details=1&timestamps=1&stdout=%d&stderr=1"
                                  "&tail=%d%s%s",
                        service->id, !filter->errors_only, tail, since, follow ? "&follow=1" : "");
}

static bool prepare(struct call *call, const struct logs_filter *filter, const struct swarm *swarm,
                    const struct swarm_service *service, bool follow, struct source *source,
                    struct upstream_call *ask, struct err *err) {
    *source = (struct source){ .call = call,
                               .filter = filter,
                               .swarm = swarm,
                               .service = service->name,
                               .lines = json_array() };
    source->stream.take = take;
    source->stream.context = source;
    *ask = (struct upstream_call){
        .name = "Docker",
        .base = call->services->config->docker.address,
        .path = log_path(call->request->arena, service, filter, follow),
        .sink = sink,
        .sink_context = source,
        .timeout_ms = filter->timeout_ms,
    };
    return ask->path && source->lines && request_keep(call->request, source->lines)
               ? true
               : no_memory(err);
}

static bool read_swarm(struct call *call, struct swarm *swarm, struct err *err) {
    struct swarm_at at = { .upstream = call->services->upstream,
                           .arena = call->request->arena,
                           .config = call->services->config,
                           .deadline_ms = call->request->deadline_ms };
    return swarm_read(&at, (unsigned)SWARM_NODES | SWARM_SERVICES, swarm, err);
}

static bool is_asked(const struct logs_filter *filter, const struct swarm_service *service) {
    return !filter->service || strcmp(service->name, filter->service) == 0 ||
           strcmp(service->id, filter->service) == 0;
}

static int by_time(const void *left, const void *right) {
    const char *one = jsonpick_text(*(const json_t *const *)left, "at");
    const char *other = jsonpick_text(*(const json_t *const *)right, "at");
    return strcmp(other ? other : "", one ? one : "");
}

/* All services' lines, the latest first, `limit` of them. */
static json_t *merge(struct arena *arena, const struct source *sources, int count, int limit) {
    size_t all = 0, at = 0;
    for (int i = 0; i < count; i++) all += json_array_size(sources[i].lines);
    json_t **lines = arena_alloc(arena, (all + 1) * sizeof *lines), *merged = json_array();
    if (!lines) {
        json_decref(merged);
        return NULL;
    }
    /* The last line of a stream is its latest: of two of the same moment it comes first. */
    for (int i = 0; i < count; i++)
        for (size_t k = json_array_size(sources[i].lines); k-- > 0;)
            lines[at++] = json_array_get(sources[i].lines, k);
    qsort(lines, all, sizeof *lines, by_time);
    for (at = 0; at < all && at < (size_t)limit; at++) (void)json_array_append(merged, lines[at]);
    return merged;
}

static bool read_docker(struct call *call, const struct logs_filter *filter, json_t **ret_lines,
                        json_t **ret_missing, struct err *err) {
    struct arena *arena = call->request->arena;
    struct swarm swarm;
    struct upstream_call calls[LOGS_SERVICES_MAX];
    int count = 0;
    if (filter->swarm) swarm = *filter->swarm;
    else if (!read_swarm(call, &swarm, err)) return false;
    struct source *sources = arena_alloc(arena, LOGS_SERVICES_MAX * sizeof *sources);
    if (!sources) return no_memory(err);
    for (size_t i = 0; i < swarm.service_count; i++) {
        if (!is_asked(filter, &swarm.services[i])) continue;
        if (count == LOGS_SERVICES_MAX)
            return err_field(err, "service", "there are more than %d services: name one",
                             LOGS_SERVICES_MAX);
        if (!prepare(call, filter, &swarm, &swarm.services[i], false, &sources[count],
                     &calls[count], err))
            return false;
        count++;
    }
    if (filter->service && count == 0)
        return err_set(err, ERR_NOT_FOUND, "There is no service %.64s.", filter->service);
    upstream_run(call->services->upstream, arena, calls, count, call->request->deadline_ms);
    json_t *missing = NULL;
    for (int i = 0; i < count; i++) {
        if (calls[i].ok) continue;
        if (count == 1 && !filter->timeout_ms) {
            *err = calls[i].err;
            return false;
        }
        if (!missing) missing = json_array();
        (void)json_array_append_new(missing, json_pack("{s:s, s:s}", "what", sources[i].service,
                                                       "why", calls[i].err.detail));
    }
    json_t *lines = merge(arena, sources, count, filter->limit);
    if (!lines) {
        json_decref(missing);
        return no_memory(err);
    }
    *ret_lines = lines;
    *ret_missing = missing;
    return true;
}

/* -- Loki -------------------------------------------------------------------------------------- */

/* A text within LogQL's quotes. */
static const char *quoted(struct arena *arena, const char *text) {
    char *out = arena_alloc(arena, strlen(text) * 2 + 1), *at = out;
    for (; out && *text; text++) {
        if (*text == '"' || *text == '\\') *at++ = '\\';
        *at++ = *text == '\n' ? ' ' : *text;
    }
    return out;
}

static const char *logql(struct arena *arena, const struct logs_filter *filter) {
    const char *service = quoted(arena, filter->service ? filter->service : "");
    const char *node = quoted(arena, filter->node ? filter->node : "");
    const char *id = quoted(arena, filter->request_id ? filter->request_id : "");
    if (!service || !node || !id) return NULL;
    return arena_printf(arena, "{swarm_service%s\"%s\"%s%s%s%s}%s%s%s", *service ? "=" : "=~",
                        *service ? service : ".+", *node ? ",host=\"" : "", node, *node ? "\"" : "",
                        filter->errors_only ? ",source=\"stderr\"" : "", *id ? " |= \"" : "", id,
                        *id ? "\"" : "");
}

static bool add_stream(struct source *source, const json_t *stream) {
    const json_t *labels = json_object_get(stream, "stream"), *pair;
    const char *service = jsonpick_text(labels, "swarm_service");
    const char *host = jsonpick_text(labels, "host"), *kind = jsonpick_text(labels, "source");
    size_t i;
    json_array_foreach(json_object_get(stream, "values"), i, pair) {
        const char *ns = json_string_value(json_array_get(pair, 0));
        const char *text = json_string_value(json_array_get(pair, 1));
        char at[48];
        struct log_facts facts;
        struct tm utc;
        long long when = ns ? strtoll(ns, NULL, 10) : 0;
        time_t seconds = (time_t)(when / 1000000000);
        if (!text || when <= 0 || !gmtime_r(&seconds, &utc)) continue;
        size_t size = strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%S", &utc);
        (void)snprintf(at + size, sizeof at - size, ".%06lldZ", when / 1000 % 1000000);
        struct log_line line = { .at = at,
                                 .node_id = "",
                                 .task_id = "",
                                 .is_error = kind && strcmp(kind, "stderr") == 0,
                                 .text = text,
                                 .text_size = strlen(text) };
        log_facts(text, line.text_size, &facts);
        if (passes(source->filter, &line, &facts, host) &&
            json_array_append_new(source->lines, line_json(source->call->request->arena,
                                                           service ? service : source->service,
                                                           host, &line, &facts)) != 0)
            return false;
    }
    return true;
}

static bool read_loki(struct call *call, const struct logs_filter *filter, json_t **ret_lines,
                      struct err *err) {
    struct arena *arena = call->request->arena;
    struct source *source = arena_alloc(arena, sizeof *source);
    const char *query = logql(arena, filter);
    const char *encoded = query ? upstream_encode(arena, query) : NULL;
    int64_t now_s = clock_unix_s();
    struct upstream_call ask = {
        .name = "Loki",
        .base = call->services->config->watch.loki,
        .path = encoded ? arena_printf(
                              arena,
                              "/loki/api/v1/query_range?direction=backward&limit=%d&start=%lld"
                              "000000000&end=%lld000000000&query=%s",
                              is_looking(filter) ? SCANNED : filter->limit,
                              (long long)(filter->since_s ? filter->since_s : now_s - 3600),
                              (long long)(filter->until_s ? filter->until_s : now_s + 1), encoded)
                        : NULL,
        .size_max = BYTES_MAX,
    };
    if (!source || !ask.path) return no_memory(err);
    if (!upstream_one(call->services->upstream, arena, &ask, call->request->deadline_ms, err))
        return false;
    const json_t *result = jsonpick_at(ask.json, "data.result"), *stream;
    if (!json_is_array(result))
        return err_set(err, ERR_UPSTREAM_GARBAGE, "Loki answered without a result.");
    *source = (struct source){
        .call = call, .filter = filter, .service = "unknown", .lines = json_array()
    };
    if (!source->lines || !request_keep(call->request, source->lines)) return no_memory(err);
    size_t i;
    json_array_foreach(result, i, stream) {
        if (!add_stream(source, stream)) return no_memory(err);
    }
    json_t *lines = merge(arena, source, 1, filter->limit);
    if (!lines) return no_memory(err);
    *ret_lines = lines;
    return true;
}

/* ---------------------------------------------------------------------------------------------- */

bool logs_read(struct call *call, const struct logs_filter *filter, json_t **ret_lines,
               json_t **ret_missing, struct err *err) {
    const struct config *config = call->services->config;
    *ret_missing = NULL;
    if (config->watch.loki) return read_loki(call, filter, ret_lines, err);
    if (!config->docker.address)
        return err_set(err, ERR_NOT_CONFIGURED, "Set docker.address, or watch.loki, to read logs.");
    return read_docker(call, filter, ret_lines, ret_missing, err);
}

static bool still_wanted(void *context) {
    struct source *source = context;
    return !metrics_is_draining(source->call->services->metrics) &&
           !request_client_gone(source->call->request);
}

bool logs_follow(struct call *call, const struct logs_filter *filter,
                 bool (*write)(struct call *call, json_t *line), struct err *err) {
    struct swarm swarm;
    struct upstream_call ask;
    if (!call->services->config->docker.address)
        return err_set(err, ERR_NOT_CONFIGURED, "Set docker.address to follow logs.");
    if (!read_swarm(call, &swarm, err)) return false;
    const struct swarm_service *service = swarm_service_named(&swarm, filter->service);
    struct source *source = arena_alloc(call->request->arena, sizeof *source);
    if (!source) return no_memory(err);
    if (!service) return err_set(err, ERR_NOT_FOUND, "There is no service %.64s.", filter->service);
    if (!prepare(call, filter, &swarm, service, true, source, &ask, err)) return false;
    source->write = write;
    ask.timeout_ms = FOLLOW_MS;
    ask.still = still_wanted;
    (void)request_begin(call->request, 200, "application/x-ndjson", call->reply.headers);
    if (!request_flush(call->request)) return err_set(err, ERR_CLIENT_GONE, "the client went away");
    struct err end = ERR_INIT;
    bool ok = upstream_one(call->services->upstream, call->request->arena, &ask,
                           clock_ms() + FOLLOW_MS, &end);
    if (request_client_gone(call->request))
        return err_set(err, ERR_CLIENT_GONE, "the client went away");
    if (!ok && end.code != ERR_UPSTREAM_UNAVAILABLE) *err = end;
    return ok || end.code == ERR_UPSTREAM_UNAVAILABLE;
}
