/* SPDX-License-Identifier: MIT */
/* Backups: what there is, what is to be made, kept, fetched and forgotten. */
#include "../backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../audit.h"
#include "../config.h"
#include "../page.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"

#define NOTE_CHARACTERS 500

static const char *const formats[] = { "custom", "directory", NULL };

/* clang-format off */
const struct field backup_create_fields[] = {
    { "database", FIELD_BODY, FIELD_STRING, .required = true, .min = 1, .max = 63 },
    { "note", FIELD_BODY, FIELD_STRING, .max = 2000 },
    { "format", FIELD_BODY, FIELD_ENUM, .choices = formats, .preset = "custom" },
    { .name = NULL },
};

const struct field backups_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = 1024 },
    { .name = NULL },
};

const struct field backup_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { .name = NULL },
};

const struct field backup_change_fields[] = {
    { "id", FIELD_PATH, FIELD_STRING, .min = 36, .max = 36 },
    { "note", FIELD_BODY, FIELD_STRING, .max = 2000 },
    { "pinned", FIELD_BODY, FIELD_BOOLEAN, .required = false },
    { .name = NULL },
};
/* clang-format on */

static bool check_note(const struct call *call, struct err *err) {
    return managed_check_length("note", request_string(call->request, "note"), NOTE_CHARACTERS,
                                err);
}

bool api_backup_create(struct call *call, struct err *err) {
    const struct request *request = call->request;
    const char *database = request_string(request, "database"), *job_id;
    const char *note = request_string(request, "note");
    struct db_at at;
    if (!managed_at(call, database, &at, err) || !check_note(call, err)) return false;
    at = jobs_at(call);
    at.client_socket = -1; /* a job that was made is answered for */
    json_t *parameters = json_pack("{s:s s:s s:s*}", "origin", "manual", "format",
                                   request_string(request, "format"), "note", note);
    if (!managed_defer(call, parameters, err)) return false;
    return job_create(call->services->db, &at, request->arena, "backup", database, parameters,
                      audit_actor(call), request->id, &job_id, err) &&
           jobs_started(call, job_id, err);
}

bool api_backups(struct call *call, struct err *err) {
    const char *before, *limit = jobs_limit(call);
    if (!limit) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!page_before(call, &before, err)) return false;
    const char *values[] = { request_string(call->request, "database"), before, limit };
    return jobs_page(call, DB_BACKUP_LIST, values, 3, err);
}

static bool none(const char *id, struct err *err) {
    if (err->code != ERR_NOT_FOUND) return false;
    err_clear(err);
    return err_set(err, ERR_NOT_FOUND, "There is no backup %s.", id);
}

static bool get(struct call *call, const char *id, json_t **ret_backup, struct err *err) {
    return jobs_object(call, DB_BACKUP_GET, &id, 1, ret_backup, err) || none(id, err);
}

/* The first row of a statement about one backup; NOT_FOUND when there is none. */
static bool read_row(struct call *call, enum db_statement statement, const char *id,
                     const json_t **ret_row, struct err *err) {
    struct db_at at = jobs_at(call);
    json_t *rows;
    if (!db_rows(call->services->db, &at, statement, &id, 1, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    if (json_array_size(rows) == 0)
        return err_set(err, ERR_NOT_FOUND, "There is no backup %s.", id);
    *ret_row = json_array_get(rows, 0);
    return true;
}

static const char *fact(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static long long number(const json_t *row, const char *name) {
    return strtoll(fact(row, name), NULL, 10);
}

bool api_backup(struct call *call, struct err *err) {
    const char *id = NULL;
    const json_t *row = NULL;
    json_t *backup = NULL;
    if (!jobs_id(call, &id, err) || !read_row(call, DB_BACKUP_MANIFEST, id, &row, err) ||
        !get(call, id, &backup, err))
        return false;
    json_t *manifest = json_loads(fact(row, "manifest"), 0, NULL);
    if (!manifest || json_object_set_new(backup, "manifest", manifest) != 0) {
        json_decref(backup);
        return err_set(err, ERR_LIMIT, "out of memory for the manifest");
    }
    return call_reply(call, 200, backup, err);
}

bool api_backup_change(struct call *call, struct err *err) {
    const struct request *request = call->request;
    const char *id = NULL, *changed;
    json_t *backup = NULL;
    if (!jobs_id(call, &id, err) || !check_note(call, err)) return false;
    const char *note = request_string(request, "note");
    const char *values[] = { id, request_has(request, "note") ? "true" : "false",
                             note && *note ? note : NULL,
                             !request_has(request, "pinned")      ? NULL
                             : request_boolean(request, "pinned") ? "true"
                                                                  : "false" };
    struct db_at at = jobs_at(call);
    at.client_socket = -1;
    if (!db_text(call->services->db, &at, DB_BACKUP_CHANGE, request->arena, values, 4, &changed,
                 NULL, err))
        return none(id, err);
    return get(call, id, &backup, err) && call_reply(call, 200, backup, err);
}

/* -- deleting ------------------------------------------------------------------------------------
 */

static bool check_deletable(const json_t *row, struct err *err) {
    if (strcmp(fact(row, "pinned"), "t") == 0)
        return err_set(err, ERR_CONFLICT, "The backup is pinned. Unpin it first.");
    bool made_here = strcmp(fact(row, "origin"), "upload") != 0;
    if (made_here && strcmp(fact(row, "state"), "verified") == 0 && number(row, "others") == 0)
        return err_set(err, ERR_CONFLICT,
                       "This is the last verified backup of \"%.63s\". Make another one first.",
                       fact(row, "database"));
    return true;
}

static const char *remains(struct arena *arena, const json_t *row) {
    long long others = number(row, "others");
    if (others == 0) return "No verified backup of this database remains.";
    return arena_printf(
        arena, "%lld verified backup%s of this database remain%s, the newest of %s.", others,
        others == 1 ? "" : "s", others == 1 ? "s" : "", fact(row, "newest"));
}

bool backup_delete_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *id = NULL;
    const json_t *row = NULL;
    if (!jobs_id(call, &id, err) || !read_row(call, DB_BACKUP_IMPACT, id, &row, err) ||
        !check_deletable(row, err))
        return false;
    const char *rest = remains(arena, row);
    struct impact impact = {
        .summary = arena_printf(arena,
                                "Delete the backup of \"%s\" of %s: %lld bytes on %lld "
                                "runner%s. %s",
                                fact(row, "database"), fact(row, "created_at"),
                                number(row, "size_bytes"), number(row, "copies"),
                                number(row, "copies") == 1 ? "" : "s", rest ? rest : ""),
        .impact = json_pack(
            "{s:s s:s s:s s:I s:I s:I s:s? s:s s:o}", "database", fact(row, "database"),
            "created_at", fact(row, "created_at"), "state", fact(row, "state"), "bytes",
            (json_int_t)number(row, "size_bytes"), "copies", (json_int_t)number(row, "copies"),
            "verified_remaining", (json_int_t)number(row, "others"), "newest_remaining_at",
            json_string_value(json_object_get(row, "newest")), "backup_id", id,
            "newest_remaining_age_seconds",
            *fact(row, "newest") ? json_integer(number(row, "newest_age_seconds")) : json_null()),
        .undo = "It cannot be undone: the files are removed from every runner.",
        .phrase = arena_printf(arena, "delete %s", fact(row, "database")),
        .state = arena_printf(arena, "%s|%s|%s|%s|%s", id, fact(row, "state"), fact(row, "pinned"),
                              fact(row, "others"), fact(row, "newest")),
    };
    if (!managed_defer(call, impact.impact, err)) return false;
    if (!impact.summary || !impact.phrase || !impact.state)
        return err_set(err, ERR_LIMIT, "out of request memory");
    *ret_impact = impact;
    return true;
}

bool api_backup_delete(struct call *call, struct err *err) {
    const char *id = NULL, *deleted;
    const json_t *row = NULL;
    if (!jobs_id(call, &id, err) || !read_row(call, DB_BACKUP_IMPACT, id, &row, err)) return false;
    struct db_at at = jobs_at(call);
    const char *values[] = { id, fact(row, "database") };
    at.client_socket = -1;
    if (!db_text(call->services->db, &at, DB_BACKUP_DELETE, call->request->arena, values, 2,
                 &deleted, NULL, err))
        return false;
    if (*deleted != 't')
        return check_deletable(row, err) &&
               err_set(err, ERR_CONFLICT, "The backup has become the last verified one.");
    call->reply.status = 204;
    return true;
}

/* -- downloading ---------------------------------------------------------------------------------
 */

static const char *suffix_of(const json_t *row) {
    return backup_suffix(fact(row, "format"), strcmp(fact(row, "encrypted"), "t") == 0);
}

/* RFC 5987: whatever the database is called, the header holds harmless characters. */
static const char *disposition(struct arena *arena, const json_t *row) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const char *name = fact(row, "database");
    size_t size = strlen(name), used = 0;
    char *safe = arena_alloc(arena, size + 1), *encoded = arena_alloc(arena, 3 * size + 1);
    if (!safe || !encoded) return NULL;
    for (size_t i = 0; i < size; i++) {
        bool harmless = strchr(plain, name[i]) != NULL;
        safe[i] = harmless ? name[i] : '_';
        if (harmless) encoded[used++] = name[i];
        else {
            (void)snprintf(encoded + used, 4, "%%%02X", (unsigned)(unsigned char)name[i]);
            used += 3;
        }
    }
    const char *stamp = fact(row, "stamp"), *end = suffix_of(row);
    return arena_printf(arena, "attachment; filename=\"%s-%s%s\"; filename*=UTF-8''%s-%s%s", safe,
                        stamp, end, encoded, stamp, end);
}

/* The bytes are nginx' to send: from the folder, with ranges. */
bool api_backup_download(struct call *call, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *id = NULL;
    const json_t *row = NULL;
    char file[BACKUP_NAME_SIZE];
    if (!jobs_id(call, &id, err) || !read_row(call, DB_BACKUP_DOWNLOAD, id, &row, err))
        return false;
    if (strcmp(fact(row, "state"), "verified") != 0 || !*fact(row, "runner"))
        return err_set(err, ERR_CONFLICT, "The backup is %s: there is no whole copy of it.",
                       *fact(row, "runner") ? fact(row, "state") : "missing");
    backup_file_name(id, suffix_of(row), file);
    const char *path = arena_printf(arena, "/_backups/%s/%s", fact(row, "runner"), file);
    const char *name = disposition(arena, row);
    call->audit_result =
        json_pack("{s:s s:s s:I}", "database", fact(row, "database"), "runner", fact(row, "runner"),
                  "size_bytes", (json_int_t)number(row, "size_bytes"));
    if (!path || !name) return err_set(err, ERR_LIMIT, "out of request memory");
    (void)call_header(call, "Content-Type", "application/octet-stream");
    return (call_header(call, "X-Accel-Redirect", path) &&
            call_header(call, "Content-Disposition", name)) ||
           err_set(err, ERR_INTERNAL, "too many headers");
}

bool api_backup_summary(struct call *call, struct err *err) {
    const char *databases = NULL;
    const char *limit = arena_printf(call->request->arena, "%lld",
                                     (long long)call->services->config->jobs.age_limit_s);
    struct db_at at = jobs_at(call);
    if (!limit) return err_set(err, ERR_LIMIT, "out of request memory");
    if (!managed_databases(call, &databases, err)) return false;
    const char *values[] = { databases, limit };
    return db_text(call->services->db, &at, DB_BACKUP_SUMMARY, call->request->arena, values, 2,
                   &call->reply.text, &call->reply.text_size, err);
}
