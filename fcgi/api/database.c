/* SPDX-License-Identifier: MIT */
/* What is in the managed database: its state, its tables, one table, its names. PostgreSQL makes
 * the JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "../config.h"
#include "../metrics.h"
#include "../seal.h"
#include "api.h"
#include "listcache.h"
#include "managed.h"
#include "tablefind.h"
#include "tag.h"

#define CURSOR_MAX 1024
#define SEARCH_MAX 128 /* characters */

static const char *const kinds[] = { "table",         "partitioned_table",
                                     "view",          "materialized_view",
                                     "foreign_table", NULL };
static const char *const kind_letters[] = { "r", "p", "v", "m", "f" }; /* pg_class.relkind */
static const char *const sorts[] = { "name",        "row_estimate", "total_bytes",
                                     "table_bytes", "index_bytes",  "dead_rows",
                                     "last_vacuum", "last_analyze", NULL };
static const char *const orders[] = { "asc", "desc", NULL };

/* clang-format off */
const struct field overview_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { .name = NULL },
};

const struct field tables_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { "search", FIELD_QUERY, FIELD_STRING, .max = 512 },
    { "schema", FIELD_QUERY, FIELD_STRING, .max = 63 },
    { "kind", FIELD_QUERY, FIELD_ENUM, .choices = kinds },
    { "partitions", FIELD_QUERY, FIELD_BOOLEAN, .preset = "true" },
    { "sort", FIELD_QUERY, FIELD_ENUM, .choices = sorts, .preset = "name" },
    { "order", FIELD_QUERY, FIELD_ENUM, .choices = orders, .preset = "asc" },
    { "limit", FIELD_QUERY, FIELD_INTEGER, .min = 1, .max = 1000, .preset = "100" },
    { "cursor", FIELD_QUERY, FIELD_STRING, .max = CURSOR_MAX },
    { .name = NULL },
};

const struct field table_fields[] = {
    { "table_name", FIELD_PATH, FIELD_STRING, .min = 1, .max = 1200 },
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { .name = NULL },
};

const struct field schema_fields[] = {
    { "database", FIELD_QUERY, FIELD_STRING, .min = 1, .max = 63 },
    { .name = NULL },
};
/* clang-format on */

static bool no_memory(struct err *err) {
    return err_set(err, ERR_LIMIT, "The request needs more memory than one may have.");
}

/* -- overview ---------------------------------------------------------------------------------- */

/* Two samples of each database, so that a rate is never taken over less than a second. */
#define SAMPLE_AGE_MS 1000

struct sample {
    char text[320];
    int64_t at_ms;
};

static struct {
    char database[64];
    struct sample older, newer;
} samples[CONFIG_LIST_MAX];

static int sample_slot(const char *database) {
    int slot = 0;
    while (slot < CONFIG_LIST_MAX - 1 && samples[slot].database[0] &&
           strcmp(samples[slot].database, database) != 0)
        slot++;
    (void)snprintf(samples[slot].database, sizeof samples[slot].database, "%s", database);
    return slot;
}

static const char *sample_before(int slot) {
    const struct sample *newer = &samples[slot].newer;
    const char *text =
        clock_ms() - newer->at_ms >= SAMPLE_AGE_MS ? newer->text : samples[slot].older.text;
    return *text ? text : NULL;
}

static void sample_keep(int slot, const char *text) {
    struct sample *newer = &samples[slot].newer;
    int64_t now_ms = clock_ms();
    if (!text || strlen(text) >= sizeof newer->text || now_ms - newer->at_ms < SAMPLE_AGE_MS)
        return;
    samples[slot].older = *newer;
    newer->at_ms = now_ms;
    (void)snprintf(newer->text, sizeof newer->text, "%s", text);
}

static bool overview_values(struct call *call, const char *values[6], int slot, struct err *err) {
    const struct config *config = call->services->config;
    const struct metrics *metrics = call->services->metrics;
    struct arena *arena = call->request->arena;
    if (!managed_databases(call, &values[0], err)) return false;
    values[1] = config->postgres.hosts.count == 1 ? config->postgres.hosts.items[0] : NULL;
    values[2] = metrics_pool(metrics);
    values[3] = arena_printf(arena, "%d", metrics_workers(metrics));
    values[4] = arena_printf(arena, "%d", metrics_busy_count(metrics));
    values[5] = sample_before(slot);
    return (values[3] && values[4]) || no_memory(err);
}

bool api_overview(struct call *call, struct err *err) {
    struct db_at at;
    const char *values[6];
    json_t *rows;
    if (!managed_at(call, request_string(call->request, "database"), &at, err)) return false;
    int slot = sample_slot(at.database);
    if (!overview_values(call, values, slot, err)) return false;
    bool ok = db_rows(call->services->db, &at, DB_OVERVIEW, values, 6, &rows, err);
    if (!ok && err->code == ERR_DB_UNAVAILABLE &&
        call->services->config->postgres.hosts.count > 1) {
        /* Without a primary a standby has much to tell, its own role first of all. */
        err_clear(err);
        at.target = DB_STANDBY;
        ok = db_rows(call->services->db, &at, DB_OVERVIEW, values, 6, &rows, err);
    }
    if (!ok || !managed_defer(call, rows, err)) return false;
    const json_t *row = json_array_get(rows, 0);
    const char *body = json_string_value(json_object_get(row, "body"));
    if (!body) return err_set(err, ERR_NOT_FOUND, "The server has no statistics of this database.");
    sample_keep(slot, json_string_value(json_object_get(row, "sample")));
    call->reply.text = body;
    call->reply.text_size = strlen(body);
    return true;
}

/* -- lists ------------------------------------------------------------------------------------- */

/* A cached list is its tag and then its body: a list that did not change costs no hashing. */
static bool reply_cached(struct call *call, const char *key) {
    struct reply *reply = &call->reply;
    const char *both, *etag;
    size_t size;
    if (!listcache_get(key, call->request->arena, &both, &size)) return false;
    etag = arena_strndup(call->request->arena, both, TAG_SIZE);
    if (!etag) return false;
    reply->etag = etag;
    reply->text = both + TAG_SIZE;
    reply->text_size = size - TAG_SIZE;
    return true;
}

/* Replies with a copy of the list: the cached one, its tag in front of it, where it fits there. */
static bool reply_list_text(struct call *call, const char *key, const char *text, size_t size,
                            struct err *err) {
    struct reply *reply = &call->reply;
    reply->text = text;
    reply->text_size = size;
    if (!tag_reply(call, err)) return false;
    const char *both = listcache_put(key, reply->etag, TAG_SIZE, text, size);
    reply->text = both ? both + TAG_SIZE : arena_strndup(call->request->arena, text, size);
    return reply->text || no_memory(err);
}

static const char *list_key(const struct call *call, const struct db_at *at) {
    return arena_printf(call->request->arena, "%s?%s\n%s", call->request->path,
                        call->request->query, at->database);
}

/* Replies with the statement's JSON text, from the worker's cache while that is fresh. */
static bool reply_list(struct call *call, const struct db_at *at, enum db_statement statement,
                       const char *const *values, int count, struct err *err) {
    const char *key = list_key(call, at), *text;
    size_t size;
    if (!key) return no_memory(err);
    if (reply_cached(call, key)) return true;
    return db_text(call->services->db, at, statement, call->request->arena, values, count, &text,
                   &size, err) &&
           reply_list_text(call, key, text, size, err);
}

bool api_schema(struct call *call, struct err *err) {
    struct db_at at;
    if (!managed_at(call, request_string(call->request, "database"), &at, err)) return false;
    at.target = DB_STANDBY; /* where the statements that are being typed will run */
    return reply_list(call, &at, DB_SCHEMA, NULL, 0, err);
}

static const char *kind_letter(const char *kind) {
    for (int i = 0; kind && kinds[i]; i++)
        if (strcmp(kinds[i], kind) == 0) return kind_letters[i];
    return NULL;
}

/* What a cursor is bound to: the filters, the order, the database. NULL when there is no memory. */
static const char *cursor_binding(const struct call *call, const char *database) {
    const struct request *request = call->request;
    static const char *const names[] = { "search", "schema", "kind", "sort", "order" };
    const char *values[sizeof names / sizeof names[0]];
    char hex[SEAL_HEX_SIZE];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        values[i] = request_string(request, names[i]);
        if (!values[i]) values[i] = "";
    }
    const char *all =
        arena_printf(request->arena, "%s\n%d\n%zu:%s\n%zu:%s\n%zu:%s\n%zu:%s\n%zu:%s", database,
                     request_boolean(request, "partitions"), strlen(values[0]), values[0],
                     strlen(values[1]), values[1], strlen(values[2]), values[2], strlen(values[3]),
                     values[3], strlen(values[4]), values[4]);
    if (!all) return NULL;
    seal_sha256_hex(all, strlen(all), hex);
    return arena_strndup(request->arena, hex, 16);
}

/* The place behind the last row of the page before: values[0] its sort value, [1] name, [2] schema.
 */
static bool cursor_read(struct call *call, const char *binding, const char *values[3],
                        struct err *err) {
    const char *cursor = request_string(call->request, "cursor");
    unsigned char text[CURSOR_MAX];
    size_t size;
    values[0] = values[1] = values[2] = NULL;
    if (!cursor) return true;
    json_t *place = seal_unbase64url(cursor, strlen(cursor), text, sizeof text, &size)
                        ? json_loadb((const char *)text, size, JSON_REJECT_DUPLICATES, NULL)
                        : NULL;
    if (place && !managed_defer(call, place, err)) return false;
    const json_t *key = json_object_get(place, "k");
    const char *name = json_string_value(json_object_get(place, "n"));
    const char *schema = json_string_value(json_object_get(place, "s"));
    const char *bound = json_string_value(json_object_get(place, "b"));
    if (!(json_is_integer(key) || json_is_null(key)) || !name || !schema || !bound ||
        strcmp(bound, binding) != 0 || json_object_size(place) != 4)
        return err_set(err, ERR_BAD_CURSOR,
                       "The cursor is not one of this list in this order. Begin again without it.");
    if (json_is_integer(key)) {
        values[0] = arena_printf(call->request->arena, "%lld", (long long)json_integer_value(key));
        if (!values[0]) return no_memory(err);
    }
    values[1] = name;
    values[2] = schema;
    return true;
}

/* Sizes of tables as the last list that measured them said: most of a list's work is to ask the
 * file system, over and over while people search, sort and page. The texts are PostgreSQL's own
 * arrays. */
#define SIZES_AGE_MS    1000
#define SIZES_BYTES_MAX (1u << 20) /* each */
#define SIZES           3

static struct {
    char database[64], *texts[SIZES];
    int64_t made_ms;
} known_sizes;

static bool sizes_known(const char *database, const char *ret_texts[SIZES]) {
    bool known = known_sizes.texts[0] && strcmp(known_sizes.database, database) == 0 &&
                 clock_ms() - known_sizes.made_ms < SIZES_AGE_MS;
    for (int i = 0; i < SIZES; i++) ret_texts[i] = known ? known_sizes.texts[i] : NULL;
    return known;
}

static void sizes_keep(const char *database, const char *const texts[SIZES]) {
    bool whole = true;
    for (int i = 0; i < SIZES; i++) {
        free(known_sizes.texts[i]);
        bool fits = texts[i] && strlen(texts[i]) <= SIZES_BYTES_MAX;
        known_sizes.texts[i] = fits ? strdup(texts[i]) : NULL;
        whole = whole && known_sizes.texts[i];
    }
    if (!whole) {
        free(known_sizes.texts[0]);
        known_sizes.texts[0] = NULL;
    }
    known_sizes.made_ms = clock_ms();
    (void)snprintf(known_sizes.database, sizeof known_sizes.database, "%s", database);
}

struct list_row {
    struct call *call;
    const char *key, *database;
    bool sizes_known;
};

static bool take_list(void *context, const char *const *row, int columns, struct err *err) {
    struct list_row *list = context;
    if (columns != 1 + SIZES) return err_set(err, ERR_INTERNAL, "tables.sql has other columns");
    if (!list->sizes_known) sizes_keep(list->database, row + 1);
    return reply_list_text(list->call, list->key, row[0], strlen(row[0]), err);
}

bool api_tables(struct call *call, struct err *err) {
    const struct request *request = call->request;
    struct db_at at;
    const char *values[11 + SIZES], *key;
    const char *search = request_string(request, "search");
    if (!managed_check_length("search", search, SEARCH_MAX, err) ||
        !managed_at(call, request_string(request, "database"), &at, err))
        return false;
    values[0] = search && *search ? search : NULL;
    values[1] = request_string(request, "schema");
    values[2] = kind_letter(request_string(request, "kind"));
    values[3] = request_boolean(request, "partitions") ? "true" : "false";
    values[4] = request_string(request, "sort");
    values[5] = strcmp(request_string(request, "order"), "desc") == 0 ? "true" : "false";
    values[6] = arena_printf(request->arena, "%lld", (long long)request_integer(request, "limit"));
    values[7] = cursor_binding(call, at.database);
    if (!values[6] || !values[7]) return no_memory(err);
    if (!cursor_read(call, values[7], &values[8], err)) return false;
    if (!(key = list_key(call, &at))) return no_memory(err);
    if (reply_cached(call, key)) return true;
    struct list_row list = { call, key, at.database, sizes_known(at.database, &values[11]) };
    return db_each(call->services->db, &at, DB_TABLES, values, 11 + SIZES, take_list, &list, err);
}

/* -- one table --------------------------------------------------------------------------------- */

/* The table that is meant, as its oid. */
static bool find_table(struct call *call, const struct db_at *at, const char *text,
                       const char **ret_oid, struct err *err) {
    struct tablefind table;
    if (!tablefind(call, at, text, &table, err)) return false;
    if (table.locked)
        return err_set(
            err, ERR_CONFLICT,
            "%s cannot be described now: an exclusive lock is held or awaited by %s. Try "
            "again when that is done, or look at the sessions.",
            managed_short(call, text, 100), table.locked);
    *ret_oid = table.oid;
    return true;
}

bool api_table(struct call *call, struct err *err) {
    const char *text = request_string(call->request, "table_name");
    struct arena *arena = call->request->arena;
    struct db *db = call->services->db;
    struct reply *reply = &call->reply;
    const char *values[2];
    struct db_at at;
    if (!managed_check_length("table_name", text, TABLEFIND_NAME_MAX, err) ||
        !managed_at(call, request_string(call->request, "database"), &at, err) ||
        !find_table(call, &at, text, &values[0], err))
        return false;
    if (db_text(db, &at, DB_TABLE_DDL, arena, values, 1, &values[1], NULL, err) &&
        db_text(db, &at, DB_TABLE, arena, values, 2, &reply->text, &reply->text_size, err))
        return tag_reply(call, err);
    if (err->code == ERR_NOT_FOUND) {
        err_clear(err);
        (void)err_set(err, ERR_NOT_FOUND, "The table %s was dropped just now.",
                      managed_short(call, text, 200));
    }
    return false;
}
