/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_MIGRATE_H
#define GUARDIAN_MIGRATE_H
/*
 * What a superuser does once for the console, and again after every upgrade: roles, the console's
 * database and its versioned schema, and the preparation of each managed database. Idempotent; each
 * migration is one transaction; two at a time wait for each other. Uses libpq itself: it runs with
 * an administrator's connection string, not with the console's roles.
 */
#include "config.h"
#include "err.h"

struct migration_text {
    const char *name, *sql; /* "migrations/0001_console", "managed/prepare" */
};
extern const struct migration_text migration_texts[]; /* ends with a NULL name */

/* `conninfo` connects as a superuser. Says on standard output what it did. Errors: CONFIG, the
 * database's. */
bool migrate_run(const struct config *config, const char *conninfo, struct err *err)
    __attribute__((warn_unused_result));
#endif
