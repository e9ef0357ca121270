/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_AUDIT_SPOOL_H
#define GUARDIAN_AUDIT_SPOOL_H
/*
 * Audit events while PostgreSQL is away: a file of one canonical event a line, locked, appended and
 * fsynced. Merged into the chain, in order and once, when the database is back.
 */
#include <stdbool.h>

#include "db.h"
#include "err.h"

/* On failure nothing was kept. Errors: AUDIT_UNAVAILABLE. */
bool audit_spool_append(const char *state_dir, const char *canonical, struct err *err)
    __attribute__((warn_unused_result));
/* Merges and empties the spool, each statement bounded by timeout_ms; appends need not wait for it.
 * True and *ret_merged = 0 when there is none, or another process merges it. Errors:
 * AUDIT_UNAVAILABLE, the database's. */
bool audit_spool_merge(const char *state_dir, struct db *db, int64_t timeout_ms, int *ret_merged,
                       struct err *err) __attribute__((warn_unused_result));
#endif
