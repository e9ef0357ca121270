/* SPDX-License-Identifier: MIT */
/* Failover drills: which there are and may run now, two steps to run one, and what came of them. */
#include "../drill.h"

#include <stdlib.h>
#include <string.h>

#include "../config.h"
#include "../jsonpick.h"
#include "../page.h"
#include "../seal.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"

/* clang-format off */
const struct field drill_start_fields[] = {
    { "name", FIELD_PATH, FIELD_STRING, .min = 1, .max = 63 },
    { .name = NULL },
};
const struct field drill_runs_fields[] = {
    { "drill", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = 1024 },
    { .name = NULL },
};
const struct field drill_run_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

/* -- what came of earlier runs ------------------------------------------------------------------
 */

static bool read_last(struct call *call, json_t **ret_rows, struct err *err) {
    struct db_at at = jobs_at(call);
    json_t *rows;
    if (!db_rows(call->services->db, &at, DB_DRILL_LAST, NULL, 0, &rows, err)) return false;
    *ret_rows = rows;
    return managed_defer(call, rows, err);
}

static const json_t *last_of(const json_t *rows, const struct drill *drill) {
    size_t i;
    const json_t *row;
    json_array_foreach(rows, i, row) {
        const char *name = jsonpick_text(row, "drill");
        if (name && strcmp(name, drill->name) == 0) return row;
    }
    return NULL;
}

static json_t *number_of(const json_t *row, const char *name) {
    const char *text = jsonpick_text(row, name);
    return text ? json_real(strtod(text, NULL)) : json_null();
}

static json_t *last_json(const json_t *row) {
    const char *kept = jsonpick_text(row, "kept");
    if (!row) return json_null();
    return json_pack("{s:s?, s:s?, s:s?, s:o}", "run_id", jsonpick_text(row, "id"), "at",
                     jsonpick_text(row, "at"), "state", jsonpick_text(row, "state"), "kept",
                     kept ? json_boolean(strcmp(kept, "true") == 0) : json_null());
}

/* -- which there are ----------------------------------------------------------------------------
 */

static bool add_item(struct call *call, const struct drill *drill, const json_t *last,
                     json_t *items, struct err *err) {
    struct replication_at at = replication_for(call);
    struct drill_look look;
    if (!drill_look(&at, drill, NULL, &look, err)) return false;
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:o, s:b, s:O, s:O?, s:o}", "name",
                             drill->name, "title", drill->title, "breaks", drill->breaks, "undo",
                             drill->undo, "promise_seconds", drill->promise_s, "expected_seconds",
                             number_of(last, "expected_seconds"), "last_recovery_seconds",
                             number_of(last, "recovery_seconds"), "ready", look.code == ERR_NONE,
                             "checks", look.checks, "plan", look.facts, "last", last_json(last));
    return json_array_append_new(items, item) == 0 || no_memory(err);
}

bool api_drills(struct call *call, struct err *err) {
    json_t *items = json_array(), *last;
    if (!items || !managed_defer(call, items, err)) return no_memory(err);
    if (!read_last(call, &last, err)) return false;
    for (const struct drill *drill = drills; drill->name; drill++)
        if (drill->is_here(call->services->config) &&
            !add_item(call, drill, last_of(last, drill), items, err))
            return false;
    return call_reply(call, 200, json_pack("{s:O}", "items", items), err);
}

/* -- running one --------------------------------------------------------------------------------
 */

static bool find(const struct call *call, const struct drill **ret_drill, struct err *err) {
    const char *name = request_string(call->request, "name");
    const struct drill *drill = drill_find(name);
    if (!drill) return err_set(err, ERR_NOT_FOUND, "There is no drill %.63s.", name);
    if (!drill->is_here(call->services->config))
        return err_set(err, ERR_NOT_CONFIGURED, "%s",
                       drill->target == DRILL_POSTGRES
                           ? "Set patroni.addresses: without Patroni nobody takes over."
                           : "Set redis.sentinels: without Sentinels nobody fails over.");
    *ret_drill = drill;
    return true;
}

static const char *summary_of(struct arena *arena, const struct drill *drill, const json_t *facts,
                              double expected_s) {
    const char *from = jsonpick_text(facts, "from"), *to = jsonpick_text(facts, "to");
    long long sessions = (long long)jsonpick_integer(facts, "sessions_cut", 0);
    long long lag = (long long)jsonpick_integer(facts, "lag_bytes", 0);
    if (drill->target == DRILL_REDIS)
        return arena_printf(arena,
                            "Have %s replaced as Redis's primary, probably by %s, which lags by "
                            "%lld bytes. Its %lld clients reconnect; for about %.1f s nobody can "
                            "sign in or confirm, and what Redis took last may be lost.",
                            from, to, lag, sessions, expected_s);
    if (!drill->moves)
        return arena_printf(arena,
                            "Restart PostgreSQL on the leader %s. Writes stop for about %.1f s; "
                            "%lld sessions and %lld open transactions are cut. No committed write "
                            "is lost.",
                            from, expected_s, sessions,
                            (long long)jsonpick_integer(facts, "transactions_cut", 0));
    return arena_printf(arena,
                        "Take %s away as the primary and have %s, which lags by %lld bytes, take "
                        "over. Writes stop for about %.1f s; %lld sessions and %lld open "
                        "transactions are cut. No committed write is lost.",
                        from, to, lag, expected_s, sessions,
                        (long long)jsonpick_integer(facts, "transactions_cut", 0));
}

/* What was decided is kept for the second step, where it is found to be still so. */
static bool keep_decision(struct call *call, const struct drill *drill,
                          const struct drill_look *look, struct err *err) {
    json_decref(call->audit_result);
    call->audit_target = drill->name;
    call->audit_result = json_pack("{s:O, s:O, s:s}", "plan", look->facts, "preflight",
                                   look->checks, "state", look->state);
    return call->audit_result || no_memory(err);
}

bool drill_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const struct drill *drill = NULL;
    struct replication_at at = replication_for(call);
    struct drill_look look;
    json_t *last;
    if (!find(call, &drill, err) || !read_last(call, &last, err) ||
        !drill_look(&at, drill, NULL, &look, err) || !drill_allows(&look, err))
        return false;
    const json_t *row = last_of(last, drill);
    const char *expected = jsonpick_text(row, "expected_seconds");
    double expected_s = expected ? strtod(expected, NULL) : drill->promise_s;
    json_t *numbers = json_pack("{s:f, s:i}", "expected_seconds", expected_s, "promise_seconds",
                                drill->promise_s);
    if (!managed_defer(call, numbers, err)) return false;
    if (jsonpick_text(row, "recovery_seconds"))
        (void)json_object_set_new(numbers, "last_recovery_seconds",
                                  number_of(row, "recovery_seconds"));
    struct impact impact = {
        .summary = summary_of(arena, drill, look.facts, expected_s),
        .impact = numbers,
        .undo = drill->undo,
        .phrase = arena_printf(arena, "drill %s", drill->name),
        .state = look.state,
    };
    if (json_object_update_missing(numbers, look.facts) != 0 || !impact.summary || !impact.phrase)
        return no_memory(err);
    if (!keep_decision(call, drill, &look, err)) return false;
    *ret_impact = impact;
    return true;
}

static bool start(struct call *call, const char *name, const json_t *decided, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *job_id = NULL;
    char *plan = json_dumps(json_object_get(decided, "plan"), JSON_COMPACT);
    char *preflight = json_dumps(json_object_get(decided, "preflight"), JSON_COMPACT);
    const char *values[] = { name,
                             plan,
                             preflight,
                             jsonpick_text(decided, "state"),
                             call->identity.username,
                             call->request->id };
    bool ok = plan && preflight ? db_text(call->services->db, &at, DB_DRILL_START,
                                          call->request->arena, values, 6, &job_id, NULL, err)
                                : no_memory(err);
    free(plan);
    free(preflight);
    if (!ok && err->code == ERR_NOT_FOUND) {
        err_clear(err);
        return err_set(err, ERR_CONFLICT, "Another drill is under way.");
    }
    return ok && jobs_started(call, job_id, err);
}

bool api_drill_start(struct call *call, struct err *err) {
    json_t *decided = call->audit_result;
    if (!json_is_object(json_object_get(decided, "plan")))
        return err_set(err, ERR_INTERNAL, "a drill that nobody has confirmed");
    call->audit_result = NULL; /* it lasts as long as the request */
    return managed_defer(call, decided, err) &&
           start(call, request_string(call->request, "name"), decided, err);
}

/* -- runs ---------------------------------------------------------------------------------------
 */

bool api_drill_runs(struct call *call, struct err *err) {
    const char *before, *limit = jobs_limit(call);
    if (!limit) return no_memory(err);
    if (!page_before(call, &before, err)) return false;
    const char *values[] = { request_string(call->request, "drill"), before, limit };
    return jobs_page(call, DB_DRILL_LIST, values, 3, err);
}

bool api_drill_run(struct call *call, struct err *err) {
    const char *id = request_string(call->request, "id");
    json_t *run = NULL;
    if (!seal_is_uuid(id)) return err_set(err, ERR_NOT_FOUND, "There is no run %.36s.", id);
    if (jobs_object(call, DB_DRILL_GET, &id, 1, &run, err)) return call_reply(call, 200, run, err);
    if (err->code != ERR_NOT_FOUND) return false;
    err_clear(err);
    return err_set(err, ERR_NOT_FOUND, "There is no run %.36s.", id);
}
