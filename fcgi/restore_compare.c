/* SPDX-License-Identifier: MIT */
#include "restore_compare.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct lists {
    json_t *comparison, *totals, *differences;
    bool equal, truncated, ok;
};

static json_t *copy(const json_t *value) {
    return value ? json_deep_copy(value) : json_null();
}

/* Steals the entry. Entries that differ come first in a list; it is cut at its end. */
static void add(struct lists *lists, json_t *list, json_t *entry, bool differs) {
    if (!entry) lists->ok = false;
    else if (json_array_size(list) >= RESTORE_COMPARE_MAX) {
        lists->truncated = true;
        json_decref(entry);
    } else if (json_array_append_new(list, entry) != 0) lists->ok = false;
    if (differs) lists->equal = false;
}

static void count(json_t *object, const char *name, int number, struct lists *lists) {
    if (json_object_set_new(object, name, json_integer(number)) != 0) lists->ok = false;
}

/* Names of both objects, each once. */
static json_t *all_names(const json_t *one, const json_t *other) {
    json_t *names = json_object();
    bool ok = names && (!one || json_object_update(names, (json_t *)one) == 0) &&
              (!other || json_object_update_missing(names, (json_t *)other) == 0);
    if (ok) return names;
    json_decref(names);
    return NULL;
}

static json_t *table_entry(const char *name, const json_t *production, const json_t *restored) {
    const json_t *before = json_array_get(production, 0), *after = json_array_get(restored, 0);
    bool both = json_is_integer(before) && json_is_integer(after);
    return json_pack("{s:s s:o s:o s:o s:b s:b}", "name", name, "production_rows", copy(before),
                     "restored_rows", copy(after), "difference",
                     both ? json_integer(json_integer_value(after) - json_integer_value(before))
                          : json_null(),
                     "production_exact", json_is_true(json_array_get(production, 1)),
                     "restored_exact", json_is_true(json_array_get(restored, 1)));
}

/* Estimates are never equal or different: they say about how many. */
static bool table_differs(const json_t *production, const json_t *restored) {
    if (!production || !restored) return true;
    bool exact =
        json_is_true(json_array_get(production, 1)) && json_is_true(json_array_get(restored, 1));
    return exact && !json_equal(json_array_get(production, 0), json_array_get(restored, 0));
}

static json_t *text_entry(const char *name, const json_t *production, const json_t *restored) {
    return json_pack("{s:s s:o s:o}", "name", name, "production", copy(production), "restored",
                     copy(restored));
}

static bool text_differs(const json_t *production, const json_t *restored) {
    return !production || !restored || !json_equal(production, restored);
}

struct kind {
    const char *name;
    json_t *(*entry)(const char *name, const json_t *production, const json_t *restored);
    bool (*differs)(const json_t *production, const json_t *restored);
    bool all; /* also what is equal */
};

static void compare_kind(struct lists *lists, const struct kind *kind, const json_t *production,
                         const json_t *restored) {
    const json_t *before = json_object_get(production, kind->name),
                 *after = json_object_get(restored, kind->name);
    json_t *names = all_names(before, after), *list = json_array();
    const char *name;
    json_t *value;
    int total = 0, different = 0;
    if (!names || !list) lists->ok = false;
    for (int round = 0; names && list && round < (kind->all ? 2 : 1); round++) {
        json_object_foreach(names, name, value) {
            const json_t *one = json_object_get(before, name),
                         *other = json_object_get(after, name);
            bool differs = kind->differs(one, other);
            if (round == 0) total++, different += differs;
            if (differs == (round == 0)) add(lists, list, kind->entry(name, one, other), differs);
        }
    }
    json_decref(names);
    count(lists->totals, kind->name, total, lists);
    count(lists->differences, kind->name, different, lists);
    if (json_object_set_new(lists->comparison, kind->name, list) != 0) lists->ok = false;
}

json_t *restore_compare(const json_t *production, const json_t *restored) {
    static const struct kind kinds[] = {
        { "tables", table_entry, table_differs, true },
        { "sequences", text_entry, text_differs, false },
        { "extensions", text_entry, text_differs, true },
        { "owners", text_entry, text_differs, false },
        { "grants", text_entry, text_differs, false },
    };
    struct lists lists = { .comparison = json_object(),
                           .totals = json_object(),
                           .differences = json_object(),
                           .equal = production != NULL };
    lists.ok = lists.comparison && lists.totals && lists.differences;
    for (size_t i = 0; lists.ok && i < sizeof kinds / sizeof kinds[0]; i++)
        compare_kind(&lists, &kinds[i], production, restored);
    if (lists.ok &&
        json_object_set_new(lists.comparison, "equal", json_boolean(lists.equal)) == 0 &&
        json_object_set_new(lists.comparison, "truncated", json_boolean(lists.truncated)) == 0 &&
        json_object_set(lists.comparison, "totals", lists.totals) == 0 &&
        json_object_set(lists.comparison, "differences", lists.differences) == 0) {
        json_decref(lists.totals);
        json_decref(lists.differences);
        return lists.comparison;
    }
    json_decref(lists.comparison);
    json_decref(lists.totals);
    json_decref(lists.differences);
    return NULL;
}

/* An estimate may be off by its nature, and old: half or double is told, less is not. */
static bool is_far_off(const json_t *rows, const json_t *found) {
    json_int_t estimate = json_integer_value(rows),
               counted = json_integer_value(json_array_get(found, 0));
    if (!json_is_true(json_array_get(found, 1)) || estimate < 100) return false;
    return counted < estimate / 2 || counted / 2 > estimate;
}

static bool is_there(const json_t *restored, const char *table) {
    char name[256];
    (void)snprintf(name, sizeof name, "table %s", table);
    return json_object_get(json_object_get(restored, "owners"), name) != NULL;
}

json_t *restore_compare_manifest(const json_t *expected, const json_t *restored, int *ret_missing) {
    json_t *list = json_array(), *rows;
    const char *name;
    *ret_missing = 0;
    json_object_foreach((json_t *)expected, name, rows) {
        const json_t *found = json_object_get(json_object_get(restored, "tables"), name);
        bool missing = !is_there(restored, name);
        if (!list || (!missing && !is_far_off(rows, found))) continue;
        *ret_missing += missing;
        json_t *entry =
            json_pack("{s:s s:O s:o s:b}", "name", name, "backup_rows_estimate", rows,
                      "restored_rows", copy(json_array_get(found, 0)), "missing", missing);
        if (json_array_size(list) >= RESTORE_COMPARE_MAX) json_decref(entry);
        else if (!entry || json_array_append_new(list, entry) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}
