/* SPDX-License-Identifier: MIT */
/* Restores: begun, looked at, swapped, undone, kept longer, dropped. The work is done by jobs. */
#include "restore.h"

#include <stdlib.h>
#include <string.h>

#include "../audit.h"
#include "../clock.h"
#include "../jobs.h"
#include "../page.h"
#include "../seal.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"

#define KEEP_MAX_S (3650LL * 86400)

/* clang-format off */
const struct field restore_fields[] = {
    { "backup_id", FIELD_BODY, FIELD_STRING, .required = true, .min = 36, .max = 36 },
    { "database", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 63 },
    { "swap", FIELD_BODY, FIELD_BOOLEAN, .preset = "true" },
    { .name = NULL },
};

const struct field restores_fields[] = {
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = 1024 },
    { .name = NULL },
};

const struct field restore_id_fields[] = {
    { "job_id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};

const struct field restore_keep_fields[] = {
    { "job_id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { "kept_until", FIELD_BODY, FIELD_STRING, .required = true, .min = 20, .max = 32 },
    { .name = NULL },
};

const struct field drill_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

/* -- reading ----------------------------------------------------------------------------------- */

bool restores_row(struct call *call, const struct db_at *at, enum db_statement statement,
                  const char *const *values, int count, const json_t **ret_row, struct err *err) {
    json_t *rows;
    if (!db_rows(call->services->db, at, statement, values, count, &rows, err)) return false;
    if (!managed_defer(call, rows, err)) return false;
    *ret_row = json_array_get(rows, 0);
    return true;
}

bool restores_read(struct call *call, const char **ret_id, const json_t **ret_restore,
                   struct err *err) {
    const char *id = request_string(call->request, "job_id");
    json_t *restore = NULL;
    if (!seal_is_uuid(id)) return err_set(err, ERR_NOT_FOUND, "There is no restore %.36s.", id);
    if (!jobs_object(call, DB_RESTORE_GET, &id, 1, &restore, err)) {
        if (err->code != ERR_NOT_FOUND) return false;
        err_clear(err);
        return err_set(err, ERR_NOT_FOUND, "There is no restore %s.", id);
    }
    if (!managed_defer(call, restore, err)) return false;
    *ret_id = id;
    *ret_restore = restore;
    return true;
}

/* The database that an item keeps. */
static const char *spare_of(const json_t *item) {
    const char *state = json_string_value(json_object_get(item, "state"));
    if (state && strcmp(state, "discarded") == 0) return NULL;
    const char *kept = json_string_value(json_object_get(item, "kept_database"));
    return kept ? kept : json_string_value(json_object_get(item, "new_database"));
}

/* {name: bytes} of the databases that the items keep; NULL where the server cannot be asked: the
 * list is worth more than the sizes. */
static json_t *sizes_of(struct call *call, const json_t *items) {
    json_t *names = json_array(), *item, *sizes = NULL;
    size_t i;
    struct db_at at;
    struct err problem = ERR_INIT;
    const char *text;
    json_array_foreach(items, i, item) if (spare_of(item))(void)
        json_array_append_new(names, json_string(spare_of(item)));
    char *list = json_array_size(names) > 0 ? json_dumps(names, JSON_COMPACT) : NULL;
    const char *values[] = { list };
    if (list && managed_at(call, NULL, &at, &problem) &&
        db_text(call->services->db, &at, DB_RESTORE_SIZES, call->request->arena, values, 1, &text,
                NULL, &problem))
        sizes = json_loads(text, 0, NULL);
    free(list);
    json_decref(names);
    return sizes;
}

static void add_sizes(struct call *call, json_t *items) {
    json_t *sizes = sizes_of(call, items), *item;
    size_t i;
    json_array_foreach(items, i, item) {
        json_t *bytes = spare_of(item) ? json_object_get(sizes, spare_of(item)) : NULL;
        if (bytes) (void)json_object_set(item, "kept_bytes", bytes);
    }
    json_decref(sizes);
}

int64_t restores_bytes(struct call *call, const char *database) {
    json_t *items = json_pack("[{s:s? s:o}]", "new_database", database, "kept_bytes", json_null());
    int64_t bytes = -1;
    if (!items) return bytes;
    add_sizes(call, items);
    const json_t *value = json_object_get(json_array_get(items, 0), "kept_bytes");
    if (json_is_integer(value)) bytes = json_integer_value(value);
    json_decref(items);
    return bytes;
}

bool api_restores(struct call *call, struct err *err) {
    const char *before, *limit = jobs_limit(call);
    if (!limit) return no_memory(err);
    if (!page_before(call, &before, err)) return false;
    const char *values[] = { before, limit };
    if (!jobs_page(call, DB_RESTORE_LIST, values, 2, err)) return false;
    add_sizes(call, json_object_get(call->reply.json, "items"));
    return true;
}

static bool reply_restore(struct call *call, const json_t *restore, struct err *err) {
    json_t *items = json_array();
    if (!items || json_array_append(items, (json_t *)restore) != 0) {
        json_decref(items);
        return no_memory(err);
    }
    add_sizes(call, items);
    json_decref(items);
    return call_reply(call, 200, json_incref((json_t *)restore), err);
}

bool api_restore_get(struct call *call, struct err *err) {
    const char *id = NULL, *text = NULL;
    const json_t *restore = NULL;
    struct db_at at = jobs_at(call);
    if (!restores_read(call, &id, &restore, err)) return false;
    if (!db_text(call->services->db, &at, DB_RESTORE_COMPARISON, call->request->arena, &id, 1,
                 &text, NULL, err)) {
        if (err->code != ERR_NOT_FOUND) return false;
        err_clear(err);
    }
    json_t *comparison = text ? json_loads(text, 0, NULL) : json_null();
    if (json_object_set_new((json_t *)restore, "comparison", comparison) != 0)
        return no_memory(err);
    return reply_restore(call, restore, err);
}

/* -- doing ------------------------------------------------------------------------------------- */

/* Makes a job; steals the parameters. */
static bool start(struct call *call, const char *kind, const char *database, json_t *parameters,
                  const char **ret_job, struct err *err) {
    struct db_at at = jobs_at(call);
    const char *actor = audit_actor(call);
    if (!parameters || !actor) {
        json_decref(parameters);
        return no_memory(err);
    }
    bool ok = job_create(call->services->db, &at, call->request->arena, kind, database, parameters,
                         actor, call->request->id, ret_job, err);
    json_decref(parameters);
    return ok;
}

bool api_restore(struct call *call, struct err *err) {
    const struct request *request = call->request;
    const char *backup_id = request_string(request, "backup_id"), *job_id = NULL,
               *database = request_string(request, "database");
    bool swap = request_boolean(request, "swap");
    struct db_at at = jobs_at(call);
    json_t *rows;
    if (!start(call, "restore", database,
               json_pack("{s:s s:b}", "backup_id", backup_id, "swap", swap), &job_id, err))
        return false;
    /* So that it is in the list from now on; the job does it too. */
    const char *values[] = {
        job_id, "false", backup_id, database, swap ? "true" : "false", audit_actor(call)
    };
    if (!db_rows(call->services->db, &at, DB_RESTORE_ADD, values, 6, &rows, err)) return false;
    json_decref(rows);
    return jobs_started(call, job_id, err);
}

static bool start_about(struct call *call, const char *kind, struct err *err) {
    const char *id = NULL, *job_id = NULL;
    const json_t *restore = NULL;
    if (!restores_read(call, &id, &restore, err)) return false;
    const char *database = json_string_value(json_object_get(restore, "database"));
    call->audit_target = database;
    return start(call, kind, database, json_pack("{s:s}", "restore", id), &job_id, err) &&
           jobs_started(call, job_id, err);
}

bool api_restore_swap(struct call *call, struct err *err) {
    return start_about(call, "restore_swap", err);
}

bool api_restore_undo(struct call *call, struct err *err) {
    return start_about(call, "restore_undo", err);
}

bool api_restore_discard(struct call *call, struct err *err) {
    const char *id = NULL, *job_id = NULL;
    const json_t *restore = NULL;
    if (!restores_read(call, &id, &restore, err)) return false;
    const char *database = json_string_value(json_object_get(restore, "database"));
    const char *spare = spare_of(restore);
    call->audit_target = database;
    if (!spare) return err_set(err, ERR_CONFLICT, "Nothing is left of this restore.");
    return start(call, "restore_discard", database,
                 json_pack("{s:s s:s}", "restore", id, "drop", spare), &job_id, err) &&
           jobs_started(call, job_id, err);
}

/* Ahead of now, and not for ever. */
static bool check_until(const struct call *call, struct err *err) {
    int64_t until_s = 0;
    if (!request_time(call->request, "kept_until", &until_s, err)) return false;
    int64_t ahead_s = until_s - clock_unix_s();
    return (ahead_s > 0 && ahead_s <= KEEP_MAX_S) ||
           err_field(err, "kept_until", "kept_until must be ahead, and at most ten years");
}

bool api_restore_keep(struct call *call, struct err *err) {
    const char *id = NULL, *until = request_string(call->request, "kept_until");
    const json_t *restore = NULL, *row = NULL;
    struct db_at at = jobs_at(call);
    if (!check_until(call, err) || !restores_read(call, &id, &restore, err)) return false;
    const char *values[] = { id, until };
    if (!restores_row(call, &at, DB_RESTORE_KEEP, values, 2, &row, err)) return false;
    if (!row)
        return err_set(err, ERR_CONFLICT, "Nothing is left of restore %s: its database is dropped.",
                       id);
    return api_restore_get(call, err);
}

bool api_backup_drill(struct call *call, struct err *err) {
    const char *id = NULL, *job_id = NULL;
    const json_t *backup = NULL;
    struct db_at at = jobs_at(call);
    if (!jobs_id(call, &id, err)) return false;
    if (!restores_row(call, &at, DB_RESTORE_BACKUP, &id, 1, &backup, err)) return false;
    if (!backup) return err_set(err, ERR_NOT_FOUND, "There is no backup %s.", id);
    const char *database = json_string_value(json_object_get(backup, "database"));
    const char *origin = json_string_value(json_object_get(backup, "origin"));
    if (origin && strcmp(origin, "upload") == 0)
        return err_set(err, ERR_CONFLICT,
                       "The archive was made elsewhere: restore it beside, which asks first.");
    if (!config_manages(call->services->config, database))
        return err_set(err, ERR_CONFLICT, "The backup is of \"%.63s\", which is not managed here.",
                       database);
    return start(call, "restore_drill", database, json_pack("{s:s}", "backup_id", id), &job_id,
                 err) &&
           jobs_started(call, job_id, err);
}
