/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_RUNNER_TYPES_H
#define GUARDIAN_RUNNER_TYPES_H
/* The types of a result's columns: how their values are written, and their names. */
#include <libpq-fe.h>

#include "runner.h"

enum runner_value runner_types_value(unsigned type_oid);
/* The name of each column's type, in the request's arena. Types that are not built in are asked of
 * the server itself, on a connection of job->db; when it does not know, they are "unknown". Errors:
 * LIMIT. */
bool runner_types_names(const struct runner_job *job, const struct db_at *at, const char *host,
                        const PGresult *result, const char *const **ret_names, struct err *err)
    __attribute__((warn_unused_result));
#endif
