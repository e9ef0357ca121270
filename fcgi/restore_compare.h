/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_COMPARE_H
#define GUARDIAN_RESTORE_COMPARE_H
/* What is different between a managed database and the one that was restored beside it. */
#include <jansson.h>

#define RESTORE_COMPARE_MAX 500 /* entries of one list */

/* `production` (NULL: it could not be read) and `restored` are what fcgi/sql/restore_snapshot.sql
 * gives. A Comparison of the contract; the caller owns it; NULL: no memory. */
json_t *restore_compare(const json_t *production, const json_t *restored);
/* What of a backup's tables ({"table": rows by the planner's figures at the time}) is not in a
 * restored database, or has far fewer or more rows there: an array of {"name",
 * "backup_rows_estimate", "restored_rows", "missing"}. NULL: no memory. */
json_t *restore_compare_manifest(const json_t *expected, const json_t *restored, int *ret_missing);
#endif
