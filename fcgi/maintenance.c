/* SPDX-License-Identifier: MIT */
#include "maintenance.h"

#include <stdio.h>
#include <string.h>

#define LOCK_TIMEOUT_MS 5000

#define CONCURRENT "reading and writing go on; changes of the table's structure wait."

static const struct maintenance_operation operations[] = {
    { "vacuum", "SHARE UPDATE EXCLUSIVE on each table: " CONCURRENT, false },
    { "vacuum-full",
      "ACCESS EXCLUSIVE on each table while it is rewritten: nobody can read or write it.", true },
    { "analyze", "SHARE UPDATE EXCLUSIVE on each table: " CONCURRENT, false },
    { "reindex",
      "SHARE UPDATE EXCLUSIVE on each table: reading and writing go on; it waits for older "
      "transactions to end.",
      false },
    { "checkpoint", "Nothing is locked; the disk is busy until all changed pages are written.",
      false },
};

/* REINDEX without CONCURRENTLY. */
static const struct maintenance_operation reindex_locking = {
    "reindex",
    "SHARE on each table and ACCESS EXCLUSIVE on its indexes while they are built: nobody can "
    "write, and reading that needs such an index waits.",
    true
};

const struct maintenance_operation *maintenance_find(const char *name) {
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(operations[i].name, name) == 0) return &operations[i];
    return NULL;
}

const struct maintenance_operation *maintenance_with(const struct maintenance_operation *operation,
                                                     const json_t *options) {
    bool is_plain = strcmp(operation->name, "reindex") == 0 &&
                    json_is_false(json_object_get(options, "concurrently"));
    return is_plain ? &reindex_locking : operation;
}

const char *maintenance_locks(const char *what) {
    if (strcmp(what, "drop-index") == 0)
        return "SHARE UPDATE EXCLUSIVE on the table: reading and writing go on; it waits for older "
               "transactions to end.";
    if (strcmp(what, "alter-table") == 0)
        return "SHARE UPDATE EXCLUSIVE on the table for a moment: " CONCURRENT;
    return "Nothing is locked.";
}

/* -- options ----------------------------------------------------------------------------------- */

enum option_type { OPTION_BOOLEAN = 1, OPTION_INTEGER, OPTION_CHOICE };

struct option {
    const char *operations; /* "vacuum,analyze,": each name with a comma behind it */
    const char *name;
    enum option_type type;
    int min, max;
    const char *const *choices;
    const char *sql; /* NULL: not a part of the statement's list */
};

static const char *const cleanups[] = { "auto", "on", "off", NULL };

static const struct option option_table[] = {
    { "vacuum,vacuum-full,", "freeze", OPTION_BOOLEAN, 0, 0, NULL, "FREEZE" },
    { "vacuum,vacuum-full,", "analyze", OPTION_BOOLEAN, 0, 0, NULL, "ANALYZE" },
    { "vacuum,", "truncate", OPTION_BOOLEAN, 0, 0, NULL, "TRUNCATE" },
    { "vacuum,", "index_cleanup", OPTION_CHOICE, 0, 0, cleanups, "INDEX_CLEANUP" },
    { "vacuum,", "parallel", OPTION_INTEGER, 0, 1024, NULL, "PARALLEL" },
    { "vacuum,analyze,", "skip_locked", OPTION_BOOLEAN, 0, 0, NULL, "SKIP_LOCKED" },
    { "reindex,", "concurrently", OPTION_BOOLEAN, 0, 0, NULL, NULL },
    { "vacuum,vacuum-full,analyze,reindex,", "lock_timeout_ms", OPTION_INTEGER, 100, 3600000, NULL,
      NULL },
};
#define OPTIONS (sizeof option_table / sizeof option_table[0])

static bool belongs(const struct option *option, const char *operation) {
    size_t size = strlen(operation);
    for (const char *name = option->operations; *name; name = strchr(name, ',') + 1)
        if (strncmp(name, operation, size) == 0 && name[size] == ',') return true;
    return false;
}

/* The text of a choice, from the table. */
static const char *choice(const struct option *option, const char *text) {
    for (const char *const *known = option->choices; text && *known; known++)
        if (strcmp(*known, text) == 0) return *known;
    return NULL;
}

static bool check_value(const struct option *option, const json_t *value, struct err *err) {
    if (option->type == OPTION_BOOLEAN)
        return json_is_boolean(value) ||
               err_field(err, "options", "options.%s must be true or false", option->name);
    if (option->type == OPTION_INTEGER)
        return (json_is_integer(value) && json_integer_value(value) >= option->min &&
                json_integer_value(value) <= option->max) ||
               err_field(err, "options", "options.%s must be an integer between %d and %d",
                         option->name, option->min, option->max);
    return choice(option, json_string_value(value)) ||
           err_field(err, "options", "options.%s must be one of: %s, %s, %s", option->name,
                     option->choices[0], option->choices[1], option->choices[2]);
}

bool maintenance_check_options(const struct maintenance_operation *operation, const json_t *options,
                               struct err *err) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)options, name, value) {
        const struct option *known = NULL;
        for (size_t i = 0; i < OPTIONS && !known; i++)
            if (belongs(&option_table[i], operation->name) &&
                strcmp(option_table[i].name, name) == 0)
                known = &option_table[i];
        if (!known)
            return err_field(err, "options", "%s has no option %.40s", operation->name, name);
        if (!check_value(known, value, err)) return false;
    }
    return true;
}

int maintenance_lock_timeout_ms(const json_t *options) {
    const json_t *value = json_object_get(options, "lock_timeout_ms");
    return value ? (int)json_integer_value(value) : LOCK_TIMEOUT_MS;
}

void maintenance_command(const struct maintenance_operation *operation, const json_t *options,
                         char ret_command[MAINTENANCE_COMMAND_MAX]) {
    bool is_full = strcmp(operation->name, "vacuum-full") == 0;
    const char *verb = is_full || strcmp(operation->name, "vacuum") == 0 ? "VACUUM" : "ANALYZE";
    char list[MAINTENANCE_COMMAND_MAX / 2] = "";
    size_t used = 0;
    if (strcmp(operation->name, "reindex") == 0) {
        bool is_plain = json_is_false(json_object_get(options, "concurrently"));
        (void)snprintf(ret_command, MAINTENANCE_COMMAND_MAX, "REINDEX TABLE %s%%I.%%I",
                       is_plain ? "" : "CONCURRENTLY ");
        return;
    }
    if (is_full) used = (size_t)snprintf(list, sizeof list, ", FULL");
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *option = &option_table[i];
        const json_t *value = json_object_get(options, option->name);
        char number[16];
        if (!value || !option->sql || !belongs(option, operation->name)) continue;
        (void)snprintf(number, sizeof number, "%d", (int)json_integer_value(value));
        const char *text = option->type == OPTION_CHOICE ? choice(option, json_string_value(value))
                           : option->type == OPTION_INTEGER ? number
                           : json_is_true(value)            ? "true"
                                                            : "false";
        /* Before PostgreSQL 14 the preset had no name. */
        if (!text || strcmp(text, "auto") == 0) continue;
        used += (size_t)snprintf(list + used, sizeof list - used, ", %s %s", option->sql, text);
    }
    (void)snprintf(ret_command, MAINTENANCE_COMMAND_MAX, used ? "%s (%s) %%I.%%I" : "%s%s %%I.%%I",
                   verb, used ? list + 2 : "");
}
