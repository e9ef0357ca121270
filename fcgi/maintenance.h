/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_MAINTENANCE_H
#define GUARDIAN_MAINTENANCE_H
/*
 * VACUUM, VACUUM FULL, ANALYZE, REINDEX and CHECKPOINT: what they lock, which options they take,
 * and the job that runs them, table by table, as guardian_maintainer. Options are an allow-list:
 * their names and values are looked up, never copied into a statement. Tables are known by their
 * oid; names come from the catalog.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "jobs.h"

#define MAINTENANCE_TABLES_MAX  1000 /* that may be named */
#define MAINTENANCE_COMMAND_MAX 240  /* bytes */

struct maintenance_operation {
    const char *name;
    const char *locks; /* PostgreSQL's name of the lock, and what that means */
    bool locks_out;    /* reading or writing waits meanwhile */
};

/* NULL: there is no such operation. */
const struct maintenance_operation *maintenance_find(const char *name);
/* What the operation locks with these options. */
const struct maintenance_operation *maintenance_with(const struct maintenance_operation *operation,
                                                     const json_t *options);
/* What else is done about an advice ("drop-index", "alter-table", "nothing") locks that much. */
const char *maintenance_locks(const char *what);

/* Checks names, types and ranges. `options` may be NULL. Errors: BAD_FIELD. */
bool maintenance_check_options(const struct maintenance_operation *operation, const json_t *options,
                               struct err *err) __attribute__((warn_unused_result));
/* How long to wait for a lock. */
int maintenance_lock_timeout_ms(const json_t *options);
/* The statement with %I.%I for the table, from options that were checked. */
void maintenance_command(const struct maintenance_operation *operation, const json_t *options,
                         char ret_command[MAINTENANCE_COMMAND_MAX]);

/* The job. Its parameters: {"operation", "tables": [{"oid", "schema", "table"}] or null for the
 * whole database, "options"}. */
bool maintenance_run(struct job *job, struct err *err) __attribute__((warn_unused_result));
#endif
