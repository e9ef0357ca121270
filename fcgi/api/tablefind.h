/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_TABLEFIND_H
#define GUARDIAN_API_TABLEFIND_H
/* Which table does a person mean? */
#include "../call.h"
#include "../db.h"

#define TABLEFIND_NAME_MAX 300 /* characters */

/* All texts live in the request's arena. */
struct tablefind {
    const char *oid, *name; /* the name as schema.table, quoted where SQL needs it */
    const char *schema, *table;
    bool is_partitioned;
    const char *locked; /* who holds or awaits an exclusive lock on it, and on what; or NULL */
};

/* Errors: NOT_FOUND with a hint at similar names, CONFLICT when several are meant. */
bool tablefind(struct call *call, const struct db_at *at, const char *text,
               struct tablefind *ret_table, struct err *err) __attribute__((warn_unused_result));
#endif
