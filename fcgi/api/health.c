/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cache.h"
#include "../clock.h"
#include "../db.h"
#include "../metrics.h"
#include "../routes.h"
#include "api.h"
#include "managed.h"

bool api_live(struct call *call, struct err *err) {
    return call_reply(call, 200, json_pack("{s:s}", "status", "ok"), err);
}

/* Half of what is left: more than a busy machine takes, for busy is not down, and something is left
 * to say what is. */
static int64_t half_time(const struct call *call) {
    return clock_ms() + clock_left_ms(call->request->deadline_ms) / 2;
}

/* Ready means that all a request needs answers: PostgreSQL (audit and users), Redis (revocations),
 * and no drain. */
bool api_ready(struct call *call, struct err *err) {
    struct services *services = call->services;
    struct err postgres = ERR_INIT, redis = ERR_INIT;
    const char *text;
    struct db_at at = {
        .role = DB_APP, .target = DB_PRIMARY, .deadline_ms = half_time(call), .client_socket = -1
    };
    bool postgres_ok =
        db_text(services->db, &at, DB_READY, call->request->arena, NULL, 0, &text, NULL, &postgres);
    bool redis_ok = cache_ping(services->cache, half_time(call), &redis);
    bool draining = metrics_is_draining(services->metrics),
         ok = postgres_ok && redis_ok && !draining;
    return call_reply(call, ok ? 200 : 503,
                      json_pack("{s:s s:{s:s s:s}}", "status",
                                draining ? "draining"
                                : ok     ? "ready"
                                         : "unavailable",
                                "checks", "postgres", postgres_ok ? "ok" : "down", "redis",
                                redis_ok ? "ok" : "down"),
                      err);
}

static void name_of(int route, char *ret_name, size_t size) {
    const struct route *row = routes_at(route);
    if (row) (void)snprintf(ret_name, size, "%s %s", routes_method_name(row->method), row->path);
}

/* A label's value may hold anything but what would end it. */
static void put_label(FILE *out, const char *value) {
    for (; *value; value++) {
        if (*value == '"' || *value == '\\') (void)fputc('\\', out);
        if (*value == '\n') (void)fputs("\\n", out);
        else (void)fputc(*value, out);
    }
}

/* A gauge with a line for each row: its labels' and its values' columns. */
static void put_gauge(FILE *out, const char *family, const char *help, const json_t *rows,
                      const char *label, const char *value) {
    size_t i;
    json_t *row;
    (void)fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", family, help, family);
    json_array_foreach(rows, i, row) {
        (void)fprintf(out, "%s{%s=\"", family, label);
        put_label(out, json_string_value(json_object_get(row, label)));
        (void)fprintf(out, "\"} %s\n", json_string_value(json_object_get(row, value)));
    }
}

/* What is in the table of jobs and the list of backups; nothing while the database does not answer:
 * an alert looks for the absence too. */
static void put_jobs(struct call *call, FILE *out) {
    const char *databases;
    struct err err = ERR_INIT;
    struct db_at at = {
        .role = DB_APP, .target = DB_PRIMARY, .deadline_ms = half_time(call), .client_socket = -1
    };
    json_t *jobs = NULL, *ages = NULL, *drills = NULL;
    if (managed_databases(call, &databases, &err) &&
        db_rows(call->services->db, &at, DB_JOB_COUNTS, NULL, 0, &jobs, &err) &&
        db_rows(call->services->db, &at, DB_BACKUP_AGES, &databases, 1, &ages, &err) &&
        db_rows(call->services->db, &at, DB_DRILL_AGES, NULL, 0, &drills, &err)) {
        put_gauge(out, "guardian_jobs", "Jobs by state.", jobs, "state", "count");
        put_gauge(out, "guardian_backup_last_verified_timestamp_seconds",
                  "When the last verified backup was begun; 0: there is none.", ages, "database",
                  "at");
        put_gauge(out, "guardian_drill_last_success_timestamp_seconds",
                  "When a drill last kept its promise; 0: never.", drills, "drill", "at");
        put_gauge(out, "guardian_drill_recovery_seconds",
                  "Until writes were acknowledged again, in the last run that was measured.",
                  drills, "drill", "recovery_seconds");
    }
    json_decref(drills);
    json_decref(jobs);
    json_decref(ages);
}

bool api_metrics(struct call *call, struct err *err) {
    struct reply *reply = &call->reply;
    char *all = NULL;
    size_t size = 0;
    const char *text =
        metrics_text(call->services->metrics, call->request->arena, routes_count(), name_of, &size);
    FILE *out = text ? open_memstream(&all, &reply->text_size) : NULL;
    if (out) {
        (void)fwrite(text, 1, size, out);
        put_jobs(call, out);
        if (fclose(out) == 0)
            reply->text = arena_strndup(call->request->arena, all, reply->text_size);
    }
    free(all);
    reply->content_type = "text/plain; version=0.0.4; charset=utf-8";
    return reply->text || err_set(err, ERR_LIMIT, "out of request memory");
}
