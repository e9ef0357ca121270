/* SPDX-License-Identifier: MIT */
#include "runner_types.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"

#define ASK_MS         2000
#define ASKED_TEXT_MAX 4096 /* bytes of the array of OIDs that is asked for */

enum {
    BOOL_OID = 16,
    INT8_OID = 20,
    INT2_OID = 21,
    INT4_OID = 23,
    OID_OID = 26,
    FLOAT4_OID = 700,
    FLOAT8_OID = 701
};

struct type {
    unsigned oid;
    const char *name;
};

/* Built-in types, whose OIDs are the same everywhere; sorted. Made by
 * SELECT oid, format_type(oid, NULL) FROM pg_type WHERE oid < 10000 AND typtype IN ('b', 'r', 'm',
 * 'p') */
static const struct type types[] = {
    { 16, "boolean" },
    { 17, "bytea" },
    { 18, "\"char\"" },
    { 19, "name" },
    { 20, "bigint" },
    { 21, "smallint" },
    { 22, "int2vector" },
    { 23, "integer" },
    { 24, "regproc" },
    { 25, "text" },
    { 26, "oid" },
    { 27, "tid" },
    { 28, "xid" },
    { 29, "cid" },
    { 30, "oidvector" },
    { 114, "json" },
    { 142, "xml" },
    { 143, "xml[]" },
    { 199, "json[]" },
    { 269, "table_am_handler" },
    { 271, "xid8[]" },
    { 325, "index_am_handler" },
    { 600, "point" },
    { 601, "lseg" },
    { 602, "path" },
    { 603, "box" },
    { 604, "polygon" },
    { 628, "line" },
    { 629, "line[]" },
    { 650, "cidr" },
    { 651, "cidr[]" },
    { 700, "real" },
    { 701, "double precision" },
    { 705, "unknown" },
    { 718, "circle" },
    { 719, "circle[]" },
    { 774, "macaddr8" },
    { 775, "macaddr8[]" },
    { 790, "money" },
    { 791, "money[]" },
    { 829, "macaddr" },
    { 869, "inet" },
    { 1000, "boolean[]" },
    { 1001, "bytea[]" },
    { 1002, "\"char\"[]" },
    { 1003, "name[]" },
    { 1005, "smallint[]" },
    { 1006, "int2vector[]" },
    { 1007, "integer[]" },
    { 1008, "regproc[]" },
    { 1009, "text[]" },
    { 1010, "tid[]" },
    { 1011, "xid[]" },
    { 1012, "cid[]" },
    { 1013, "oidvector[]" },
    { 1014, "character[]" },
    { 1015, "character varying[]" },
    { 1016, "bigint[]" },
    { 1017, "point[]" },
    { 1018, "lseg[]" },
    { 1019, "path[]" },
    { 1020, "box[]" },
    { 1021, "real[]" },
    { 1022, "double precision[]" },
    { 1027, "polygon[]" },
    { 1028, "oid[]" },
    { 1033, "aclitem" },
    { 1034, "aclitem[]" },
    { 1040, "macaddr[]" },
    { 1041, "inet[]" },
    { 1042, "character" },
    { 1043, "character varying" },
    { 1082, "date" },
    { 1083, "time without time zone" },
    { 1114, "timestamp without time zone" },
    { 1115, "timestamp without time zone[]" },
    { 1182, "date[]" },
    { 1183, "time without time zone[]" },
    { 1184, "timestamp with time zone" },
    { 1185, "timestamp with time zone[]" },
    { 1186, "interval" },
    { 1187, "interval[]" },
    { 1231, "numeric[]" },
    { 1263, "cstring[]" },
    { 1266, "time with time zone" },
    { 1270, "time with time zone[]" },
    { 1560, "bit" },
    { 1561, "bit[]" },
    { 1562, "bit varying" },
    { 1563, "bit varying[]" },
    { 1700, "numeric" },
    { 1790, "refcursor" },
    { 2201, "refcursor[]" },
    { 2202, "regprocedure" },
    { 2203, "regoper" },
    { 2204, "regoperator" },
    { 2205, "regclass" },
    { 2206, "regtype" },
    { 2207, "regprocedure[]" },
    { 2208, "regoper[]" },
    { 2209, "regoperator[]" },
    { 2210, "regclass[]" },
    { 2211, "regtype[]" },
    { 2249, "record" },
    { 2275, "cstring" },
    { 2276, "\"any\"" },
    { 2277, "anyarray" },
    { 2278, "void" },
    { 2279, "trigger" },
    { 2280, "language_handler" },
    { 2281, "internal" },
    { 2283, "anyelement" },
    { 2287, "record[]" },
    { 2776, "anynonarray" },
    { 2949, "txid_snapshot[]" },
    { 2950, "uuid" },
    { 2951, "uuid[]" },
    { 2970, "txid_snapshot" },
    { 3115, "fdw_handler" },
    { 3310, "tsm_handler" },
    { 3500, "anyenum" },
    { 3614, "tsvector" },
    { 3615, "tsquery" },
    { 3642, "gtsvector" },
    { 3643, "tsvector[]" },
    { 3644, "gtsvector[]" },
    { 3645, "tsquery[]" },
    { 3734, "regconfig" },
    { 3735, "regconfig[]" },
    { 3769, "regdictionary" },
    { 3770, "regdictionary[]" },
    { 3802, "jsonb" },
    { 3807, "jsonb[]" },
    { 3831, "anyrange" },
    { 3838, "event_trigger" },
    { 3904, "int4range" },
    { 3905, "int4range[]" },
    { 3906, "numrange" },
    { 3907, "numrange[]" },
    { 3908, "tsrange" },
    { 3909, "tsrange[]" },
    { 3910, "tstzrange" },
    { 3911, "tstzrange[]" },
    { 3912, "daterange" },
    { 3913, "daterange[]" },
    { 3926, "int8range" },
    { 3927, "int8range[]" },
    { 4072, "jsonpath" },
    { 4073, "jsonpath[]" },
    { 4089, "regnamespace" },
    { 4090, "regnamespace[]" },
    { 4096, "regrole" },
    { 4097, "regrole[]" },
    { 4191, "regcollation" },
    { 4192, "regcollation[]" },
    { 4451, "int4multirange" },
    { 4532, "nummultirange" },
    { 4533, "tsmultirange" },
    { 4534, "tstzmultirange" },
    { 4535, "datemultirange" },
    { 4536, "int8multirange" },
    { 4537, "anymultirange" },
    { 4538, "anycompatiblemultirange" },
    { 5069, "xid8" },
    { 5077, "anycompatible" },
    { 5078, "anycompatiblearray" },
    { 5079, "anycompatiblenonarray" },
    { 5080, "anycompatiblerange" },
    { 6150, "int4multirange[]" },
    { 6151, "nummultirange[]" },
    { 6152, "tsmultirange[]" },
    { 6153, "tstzmultirange[]" },
    { 6155, "datemultirange[]" },
    { 6157, "int8multirange[]" },
};

enum runner_value runner_types_value(unsigned type_oid) {
    switch (type_oid) {
    case BOOL_OID: return RUNNER_BOOLEAN;
    case INT2_OID:
    case INT4_OID:
    case INT8_OID:
    case OID_OID: return RUNNER_INTEGER;
    case FLOAT4_OID:
    case FLOAT8_OID: return RUNNER_FLOAT;
    default: return RUNNER_TEXT;
    }
}

static int oid_order(const void *key, const void *element) {
    unsigned oid = *(const unsigned *)key, other = ((const struct type *)element)->oid;
    return oid < other ? -1 : oid > other;
}

static const char *builtin_name(unsigned oid) {
    const struct type *type =
        bsearch(&oid, types, sizeof types / sizeof types[0], sizeof types[0], oid_order);
    return type ? type->name : NULL;
}

/* Fills in what the server calls the types without a name. */
static void ask_names(const struct runner_job *job, const struct db_at *at, const char *host,
                      const PGresult *result, const char **names) {
    char oids[ASKED_TEXT_MAX] = "{";
    size_t used = 1;
    for (int i = 0; i < PQnfields(result) && used < sizeof oids - 16; i++)
        if (!names[i])
            used += (size_t)snprintf(oids + used, sizeof oids - used, "%s%u", used > 1 ? "," : "",
                                     PQftype(result, i));
    if (used == 1) return;
    oids[used] = '}';
    oids[used + 1] = '\0';
    struct db_at monitor = { .role = DB_MONITOR,
                             .database = at->database,
                             .target = at->target,
                             .host = host,
                             .deadline_ms = at->deadline_ms,
                             .client_socket = -1 };
    if (monitor.deadline_ms > clock_ms() + ASK_MS) monitor.deadline_ms = clock_ms() + ASK_MS;
    const char *values[] = { oids };
    struct err err = ERR_INIT;
    json_t *rows = NULL, *row;
    size_t index;
    if (!db_rows(job->db, &monitor, DB_QUERY_TYPE_NAMES, values, 1, &rows, &err)) return;
    json_array_foreach(rows, index, row) {
        const char *oid = json_string_value(json_object_get(row, "oid")),
                   *name = json_string_value(json_object_get(row, "name"));
        for (int i = 0; oid && name && i < PQnfields(result); i++)
            if (!names[i] && strtoul(oid, NULL, 10) == PQftype(result, i))
                names[i] = arena_strdup(job->request->arena, name);
    }
    json_decref(rows);
}

bool runner_types_names(const struct runner_job *job, const struct db_at *at, const char *host,
                        const PGresult *result, const char *const **ret_names, struct err *err) {
    int count = PQnfields(result), unnamed = 0;
    const char **names = arena_alloc(job->request->arena, ((size_t)count + 1) * sizeof *names);
    if (!names)
        return err_set(err, ERR_LIMIT, "the result has more columns than a request may hold");
    for (int i = 0; i < count; i++)
        unnamed += (names[i] = builtin_name(PQftype(result, i))) == NULL;
    if (unnamed > 0) ask_names(job, at, host, result, names);
    for (int i = 0; i < count; i++)
        if (!names[i]) names[i] = "unknown";
    *ret_names = names;
    return true;
}
