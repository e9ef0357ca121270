/* SPDX-License-Identifier: MIT */
/* Schedules: what is to be made when, and what retention makes of it. */
#include "../schedule.h"

#include <stdlib.h>
#include <string.h>

#include "../audit.h"
#include "../clock.h"
#include "../jobs.h"
#include "../retention.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"

#define NOTE_CHARACTERS 500
#define RUNS_SHOWN      5

static const char *const kinds[] = { "backup", "restore_drill", NULL };
static const char *const formats[] = { "custom", "directory", NULL };

/* clang-format off */
const struct field schedules_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { .name = NULL },
};

/* Without its first, the id in the path, this is also what a new one takes. */
const struct field schedule_put_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { "database", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 63 },
    { "kind", FIELD_BODY, FIELD_ENUM, .choices = kinds, .preset = "backup" },
    { "cron", FIELD_BODY, FIELD_STRING, .required = true, .min = 9, .max = 200 },
    { "time_zone", FIELD_BODY, FIELD_STRING, .min = 1, .max = 64, .preset = "UTC" },
    { "enabled", FIELD_BODY, FIELD_BOOLEAN, .preset = "true" },
    { "format", FIELD_BODY, FIELD_ENUM, .choices = formats, .preset = "custom" },
    { "retention", FIELD_BODY, FIELD_OBJECT, .required = false },
    { "note", FIELD_BODY, FIELD_STRING, .max = 2000 },
    { .name = NULL },
};

const struct field schedule_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};

const struct field retention_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { .name = NULL },
};
/* clang-format on */

/* What the table does not keep: when it runs next. */
static bool add_runs(json_t *schedule, struct err *err) {
    bool enabled = json_is_true(json_object_get(schedule, "enabled"));
    json_t *runs =
        enabled
            ? schedule_runs(json_string_value(json_object_get(schedule, "cron")),
                            json_string_value(json_object_get(schedule, "time_zone")), RUNS_SHOWN)
            : json_array();
    return json_object_set_new(schedule, "next_runs", runs) == 0 ||
           err_set(err, ERR_LIMIT, "out of memory for the schedule");
}

static bool none(const char *id, struct err *err) {
    if (err->code != ERR_NOT_FOUND) return false;
    err_clear(err);
    return err_set(err, ERR_NOT_FOUND, "There is no schedule %s.", id);
}

static bool reply_one(struct call *call, const char *id, int status, struct err *err) {
    json_t *schedule;
    if (!jobs_object(call, DB_SCHEDULE_GET, &id, 1, &schedule, err)) return none(id, err);
    if (add_runs(schedule, err)) return call_reply(call, status, schedule, err);
    json_decref(schedule);
    return false;
}

bool api_schedules(struct call *call, struct err *err) {
    const char *database = request_string(call->request, "database"), *text;
    struct db_at at = jobs_at(call);
    size_t size, i;
    json_t *schedule;
    if (!db_text(call->services->db, &at, DB_SCHEDULE_LIST, call->request->arena, &database, 1,
                 &text, &size, err))
        return false;
    json_t *items = json_loadb(text, size, 0, NULL);
    if (!managed_defer(call, items, err)) return false;
    json_array_foreach(items, i, schedule) {
        (void)json_object_del(schedule, "seq");
        if (!add_runs(schedule, err)) return false;
    }
    return call_reply(call, 200, json_pack("{s:O s:n}", "items", items, "next_cursor"), err);
}

bool api_schedule(struct call *call, struct err *err) {
    const char *id = NULL;
    return jobs_id(call, &id, err) && reply_one(call, id, 200, err);
}

/* What the fields say, checked; *ret_next is NULL when it is not enabled. */
struct wish {
    const char *database, *kind, *cron, *time_zone, *format, *retention, *note, *next;
    bool enabled;
    char next_text[24];
};

static bool read_wish(struct call *call, struct wish *ret_wish, struct err *err) {
    const struct request *request = call->request;
    const json_t *retention = request_object(request, "retention");
    struct wish *wish = ret_wish;
    struct db_at at;
    *wish = (struct wish){ .database = request_string(request, "database"),
                           .kind = request_string(request, "kind"),
                           .cron = request_string(request, "cron"),
                           .time_zone = request_string(request, "time_zone"),
                           .format = request_string(request, "format"),
                           .note = request_string(request, "note"),
                           .enabled = request_boolean(request, "enabled") };
    if (!managed_at(call, wish->database, &at, err) ||
        !managed_check_length("note", wish->note, NOTE_CHARACTERS, err))
        return false;
    if (!job_kind_find(wish->kind))
        return err_field(err, "kind", "%s cannot be scheduled here.", wish->kind);
    if (strcmp(wish->kind, "backup") != 0 && strcmp(wish->format, "custom") != 0)
        return err_field(err, "format", "A %s makes no backup; leave the format out.", wish->kind);
    if (!schedule_next(wish->cron, wish->time_zone, clock_unix_s(), wish->next_text, &wish->next,
                       err))
        return false;
    if (!wish->next) return err_field(err, "cron", "That time never comes.");
    if (!wish->enabled) wish->next = NULL;
    if (wish->note && !*wish->note) wish->note = NULL;
    if (!retention) return true;
    if (!retention_check(retention, err)) return false;
    char *text = json_dumps(retention, JSON_COMPACT);
    wish->retention = text ? arena_strdup(request->arena, text) : NULL;
    free(text);
    return wish->retention || err_set(err, ERR_LIMIT, "out of request memory");
}

bool api_schedule_create(struct call *call, struct err *err) {
    struct db_at at = jobs_at(call);
    struct wish wish;
    const char *id;
    if (!read_wish(call, &wish, err)) return false;
    const char *values[] = {
        wish.database,  wish.kind, wish.cron, wish.time_zone,    wish.enabled ? "true" : "false",
        wish.retention, wish.note, wish.next, audit_actor(call), wish.format
    };
    at.client_socket = -1;
    if (!db_text(call->services->db, &at, DB_SCHEDULE_CREATE, call->request->arena, values, 10, &id,
                 NULL, err))
        return false;
    call->audit_result = json_pack("{s:s}", "schedule_id", id);
    return reply_one(call, id, 201, err);
}

bool api_schedule_put(struct call *call, struct err *err) {
    struct db_at at = jobs_at(call);
    struct wish wish;
    const char *id = NULL, *changed;
    if (!jobs_id(call, &id, err) || !read_wish(call, &wish, err)) return false;
    const char *values[] = { id,
                             wish.database,
                             wish.kind,
                             wish.cron,
                             wish.time_zone,
                             wish.enabled ? "true" : "false",
                             wish.retention,
                             wish.note,
                             wish.next,
                             wish.format };
    at.client_socket = -1;
    if (!db_text(call->services->db, &at, DB_SCHEDULE_PUT, call->request->arena, values, 10,
                 &changed, NULL, err))
        return none(id, err);
    return reply_one(call, id, 200, err);
}

/* -- deleting ------------------------------------------------------------------------------------
 */

static const char *fact(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static long long number(const json_t *row, const char *name) {
    return strtoll(fact(row, name), NULL, 10);
}

bool schedule_delete_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    struct db_at at = jobs_at(call);
    const char *id = NULL;
    json_t *rows;
    if (!jobs_id(call, &id, err) ||
        !db_rows(call->services->db, &at, DB_SCHEDULE_IMPACT, &id, 1, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    const json_t *row = json_array_get(rows, 0);
    if (!row) return err_set(err, ERR_NOT_FOUND, "There is no schedule %s.", id);
    struct impact impact = {
        .summary = arena_printf(
            arena,
            "Delete the schedule \"%s\" (%s) of \"%s\". %lld other enabled schedule%s of this kind "
            "remain%s there. The %lld backups that it made stay, and expire no more.",
            fact(row, "cron"), fact(row, "time_zone"), fact(row, "database"), number(row, "others"),
            number(row, "others") == 1 ? "" : "s", number(row, "others") == 1 ? "s" : "",
            number(row, "backups")),
        .impact = json_pack("{s:s s:s s:s s:s s:I s:I}", "database", fact(row, "database"), "kind",
                            fact(row, "kind"), "cron", fact(row, "cron"), "time_zone",
                            fact(row, "time_zone"), "backups", (json_int_t)number(row, "backups"),
                            "schedules_remaining", (json_int_t)number(row, "others")),
        .undo = "Make it again.",
        .phrase = arena_printf(arena, "delete schedule of %s", fact(row, "database")),
        .state = arena_printf(arena, "%s|%s|%s", id, fact(row, "updated_at"), fact(row, "others")),
    };
    if (!managed_defer(call, impact.impact, err)) return false;
    if (!impact.summary || !impact.phrase || !impact.state)
        return err_set(err, ERR_LIMIT, "out of request memory");
    *ret_impact = impact;
    return true;
}

bool api_schedule_delete(struct call *call, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *id = NULL, *deleted;
    if (!jobs_id(call, &id, err)) return false;
    at.client_socket = -1;
    if (!db_text(call->services->db, &at, DB_SCHEDULE_DELETE, call->request->arena, &id, 1,
                 &deleted, NULL, err))
        return none(id, err);
    call->reply.status = 204;
    return true;
}

bool api_retention(struct call *call, struct err *err) {
    const char *database = request_string(call->request, "database");
    struct db_at at;
    json_t *items;
    if (!managed_at(call, database, &at, err)) return false;
    const char *name = at.database;
    at = jobs_at(call);
    return schedule_retention(call->services->db, &at, name, &items, err) &&
           call_reply(call, 200, json_pack("{s:o}", "items", items), err);
}
