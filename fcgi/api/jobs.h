/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_API_JOBS_H
#define GUARDIAN_API_JOBS_H
/* What the handlers around jobs share: ids, pages and objects that PostgreSQL made, from the
 * console's own database. */
#include "../call.h"
#include "../db.h"

/* As guardian_app on the primary, within the request. */
struct db_at jobs_at(const struct call *call);
/* The path's id, a UUID; NOT_FOUND for anything else. */
bool jobs_id(const struct call *call, const char **ret_id, struct err *err)
    __attribute__((warn_unused_result));
/* The object that a statement gives, without its "seq"; owned by the caller. Errors: NOT_FOUND. */
bool jobs_object(struct call *call, enum db_statement statement, const char *const *values,
                 int count, json_t **ret_object, struct err *err)
    __attribute__((warn_unused_result));
/* Replies with a page from a statement that gives an array of objects with a "seq". */
bool jobs_page(struct call *call, enum db_statement statement, const char *const *values, int count,
               struct err *err) __attribute__((warn_unused_result));
/* limit + 1 of the request, as text; NULL: no memory. */
const char *jobs_limit(const struct call *call);
/* Replies with 202 {"job_id"} and notes the job in the audit log. */
bool jobs_started(struct call *call, const char *job_id, struct err *err)
    __attribute__((warn_unused_result));
#endif
