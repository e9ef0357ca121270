/* SPDX-License-Identifier: MIT */
#include "escapes.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "sqlparse.h"

#define TRY_MS          2000
#define SESSION_MS      10000 /* most of them are thrown away: there is a new one for each */
#define RESOURCE_TRY_MS 250   /* what would run for ever is stopped after this time */
/* A session that was thrown away takes a moment to be gone from the server's lists: so long one
 * difference, and all of them together, are looked at again. */
#define PATIENCE_MS     5000
#define PATIENCE_SUM_MS 20000
#define LOOK_AGAIN_MS   20

struct selftest {
    struct runner *runner;
    struct db *db;
    struct request *request;
    const char *database;
    int64_t deadline_ms, patience_ms;
    int pid;       /* of the process that ran the last escape */
    json_t *state; /* before the next escape */
    struct runner_server server;
    int total, refused_by_parser, held_by_server, failed;
};

static bool state_read(struct selftest *test, json_t **ret_state, struct err *err) {
    char pid[16];
    const char *values[] = { pid };
    struct db_at at = { .role = DB_MONITOR,
                        .database = test->database,
                        .target = DB_PRIMARY,
                        .deadline_ms = test->deadline_ms,
                        .client_socket = request_socket(test->request) };
    (void)snprintf(pid, sizeof pid, "%d", test->pid);
    if (db_rows(test->db, &at, DB_ESCAPES_STATE, values, 1, ret_state, err)) return true;
    if (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0) {
        err_clear(err);
        return err_set(err, ERR_NOT_FOUND,
                       "The canaries of the self-test are missing in the database %s. Run "
                       "`guardianctl migrate` to make them.",
                       test->database);
    }
    return false;
}

/* What differs, as a sentence in the request's arena; NULL: nothing. */
static const char *difference(struct selftest *test, const json_t *before, const json_t *after) {
    const char *found = NULL;
    size_t count = json_array_size(before);
    if (json_array_size(after) != count) return "the state of the server cannot be compared";
    for (size_t i = 0; i < count; i++) {
        const json_t *old = json_array_get(before, i), *new = json_array_get(after, i);
        if (json_equal(old, new)) continue;
        const char *item = json_string_value(json_object_get(new, "item"));
        const char *was = json_string_value(json_object_get(old, "value")),
                   *is = json_string_value(json_object_get(new, "value"));
        const char *text = arena_printf(
            test->request->arena, "%s%s%s: was \"%.200s\", is \"%.200s\"", found ? found : "",
            found ? "; " : "", item ? item : "?", was ? was : "", is ? is : "");
        found = text ? text : "something, and there was no memory to say what";
    }
    return found;
}

/* The new state is the next one's old. After a session that was thrown away, it is looked at again
 * for as long as patience lasts. */
static bool compare(struct selftest *test, bool patient, const char **ret_left_behind,
                    struct err *err) {
    int64_t started_ms = clock_ms();
    for (;;) {
        json_t *state;
        if (!state_read(test, &state, err)) return false;
        const char *left_behind = difference(test, test->state, state);
        int64_t waited_ms = clock_ms() - started_ms;
        if (!left_behind || !patient || waited_ms > PATIENCE_MS || waited_ms > test->patience_ms) {
            if (waited_ms > LOOK_AGAIN_MS) test->patience_ms -= waited_ms;
            json_decref(test->state);
            test->state = state;
            *ret_left_behind = left_behind;
            return true;
        }
        json_decref(state);
        (void)poll(NULL, 0, LOOK_AGAIN_MS);
    }
}

static json_t *verdict(bool refused, const char *key, const char *code, const struct err *cause) {
    return json_pack("{s:b, s:s?, s:s?}", "refused", (int)refused, key,
                     refused && code[0] ? code : NULL, "message", refused ? cause->detail : NULL);
}

/* Not refused, and nothing of it is left: said, since the statement did get that far. */
static json_t *server_verdict(const struct runner_probe *probe) {
    struct err undone = ERR_INIT;
    if (probe->undone == 0)
        return verdict(probe->refused, "sqlstate", probe->cause.sqlstate, &probe->cause);
    (void)err_set(&undone, ERR_SQL_READ_ONLY,
                  "It left %d prepared transaction%s; rolled back, and the session thrown away.",
                  probe->undone, probe->undone == 1 ? "" : "s");
    return json_pack("{s:b, s:n, s:s}", "refused", 0, "sqlstate", "message", undone.detail);
}

static bool run_one(struct selftest *test, const struct escape *escape, json_t *items,
                    struct err *err) {
    struct err parser = ERR_INIT;
    struct sqlparse parse;
    struct runner_probe probe;
    const char *left_behind;
    bool endless = strcmp(escape->class, "resources") == 0;
    struct runner_job job = { .sql = escape->sql,
                              .database = test->database,
                              .target = DB_PRIMARY,
                              .id = test->request->id,
                              .timeout_ms = endless ? RESOURCE_TRY_MS : TRY_MS,
                              .session_ms = SESSION_MS,
                              .request = test->request,
                              .format = RUNNER_JSON };
    bool passes = sqlparse_read_only(escape->sql, strlen(escape->sql), &parse, &parser);
    if (clock_left_ms(test->deadline_ms) == 0)
        return err_set(err, ERR_DEADLINE, "the self-test took too long");
    if (!runner_try(test->runner, &job, &probe, &test->server, err)) return false;
    test->pid = probe.pid;
    if (!compare(test, !probe.kept, &left_behind, err)) return false;
    if (probe.cause.code == ERR_DEADLINE && !probe.cause.sqlstate[0])
        strcpy(probe.cause.sqlstate, "57014");
    bool ok = left_behind == NULL;
    test->total++;
    test->refused_by_parser += !passes;
    test->held_by_server += ok;
    test->failed += !ok;
    json_t *item = json_pack("{s:s, s:s, s:s, s:b, s:o, s:o, s:s?}", "name", escape->name, "class",
                             escape->class, "sql", escape->sql, "ok", (int)ok, "parser",
                             verdict(!passes, "code", err_name(parser.code), &parser), "server",
                             server_verdict(&probe), "left_behind", left_behind);
    return (item && json_array_append_new(items, item) == 0) ||
           err_set(err, ERR_LIMIT, "out of memory for the report");
}

/* The first look is not compared: it waits until sessions of an earlier request are gone. A session
 * is opened before it, since a new one rolls back what an earlier one may have left prepared. */
static bool run_all(struct selftest *test, json_t *items, struct err *err) {
    struct runner_probe probe;
    struct runner_job job = { .sql = "SELECT 1",
                              .database = test->database,
                              .target = DB_PRIMARY,
                              .id = test->request->id,
                              .timeout_ms = TRY_MS,
                              .session_ms = SESSION_MS,
                              .request = test->request,
                              .format = RUNNER_JSON };
    bool ok = runner_try(test->runner, &job, &probe, &test->server, err) &&
              state_read(test, &test->state, err);
    for (const struct escape *escape = escapes; ok && escape->name; escape++)
        ok = run_one(test, escape, items, err);
    json_decref(test->state);
    return ok;
}

bool escapes_run(struct runner *runner, struct db *db, const char *database,
                 struct request *request, int64_t deadline_ms, json_t **ret_report,
                 struct err *err) {
    struct selftest test = { .runner = runner,
                             .db = db,
                             .request = request,
                             .database = database,
                             .deadline_ms = deadline_ms,
                             .patience_ms = PATIENCE_SUM_MS };
    int64_t started_us = clock_us();
    json_t *items = json_array();
    if (!items) return err_set(err, ERR_LIMIT, "out of memory for the report");
    if (!run_all(&test, items, err)) {
        json_decref(items);
        return false;
    }
    json_t *report =
        json_pack("{s:b, s:i, s:i, s:i, s:i, s:f, s:{s:s, s:s, s:I}, s:o}", "ok",
                  (int)(test.failed == 0), "total", test.total, "refused_by_parser",
                  test.refused_by_parser, "held_by_server", test.held_by_server, "failed",
                  test.failed, "duration_ms", (double)(clock_us() - started_us) / 1000.0, "server",
                  "host", test.server.host, "role", test.server.standby ? "standby" : "primary",
                  "lag_bytes", (json_int_t)test.server.lag_bytes, "items", items);
    if (!report) return err_set(err, ERR_LIMIT, "out of memory for the report");
    *ret_report = report;
    return true;
}
