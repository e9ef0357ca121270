/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_SCHEDULE_H
#define GUARDIAN_SCHEDULE_H
/* Schedules in the table, and what retention makes of the backups there. */
#include <jansson.h>

#include "db.h"

/* The next run after `after_s` as a text of unix time; *ret_text is NULL when there is none. The
 * text lives in `text`. Errors: BAD_FIELD. */
bool schedule_next(const char *cron, const char *time_zone, int64_t after_s, char text[24],
                   const char **ret_text, struct err *err) __attribute__((warn_unused_result));
/* The next `count` runs as RFC 3339 times; NULL: no memory. Owned by the caller. */
json_t *schedule_runs(const char *cron, const char *time_zone, int count);

/* Every backup of a database with what retention decides now: an array of {"backup_id",
 * "created_at","size_bytes","keep","reason"}, newest first. Owned by the caller. */
bool schedule_retention(struct db *db, const struct db_at *at, const char *database,
                        json_t **ret_items, struct err *err) __attribute__((warn_unused_result));
#endif
