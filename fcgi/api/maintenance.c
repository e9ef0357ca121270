/* SPDX-License-Identifier: MIT */
/* What is worth doing to the tables, and the jobs that do it. */
#include "../maintenance.h"

#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "jobs.h"
#include "managed.h"
#include "tablefind.h"
#include "tag.h"

#define LARGEST_MAX 10

static const char *const names[] = { "vacuum",  "vacuum-full", "analyze",
                                     "reindex", "checkpoint",  NULL };

/* clang-format off */
const struct field maintenance_fields[] = {
    { "operation", FIELD_PATH, FIELD_ENUM, .choices = names },
    { "database", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 63 },
    { "tables", FIELD_BODY, FIELD_STRINGS, .min = 1, .max = 1000 },
    { "options", FIELD_BODY, FIELD_OBJECT, .required = false },
    { .name = NULL },
};

const struct field advice_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "min_bytes", FIELD_QUERY, FIELD_INTEGER, .min = 0, .max = 1099511627776, .preset = "10485760" },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static const char *text_of(const json_t *object, const char *name) {
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *name) {
    return json_integer_value(json_object_get(object, name));
}

/* -- advice ------------------------------------------------------------------------------------ */

static bool add_operation(json_t *list, const struct maintenance_operation *operation,
                          json_t *options) {
    const struct maintenance_operation *with = maintenance_with(operation, options);
    return json_array_append_new(list, json_pack("{s:s s:o s:s s:b}", "operation", operation->name,
                                                 "options", options, "locks", with->locks,
                                                 "interrupts", with->locks_out)) == 0;
}

static json_t *operations_json(void) {
    json_t *list = json_array();
    bool ok = list;
    for (const char *const *name = names; ok && *name; name++) {
        const struct maintenance_operation *operation = maintenance_find(*name);
        bool is_reindex = strcmp(*name, "reindex") == 0;
        ok = add_operation(list, operation,
                           is_reindex ? json_pack("{s:b}", "concurrently", 1) : json_object());
        if (ok && is_reindex)
            ok = add_operation(list, operation, json_pack("{s:b}", "concurrently", 0));
    }
    if (ok) return list;
    json_decref(list);
    return NULL;
}

/* What each operation locks, as an object in JSON text. */
static const char *locks_text(struct arena *arena) {
    static const char *const others[] = { "drop-index", "alter-table", "nothing" };
    json_t *locks = json_object();
    bool ok = locks;
    for (const char *const *name = names; ok && *name; name++)
        ok = json_object_set_new(locks, *name, json_string(maintenance_find(*name)->locks)) == 0;
    for (size_t i = 0; ok && i < sizeof others / sizeof others[0]; i++)
        ok = json_object_set_new(locks, others[i], json_string(maintenance_locks(others[i]))) == 0;
    char *text = ok ? json_dumps(locks, JSON_COMPACT) : NULL;
    const char *copy = text ? arena_strdup(arena, text) : NULL;
    free(text);
    json_decref(locks);
    return copy;
}

bool api_advice(struct call *call, struct err *err) {
    const struct request *request = call->request;
    struct arena *arena = request->arena;
    struct db *db = call->services->db;
    struct db_at at;
    const char *bloat, *unused, *advice;
    const char *limits[] = {
        "200", arena_printf(arena, "%lld", (long long)request_integer(request, "min_bytes"))
    };
    const char *locks = locks_text(arena);
    if (!limits[1] || !locks) return no_memory(err);
    if (!managed_at(call, request_string(request, "database"), &at, err) ||
        !db_text(db, &at, DB_BLOAT, arena, limits, 2, &bloat, NULL, err) ||
        !db_text(db, &at, DB_PERFORMANCE, arena, limits, 2, &unused, NULL, err))
        return false;
    const char *values[] = { bloat, unused, locks };
    if (!db_text(db, &at, DB_ADVICE, arena, values, 3, &advice, NULL, err)) return false;
    json_t *operations = operations_json();
    char *text = operations ? json_dumps(operations, JSON_COMPACT) : NULL;
    call->reply.text = text ? arena_printf(arena, "{\"operations\":%s,%s", text, advice + 1) : NULL;
    free(text);
    json_decref(operations);
    if (!call->reply.text) return no_memory(err);
    call->reply.text_size = strlen(call->reply.text);
    return tag_reply(call, err);
}

/* -- what it would do -------------------------------------------------------------------------- */

struct plan {
    const struct maintenance_operation *operation; /* with its options */
    const char *database;
    const json_t *options;
    json_t *tables;  /* those that were named, for the job; or NULL: all */
    json_t *targets; /* what is worked on, one after the other */
    int64_t bytes, table_bytes, index_bytes, rows, sessions, disk_bytes;
    const char *state;
};

static bool add_table(struct call *call, const struct db_at *at, const char *text,
                      struct plan *plan, struct err *err) {
    struct tablefind table;
    if (!managed_check_length("tables", text, TABLEFIND_NAME_MAX, err)) return false;
    if (strncmp(text, "pg_catalog.", 11) == 0 || strncmp(text, "pg_toast.", 9) == 0)
        return err_field(err, "tables",
                         "%s belongs to the system: a superuser maintains it, and it cannot be "
                         "reindexed concurrently.",
                         managed_short(call, text, 200));
    if (!tablefind(call, at, text, &table, err)) return false;
    size_t i;
    json_t *known;
    json_array_foreach(plan->tables, i,
                       known) if (strcmp(text_of(known, "oid"), table.oid) == 0) return true;
    return json_array_append_new(plan->tables,
                                 json_pack("{s:s s:s s:s s:b}", "oid", table.oid, "schema",
                                           table.schema, "table", table.table, "partitioned",
                                           table.is_partitioned)) == 0 ||
           no_memory(err);
}

static bool read_tables(struct call *call, const struct db_at *at, struct plan *plan,
                        struct err *err) {
    const json_t *asked = request_strings(call->request, "tables"), *name;
    size_t i;
    if (!asked) return true;
    plan->tables = json_array();
    if (!managed_defer(call, plan->tables, err)) return false;
    json_array_foreach((json_t *)asked, i, name) if (!add_table(call, at, json_string_value(name),
                                                                plan, err)) return false;
    return true;
}

static const char *oids_text(struct call *call, const struct plan *plan) {
    const char *text = "[";
    size_t i;
    json_t *table;
    json_array_foreach(plan->tables, i, table) {
        text = arena_printf(call->request->arena, "%s%s\"%s\"", text, i ? "," : "",
                            text_of(table, "oid"));
        if (!text) return NULL;
    }
    return arena_printf(call->request->arena, "%s]", text);
}

static bool is_named(const struct plan *plan, const char *oid) {
    size_t i;
    json_t *table;
    json_array_foreach(plan->tables, i,
                       table) if (strcmp(text_of(table, "oid"), oid) == 0) return true;
    return false;
}

/* What was named and cannot be done is refused at once; what is a part of a whole is told by the
 * job. */
static bool check_target(const struct plan *plan, const json_t *target, struct err *err) {
    if (!is_named(plan, text_of(target, "oid"))) return true;
    if (!json_is_true(json_object_get(target, "possible")))
        return err_field(err, "tables", "%.63s.%.63s is a %s: there is nothing to %s",
                         text_of(target, "schema"), text_of(target, "table"),
                         strcmp(text_of(target, "kind"), "view") == 0 ? "view" : "foreign table",
                         plan->operation->name);
    return json_is_true(json_object_get(target, "allowed")) ||
           err_set(err, ERR_FORBIDDEN,
                   "%.63s.%.63s belongs to %.63s, for whom the console may not act: only that "
                   "role or a superuser can %s it.",
                   text_of(target, "schema"), text_of(target, "table"), text_of(target, "owner"),
                   plan->operation->name);
}

/* Also says, in one text, which tables they are. */
static bool sum_up(struct call *call, struct plan *plan, struct err *err) {
    bool is_full = strcmp(plan->operation->name, "vacuum-full") == 0;
    size_t i;
    json_t *target;
    char *options = json_dumps(plan->options, JSON_COMPACT | JSON_SORT_KEYS);
    char *targets = NULL;
    json_array_foreach(plan->targets, i, target) {
        if (!check_target(plan, target, err)) break;
        int64_t table = number_of(target, "table_bytes"), index = number_of(target, "index_bytes");
        int64_t beside = is_full ? table + index : index;
        plan->table_bytes += table;
        plan->index_bytes += index;
        plan->rows += number_of(target, "row_estimate");
        plan->sessions += number_of(target, "sessions");
        if (beside > plan->disk_bytes) plan->disk_bytes = beside;
    }
    plan->bytes =
        plan->table_bytes + (strcmp(plan->operation->name, "analyze") ? plan->index_bytes : 0);
    if (err->code == ERR_NONE) {
        json_t *list = json_array();
        json_array_foreach(
            plan->targets, i,
            target) if (json_array_append_new(list, json_pack("[s s s]", text_of(target, "oid"),
                                                              text_of(target, "schema"),
                                                              text_of(target, "table"))) !=
                        0) break;
        targets = list ? json_dumps(list, JSON_COMPACT) : NULL;
        json_decref(list);
        plan->state = targets
                          ? arena_printf(call->request->arena, "%s|%s|%s|%s", plan->operation->name,
                                         plan->database, options ? options : "", targets)
                          : NULL;
        if (!plan->state) (void)no_memory(err);
    }
    free(targets);
    free(options);
    return err->code == ERR_NONE;
}

static bool make_plan(struct call *call, struct plan *ret_plan, struct err *err) {
    const struct request *request = call->request;
    const struct maintenance_operation *operation =
        maintenance_find(request_string(request, "operation"));
    struct plan plan = { .options = request_object(request, "options") };
    struct db_at at;
    const char *text;
    size_t size;
    if (!operation) return err_set(err, ERR_INTERNAL, "there is no such operation");
    if (!maintenance_check_options(operation, plan.options, err) ||
        !managed_at(call, request_string(request, "database"), &at, err))
        return false;
    plan.operation = maintenance_with(operation, plan.options);
    plan.database = at.database;
    plan.state = "";
    if (strcmp(operation->name, "checkpoint") == 0) {
        if (request_has(request, "tables"))
            return err_field(err, "tables", "a checkpoint is of the whole server");
        *ret_plan = plan;
        return true;
    }
    if (!read_tables(call, &at, &plan, err)) return false;
    const char *values[] = { operation->name, plan.tables ? oids_text(call, &plan) : NULL };
    if (plan.tables && !values[1]) return no_memory(err);
    if (!db_text(call->services->db, &at, DB_MAINTENANCE_TARGETS, request->arena, values, 2, &text,
                 &size, err))
        return false;
    plan.targets = json_loadb(text, size, 0, NULL);
    if (!managed_defer(call, plan.targets, err) || !sum_up(call, &plan, err)) return false;
    *ret_plan = plan;
    return true;
}

/* -1: it never ran. */
static bool estimate_seconds(struct call *call, const struct plan *plan, int64_t *ret_seconds,
                             struct err *err) {
    struct db_at at = jobs_at(call);
    const char *values[] = { plan->operation->name, plan->database }, *text;
    *ret_seconds = -1;
    if (!db_text(call->services->db, &at, DB_MAINTENANCE_SPEED, call->request->arena, values, 2,
                 &text, NULL, err)) {
        if (err->code != ERR_NOT_FOUND) return false;
        err_clear(err);
        return true;
    }
    long long speed = strtoll(text, NULL, 10);
    if (speed > 0) *ret_seconds = (plan->bytes + speed - 1) / speed;
    return true;
}

static const char *bytes_text(struct arena *arena, int64_t bytes) {
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1000 && unit + 1 < sizeof units / sizeof units[0]) value /= 1024, unit++;
    const char *text = arena_printf(arena, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return text ? text : "";
}

static const char *summarize(struct arena *arena, const struct plan *plan, int64_t seconds) {
    size_t count = json_array_size(plan->targets);
    const char *how_long =
        seconds >= 0 ? arena_printf(arena, "about %lld s, as earlier runs went", (long long)seconds)
                     : "how long is not known, for none has run here yet";
    return arena_printf(
        arena,
        "%s %zu table%s of the database \"%s\", %s with their indexes (%s). %s %lld session%s "
        "use%s "
        "them now. Up to %s of disk space are needed meanwhile; how much is free the server does "
        "not "
        "tell.",
        strcmp(plan->operation->name, "reindex") == 0 ? "Build the indexes anew of" : "Rewrite",
        count, count == 1 ? "" : "s", plan->database,
        bytes_text(arena, plan->table_bytes + plan->index_bytes), how_long ? how_long : "",
        plan->operation->locks, (long long)plan->sessions, plan->sessions == 1 ? "" : "s",
        plan->sessions == 1 ? "s" : "", bytes_text(arena, plan->disk_bytes));
}

static json_t *numbers(const struct plan *plan, int64_t seconds) {
    json_t *largest = json_array(), *target;
    size_t i;
    json_array_foreach(
        plan->targets, i,
        target) if (i < LARGEST_MAX &&
                    json_array_append_new(
                        largest, json_pack("{s:s s:s s:I s:I}", "schema", text_of(target, "schema"),
                                           "table", text_of(target, "table"), "bytes",
                                           (json_int_t)(number_of(target, "table_bytes") +
                                                        number_of(target, "index_bytes")),
                                           "sessions",
                                           (json_int_t)number_of(target, "sessions"))) != 0) break;
    return json_pack("{s:s s:I s:I s:I s:I s:I s:s s:I s:o s:I s:n s:o}", "operation",
                     plan->operation->name, "tables", (json_int_t)json_array_size(plan->targets),
                     "table_bytes", (json_int_t)plan->table_bytes, "index_bytes",
                     (json_int_t)plan->index_bytes, "row_estimate", (json_int_t)plan->rows,
                     "sessions", (json_int_t)plan->sessions, "locks", plan->operation->locks,
                     "lock_timeout_ms", (json_int_t)maintenance_lock_timeout_ms(plan->options),
                     "estimated_seconds", seconds >= 0 ? json_integer(seconds) : json_null(),
                     "disk_needed_bytes", (json_int_t)plan->disk_bytes, "disk_available_bytes",
                     "first_tables", largest);
}

bool maintenance_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    struct plan plan;
    int64_t seconds;
    if (!make_plan(call, &plan, err)) return false;
    if (!plan.operation->locks_out) {
        ret_impact->harmless = true;
        return true;
    }
    if (!estimate_seconds(call, &plan, &seconds, err)) return false;
    struct impact impact = {
        .summary = summarize(arena, &plan, seconds),
        .impact = numbers(&plan, seconds),
        .undo = "There is nothing to undo: the rows stay as they are, and a run that is cancelled "
                "leaves the table whose turn it was as it had been.",
        .phrase = arena_printf(arena, "%s %s", plan.operation->name, plan.database),
        .state = plan.state,
    };
    if (!managed_defer(call, impact.impact, err)) return false;
    if (!impact.summary || !impact.phrase) return no_memory(err);
    *ret_impact = impact;
    return true;
}

/* -- doing it ---------------------------------------------------------------------------------- */

bool api_maintenance(struct call *call, struct err *err) {
    struct plan plan;
    const char *job_id;
    struct db_at at = jobs_at(call);
    if (!make_plan(call, &plan, err)) return false;
    json_t *parameters = json_pack("{s:s s:O? s:O?}", "operation", plan.operation->name, "tables",
                                   plan.tables, "options", plan.options);
    if (!managed_defer(call, parameters, err)) return false;
    return job_create(call->services->db, &at, call->request->arena, plan.operation->name,
                      plan.database, parameters, call->identity.username, call->request->id,
                      &job_id, err) &&
           jobs_started(call, job_id, err);
}
