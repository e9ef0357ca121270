/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../cache.h"
#include "../clock.h"
#include "../config.h"
#include "../escapes.h"
#include "../runner.h"
#include "../sqlparse.h"
#include "api.h"
#include "managed.h"

#define REGISTER_MS      2000 /* to tell Redis where a statement runs; it runs without, too */
#define REGISTER_SLACK_S 3600 /* a stream may outlive its timeout by its reader's slowness */
#define SELF_TEST_MS     300000

static const char *const targets[] = { "standby", "primary", NULL };

const struct field query_fields[] = {
    { "sql", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = SQLPARSE_TEXT_MAX },
    { "database", FIELD_BODY, FIELD_STRING, .min = 1, .max = 252 },
    { "max_rows", FIELD_BODY, FIELD_INTEGER, .min = 1, .max = 10000000, .preset = "1000" },
    { "timeout_ms", FIELD_BODY, FIELD_INTEGER, .min = 1, .max = 600000, .preset = "30000" },
    { "target", FIELD_BODY, FIELD_ENUM, .choices = targets, .preset = "standby" },
    { .name = NULL },
};

const struct field explain_fields[] = {
    { "sql", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = SQLPARSE_TEXT_MAX },
    { "database", FIELD_BODY, FIELD_STRING, .min = 1, .max = 252 },
    { "analyze", FIELD_BODY, FIELD_BOOLEAN, .preset = "false" },
    { "timeout_ms", FIELD_BODY, FIELD_INTEGER, .min = 1, .max = 600000, .preset = "30000" },
    { "target", FIELD_BODY, FIELD_ENUM, .choices = targets, .preset = "standby" },
    { .name = NULL },
};

const struct field query_cancel_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 8, .max = REQUEST_ID_MAX },
    { .name = NULL },
};

const struct field self_test_fields[] = {
    { "database", FIELD_BODY, FIELD_STRING, .min = 1, .max = 252 },
    { .name = NULL },
};

struct registration {
    struct call *call;
    bool made; /* the entry is ours, not that of another query of the same id */
};

/* Redis learns where the statement runs, so that any replica can cancel it. Without Redis it runs
 * all the same. */
static bool register_query(void *context, const struct runner_place *place, struct err *err) {
    struct registration *registration = context;
    struct call *call = registration->call;
    struct err lost = ERR_INIT;
    int64_t ttl_s = request_integer(call->request, "timeout_ms") / 1000 + REGISTER_SLACK_S;
    json_t *value = json_pack("{s:s, s:i, s:s}", "host", place->host, "pid", place->pid,
                              "backend_start", place->backend_start);
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(value);
    if (!text) return err_set(err, ERR_LIMIT, "out of memory");
    bool ok = cache_query_put(call->services->cache, call->request->id, text, ttl_s,
                              clock_ms() + REGISTER_MS, &lost);
    free(text);
    registration->made = ok;
    if (ok || lost.code != ERR_CONFLICT) return true;
    *err = lost;
    return false;
}

static void unregister_query(const struct registration *registration) {
    struct call *call = registration->call;
    if (registration->made)
        cache_query_del(call->services->cache, call->request->id, clock_ms() + REGISTER_MS);
}

static bool job_make(struct call *call, struct registration *registration,
                     struct runner_job *ret_job, struct err *err) {
    const struct request *request = call->request;
    struct db_at at;
    if (!managed_at(call, request_string(request, "database"), &at, err)) return false;
    int64_t timeout_ms = request_integer(request, "timeout_ms"),
            most_ms = call->services->config->query_timeout_max_ms;
    if (timeout_ms > most_ms)
        return err_field(err, "timeout_ms", "timeout_ms is at most %lld here", (long long)most_ms);
    call->audit_target = at.database;
    *ret_job = (struct runner_job){
        .sql = request_string(request, "sql"),
        .database = at.database,
        .target =
            strcmp(request_string(request, "target"), "primary") == 0 ? DB_PRIMARY : DB_STANDBY,
        .id = request->id,
        .timeout_ms = timeout_ms,
        .request = call->request,
        .db = call->services->db,
        .started = register_query,
        .context = registration,
    };
    return true;
}

static json_t *server_json(const struct runner_server *server) {
    return json_pack("{s:s, s:s, s:o}", "host", server->host, "role",
                     server->standby ? "standby" : "primary", "lag_bytes",
                     server->lag_known ? json_integer((json_int_t)server->lag_bytes) : json_null());
}

static void note_outcome(struct call *call, const struct runner_outcome *outcome) {
    json_t *server = outcome->server.host[0] ? json_string(outcome->server.host) : json_null();
    call->audit_result = json_pack("{s:I, s:b, s:o}", "row_count", (json_int_t)outcome->rows,
                                   "truncated", (int)outcome->truncated, "server", server);
}

struct media {
    const char *range;
    enum runner_format format;
};

/* The format with the highest weight; at the same weight, the more exact range, then the first in
 * this table. */
static const struct media medias[] = {
    { "application/json", RUNNER_JSON },
    { "text/csv", RUNNER_CSV },
    { "application/x-ndjson", RUNNER_NDJSON },
    { "application/*", RUNNER_JSON },
    { "text/*", RUNNER_CSV },
    { "*/*", RUNNER_JSON },
};

static double weight_of(const char *parameters, size_t size) {
    for (size_t i = 0; i + 2 < size; i++)
        if ((parameters[i] == ';' || parameters[i] == ' ') &&
            strncasecmp(parameters + i + 1, "q=", 2) == 0)
            return strtod(parameters + i + 3, NULL);
    return 1;
}

static bool format_wanted(const struct request *request, enum runner_format *ret_format,
                          struct err *err) {
    const char *accept = request_header(request, "Accept");
    double best_weight = 0;
    size_t best = 0;
    if (!accept || !*accept) accept = "*/*";
    for (const char *at = accept; *at; at += strcspn(at, ","), at += *at == ',') {
        at += strspn(at, " \t");
        size_t size = strcspn(at, ","), name_size = strcspn(at, ",; \t");
        double weight = weight_of(at + name_size, size - name_size);
        for (size_t i = 0; i < sizeof medias / sizeof medias[0]; i++) {
            bool same = strlen(medias[i].range) == name_size &&
                        strncasecmp(at, medias[i].range, name_size) == 0;
            if (!same || weight <= 0 || weight < best_weight ||
                (weight == best_weight && i >= best))
                continue;
            best_weight = weight;
            best = i;
        }
    }
    if (best_weight <= 0)
        return err_set(err, ERR_NOT_ACCEPTABLE,
                       "The rows come as application/json, text/csv or application/x-ndjson.");
    *ret_format = medias[best].format;
    return true;
}

bool api_query(struct call *call, struct err *err) {
    struct runner_job job;
    struct registration registration = { .call = call };
    struct runner_outcome outcome = { .rows = 0 };
    struct sqlparse parse;
    if (!job_make(call, &registration, &job, err) ||
        !format_wanted(call->request, &job.format, err))
        return false;
    if (!sqlparse_read_only(job.sql, strlen(job.sql), &parse, err)) return false;
    if (parse.kind == SQLPARSE_SELECT) job.query_size = parse.size;
    job.max_rows = request_integer(call->request, "max_rows");
    bool ok = runner_stream(call->services->runner, &job, &outcome, err);
    unregister_query(&registration);
    note_outcome(call, &outcome);
    return ok;
}

bool api_explain(struct call *call, struct err *err) {
    struct runner_job job;
    struct registration registration = { .call = call };
    struct runner_outcome outcome = { .rows = 0 };
    struct sqlparse parse;
    const char *plan, *written = NULL;
    if (!job_make(call, &registration, &job, err) ||
        !sqlparse_read_only(job.sql, strlen(job.sql), &parse, err))
        return false;
    if (parse.kind != SQLPARSE_SELECT)
        return err_set(
            err, ERR_SQL_SYNTAX,
            "Only SELECT, VALUES, TABLE and WITH have a plan. Leave EXPLAIN out of the text.");
    const char *prefix = request_boolean(call->request, "analyze")
                             ? "EXPLAIN (FORMAT JSON, ANALYZE, BUFFERS) "
                             : "EXPLAIN (FORMAT JSON) ";
    job.sql = arena_printf(call->request->arena, "%s%s", prefix, job.sql);
    if (!job.sql)
        return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    bool ok = runner_text(call->services->runner, &job, &plan, &outcome, err);
    unregister_query(&registration);
    outcome.rows = 0; /* the plan's lines are not the statement's rows */
    note_outcome(call, &outcome);
    if (!ok) {
        err_shift_position(err, strlen(prefix));
        return false;
    }
    json_t *server = server_json(&outcome.server);
    char *server_text = json_dumps(server, JSON_COMPACT);
    json_decref(server);
    if (server_text)
        written = arena_printf(call->request->arena,
                               "{\"id\":\"%s\",\"plan\":%s,\"duration_ms\":%.3f,\"server\":%s}",
                               call->request->id, plan, outcome.duration_ms, server_text);
    free(server_text);
    if (!written) return err_set(err, ERR_LIMIT, "The plan is larger than a request may hold.");
    call->reply.text = written;
    call->reply.text_size = strlen(written);
    return true;
}

/* Redis is not trusted with the monitor's password: only servers of the configuration are spoken
 * to. */
static bool is_configured(const struct config *config, const char *host) {
    for (int i = 0; i < config->postgres.hosts.count; i++) {
        const char *known = config->postgres.hosts.items[i];
        size_t size = strlen(known);
        if (strcmp(known, host) == 0) return true;
        if (!strrchr(known, ':') && strncmp(known, host, size) == 0 &&
            strcmp(host + size, ":5432") == 0)
            return true;
    }
    return false;
}

static bool cancel_at(struct call *call, const char *id, const json_t *place, bool *ret_cancelled,
                      struct err *err) {
    const char *host = json_string_value(json_object_get(place, "host"));
    const char *backend_start = json_string_value(json_object_get(place, "backend_start"));
    char pid[24];
    (void)snprintf(pid, sizeof pid, "%lld",
                   (long long)json_integer_value(json_object_get(place, "pid")));
    if (!host || !backend_start || !is_configured(call->services->config, host))
        return err_set(err, ERR_INTERNAL, "what Redis says of the query %s is not understood", id);
    const char *values[] = { pid, backend_start, id }, *done;
    struct db_at at = { .role = DB_MONITOR,
                        .target = DB_PRIMARY,
                        .host = host,
                        .deadline_ms = call->request->deadline_ms,
                        .client_socket = request_socket(call->request) };
    if (db_text(call->services->db, &at, DB_QUERY_CANCEL, call->request->arena, values, 3, &done,
                NULL, err)) {
        *ret_cancelled = done[0] == 't';
        return true;
    }
    if (err->code != ERR_NOT_FOUND) return false;
    err_clear(err);
    *ret_cancelled = false;
    return true;
}

bool api_query_cancel(struct call *call, struct err *err) {
    const char *id = request_string(call->request, "id"), *value;
    bool cancelled = false;
    if (strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") !=
        strlen(id))
        return err_field(err, "id", "an id is made of letters, digits, dots, hyphens, underscores");
    call->audit_target = id;
    if (!cache_query_get(call->services->cache, call->request->arena, id,
                         call->request->deadline_ms, &value, err))
        return false;
    if (value) {
        json_t *place = json_loads(value, 0, NULL);
        bool ok = cancel_at(call, id, place, &cancelled, err);
        json_decref(place);
        if (!ok) return false;
    }
    return call_reply(call, 200, json_pack("{s:s, s:b}", "id", id, "cancelled", (int)cancelled),
                      err);
}

bool api_self_test(struct call *call, struct err *err) {
    struct db_at at;
    json_t *report;
    if (!managed_at(call, request_string(call->request, "database"), &at, err)) return false;
    call->audit_target = at.database;
    if (!escapes_run(call->services->runner, call->services->db, at.database, call->request,
                     clock_ms() + SELF_TEST_MS, &report, err))
        return false;
    call->audit_result =
        json_pack("{s:O, s:O, s:O}", "ok", json_object_get(report, "ok"), "total",
                  json_object_get(report, "total"), "failed", json_object_get(report, "failed"));
    return call_reply(call, 200, report, err);
}
