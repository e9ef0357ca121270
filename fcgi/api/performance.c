/* SPDX-License-Identifier: MIT */
/* Where the managed database spends its time and its space. PostgreSQL makes the JSON. */
#include <stdlib.h>
#include <string.h>

#include "../sqlparse.h"
#include "api.h"
#include "managed.h"

static const char *const sorts[] = { "total_ms",    "mean_ms",     "max_ms",    "calls", "rows",
                                     "blocks_read", "temp_blocks", "wal_bytes", NULL };

/* clang-format off */
const struct field performance_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "sort", FIELD_QUERY, FIELD_ENUM, .choices = sorts, .preset = "total_ms" },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 200, .preset = "20" },
    { "min_bytes", FIELD_QUERY, FIELD_INTEGER, .min = 0, .max = 1099511627776, .preset = "1048576" },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

static bool mask_query(json_t *item) {
    const char *query = json_string_value(json_object_get(item, "query"));
    char *copy = query ? strdup(query) : NULL;
    if (!query) return true;
    if (!copy) return false;
    sqlparse_mask(copy);
    bool ok = json_object_set_new(item, "query", json_string(copy)) == 0;
    free(copy);
    return ok;
}

/* The counted statements, without the constants that the server keeps in all but queries. */
static bool read_statements(struct call *call, const struct db_at *at, const char *limit,
                            const char **ret_text, struct err *err) {
    const char *values[] = { request_string(call->request, "sort"), limit }, *text;
    size_t size, i;
    json_t *item;
    if (!db_text(call->services->db, at, DB_STATEMENTS_COUNTED, call->request->arena, values, 2,
                 &text, &size, err))
        return false;
    json_t *statements = json_loadb(text, size, 0, NULL);
    bool ok = statements != NULL;
    json_array_foreach(json_object_get(statements, "items"), i, item) ok = ok && mask_query(item);
    char *dumped = ok ? json_dumps(statements, JSON_COMPACT) : NULL;
    *ret_text = dumped ? arena_strdup(call->request->arena, dumped) : NULL;
    free(dumped);
    json_decref(statements);
    return *ret_text || no_memory(err);
}

bool api_performance(struct call *call, struct err *err) {
    const struct request *request = call->request;
    struct arena *arena = request->arena;
    struct db *db = call->services->db;
    const char *statements, *bloat, *rest;
    struct db_at at;
    const char *values[] = {
        arena_printf(arena, "%lld", (long long)request_integer(request, "limit")),
        arena_printf(arena, "%lld", (long long)request_integer(request, "min_bytes")),
    };
    if (!values[0] || !values[1]) return no_memory(err);
    if (!managed_at(call, request_string(request, "database"), &at, err) ||
        !read_statements(call, &at, values[0], &statements, err) ||
        !db_text(db, &at, DB_BLOAT, arena, values, 2, &bloat, NULL, err) ||
        !db_text(db, &at, DB_PERFORMANCE, arena, values, 2, &rest, NULL, err))
        return false;
    /* The third is an object: the other two go in behind its brace. */
    call->reply.text =
        arena_printf(arena, "{\"statements\":%s,\"bloat\":%s,%s", statements, bloat, rest + 1);
    if (!call->reply.text) return no_memory(err);
    call->reply.text_size = strlen(call->reply.text);
    return true;
}
