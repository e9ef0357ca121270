/* SPDX-License-Identifier: MIT */
/* What restores, swaps, undos and discards would do, said before they are done. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../config.h"
#include "../seal.h"
#include "api.h"
#include "jobs.h"
#include "managed.h"
#include "restore.h"

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static const char *text_of(const json_t *row, const char *name) {
    const char *text = json_string_value(json_object_get(row, name));
    return text ? text : "";
}

static bool has_text(const json_t *row, const char *name) {
    return json_is_string(json_object_get(row, name));
}

static long long number_of(const json_t *row, const char *name) {
    return strtoll(text_of(row, name), NULL, 10);
}

/* "198.4 MB" */
static const char *bytes_text(struct arena *arena, long long bytes) {
    static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB", "PB" };
    double value = (double)bytes;
    int unit = 0;
    for (; value >= 1000 && unit < 5; unit++) value /= 1000;
    return arena_printf(arena, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

static const char *age_text(struct arena *arena, long long seconds) {
    if (seconds < 120) return arena_printf(arena, "%lld s", seconds);
    if (seconds < 7200) return arena_printf(arena, "%lld min", seconds / 60);
    if (seconds < 172800) return arena_printf(arena, "%lld h", seconds / 3600);
    return arena_printf(arena, "%lld days", seconds / 86400);
}

static const char *plural(long long number) {
    return number == 1 ? "" : "s";
}

/* -- what is there ----------------------------------------------------------------------------- */

static bool read_present(struct call *call, const char *database, const char *wal_lsn,
                         const json_t **ret_present, struct err *err) {
    struct db_at at;
    const char *values[] = { wal_lsn };
    if (!managed_at(call, database, &at, err) ||
        !restores_row(call, &at, DB_RESTORE_IMPACT, values, 1, ret_present, err))
        return false;
    return *ret_present || err_set(err, ERR_NOT_FOUND, "There is no database \"%.63s\".", database);
}

static bool read_backup(struct call *call, const char *id, const char *database,
                        const json_t **ret_backup, struct err *err) {
    struct db_at at = jobs_at(call);
    if (!seal_is_uuid(id)) return err_set(err, ERR_NOT_FOUND, "There is no backup %.36s.", id);
    if (!restores_row(call, &at, DB_RESTORE_BACKUP, &id, 1, ret_backup, err)) return false;
    if (!*ret_backup) return err_set(err, ERR_NOT_FOUND, "There is no backup %s.", id);
    if (strcmp(text_of(*ret_backup, "state"), "verified") != 0)
        return err_set(err, ERR_CONFLICT, "The backup is %s: it cannot be restored.",
                       text_of(*ret_backup, "state"));
    return strcmp(text_of(*ret_backup, "database"), database) == 0 ||
           err_set(err, ERR_CONFLICT, "The backup is of database \"%.63s\", not of \"%.63s\".",
                   text_of(*ret_backup, "database"), database);
}

/* A rename is impossible with these; better said now than after an hour of restoring. */
static bool check_free(const json_t *present, const char *database, struct err *err) {
    long long prepared = number_of(present, "prepared"), slots = number_of(present, "slots");
    if (prepared > 0)
        return err_set(err, ERR_CONFLICT,
                       "Database \"%.63s\" has %lld prepared transaction%s open; commit or roll "
                       "back first.",
                       database, prepared, plural(prepared));
    return slots == 0 ||
           err_set(err, ERR_CONFLICT,
                   "%lld logical replication slot%s bound to database \"%.63s\"; drop first.",
                   slots, slots == 1 ? " is" : "s are", database);
}

static const char *cut_text(struct arena *arena, const json_t *present) {
    long long sessions = number_of(present, "sessions");
    long long in_transaction = number_of(present, "in_transaction");
    return arena_printf(arena,
                        "%lld session%s cut and must connect again%s; what %lld open "
                        "transaction%s not committed is lost.",
                        sessions, sessions == 1 ? " is" : "s are",
                        sessions == 0 ? " (at this moment)" : "", in_transaction,
                        in_transaction == 1 ? " has" : "s have");
}

static bool give(struct call *call, struct impact *impact, struct impact *ret_impact,
                 struct err *err) {
    if (!managed_defer(call, impact->impact, err)) return false;
    if (!impact->summary || !impact->phrase || !impact->state || !impact->undo)
        return no_memory(err);
    *ret_impact = *impact;
    return true;
}

/* -- restore ----------------------------------------------------------------------------------- */

/* What the backup does not have: by the planner's figures, and by what the server wrote since. */
static const char *loss_text(struct arena *arena, const json_t *backup, const json_t *present) {
    if (!has_text(backup, "row_estimate")) return "What the present database has is not in it.";
    long long more = number_of(present, "row_estimate") - number_of(backup, "row_estimate");
    const char *written =
        has_text(present, "wal_bytes") ? bytes_text(arena, number_of(present, "wal_bytes")) : NULL;
    return arena_printf(arena,
                        "What was changed since the backup is not in it: by estimate %lld row%s "
                        "%s than then%s%s%s.",
                        more < 0 ? -more : more, plural(more < 0 ? -more : more),
                        more < 0 ? "fewer" : "more", written ? ", and " : "",
                        written ? written : "",
                        written ? " of changes written by the whole server" : "");
}

static json_t *restore_numbers(const json_t *backup, const json_t *present, bool swap,
                               long long keep_days) {
    long long then = number_of(backup, "row_estimate"), now = number_of(present, "row_estimate");
    return json_pack(
        "{s:s s:I s:s s:s s:I s:I s:b s:I s:I s:I s:I s:I s:I s:I s:o s:I}", "database",
        text_of(backup, "database"), "database_bytes", (json_int_t)number_of(present, "bytes"),
        "backup_id", text_of(backup, "id"), "backup_created_at", text_of(backup, "created_at"),
        "backup_age_seconds", (json_int_t)number_of(backup, "age_seconds"), "backup_bytes",
        (json_int_t)number_of(backup, "size_bytes"), "swap", swap, "sessions_cut",
        (json_int_t)(swap ? number_of(present, "sessions") : 0), "sessions_active",
        (json_int_t)number_of(present, "active"), "transactions_lost",
        (json_int_t)(swap ? number_of(present, "in_transaction") : 0),
        "longest_transaction_seconds",
        (json_int_t)number_of(present, "longest_transaction_seconds"), "rows_now_estimate",
        (json_int_t)now, "rows_in_backup_estimate", (json_int_t)then, "rows_difference_estimate",
        (json_int_t)(now - then), "server_wal_bytes_since",
        has_text(present, "wal_bytes") ? json_integer(number_of(present, "wal_bytes"))
                                       : json_null(),
        "keep_days", (json_int_t)(swap ? keep_days : 0));
}

static const char *restore_summary(struct arena *arena, const json_t *backup, const json_t *present,
                                   bool swap, long long keep_days) {
    const char *database = text_of(backup, "database"), *created = text_of(backup, "created");
    const char *age = age_text(arena, number_of(backup, "age_seconds"));
    const char *size = bytes_text(arena, number_of(present, "bytes"));
    const char *loss = loss_text(arena, backup, present), *cut = cut_text(arena, present);
    if (!age || !size || !loss || !cut) return NULL;
    if (!swap)
        return arena_printf(arena,
                            "Restore the backup of %s (%s old) beside database \"%s\" and compare "
                            "the two. Nothing that is in use changes; the server needs about as "
                            "much room again (%s).",
                            created, age, database, size);
    return arena_printf(arena,
                        "Put database \"%s\" (%s) back to the backup of %s, %s old. %s %s The "
                        "present database is kept as it is for %lld days, and can be put back in "
                        "one step.",
                        database, size, created, age, loss, cut, keep_days);
}

/* -- of an archive from elsewhere ---------------------------------------------------------------
 */

static bool is_foreign(const json_t *backup) {
    return strcmp(text_of(backup, "origin"), "upload") == 0;
}

static long long count_of(const json_t *counts, const char *kind) {
    return (long long)json_integer_value(json_object_get(counts, kind));
}

/* What was found in it by its words. A name that is a JSON text in the row becomes a value. */
static bool add_contents(json_t *impact, const json_t *backup) {
    static const char *const kinds[] = { "tables",         "functions", "triggers",
                                         "event_triggers", "rules",     "foreign_servers" };
    json_t *counts = json_loads(text_of(backup, "counts"), 0, NULL);
    bool ok = json_object_set_new(impact, "foreign", json_true()) == 0 &&
              json_object_set_new(impact, "unpacked_bytes",
                                  json_integer(number_of(backup, "unpacked_bytes"))) == 0;
    for (size_t i = 0; ok && i < sizeof kinds / sizeof kinds[0]; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "archive_%s", kinds[i]);
        ok = json_object_set_new(impact, name, json_integer(count_of(counts, kinds[i]))) == 0;
    }
    for (int i = 0; ok && i < 2; i++) {
        json_t *names = json_loads(text_of(backup, i ? "languages" : "extensions"), 0, NULL);
        ok = json_object_set_new(impact, i ? "archive_languages" : "archive_extensions",
                                 names ? names : json_array()) == 0;
    }
    json_decref(counts);
    return ok;
}

static const char *foreign_summary(struct arena *arena, const json_t *backup, const char *rest) {
    json_t *counts = json_loads(text_of(backup, "counts"), 0, NULL);
    const char *size = bytes_text(arena, number_of(backup, "unpacked_bytes"));
    const char *summary =
        size && rest
            ? arena_printf(arena,
                           "This archive was not made here: whoever made it decided what is in it. "
                           "Its code (%lld functions, %lld triggers) runs while it is restored, as "
                           "a role that has rights on the new database alone, and afterwards "
                           "whenever that database is used. %lld tables, %s unpacked. %s",
                           count_of(counts, "functions"), count_of(counts, "triggers"),
                           count_of(counts, "tables"), size, rest)
            : NULL;
    json_decref(counts);
    return summary;
}

static bool mark_foreign(struct call *call, const json_t *backup, struct impact *impact,
                         struct err *err) {
    struct arena *arena = call->request->arena;
    impact->summary = foreign_summary(arena, backup, impact->summary);
    impact->phrase = arena_printf(arena, "run foreign code in %s", text_of(backup, "database"));
    return (impact->impact && add_contents(impact->impact, backup)) || no_memory(err);
}

bool restore_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    const struct request *request = call->request;
    struct arena *arena = request->arena;
    const char *database = request_string(request, "database"),
               *backup_id = request_string(request, "backup_id");
    bool swap = request_boolean(request, "swap");
    long long keep_days = call->services->config->restore.keep_days;
    const json_t *backup = NULL, *present = NULL;
    struct db_at at;
    call->audit_target = database;
    if (!managed_at(call, database, &at, err) ||
        !read_backup(call, backup_id, database, &backup, err) ||
        !read_present(call, database,
                      has_text(backup, "wal_lsn") ? text_of(backup, "wal_lsn") : NULL, &present,
                      err) ||
        (swap && !check_free(present, database, err)))
        return false;
    struct impact impact = {
        .summary = restore_summary(arena, backup, present, swap, keep_days),
        .impact = restore_numbers(backup, present, swap, keep_days),
        .undo = swap ? "Undo the restore: it exchanges the databases again, at any time while the "
                       "present one is kept."
                     : "Discard what was restored; nothing else has changed.",
        .phrase = arena_printf(arena, "restore %s", database),
        .state =
            arena_printf(arena, "%s|%s|%s|%s|%d", text_of(present, "oid"), text_of(backup, "id"),
                         text_of(backup, "sha256"), text_of(backup, "state"), swap),
    };
    if (is_foreign(backup) && !mark_foreign(call, backup, &impact, err)) {
        json_decref(impact.impact);
        return false;
    }
    return give(call, &impact, ret_impact, err);
}

/* -- swap, undo, discard ----------------------------------------------------------------------- */

static bool exchange_impact(struct call *call, bool undo, struct impact *ret_impact,
                            struct err *err) {
    struct arena *arena = call->request->arena;
    const char *id = NULL, *verb = undo ? "undo" : "swap";
    const json_t *restore = NULL, *present = NULL;
    if (!restores_read(call, &id, &restore, err)) return false;
    const char *database = text_of(restore, "database"), *state = text_of(restore, "state");
    const char *incoming = text_of(restore, undo ? "kept_database" : "new_database");
    call->audit_target = database;
    if (!json_is_true(json_object_get(restore, undo ? "can_undo" : "can_swap")))
        return err_set(err, ERR_CONFLICT, "The restore is %s: there is nothing to %s.", state,
                       verb);
    if (!read_present(call, database, NULL, &present, err) || !check_free(present, database, err))
        return false;
    const char *cut = cut_text(arena, present),
               *size = bytes_text(arena, number_of(present, "bytes"));
    if (!cut || !size) return no_memory(err);
    struct impact impact = {
        .summary = arena_printf(arena,
                                "Put \"%s\" in the place of database \"%s\" (%s)%s. %s The present "
                                "database is kept as it is for %lld days.",
                                incoming, database, size,
                                undo ? ": what was in use before the restore comes back, and what "
                                       "was written since is no longer in use"
                                     : "",
                                cut, (long long)call->services->config->restore.keep_days),
        .impact = json_pack("{s:s s:I s:s s:I s:I s:I}", "database", database, "database_bytes",
                            (json_int_t)number_of(present, "bytes"), "incoming_database", incoming,
                            "sessions_cut", (json_int_t)number_of(present, "sessions"),
                            "transactions_lost", (json_int_t)number_of(present, "in_transaction"),
                            "keep_days", (json_int_t)call->services->config->restore.keep_days),
        .undo = undo ? "It is not exchanged again by itself; what is put aside is kept to be "
                       "looked at."
                     : "Undo the restore: it exchanges the databases again, at any time while the "
                       "present one is kept.",
        .phrase = arena_printf(arena, "%s %s", verb, database),
        .state = arena_printf(arena, "%s|%s|%s|%s", id, state, text_of(present, "oid"), incoming),
    };
    return give(call, &impact, ret_impact, err);
}

bool restore_swap_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    return exchange_impact(call, false, ret_impact, err);
}

bool restore_undo_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    return exchange_impact(call, true, ret_impact, err);
}

bool restore_discard_impact(struct call *call, struct impact *ret_impact, struct err *err) {
    struct arena *arena = call->request->arena;
    const char *id = NULL;
    const json_t *restore = NULL;
    if (!restores_read(call, &id, &restore, err)) return false;
    const char *state = text_of(restore, "state"), *database = text_of(restore, "database");
    bool swapped = strcmp(state, "swapped") == 0;
    const char *spare = text_of(restore, swapped ? "kept_database" : "new_database");
    call->audit_target = database;
    if (!*spare || strcmp(state, "discarded") == 0)
        return err_set(err, ERR_CONFLICT, "Nothing is left of this restore.");
    if (strcmp(state, "running") == 0)
        return err_set(err, ERR_CONFLICT, "The restore is running; cancel its job.");
    int64_t bytes = restores_bytes(call, spare);
    const char *size = bytes >= 0 ? bytes_text(arena, bytes) : "size unknown";
    if (!size) return no_memory(err);
    struct impact impact = {
        .summary = arena_printf(arena, "Drop database \"%s\" (%s) for good.%s", spare, size,
                                swapped ? " The restore can then no longer be undone." : ""),
        .impact = json_pack("{s:s s:s s:o s:b}", "database", database, "dropped_database", spare,
                            "dropped_bytes", bytes >= 0 ? json_integer(bytes) : json_null(),
                            "ends_undo", swapped),
        .undo = "It cannot be undone.",
        .phrase = arena_printf(arena, "discard %s", spare),
        .state = arena_printf(arena, "%s|%s|%s", id, state, spare),
    };
    return give(call, &impact, ret_impact, err);
}
