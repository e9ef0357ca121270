/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_MANAGED_H
#define GUARDIAN_API_MANAGED_H
/* What the handlers that look at the managed server share: where their statements run, and the
 * lists they are given. */
#include "../call.h"
#include "../db.h"

/* The primary, as the monitoring role, in the database of the field `database` (NULL or absent: the
 * first managed one). Errors: NOT_FOUND for a database that is not managed, naming those that are.
 */
bool managed_at(const struct call *call, const char *database, struct db_at *ret_at,
                struct err *err) __attribute__((warn_unused_result));

/* The managed databases as a JSON array of names, in the request's arena. */
bool managed_databases(const struct call *call, const char **ret_json, struct err *err)
    __attribute__((warn_unused_result));

/* Defers json_decref(json) to the request's end. Errors: LIMIT, also for NULL. */
bool managed_defer(const struct call *call, json_t *json, struct err *err)
    __attribute__((warn_unused_result));

/* The text for a message: whole, or cut between two characters to about `size_max` bytes with an
 * ellipsis. */
const char *managed_short(const struct call *call, const char *text, size_t size_max);

/* Has a UTF-8 text at most `characters_max` characters? Errors: BAD_FIELD. */
bool managed_check_length(const char *field, const char *text, size_t characters_max,
                          struct err *err) __attribute__((warn_unused_result));
#endif
