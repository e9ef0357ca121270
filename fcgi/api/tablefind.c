/* SPDX-License-Identifier: MIT */
#include "tablefind.h"

#include <string.h>

#include "managed.h"
#include "tablename.h"

static bool note_name(void *context, const char *const *row, int columns, struct err *err) {
    (void)columns, (void)err;
    tablename_compare(context, row[0], row[1]);
    return true;
}

static bool not_found(struct call *call, const struct db_at *at, const char *text,
                      const struct tablename *name, struct err *err) {
    struct tablename_similar similar = { .name = name };
    struct err ignored = ERR_INIT; /* a hint is a courtesy */
    (void)err_set(err, ERR_NOT_FOUND, "There is no table %s in the database \"%s\".",
                  managed_short(call, text, 200), at->database);
    if (db_each(call->services->db, at, DB_TABLE_NAMES, NULL, 0, note_name, &similar, &ignored))
        tablename_hint(&similar, err->hint, sizeof err->hint);
    return false;
}

static bool ambiguous(const struct call *call, const json_t *rows, const char *text,
                      struct err *err) {
    char all[300] = "";
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) {
        const char *name = json_string_value(json_object_get(row, "name"));
        if (!name || strlen(all) + strlen(name) + 3 >= sizeof all) break;
        if (*all) strcat(all, ", ");
        strcat(all, name);
    }
    return err_set(err, ERR_CONFLICT, "%s is the name of several tables; say which: %s.",
                   managed_short(call, text, 100), all);
}

bool tablefind(struct call *call, const struct db_at *at, const char *text,
               struct tablefind *ret_table, struct err *err) {
    struct tablename name;
    json_t *rows;
    if (!tablename_parse(call->request->arena, text, &name))
        return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
    const char *values[] = { name.quoted_schema, name.quoted_name, name.whole, name.split_schema,
                             name.split_name };
    if (!db_rows(call->services->db, at, DB_TABLE_FIND, values, 5, &rows, err) ||
        !managed_defer(call, rows, err))
        return false;
    if (json_array_size(rows) == 0) return not_found(call, at, text, &name, err);
    if (json_array_size(rows) > 1) return ambiguous(call, rows, text, err);
    const json_t *row = json_array_get(rows, 0);
    const char *kind = json_string_value(json_object_get(row, "kind"));
    struct tablefind table = { .oid = json_string_value(json_object_get(row, "oid")),
                               .name = json_string_value(json_object_get(row, "name")),
                               .schema = json_string_value(json_object_get(row, "schema")),
                               .table = json_string_value(json_object_get(row, "table")),
                               .is_partitioned = kind && *kind == 'p',
                               .locked = json_string_value(json_object_get(row, "locked")) };
    if (!table.oid || !table.name || !table.schema || !table.table)
        return err_set(err, ERR_INTERNAL, "a table without an oid");
    *ret_table = table;
    return true;
}
