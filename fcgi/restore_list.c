/* SPDX-License-Identifier: MIT */
#include "restore_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 8192
#define TOLD_MAX       2000 /* bytes of what is said to be left out */

struct entry {
    int id;
    const char *text; /* "TABLE public devices iot_owner" */
    const char *depends;
    const char *owner; /* a superuser; NULL: nobody special */
    enum { LEAVE_OUT, SCHEMA, BEFORE_DATA, AFTER } place;
    struct entry *next;
};

struct restore_list {
    struct arena *arena;
    struct entry *first, *last;
    int count, id_max;
    unsigned char *ids; /* of all entries, by id */
    char line[LINE_MAX_BYTES];
    size_t line_size;
};

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "the archive's table of contents is too large");
}

struct restore_list *restore_list_new(struct arena *arena) {
    struct restore_list *list = arena_alloc(arena, sizeof *list);
    if (list) list->arena = arena;
    return list;
}

int restore_list_count(const struct restore_list *list) {
    return list->count;
}

/* -- reading --------------------------------------------------------------------------------- */

/* "215; 1259 16392 TABLE public devices iot_owner" */
static bool take_entry(struct restore_list *list, const char *line, struct err *err) {
    char *end;
    long id = strtol(line, &end, 10);
    if (end == line || *end != ';' || id <= 0 || id > 100000000) return true;
    for (int numbers = 0; numbers < 2; numbers++) {
        while (*end == ';' || *end == ' ') end++;
        end += strspn(end, "0123456789");
    }
    if (*end != ' ') return true;
    struct entry *entry = arena_alloc(list->arena, sizeof *entry);
    if (!entry || !(entry->text = arena_strdup(list->arena, end + 1))) return no_memory(err);
    entry->id = (int)id;
    if (list->last) list->last->next = entry;
    else list->first = entry;
    list->last = entry;
    list->count++;
    if (entry->id > list->id_max) list->id_max = entry->id;
    return true;
}

static bool take_line(struct restore_list *list, struct err *err) {
    static const char depends[] = ";\tdepends on:";
    list->line[list->line_size] = '\0';
    list->line_size = 0;
    if (list->last && strncmp(list->line, depends, sizeof depends - 1) == 0) {
        list->last->depends = arena_strdup(list->arena, list->line + sizeof depends - 1);
        return list->last->depends || no_memory(err);
    }
    return list->line[0] == ';' || take_entry(list, list->line, err);
}

bool restore_list_take(struct restore_list *list, const char *data, size_t size, struct err *err) {
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '\n') {
            if (!take_line(list, err)) return false;
        } else if (list->line_size + 1 < sizeof list->line) list->line[list->line_size++] = data[i];
    }
    return true;
}

/* -- looking ---------------------------------------------------------------------------------- */

static bool starts(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool is_one_of(const char *text, const char *const *prefixes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (starts(text, prefixes[i])) return true;
    return false;
}

/* The name in "EXTENSION - name owner"; extensions have no owner there. */
static const char *extension_name(struct arena *arena, const struct entry *entry) {
    const char *name = entry->text + strlen("EXTENSION - ");
    size_t size = strlen(name);
    while (size > 0 && name[size - 1] == ' ') size--;
    return arena_strndup(arena, name, size);
}

json_t *restore_list_extensions(const struct restore_list *list) {
    json_t *names = json_array();
    for (const struct entry *entry = list->first; names && entry; entry = entry->next) {
        if (!starts(entry->text, "EXTENSION - ")) continue;
        const char *name = extension_name(list->arena, entry);
        if (name && json_array_append_new(names, json_string(name)) == 0) continue;
        json_decref(names);
        names = NULL;
    }
    return names;
}

static bool has(const json_t *names, const char *name) {
    size_t i;
    json_t *item;
    json_array_foreach(names, i, item) if (strcmp(json_string_value(item), name) == 0) return true;
    return false;
}

/* The longest role name that ends the text after a space: names may hold spaces themselves. */
static const char *owner_of(const char *text, const json_t *roles) {
    const char *best = NULL;
    size_t i, best_size = 0, text_size = strlen(text);
    json_t *item;
    json_array_foreach(roles, i, item) {
        size_t size = json_string_length(item);
        if (size <= best_size || size + 1 > text_size || text[text_size - size - 1] != ' ')
            continue;
        if (memcmp(text + text_size - size, json_string_value(item), size) != 0) continue;
        best = json_string_value(item);
        best_size = size;
    }
    return best;
}

static bool mark_ids(struct restore_list *list, struct err *err) {
    list->ids = arena_alloc(list->arena, (size_t)list->id_max / 8 + 1);
    if (!list->ids) return no_memory(err);
    for (const struct entry *entry = list->first; entry; entry = entry->next)
        list->ids[entry->id / 8] |= (unsigned char)(1 << entry->id % 8);
    return true;
}

/* Is none of the things that it depends on in the archive? Then it is about what comes with the
 * server or an extension. */
static bool is_about_others(const struct restore_list *list, const struct entry *entry) {
    const char *rest = entry->depends ? entry->depends : "";
    bool some = false;
    for (char *end;; rest = end) {
        long id = strtol(rest, &end, 10);
        if (end == rest) return some;
        some = true;
        if (id > 0 && id <= list->id_max && list->ids[id / 8] & (1 << id % 8)) return false;
    }
}

/* What pg_restore does after the definitions; all else comes before the data. */
static bool is_after(const char *text) {
    static const char *const kinds[] = {
        "TABLE DATA ",  "SEQUENCE SET ", "BLOBS ",           "BLOB COMMENTS ",
        "CONSTRAINT ",  "INDEX ",        "FK CONSTRAINT ",   "CHECK CONSTRAINT ",
        "TRIGGER ",     "RULE ",         "EVENT TRIGGER ",   "STATISTICS ",
        "PUBLICATION ", "SUBSCRIPTION ", "POLICY ",          "ROW SECURITY ",
        "ACL ",         "DEFAULT ACL ",  "SECURITY LABEL ",  "MATERIALIZED VIEW DATA ",
        "COMMENT ",     "REFRESH ",      "STATISTICS DATA ",
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (starts(text, kinds[i])) return true;
    return false;
}

/* Kinds that are restored after the data and get an owner of their own. */
static bool is_owned_after(const char *text) {
    return (starts(text, "STATISTICS ") && !starts(text, "STATISTICS DATA ")) ||
           starts(text, "EVENT TRIGGER ") ||
           (starts(text, "PUBLICATION ") && !starts(text, "PUBLICATION TABLE"));
}

static bool is_schema(const char *text) {
    return starts(text, "SCHEMA - ") || starts(text, "ACL - SCHEMA ") ||
           starts(text, "COMMENT - SCHEMA ");
}

static bool schema_is_there(const char *text, const json_t *schemas) {
    size_t i;
    json_t *item;
    if (!starts(text, "SCHEMA - ")) return false;
    json_array_foreach(schemas, i, item) {
        size_t size = json_string_length(item);
        const char *name = text + strlen("SCHEMA - ");
        if (strncmp(name, json_string_value(item), size) == 0 && name[size] == ' ' &&
            strcmp(json_string_value(item), "public") != 0)
            return true;
    }
    return false;
}

static bool is_left_out(struct restore_list *list, const struct entry *entry, const json_t *facts,
                        const char *owner) {
    const char *text = entry->text;
    if (starts(text, "EXTENSION - ")) {
        const char *name = extension_name(list->arena, entry);
        return name && has(json_object_get(facts, "extensions"), name);
    }
    if (starts(text, "COMMENT - EXTENSION ") || starts(text, "SUBSCRIPTION ") ||
        starts(text, "DATABASE "))
        return true;
    if (starts(text, "ACL - SCHEMA ")) return false;
    if (starts(text, "ACL ")) return is_about_others(list, entry);
    if (starts(text, "DEFAULT ACL ")) return owner != NULL;
    return schema_is_there(text, json_object_get(facts, "schemas"));
}

static bool place(struct restore_list *list, struct entry *entry, const json_t *facts) {
    const char *owner = owner_of(entry->text, json_object_get(facts, "roles"));
    if (owner && !has(json_object_get(facts, "superusers"), owner)) owner = NULL;
    if (is_left_out(list, entry, facts, owner)) {
        entry->place = LEAVE_OUT;
        return true;
    }
    if (is_schema(entry->text)) entry->place = SCHEMA;
    else entry->place = is_after(entry->text) ? AFTER : BEFORE_DATA;
    bool owned = entry->place == AFTER
                     ? is_owned_after(entry->text)
                     : entry->place == BEFORE_DATA || starts(entry->text, "SCHEMA");
    if (!owned || !owner) return true;
    entry->owner = arena_strdup(list->arena, owner);
    return entry->owner != NULL;
}

/* -- the plan --------------------------------------------------------------------------------- */

struct plan {
    struct restore_list *list;
    struct restore_pass *first, *last;
    char *text;
    size_t size, room;
};

static bool same(const char *one, const char *other) {
    return one == other || (one && other && strcmp(one, other) == 0);
}

static bool plan_pass(struct plan *plan, const char *owner, bool parallel, struct err *err) {
    struct restore_pass *pass = arena_alloc(plan->list->arena, sizeof *pass);
    if (!pass) return no_memory(err);
    *pass = (struct restore_pass){ .owner = owner, .parallel = parallel };
    if (plan->last) plan->last->next = pass;
    else plan->first = pass;
    plan->last = pass;
    return true;
}

/* The texts of all passes stand one after the other in one block that is large enough for all. */
static void plan_add(struct plan *plan, const struct entry *entry) {
    struct restore_pass *pass = plan->last;
    char *at = plan->text + plan->size;
    int size = snprintf(at, plan->room - plan->size, "%d;\n", entry->id);
    if (!pass->list) pass->list = at;
    pass->entries++;
    pass->size += (size_t)size;
    plan->size += (size_t)size;
}

/* Entries of one place in the archive's order; another owner begins another pass. */
static bool plan_place(struct plan *plan, int place, struct err *err) {
    bool begun = false;
    for (const struct entry *entry = plan->list->first; entry; entry = entry->next) {
        if ((int)entry->place != place) continue;
        if (!begun || !same(plan->last->owner, entry->owner)) {
            if (!plan_pass(plan, entry->owner, false, err)) return false;
            begun = true;
        }
        plan_add(plan, entry);
    }
    return true;
}

/* The rest in one parallel run; what superusers own of it in runs of its own. */
static bool plan_after(struct plan *plan, bool with_definitions, struct err *err) {
    if (!plan_pass(plan, NULL, true, err)) return false;
    for (const struct entry *entry = plan->list->first; entry; entry = entry->next)
        if (!entry->owner &&
            (entry->place == AFTER || (with_definitions && entry->place == BEFORE_DATA)))
            plan_add(plan, entry);
    for (const struct entry *entry = plan->list->first; entry; entry = entry->next) {
        if (!entry->owner || entry->place != AFTER) continue;
        if (!plan_pass(plan, entry->owner, false, err)) return false;
        plan_add(plan, entry);
    }
    return true;
}

static const char *left_out(struct restore_list *list) {
    static const char *const told[] = { "SUBSCRIPTION ", "EVENT TRIGGER ", "PUBLICATION - ",
                                        "SECURITY LABEL " };
    const char *text = "";
    for (const struct entry *entry = list->first; entry && text; entry = entry->next)
        if (entry->place == LEAVE_OUT && is_one_of(entry->text, told, 4) && strlen(text) < TOLD_MAX)
            text = arena_printf(list->arena, "%s%s%s", text, *text ? ", " : "", entry->text);
    return text;
}

bool restore_list_plan(struct restore_list *list, const json_t *facts,
                       const struct restore_pass **ret_passes, const char **ret_left_out,
                       struct err *err) {
    bool superusers_own = false;
    if (list->count == 0)
        return err_set(err, ERR_BAD_REQUEST, "the archive has no table of contents");
    if (!mark_ids(list, err)) return false;
    for (struct entry *entry = list->first; entry; entry = entry->next) {
        if (!place(list, entry, facts)) return no_memory(err);
        superusers_own |= entry->owner && entry->place == BEFORE_DATA;
    }
    struct plan plan = { .list = list, .room = (size_t)list->count * 12 + 1 };
    plan.text = arena_alloc(list->arena, plan.room);
    const char *names = left_out(list);
    if (!plan.text || !names) return no_memory(err);
    if (!plan_place(&plan, SCHEMA, err) ||
        (superusers_own && !plan_place(&plan, BEFORE_DATA, err)) ||
        !plan_after(&plan, !superusers_own, err))
        return false;
    *ret_passes = plan.first;
    *ret_left_out = names;
    return true;
}

/* What an ordinary role cannot make, or is not to: that a database hands on what it gets, or calls
 * code at every change of it. */
static bool is_foreign_left_out(struct restore_list *list, const struct entry *entry,
                                const json_t *facts) {
    static const char *const kinds[] = { "ACL ",
                                         "DEFAULT ACL ",
                                         "EVENT TRIGGER ",
                                         "PUBLICATION ",
                                         "SUBSCRIPTION ",
                                         "SECURITY LABEL ",
                                         "DATABASE ",
                                         "COMMENT - DATABASE ",
                                         "STATISTICS DATA ",
                                         "COMMENT - EXTENSION ",
                                         "COMMENT - EVENT TRIGGER ",
                                         "COMMENT - PUBLICATION ",
                                         "COMMENT - SCHEMA " };
    if (is_one_of(entry->text, kinds, sizeof kinds / sizeof kinds[0])) return true;
    return starts(entry->text, "SCHEMA - public ") || is_left_out(list, entry, facts, NULL);
}

bool restore_list_foreign(struct restore_list *list, const json_t *facts,
                          const struct restore_pass **ret_pass, const char **ret_left_out,
                          struct err *err) {
    struct plan plan = { .list = list, .room = (size_t)list->count * 12 + 1 };
    if (list->count == 0)
        return err_set(err, ERR_BAD_REQUEST, "the archive has no table of contents");
    if (!mark_ids(list, err) || !plan_pass(&plan, NULL, false, err)) return false;
    plan.text = arena_alloc(list->arena, plan.room);
    for (struct entry *entry = list->first; plan.text && entry; entry = entry->next) {
        entry->place = is_foreign_left_out(list, entry, facts) ? LEAVE_OUT : AFTER;
        if (entry->place != LEAVE_OUT) plan_add(&plan, entry);
    }
    const char *names = left_out(list);
    if (!plan.text || !names) return no_memory(err);
    *ret_pass = plan.first;
    *ret_left_out = names;
    return true;
}
