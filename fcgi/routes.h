/* SPDX-License-Identifier: MIT */
#ifndef GUARDIAN_ROUTES_H
#define GUARDIAN_ROUTES_H
/* The table of all that the HTTP API can do. docs/openapi.yaml says the same; a lint compares the
 * two. */
#include "call.h"

#define ROUTES_PARAMETERS_MAX 4

/* Every row must say what it needs, and two-step rows must be audited; called once at start.
 * Errors: INTERNAL. */
bool routes_check(struct err *err) __attribute__((warn_unused_result));
int routes_count(void);
const char *routes_method_name(enum request_method method); /* "GET" */
int routes_index(const struct route *route);
const struct route *routes_at(int index);
/* The row for the request's method and path; ret_values are its decoded path parameters, in order,
 * in the arena. Errors: NOT_FOUND, METHOD (*ret_allow then lists what is allowed), BAD_REQUEST. */
bool routes_find(const struct request *request, const struct route **ret_route,
                 const char *ret_values[ROUTES_PARAMETERS_MAX], const char **ret_allow,
                 struct err *err) __attribute__((warn_unused_result));
#endif
