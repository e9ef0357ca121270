/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RESTORE_COMPARE_H
#define GUARDIAN_RESTORE_COMPARE_H
/* What is different between a managed database and the one that was restored beside it. */
#include <jansson.h>

#define RESTORE_COMPARE_MAX 500 /* entries of one list */

/* `production` (NULL: it could not be read) and `restored` are what fcgi/sql/restore_snapshot.sql
 * gives. A Comparison of the contract; the caller owns it; NULL: no memory. */
json_t *restore_compare(const json_t *production, const json_t *restored);
/* Tables whose rows in a backup's manifest ({"table": rows}) differ from those that were restored
 * and counted: an array of {"name", "backup_rows", "restored_rows"}. NULL: no memory. */
json_t *restore_compare_manifest(const json_t *tables, const json_t *restored);
#endif
